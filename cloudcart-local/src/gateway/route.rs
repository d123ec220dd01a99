//! Which service and which operation a request is for.

use super::sigv4::{Signed, query_pairs};
use http::HeaderMap;

/// The `X-Amz-Target` prefixes of the JSON protocols, and the service that signs them.
const TARGETS: [(&str, &str); 7] = [
    ("DynamoDB_20120810", "dynamodb"),
    ("DynamoDBStreams_20120810", "dynamodb"),
    ("AmazonSQS", "sqs"),
    ("Logs_20140328", "logs"),
    ("AWSEvents", "events"),
    ("GraniteServiceVersion20100801", "monitoring"),
    ("AmazonSSM", "ssm"),
];

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Name of the service, as in a SigV4 scope; what the request itself says when no service is known.
    pub(crate) service: String,
    /// The operation where the protocol names it, else empty.
    pub(crate) operation: String,
    /// The service comes from `X-Amz-Target`, so a signature has to be scoped to it.
    pub(crate) by_target: bool,
}

/// Finds the route: by target, else by the signature's scope, else by the path.
pub(crate) fn route(headers: &HeaderMap, path: &str, query: &str, body: &[u8], signed: Option<&Signed>) -> Route {
    if let Some(target) = headers.get("x-amz-target").and_then(|value| value.to_str().ok()) {
        let (prefix, operation) = target.rsplit_once('.').unwrap_or((target, ""));
        let known = TARGETS.iter().find(|(known, _)| *known == prefix).map(|(_, service)| *service);
        return Route {
            service: known.unwrap_or(prefix).to_owned(),
            operation: operation.to_owned(),
            by_target: known.is_some(),
        };
    }
    if let Some(operation) = rpc_operation(path) {
        let service = signed.map_or_else(|| "monitoring".to_owned(), |signed| signed.service.clone());
        return Route { service, operation: operation.to_owned(), by_target: false };
    }
    let operation = action(headers, query, body).unwrap_or_default();
    let service = match signed {
        Some(signed) => signed.service.clone(),
        None => by_path(path, &operation).to_owned(),
    };
    Route { service, operation, by_target: false }
}

/// The operation of `/service/<name>/operation/<operation>`, the path of the protocol `rpcv2Cbor`.
fn rpc_operation(path: &str) -> Option<&str> {
    match path.split('/').collect::<Vec<_>>()[..] {
        ["", "service", _, "operation", operation] => Some(operation),
        _ => None,
    }
}

/// The `Action` of the Query protocol.
fn action(headers: &HeaderMap, query: &str, body: &[u8]) -> Option<String> {
    let find = |text: &str| form_pairs(text).find(|(name, _)| name == "Action").map(|(_, value)| value);
    let is_form = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let in_body = if is_form { std::str::from_utf8(body).ok().and_then(find) } else { None };
    in_body.or_else(|| query_pairs(query).find(|(name, _)| name == "Action").map(|(_, value)| value))
}

/// An unsigned request is refused in any case; this decides in whose words.
fn by_path(path: &str, operation: &str) -> &'static str {
    if !operation.is_empty() {
        "cloudformation"
    } else if path.starts_with("/v2/apis") {
        "apigateway"
    } else if path.starts_with("/20") && (path.contains("/functions") || path.contains("/event-source-mappings")) {
        "lambda"
    } else {
        "s3"
    }
}

/// Names and values of a form body: percent-decoded, a plus sign is a space.
pub(crate) fn form_pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let text = text.replace('+', "%20");
    query_pairs(&text).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn routed(headers: &[(&'static str, &'static str)], path: &str, body: &str) -> Route {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
        route(&headers, path, "", body.as_bytes(), None)
    }

    #[test]
    fn a_target_names_service_and_operation() {
        let route = routed(&[("x-amz-target", "DynamoDBStreams_20120810.GetRecords")], "/", "{}");
        assert_eq!((route.service.as_str(), route.operation.as_str()), ("dynamodb", "GetRecords"));
        let route = routed(&[("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms")], "/", "{}");
        assert_eq!((route.service.as_str(), route.by_target), ("monitoring", true));
        let unknown = routed(&[("x-amz-target", "AWSStepFunctions.ListActivities")], "/", "{}");
        assert_eq!((unknown.service.as_str(), unknown.operation.as_str()), ("AWSStepFunctions", "ListActivities"));
    }

    #[test]
    fn a_path_names_the_operation_of_a_service_that_speaks_cbor() {
        let route = routed(&[], "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", "");
        assert_eq!((route.service.as_str(), route.operation.as_str()), ("monitoring", "DescribeAlarms"));
    }

    #[test]
    fn a_form_names_its_action() {
        let kind = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        assert_eq!(routed(&[kind], "/", "Version=1&Action=Describe+It").operation, "Describe It");
    }
}
