//! API Gateway HTTP and WebSocket APIs, and who may call a function.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::links::{function_behind, function_of};
use super::{Broken, Rule, error, note};
use crate::check::statements::pattern_means;
use crate::check::view::{Entry, View, function};

const INVOKE: &str =
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html";
const ROUTES: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html";
const STAGES: &str = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html";
const DEPUTY: &str = "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html";

pub(super) const RULES: &[Rule] = &[
    error("http-api-permission", INVOKE, permission),
    error("http-api-duplicate-route", ROUTES, duplicate_route),
    error("http-api-route-target", ROUTES, route_target),
    note("http-api-stage-deployment", STAGES, stage_deployment),
    note("permission-source", DEPUTY, permission_source),
];

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
fn permission(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for integration in view.of_kind("AWS::ApiGatewayV2::Integration") {
        // With credentials, API Gateway calls with the rights of a role.
        if integration.look("IntegrationType").text() != Some("AWS_PROXY")
            || integration.look("CredentialsArn").is_present()
        {
            continue;
        }
        let Some(uri) = integration.look("IntegrationUri").json() else { continue };
        let Some(called) = view.mentions(uri).into_iter().find_map(|target| function_of(view, target)) else {
            continue;
        };
        if !view.of_kind("AWS::Lambda::Permission").any(|permission| may_permit(view, &permission, &called)) {
            let message =
                format!("no permission lets API Gateway call `{}`: every request is answered with 500", called.id);
            let hint = format!(
                "add an `AWS::Lambda::Permission` of `lambda:InvokeFunction` on `{}` for `apigateway.amazonaws.com`",
                called.id
            );
            broken.at(integration.at("IntegrationUri"), message, hint);
        }
    }
}

/// Whether API Gateway may call the function by this permission; what is unknown may.
fn may_permit<'a>(view: &View<'a>, permission: &Entry<'a>, called: &Entry<'a>) -> bool {
    let known = |place: &str, fits: &dyn Fn(&str) -> bool| permission.look(place).text().is_none_or(fits);
    let Some(name) = permission.look("FunctionName").json() else { return false };
    let same = match function_behind(view, name) {
        Some(target) => target.id == called.id,
        // A text may be the function's name, and a function may make it.
        None => {
            view.target(name).is_none()
                && called
                    .look("FunctionName")
                    .text()
                    .is_none_or(|own| name.as_str().is_none_or(|text| text.contains(own)))
        }
    };
    same && known("Principal", &|principal| matches!(principal, "apigateway.amazonaws.com" | "*"))
        && known("Action", &|action| pattern_means(action, "lambda:InvokeFunction"))
}

fn routes<'a>(view: &View<'a>) -> impl Iterator<Item = Entry<'a>> {
    view.of_kind("AWS::ApiGatewayV2::Route")
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>
fn duplicate_route(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    let mut seen: BTreeMap<(String, &str), &str> = BTreeMap::new();
    // Of two routes with conditions perhaps only one is made.
    for route in routes(view).filter(|route| route.body.get("Condition").is_none()) {
        let (Some(api), Some(key)) = (route.look("ApiId").json(), route.look("RouteKey").text()) else { continue };
        if let Some(first) = seen.insert((api.to_string(), key), route.id) {
            let message = format!("`{key}` is already the route `{first}` of this API");
            broken.at(route.at("RouteKey"), message, "give each route its own key");
        }
    }
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>
fn route_target(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for route in routes(view) {
        let Some(target) = route.look("Target").json() else { continue };
        let hint = "write `integrations/` and the `Ref` of an integration of the same API";
        let written = match function(target) {
            None => target.as_str(),
            Some(("Fn::Sub", Json::String(text))) => Some(text.as_str()),
            Some(("Fn::Join", Json::Array(parts))) => {
                parts.get(1).and_then(|parts| parts.get(0)).and_then(Json::as_str)
            }
            Some(("Ref", _)) if view.target(target).is_some() => Some(""),
            Some(_) => None,
        };
        if written.is_some_and(|text| !text.starts_with("integrations")) {
            broken.at(route.at("Target"), "a target is `integrations/` and an integration's id", hint);
        }
        for integration in view.mentions(target) {
            if integration.kind != "AWS::ApiGatewayV2::Integration" {
                broken.at(route.at("Target"), format!("`{}` is no integration", integration.id), hint);
                continue;
            }
            let here = view.target_at(&route, "ApiId");
            let there = view.target_at(&integration, "ApiId");
            if let (Some(here), Some(there)) = (here, there)
                && here.id != there.id
            {
                let message = format!(
                    "`{}` is an integration of `{}`, and the route is one of `{}`",
                    integration.id, there.id, here.id
                );
                broken.at(route.at("Target"), message, hint);
            }
        }
    }
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html>
fn stage_deployment(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for stage in view.of_kind("AWS::ApiGatewayV2::Stage") {
        if stage.look("AutoDeploy").flag() == Some(false) && stage.look("DeploymentId").is_absent() {
            let message = "nothing is deployed to this stage: it answers every request with 404";
            broken.at(stage.at("AutoDeploy"), message, "set `AutoDeploy` to true, or name a deployment");
        }
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
fn permission_source(view: &View<'_>, broken: &mut Broken<'_, '_>) {
    for permission in view.of_kind("AWS::Lambda::Permission") {
        let Some(principal) = permission.look("Principal").text().filter(|text| text.ends_with(".amazonaws.com"))
        else {
            continue;
        };
        let bound = ["SourceArn", "SourceAccount", "PrincipalOrgID"];
        if bound.iter().all(|place| permission.look(place).is_absent()) {
            let message = format!("`{principal}` may call the function on behalf of any account");
            broken.at(
                permission.at("Principal"),
                message,
                "set `SourceArn`, or `SourceAccount`, to what is meant to call it",
            );
        }
    }
}
