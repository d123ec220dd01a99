//! Holds every answer of these tests against the OpenAPI document: route, status, media type, headers, and each member of the
//! body. What the document does not name fails the test that got it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use cloudcart_handlers::event::HttpEvent;
use cloudcart_handlers::http::GatewayResponse;
use cloudcart_shop::functions::Function;
use cloudcart_shop::openapi;
use cloudcart_shop::problem::MEDIA_TYPE;
use cloudcart_shop::routes::ROUTES;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::events::{Answer, call};
use crate::world::demo;

/// Where the document is while its schemas are compiled. For answers all objects are closed; requests may say more.
const ANSWERS: &str = "memory:///answers.json";
const REQUESTS: &str = "memory:///requests.json";

/// Headers that a request has anyway.
const ANY_REQUEST: [&str; 9] = [
    "accept",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
];

/// JSON that `serde_json::Value` cannot hold. In members that nobody reads it does no harm, and there is no schema to hold it against.
const MORE_THAN_A_VALUE: [&str; 4] = ["number out of range", "recursion limit", "surrogate", "end of hex escape"];

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::new(openapi::document()));

/// Panics if an answer is not as the document says, or if it grants what the document does not name.
pub(crate) fn check(function: Function, event: &HttpEvent, response: &GatewayResponse) {
    if let Err(error) = CONTRACT.check(function, event, response) {
        panic!("not as the OpenAPI document says: {error}\n{response:?}");
    }
}

/// The same for requests of which nothing is known: headers and parameters that the document does not name are left alone.
pub(crate) fn check_any(function: Function, event: &HttpEvent, response: &GatewayResponse) {
    if let Err(error) = CONTRACT.hold(function, event, response, false) {
        panic!("not as the OpenAPI document says: {error}\n{response:?}");
    }
}

struct Contract {
    document: Value,
    schemas: Schemas,
    compiled: HashMap<String, SchemaIndex>,
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Forbids what a schema does not name.
fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("type").is_some_and(|kind| kind == "object") && members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            members.values_mut().for_each(close);
        }
        Value::Array(elements) => elements.iter_mut().for_each(close),
        _ => {}
    }
}

/// Pointers to all schemas that answers and requests are held against.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}/{}", escaped(name));
                if name == "schema" { found.push(path) } else { pointers(value, &path, found) }
            }
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(at, value)| pointers(value, &format!("{path}/{at}"), found));
        }
        _ => {}
    }
}

impl Contract {
    fn new(document: Value) -> Self {
        let mut closed = document.clone();
        close(&mut closed);
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource(ANSWERS, closed).unwrap();
        compiler.add_resource(REQUESTS, document.clone()).unwrap();
        let mut found = vec!["/components/schemas/Problem".to_owned()];
        pointers(&document["paths"], "/paths", &mut found);
        for kind in ["headers", "responses"] {
            pointers(&document["components"][kind], &format!("/components/{kind}"), &mut found);
        }
        let mut contract = Self { document, schemas: Schemas::new(), compiled: HashMap::new() };
        for pointer in found {
            for resource in [ANSWERS, REQUESTS] {
                let fragment: Vec<_> =
                    pointer.split('/').map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()).collect();
                let place = format!("{resource}#{}", fragment.join("/"));
                let index = compiler.compile(&place, &mut contract.schemas).unwrap_or_else(|error| panic!("{error:#}"));
                contract.compiled.insert(format!("{resource}#{pointer}"), index);
            }
        }
        contract
    }

    fn valid(&self, resource: &str, pointer: &str, value: &Value) -> Result<(), String> {
        let place = format!("{resource}#{pointer}");
        let schema = *self.compiled.get(&place).ok_or_else(|| format!("no schema at {place}"))?;
        self.schemas.validate(value, schema).map_err(|error| format!("{error:#}"))
    }

    /// What a reference leads to, or the value itself.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        value["$ref"].as_str().map_or(value, |target| self.document.pointer(&target[1..]).unwrap())
    }

    fn check(&self, function: Function, event: &HttpEvent, response: &GatewayResponse) -> Result<(), String> {
        self.hold(function, event, response, true)
    }

    fn hold(
        &self,
        function: Function,
        event: &HttpEvent,
        response: &GatewayResponse,
        closed: bool,
    ) -> Result<(), String> {
        let key = event.request_context.route_key.clone().unwrap_or_default();
        let Some(route) = ROUTES.iter().find(|route| route.function == function && route.key() == key) else {
            // Not this function's: no gateway would send it here.
            let is_404 = response.status_code == 404 && response.headers["content-type"] == MEDIA_TYPE;
            return if is_404 {
                self.valid(ANSWERS, "/components/schemas/Problem", &response.value())
            } else {
                Err(key)
            };
        };
        let (path, method) = (escaped(route.path), route.method.to_lowercase());
        let operation = format!("/paths/{path}/{method}");
        let described = self.document.pointer(&operation).ok_or_else(|| format!("{key} is not there"))?;
        let status = response.status_code.to_string();
        let answer = described["responses"].get(&status).ok_or_else(|| format!("{key} has no status {status}"))?;
        let place = match answer["$ref"].as_str() {
            Some(target) => target[1..].to_owned(),
            None => format!("{operation}/responses/{status}"),
        };
        let answer = self.resolve(answer);

        self.headers(answer, response).map_err(|error| format!("{key} {status}: {error}"))?;
        let content = answer["content"].as_object();
        match (response.headers.get("content-type"), content) {
            (None, None) if response.body.is_empty() => {}
            (Some(media), Some(content)) if content.contains_key(media) => {
                let schema = format!("{place}/content/{}/schema", escaped(media));
                self.valid(ANSWERS, &schema, &response.value()).map_err(|error| format!("{key} {status}: {error}"))?;
            }
            (media, _) => return Err(format!("{key} {status}: not with content-type {media:?}")),
        }
        if response.status_code < 400 {
            if closed {
                self.parameters(described, event).map_err(|error| format!("{key} took {error}"))?;
            }
            self.body(described, &operation, event).map_err(|error| format!("{key} took {error}"))?;
        }
        Ok(())
    }

    fn headers(&self, answer: &Value, response: &GatewayResponse) -> Result<(), String> {
        let described = answer["headers"].as_object().unwrap();
        let mut sent: BTreeMap<&str, &str> =
            response.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sent.remove("content-type");
        sent.extend(response.cookies.first().map(|cookie| ("set-cookie", cookie.as_str())));
        for (name, value) in &sent {
            if !described.contains_key(*name) {
                return Err(format!("header {name}"));
            }
            self.valid(ANSWERS, &format!("/components/headers/{name}/schema"), &json!(value))?;
        }
        let missing = described
            .iter()
            .find(|(name, header)| self.resolve(header)["required"] == true && !sent.contains_key(name.as_str()));
        missing.map_or(Ok(()), |(name, _)| Err(format!("no header {name}")))
    }

    /// The parameters and headers of a request that was not refused.
    fn parameters(&self, described: &Value, event: &HttpEvent) -> Result<(), String> {
        let parameters = described["parameters"].as_array().into_iter().flatten().map(|named| self.resolve(named));
        let schemes = described["security"].as_array().into_iter().flatten();
        let schemes = schemes.flat_map(|entry| entry.as_object().unwrap().keys());
        let schemes = schemes.map(|name| &self.document["components"]["securitySchemes"][name]);
        let known: BTreeSet<(String, String)> = parameters
            .chain(schemes.filter(|scheme| scheme["type"] == "apiKey"))
            .map(|one| (one["in"].as_str().unwrap().to_owned(), one["name"].as_str().unwrap().to_lowercase()))
            .collect();
        let query = event.raw_query_string.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let query = query.map(|pair| ("query", pair.split('=').next().unwrap().to_owned()));
        let headers = event.headers.names().map(str::to_lowercase);
        let headers = headers.filter(|name| !ANY_REQUEST.contains(&name.as_str())).map(|name| ("header", name));
        for (place, name) in query.chain(headers) {
            if !known.contains(&(place.to_owned(), name.to_lowercase())) {
                return Err(format!("{place} {name}"));
            }
        }
        Ok(())
    }

    /// The body of a request that was not refused.
    fn body(&self, described: &Value, operation: &str, event: &HttpEvent) -> Result<(), String> {
        let body = event.body.as_deref().filter(|_| !event.is_base64_encoded);
        let Some(body) = body.filter(|_| described.get("requestBody").is_some()) else { return Ok(()) };
        match serde_json::from_str(body) {
            Ok(body) => {
                let schema = format!("{operation}/requestBody/content/application~1json/schema");
                self.valid(REQUESTS, &schema, &body)
            }
            Err(error) if MORE_THAN_A_VALUE.iter().any(|words| error.to_string().contains(words)) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[tokio::test]
async fn the_document_is_served_and_not_sent_twice() {
    let world = demo();
    let response = world.send(call("GET /openapi.json")).await;
    assert_eq!((response.status_code, response.headers["content-type"].as_str()), (200, "application/json"));
    assert_eq!(response.headers["cache-control"], "public, max-age=300");
    assert_eq!(response.value(), openapi::document());
    let again = world.send(call("GET /openapi.json").header("if-none-match", &response.headers["etag"])).await;
    assert_eq!((again.status_code, again.body.as_str()), (304, ""));
    // Whoever reads it needs no table.
    assert!(world.faults.seen().is_empty());
}

#[test]
fn every_example_of_the_document_is_what_its_schema_says() {
    fn walk(contract: &Contract, value: &Value, path: &str, seen: &mut usize) {
        let Some(members) = value.as_object() else { return };
        let many = members.get("examples").and_then(Value::as_object).into_iter().flat_map(|many| many.values());
        for example in members.get("example").into_iter().chain(many.map(|one| &one["value"])) {
            let resource = if path.contains("/requestBody/") { REQUESTS } else { ANSWERS };
            contract
                .valid(resource, &format!("{path}/schema"), example)
                .unwrap_or_else(|error| panic!("{path}: {error}"));
            *seen += 1;
        }
        let inner = members.iter().filter(|(name, _)| !name.starts_with("example") && *name != "schema");
        inner.for_each(|(name, value)| walk(contract, value, &format!("{path}/{}", escaped(name)), seen));
    }
    let mut seen = 0;
    for place in ["/paths", "/components/responses"] {
        walk(&CONTRACT, CONTRACT.document.pointer(place).unwrap(), place, &mut seen);
    }
    assert!(seen > 50, "{seen}");
}

#[tokio::test]
async fn an_answer_that_the_document_does_not_name_is_found() {
    let world = demo();
    let added = call("POST /cart").json(json!({ "id": "1", "qty": 2 }));
    let response = world.send(added.clone()).await;
    let found = |pointer: &str, name: &str| {
        let mut document = openapi::document();
        let members = document.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
        assert!(members.shift_remove(name).is_some(), "{pointer}/{name}");
        Contract::new(document).check(Function::Cart, &added.event(), &response).unwrap_err()
    };
    assert!(found("/paths", "/cart").contains("POST /cart is not there"));
    assert!(found("/paths/~1cart/post/responses", "200").contains("no status 200"));
    assert!(found("/paths/~1cart/post/responses/200/headers", "etag").contains("header etag"));
    assert!(found("/paths/~1cart/post/responses/200/content", "application/json").contains("content-type"));
    assert!(found("/components/schemas/Cart/properties", "expiresAt").contains("expiresAt"));
    assert!(found("/components/schemas/CartLine/properties", "available").contains("available"));

    let mut wrong = openapi::document();
    wrong["components"]["schemas"]["Cart"]["properties"]["version"]["type"] = "string".into();
    assert!(Contract::new(wrong).check(Function::Cart, &added.event(), &response).unwrap_err().contains("string"));
    let mut strict = openapi::document();
    strict["components"]["schemas"]["WantedLine"]["properties"]["qty"]["maximum"] = 1.into();
    assert!(Contract::new(strict).check(Function::Cart, &added.event(), &response).unwrap_err().contains("took"));
}

#[tokio::test]
async fn a_code_that_the_document_does_not_name_is_found() {
    let world = demo();
    let unknown = call("POST /cart").json(json!({ "id": "9", "qty": 2 }));
    let response = world.send(unknown.clone()).await;
    let mut document = openapi::document();
    let code = "/paths/~1cart/post/responses/422/content/application~1problem+json/schema/properties/code/enum";
    let codes = document.pointer_mut(code).and_then(Value::as_array_mut).unwrap();
    codes.retain(|code| code != "unknown_product");
    assert!(Contract::new(document).check(Function::Cart, &unknown.event(), &response).is_err());
}
