//! OpenAPI documents as SAM writes them.
#![allow(clippy::needless_pass_by_value, reason = "documents read best where they stand")]

use super::{FUNCTION, Fixture, GUARD, get, issuer::Issuer, outcome, request, send};
use crate::provider::{ProvisionError, Provisioned};
use serde_json::{Value, json};

fn integration(function: &str) -> Value {
    let uri = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations");
    json!({"httpMethod": "POST", "type": "aws_proxy", "uri": uri, "payloadFormatVersion": "2.0"})
}

fn operation(more: Value) -> Value {
    let mut operation = json!({"x-amazon-apigateway-integration": integration(FUNCTION), "responses": {}});
    operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    operation
}

fn document(paths: Value, more: Value) -> Value {
    let mut document = json!({"openapi": "3.0.1", "info": {"title": "shop", "version": "1.0"}, "paths": paths});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

impl Fixture {
    /// An API of a document alone, with a stage, and its port.
    async fn imported(&self, body: Value) -> Result<(Provisioned, u16), ProvisionError> {
        let api = self.make("Api", json!({"Body": body})).await?;
        let stage = json!({"ApiId": api.physical_id, "StageName": "$default", "AutoDeploy": true});
        self.make("Stage", stage).await.unwrap();
        let url = api.attributes["ApiEndpoint"].as_str().unwrap();
        let port = url.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
        Ok((api, port))
    }
}

#[tokio::test]
async fn a_document_makes_routes_integrations_cors_and_tags() {
    let fixture = Fixture::new();
    let paths = json!({
        "/orders/{id}": {"post": operation(json!({"parameters": [{"name": "id", "in": "path", "required": true}]}))},
        "/any": {"x-amazon-apigateway-any-method": operation(json!({"operationId": "any"}))},
        "$default": {"x-amazon-apigateway-any-method": operation(json!({"isDefaultRoute": true}))},
    });
    let more = json!({
        "x-amazon-apigateway-cors": {"allowOrigins": ["http://a.example"], "allowMethods": ["POST"], "maxAge": 5},
        "tags": [{"name": "httpapi:createdBy", "x-amazon-apigateway-tag-value": "SAM"}],
    });
    let (api, port) = fixture.imported(document(paths, more)).await.unwrap();
    for (method, path, key) in
        [("POST", "/orders/7", "POST /orders/{id}"), ("PUT", "/any", "ANY /any"), ("GET", "/orders/7", "$default")]
    {
        assert_eq!(send(port, method, path, "", "").await.status, 200);
        assert_eq!(fixture.last_event()["routeKey"], key);
    }
    let origin = "origin: http://a.example\r\naccess-control-request-method: POST\r\n";
    let answer = send(port, "OPTIONS", "/orders/7", origin, "").await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://a.example"));
    assert_eq!(answer.header("access-control-max-age"), Some("5"));
    let kept = fixture.apis.shared.api(&api.physical_id).unwrap();
    assert_eq!((kept.name.as_str(), kept.version.as_deref()), ("shop", Some("1.0")));
    assert_eq!(kept.tags["httpapi:createdBy"], "SAM");
    assert_eq!((kept.routes.len(), kept.integrations.len()), (3, 3));
}

#[tokio::test]
async fn an_update_replaces_what_the_document_made_and_nothing_else() {
    let fixture = Fixture::new();
    let body = |paths: Value| json!({"Body": document(paths, json!({}))});
    let first = body(json!({"/a": {"get": operation(json!({}))}, "/b": {"get": operation(json!({}))}}));
    let (api, port) = fixture.imported(first["Body"].clone()).await.unwrap();
    let id = api.physical_id.as_str();
    let own = json!({
        "ApiId": id, "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION, "PayloadFormatVersion": "2.0",
    });
    let own = fixture.make("Integration", own).await.unwrap().physical_id;
    fixture.route(id, "GET /own", &own).await.unwrap();
    let routes = || fixture.apis.shared.api(id).unwrap().routes.clone();
    let kept = routes().into_iter().find(|(_, route)| route.key.to_string() == "GET /a").unwrap().0;

    let second = request(body(json!({"/a": {"get": operation(json!({}))}, "/c": {"get": operation(json!({}))}})));
    let provider = fixture.provider("Api");
    provider.update(id, first.as_object().unwrap(), &second).await.unwrap();
    for (path, status) in [("/a", 200), ("/b", 404), ("/c", 200), ("/own", 200)] {
        assert_eq!(get(port, path).await.status, status, "{path}");
    }
    assert_eq!(routes()[&kept].key.to_string(), "GET /a", "a route that stays keeps its id");

    // One that cannot be done leaves everything as it was, and what comes after it still knows what is there.
    let third = request(body(json!({"/own": {"get": operation(json!({}))}})));
    let refused = provider.update(id, &second.properties, &third).await.unwrap_err();
    assert!(refused.message.contains("Route with key GET /own already exists"), "{refused}");
    assert_eq!(get(port, "/c").await.status, 200);
    let plain = request(json!({"Name": "shop", "ProtocolType": "HTTP"}));
    provider.update(id, &third.properties, &plain).await.unwrap();
    for (path, status) in [("/a", 404), ("/c", 404), ("/own", 200)] {
        assert_eq!(get(port, path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn authorizers_of_a_document_guard_their_routes() {
    let fixture = Fixture::new();
    let issuer = Issuer::start().await;
    let schemes = json!({
        "Token": {"type": "oauth2", "x-amazon-apigateway-authorizer": {
            "type": "jwt", "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"issuer": issuer.url, "audience": ["shop"]}}},
        "Guard": {"type": "apiKey", "name": "Unused", "in": "header", "x-amazon-apigateway-authorizer": {
            "type": "request", "identitySource": "$request.header.X-Key, $request.querystring.k",
            "authorizerUri": integration(GUARD)["uri"], "authorizerPayloadFormatVersion": "2.0",
            "enableSimpleResponses": true}},
        "Signed": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"},
    });
    let paths = json!({
        "/token": {"get": operation(json!({"security": [{"Token": ["read"]}]}))},
        "/guard": {"get": operation(json!({"security": [{"Guard": []}]}))},
        "/signed": {"get": operation(json!({"security": [{"Signed": []}]}))},
        "/open": {"get": operation(json!({"security": [{"NONE": []}]}))},
    });
    let body = document(paths, json!({"components": {"securitySchemes": schemes}}));
    let (_, port) = fixture.imported(body).await.unwrap();
    for (path, status) in [("/token", 401), ("/guard", 401), ("/signed", 403), ("/open", 200)] {
        assert_eq!(get(port, path).await.status, status, "{path}");
    }
    for (scope, status) in [("read", 200), ("write", 403)] {
        let token = issuer.token(1_584_039_838, &json!({"scope": scope}));
        let answer = send(port, "GET", "/token", &format!("authorization: Bearer {token}\r\n"), "").await;
        assert_eq!(answer.status, status, "{scope}");
    }
    fixture.will_answer(Ok(outcome(br#"{"isAuthorized":false}"#)));
    assert_eq!(send(port, "GET", "/guard?k=1", "x-key: 1\r\n", "").await.status, 403, "the guard was asked");
}

#[tokio::test]
async fn what_an_import_cannot_do_is_refused_by_name() {
    let fixture = Fixture::new();
    let path = |operation: Value| document(json!({"/a": {"get": operation}}), json!({}));
    let with = |more: Value| {
        let mut integration = integration(FUNCTION);
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        path(json!({"x-amazon-apigateway-integration": integration}))
    };
    for (body, words) in [
        (json!({"swagger": "2.0", "paths": {}}), "OpenAPI 3.0 documents only"),
        (json!({"openapi": "3.1.0", "paths": {}}), "openapi must be 3.0.x"),
        (document(json!({}), json!({"servers": []})), "does not offer servers in the document"),
        (document(json!({}), json!({"security": []})), "does not offer security in the document"),
        (document(json!({"/a": {"trace": {}}}), json!({})), "does not offer trace in /a"),
        (document(json!({"/a": {"$ref": "x"}}), json!({})), "does not offer $ref in /a"),
        (path(json!({})), "get /a has no x-amazon-apigateway-integration"),
        (
            path(operation(json!({"x-amazon-apigateway-request-validator": "all"}))),
            "x-amazon-apigateway-request-validator",
        ),
        (path(operation(json!({"security": [{"Nobody": []}]}))), "components.securitySchemes has no Nobody"),
        (path(operation(json!({"isDefaultRoute": true}))), "isDefaultRoute in get /a"),
        (with(json!({"requestParameters": {}})), "does not offer requestParameters in the integration of get /a"),
        (with(json!({"credentials": "arn"})), "does not offer credentials in the integration"),
        (with(json!({"type": "http_proxy"})), "IntegrationType HTTP_PROXY is not offered"),
        (with(json!({"payloadFormatVersion": "1.0"})), "PayloadFormatVersion 1.0 is not offered"),
        (with(json!({"connectionType": "VPC_LINK"})), "ConnectionType VPC_LINK is not offered"),
        (
            document(json!({}), json!({"components": {"securitySchemes": {"K": {"type": "apiKey"}}}})),
            "the security scheme K has no x-amazon-apigateway-authorizer",
        ),
        (document(json!({"$default": {"get": operation(json!({}))}}), json!({})), "the path $default has"),
        (document(json!({"/{a": {"get": operation(json!({}))}}), json!({})), "a variable takes a whole segment"),
    ] {
        let refused = fixture.imported(body.clone()).await.err().unwrap();
        assert!(refused.message.contains(words), "{body}: {refused}");
        assert!(fixture.apis.shared.all().is_empty(), "nothing was made");
    }
}
