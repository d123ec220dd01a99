//! Which operation of Lambda's REST API a request means, and which right it needs.
//! Source: the `http` traits in Lambda's API reference.

use super::{Lambda, record};
use crate::api::{ApiRequest, Need};
use http::Method;
use percent_encoding::percent_decode_str;

/// An operation with what its path names. Function names may be ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    CreateFunction,
    ListFunctions,
    GetFunction(String),
    DeleteFunction(String),
    GetFunctionConfiguration(String),
    UpdateFunctionConfiguration(String),
    UpdateFunctionCode(String),
    GetFunctionConcurrency(String),
    PutFunctionConcurrency(String),
    DeleteFunctionConcurrency(String),
    Invoke(String),
    AddPermission(String),
    GetPolicy(String),
    RemovePermission(String, String),
    CreateEventSourceMapping,
    ListEventSourceMappings,
    GetEventSourceMapping(String),
    UpdateEventSourceMapping(String),
    DeleteEventSourceMapping(String),
    ListTags(String),
    TagResource(String),
    UntagResource(String),
    GetAccountSettings,
    PutEventConfig(String),
    UpdateEventConfig(String),
    GetEventConfig(String),
    DeleteEventConfig(String),
    ListEventConfigs(String),
}

/// The operation; `None` when it is not one of those offered.
pub(super) fn operation(method: &Method, path: &str) -> Option<Operation> {
    use Operation as Op;
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned).ok())
        .collect::<Option<_>>()?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (version, rest) = parts.split_first()?;
    let own = |text: &str| text.to_owned();
    Some(match (method.as_str(), *version, rest) {
        ("POST", "2015-03-31", ["functions"]) => Op::CreateFunction,
        ("GET", "2015-03-31", ["functions"]) => Op::ListFunctions,
        ("GET", "2015-03-31", ["functions", name]) => Op::GetFunction(own(name)),
        ("DELETE", "2015-03-31", ["functions", name]) => Op::DeleteFunction(own(name)),
        ("GET", "2015-03-31", ["functions", name, "configuration"]) => Op::GetFunctionConfiguration(own(name)),
        ("PUT", "2015-03-31", ["functions", name, "configuration"]) => Op::UpdateFunctionConfiguration(own(name)),
        ("PUT", "2015-03-31", ["functions", name, "code"]) => Op::UpdateFunctionCode(own(name)),
        ("GET", "2019-09-30", ["functions", name, "concurrency"]) => Op::GetFunctionConcurrency(own(name)),
        ("PUT", "2017-10-31", ["functions", name, "concurrency"]) => Op::PutFunctionConcurrency(own(name)),
        ("DELETE", "2017-10-31", ["functions", name, "concurrency"]) => Op::DeleteFunctionConcurrency(own(name)),
        ("POST", "2015-03-31", ["functions", name, "invocations"]) => Op::Invoke(own(name)),
        ("POST", "2015-03-31", ["functions", name, "policy"]) => Op::AddPermission(own(name)),
        ("GET", "2015-03-31", ["functions", name, "policy"]) => Op::GetPolicy(own(name)),
        ("DELETE", "2015-03-31", ["functions", name, "policy", sid]) => Op::RemovePermission(own(name), own(sid)),
        ("POST", "2015-03-31", ["event-source-mappings"]) => Op::CreateEventSourceMapping,
        ("GET", "2015-03-31", ["event-source-mappings"]) => Op::ListEventSourceMappings,
        ("GET", "2015-03-31", ["event-source-mappings", id]) => Op::GetEventSourceMapping(own(id)),
        ("PUT", "2015-03-31", ["event-source-mappings", id]) => Op::UpdateEventSourceMapping(own(id)),
        ("DELETE", "2015-03-31", ["event-source-mappings", id]) => Op::DeleteEventSourceMapping(own(id)),
        ("GET", "2017-03-31", ["tags", arn]) => Op::ListTags(own(arn)),
        ("POST", "2017-03-31", ["tags", arn]) => Op::TagResource(own(arn)),
        ("DELETE", "2017-03-31", ["tags", arn]) => Op::UntagResource(own(arn)),
        ("GET", "2016-08-19", ["account-settings"]) => Op::GetAccountSettings,
        ("PUT", "2019-09-25", ["functions", name, "event-invoke-config"]) => Op::PutEventConfig(own(name)),
        ("POST", "2019-09-25", ["functions", name, "event-invoke-config"]) => Op::UpdateEventConfig(own(name)),
        ("GET", "2019-09-25", ["functions", name, "event-invoke-config"]) => Op::GetEventConfig(own(name)),
        ("DELETE", "2019-09-25", ["functions", name, "event-invoke-config"]) => Op::DeleteEventConfig(own(name)),
        ("GET", "2019-09-25", ["functions", name, "event-invoke-config", "list"]) => Op::ListEventConfigs(own(name)),
        _ => return None,
    })
}

/// The first value of a query parameter, decoded.
pub(super) fn query(text: &str, name: &str) -> Option<String> {
    queries(text, name).next()
}

/// All values of a query parameter, decoded.
pub(super) fn queries<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    text.split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = value.replace('+', " ");
        (percent_decode_str(key).decode_utf8_lossy() == name)
            .then(|| percent_decode_str(&value).decode_utf8_lossy().into_owned())
    })
}

/// The rights that `operation` needs.
pub(super) fn needs(lambda: &Lambda, operation: &Operation, request: &ApiRequest) -> Vec<Need> {
    use Operation as Op;
    let core = &lambda.core;
    let function = |name: &str| match record::name_of(core, name) {
        Ok(name) => record::arn(core, &name),
        // Of another account or a version: named as asked, so that no policy on ours allows it.
        Err(_) if name.starts_with("arn:") => name.to_owned(),
        Err(_) => record::arn(core, name),
    };
    let mapping = |id: &str| core.arn("lambda", &format!("event-source-mapping:{id}"));
    let on = |action: &str, resource: String| vec![Need::new(format!("lambda:{action}"), resource)];
    let body = request.json().unwrap_or_default();
    let pass_role = || {
        let role = body.get("Role").and_then(serde_json::Value::as_str)?;
        let mut need = Need::new("iam:PassRole", role);
        need.context.push(("iam:PassedToService".to_owned(), vec!["lambda.amazonaws.com".to_owned()]));
        Some(need)
    };
    match operation {
        Op::CreateFunction => {
            let name = body.get("FunctionName").and_then(serde_json::Value::as_str).unwrap_or("*");
            let mut needs = on("CreateFunction", function(name));
            needs.extend(pass_role());
            needs
        }
        Op::ListFunctions => on("ListFunctions", "*".to_owned()),
        Op::GetAccountSettings => on("GetAccountSettings", "*".to_owned()),
        Op::ListEventSourceMappings => on("ListEventSourceMappings", "*".to_owned()),
        Op::GetFunction(name) => on("GetFunction", function(name)),
        Op::DeleteFunction(name) => on("DeleteFunction", function(name)),
        Op::GetFunctionConfiguration(name) => on("GetFunctionConfiguration", function(name)),
        Op::UpdateFunctionConfiguration(name) => {
            let mut needs = on("UpdateFunctionConfiguration", function(name));
            needs.extend(pass_role());
            needs
        }
        Op::UpdateFunctionCode(name) => on("UpdateFunctionCode", function(name)),
        Op::GetFunctionConcurrency(name) => on("GetFunctionConcurrency", function(name)),
        Op::PutFunctionConcurrency(name) => on("PutFunctionConcurrency", function(name)),
        Op::DeleteFunctionConcurrency(name) => on("DeleteFunctionConcurrency", function(name)),
        Op::Invoke(name) => on("InvokeFunction", function(name)),
        Op::AddPermission(name) => on("AddPermission", function(name)),
        Op::GetPolicy(name) => on("GetPolicy", function(name)),
        Op::RemovePermission(name, _) => on("RemovePermission", function(name)),
        Op::CreateEventSourceMapping => {
            let mut needs = on("CreateEventSourceMapping", "*".to_owned());
            if let Some(name) = body.get("FunctionName").and_then(serde_json::Value::as_str) {
                needs[0].context.push(("lambda:FunctionArn".to_owned(), vec![function(name)]));
            }
            needs
        }
        Op::GetEventSourceMapping(id) => on("GetEventSourceMapping", mapping(id)),
        Op::UpdateEventSourceMapping(id) => on("UpdateEventSourceMapping", mapping(id)),
        Op::DeleteEventSourceMapping(id) => on("DeleteEventSourceMapping", mapping(id)),
        Op::PutEventConfig(name) => on("PutFunctionEventInvokeConfig", function(name)),
        Op::UpdateEventConfig(name) => on("UpdateFunctionEventInvokeConfig", function(name)),
        Op::GetEventConfig(name) => on("GetFunctionEventInvokeConfig", function(name)),
        Op::DeleteEventConfig(name) => on("DeleteFunctionEventInvokeConfig", function(name)),
        Op::ListEventConfigs(name) => on("ListFunctionEventInvokeConfigs", function(name)),
        Op::ListTags(arn) => on("ListTags", arn.clone()),
        Op::TagResource(arn) => on("TagResource", arn.clone()),
        Op::UntagResource(arn) => on("UntagResource", arn.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart_with_and_without_a_trailing_slash() {
        let get = |path| operation(&Method::GET, path);
        assert_eq!(get("/2015-03-31/functions/"), Some(Operation::ListFunctions));
        assert_eq!(get("/2015-03-31/functions"), Some(Operation::ListFunctions));
        assert_eq!(
            get("/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Aa"),
            Some(Operation::GetFunction("arn:aws:lambda:us-east-1:1:function:a".to_owned()))
        );
        assert_eq!(get("/2015-03-31/functions/a/versions"), None);
        assert_eq!(
            operation(&Method::POST, "/2015-03-31/functions/a/invocations"),
            Some(Operation::Invoke("a".to_owned()))
        );
    }

    #[test]
    fn query_values_are_decoded() {
        assert_eq!(query("a=1&tagKeys=x%20y&tagKeys=z", "tagKeys").as_deref(), Some("x y"));
        assert_eq!(queries("a=1&tagKeys=x%20y&tagKeys=z", "tagKeys").count(), 2);
        assert_eq!(query("a=1", "b"), None);
    }
}
