//! HTTP APIs and permissions.

use serde_json::{Value as Json, json};

use super::{Case, of};

/// An API with a function behind it, and a permission.
fn called(permission: Option<Json>, integration: &Json) -> Json {
    let mut properties = json!({
        "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": ["Work", "Arn"]},
    });
    properties.as_object_mut().unwrap().extend(integration.as_object().unwrap().clone());
    let mut all = json!({
        "Api": of("AWS::ApiGatewayV2::Api", json!({})),
        "Work": of("AWS::Lambda::Function", json!({})),
        "Call": of("AWS::ApiGatewayV2::Integration", properties),
    });
    if let Some(permission) = permission {
        all["Let"] = of("AWS::Lambda::Permission", permission);
    }
    all
}

fn permission(principal: &str) -> Json {
    json!({"FunctionName": {"Ref": "Work"}, "Principal": principal, "Action": "lambda:InvokeFunction"})
}

fn routes(second: &Json) -> Json {
    let route = |key: &Json| of("AWS::ApiGatewayV2::Route", json!({"ApiId": {"Ref": "Api"}, "RouteKey": key}));
    json!({"Api": of("AWS::ApiGatewayV2::Api", json!({})), "First": route(&json!("GET /a")), "Second": route(second)})
}

fn target(api: &str, target: &Json) -> Json {
    json!({
        "Api": of("AWS::ApiGatewayV2::Api", json!({})),
        "Other": of("AWS::ApiGatewayV2::Api", json!({})),
        "Call": of("AWS::ApiGatewayV2::Integration", json!({"ApiId": {"Ref": api}})),
        "Route": of("AWS::ApiGatewayV2::Route", json!({"ApiId": {"Ref": "Api"}, "Target": target})),
    })
}

pub(crate) fn cases() -> Vec<Case> {
    let none = json!({});
    let joined = json!({"Fn::Join": ["/", ["integrations", {"Ref": "Call"}]]});
    let stage = |properties: Json| json!({"Live": of("AWS::ApiGatewayV2::Stage", properties)});
    vec![
        Case {
            rule: "http-api-permission",
            path: "Resources/Call/Properties/IntegrationUri",
            fires: called(Some(permission("s3.amazonaws.com")), &none),
            silent: vec![
                called(Some(permission("apigateway.amazonaws.com")), &none),
                called(None, &json!({"CredentialsArn": "arn:aws:iam::1:role/x"})),
                called(None, &json!({"IntegrationUri": {"Ref": "Arn"}})),
                called(Some(json!({"FunctionName": {"Ref": "Name"}})), &none),
            ],
        },
        Case {
            rule: "http-api-duplicate-route",
            path: "Resources/Second/Properties/RouteKey",
            fires: routes(&json!("GET /a")),
            silent: vec![routes(&json!("PUT /a")), routes(&json!({"Ref": "Key"}))],
        },
        Case {
            rule: "http-api-route-target",
            path: "Resources/Route/Properties/Target",
            fires: target("Other", &joined),
            silent: vec![
                target("Api", &joined),
                target("Api", &json!({"Fn::Sub": "integrations/${Call}"})),
                target("Other", &json!({"Ref": "Target"})),
            ],
        },
        Case {
            rule: "http-api-stage-deployment",
            path: "Resources/Live/Properties/AutoDeploy",
            fires: stage(json!({"StageName": "$default"})),
            silent: vec![
                stage(json!({"AutoDeploy": "true"})),
                stage(json!({"DeploymentId": {"Ref": "Deployment"}})),
                stage(json!({"AutoDeploy": {"Ref": "Auto"}})),
            ],
        },
        Case {
            rule: "permission-source",
            path: "Resources/Let/Properties/Principal",
            fires: called(Some(permission("events.amazonaws.com")), &none),
            silent: vec![
                called(
                    Some(json!({"Principal": "s3.amazonaws.com", "SourceAccount": {"Ref": "AWS::AccountId"}})),
                    &none,
                ),
                called(Some(json!({"Principal": "events.amazonaws.com", "SourceArn": {"Ref": "Rule"}})), &none),
                called(Some(permission("123456789012")), &none),
            ],
        },
    ]
}

#[test]
fn a_route_to_something_else_than_an_integration_is_found() {
    for wrong in [json!({"Ref": "Call"}), json!({"Fn::Sub": "integrations/${Api}"}), json!("call/abc")] {
        let findings = super::broken("http-api-route-target", &target("Api", &wrong));
        assert_eq!(findings.len(), 1, "{wrong}");
    }
}

#[test]
fn a_permission_on_an_alias_is_one_on_its_function() {
    let mut all =
        called(Some(json!({"FunctionName": {"Ref": "Live"}, "Principal": "apigateway.amazonaws.com"})), &json!({}));
    all["Live"] = of("AWS::Lambda::Alias", json!({"FunctionName": {"Fn::GetAtt": ["Work", "Arn"]}}));
    assert_eq!(super::broken("http-api-permission", &all), vec![]);
    all["Live"]["Properties"]["FunctionName"] = json!({"Ref": "Api"});
    assert_eq!(super::broken("http-api-permission", &all).len(), 1);
}
