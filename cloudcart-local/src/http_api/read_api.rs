//! The management API, for reading only: what the template made, as `aws apigatewayv2` shows it.
//!
//! Source: API Gateway version 2 API reference.

use super::{Shared, api_not_found};
use crate::{
    api::{ApiRequest, Need},
    error::AwsError,
    gateway::query_pairs,
};
use bytes::Bytes;
use http::{Method, Response, header};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The path's segments below `/v2`, decoded; `None` when it is not of this API.
fn segments(request: &ApiRequest) -> Option<Vec<String>> {
    let path = request.path.strip_prefix("/v2/")?;
    let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some(path.trim_end_matches('/').split('/').map(decode).collect())
}

/// IAM names the HTTP method as the action and the path as the resource.
pub(super) fn needs(region: &str, request: &ApiRequest) -> Vec<Need> {
    let path = request.path.strip_prefix("/v2").unwrap_or(&request.path);
    vec![Need::new(format!("apigateway:{}", request.method), format!("arn:aws:apigateway:{region}::{path}"))]
}

/// Answers one request.
pub(super) fn call(shared: &Shared, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
    let segments = segments(request).unwrap_or_default();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let api = |id: &str| shared.api(id).ok_or_else(|| api_not_found(id));
    let absent = |kind: &str, id: &str| {
        AwsError::new(404, "NotFoundException", format!("Invalid {kind} identifier specified {id}"))
    };
    let answer = match (&request.method, parts.as_slice()) {
        (&Method::GET, ["apis"]) => items(request, shared.all().iter().map(|api| api.to_json()))?,
        (&Method::GET, ["apis", id]) => api(id)?.to_json(),
        (&Method::GET, ["apis", id, "routes"]) => {
            items(request, api(id)?.routes.iter().map(|(id, route)| route.to_json(id)))?
        }
        (&Method::GET, ["apis", id, "routes", route]) => {
            api(id)?.routes.get(*route).map(|found| found.to_json(route)).ok_or_else(|| absent("Route", route))?
        }
        (&Method::GET, ["apis", id, "integrations"]) => {
            items(request, api(id)?.integrations.iter().map(|(id, integration)| integration.to_json(id)))?
        }
        (&Method::GET, ["apis", id, "integrations", integration]) => api(id)?
            .integrations
            .get(*integration)
            .map(|found| found.to_json(integration))
            .ok_or_else(|| absent("Integration", integration))?,
        (&Method::GET, ["apis", id, "stages"]) => {
            items(request, api(id)?.stages.iter().map(|(name, stage)| stage.to_json(name)))?
        }
        (&Method::GET, ["apis", id, "stages", stage]) => {
            api(id)?.stages.get(*stage).map(|found| found.to_json(stage)).ok_or_else(|| absent("Stage", stage))?
        }
        (&Method::GET, ["apis", id, "authorizers"]) => {
            items(request, api(id)?.authorizers.iter().map(|(id, authorizer)| authorizer.to_json(id)))?
        }
        (&Method::GET, ["apis", id, "authorizers", authorizer]) => api(id)?
            .authorizers
            .get(*authorizer)
            .map(|found| found.to_json(authorizer))
            .ok_or_else(|| absent("Authorizer", authorizer))?,
        (&Method::GET, ["apis", id, "deployments" | "models"]) => {
            // There are none, and none can be made.
            api(id)?;
            items(request, std::iter::empty())?
        }
        (method, parts) => return Err(AwsError::not_offered(&operation(method, parts))),
    };
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-amzn-requestid", &request.request_id)
        .body(Bytes::from(answer.to_string()))
        .map_err(|error| AwsError::internal(&error))
}

/// One page of `all`: at most `maxResults` (all of them unless given), from where `nextToken` says.
fn items(request: &ApiRequest, all: impl Iterator<Item = Value>) -> Result<Value, AwsError> {
    let parameter = |name: &str| query_pairs(&request.query).find(|(found, _)| found == name).map(|(_, value)| value);
    let number = |name: &str| {
        let given = parameter(name).map(|text| text.parse::<usize>());
        let bad = |_| AwsError::bad_request("BadRequestException", format!("Invalid {name} value specified"));
        given.transpose().map_err(bad)
    };
    let (limit, start) = (number("maxResults")?, number("nextToken")?.unwrap_or_default());
    if limit == Some(0) {
        return Err(AwsError::bad_request("BadRequestException", "Invalid maxResults value specified"));
    }
    let mut rest: Vec<Value> = all.skip(start).collect();
    let more = limit.filter(|limit| *limit < rest.len());
    rest.truncate(limit.unwrap_or(usize::MAX));
    let mut page = json!({ "items": rest });
    if let Some(limit) = more {
        page["nextToken"] = json!((start + limit).to_string());
    }
    Ok(page)
}

/// What a request would do on AWS, in words: `CreateRoute of API Gateway (POST /v2/apis/{id}/routes)`.
fn operation(method: &Method, parts: &[&str]) -> String {
    const NOUNS: [(&str, &str); 12] = [
        ("apis", "Api"),
        ("routes", "Route"),
        ("integrations", "Integration"),
        ("stages", "Stage"),
        ("authorizers", "Authorizer"),
        ("deployments", "Deployment"),
        ("models", "Model"),
        ("routeresponses", "RouteResponse"),
        ("domainnames", "DomainName"),
        ("apimappings", "ApiMapping"),
        ("vpclinks", "VpcLink"),
        ("tags", "Tags"),
    ];
    let noun = parts.iter().rev().find_map(|part| NOUNS.iter().find(|(path, _)| path == part));
    let verb = match *method {
        Method::POST => Some("Create"),
        Method::PATCH => Some("Update"),
        Method::DELETE => Some("Delete"),
        Method::GET => Some("Get"),
        _ => None,
    };
    let request =
        format!("{method} /{}", if parts.is_empty() { "…".to_owned() } else { format!("v2/{}", parts.join("/")) });
    match (verb, noun) {
        (Some("Create"), Some((_, "Tags"))) => format!("API Gateway's TagResource ({request})"),
        (Some("Delete"), Some((_, "Tags"))) => format!("API Gateway's UntagResource ({request})"),
        (Some(verb), Some((_, noun))) => format!("API Gateway's {verb}{noun} ({request})"),
        _ => format!("API Gateway's {request}"),
    }
}
