//! The shop's HTTP contract as an OpenAPI 3.1 document, made from the route table and from what stands beside the types.

use serde_json::{Map, Value, json};

use crate::problem;
use crate::routes::{ROUTES, Route};

mod components;
mod examples;
mod operations;

use operations::{Description, describe};

/// The version of the contract. It changes when a client would have to.
pub const CONTRACT_VERSION: &str = "1.0.0";

const ABOUT: &str = "\
A shop: a catalogue, a cart, a checkout that answers at once and a queue behind it.

- Amounts stand twice: in major units as a number with the currency's decimals, and in minor units as an integer.
- Lists are JSON arrays. The next page is in `Link` and `X-Next-Cursor`; a page may be empty and still have a next one.
- What goes wrong is `application/problem+json`; programs match on its `code`.
- The gateway in front has words of its own, `{\"message\": …}`: for a path that is not here, for too many requests at once \
and for a function that did not answer in time. Those answers have no `X-Request-Id`.
- A shop is in one of two modes. A `demo` believes whoever says who they are, and knows a cart without a token by the caller's \
address. Any other goes by tokens and sign-ins alone.";

/// The document. The same for every call.
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = operation(route, describe(route.operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "CloudCart shop",
            "version": CONTRACT_VERSION,
            "summary": "Catalogue, cart, checkout and orders.",
            "description": ABOUT,
        },
        // Relative to where the document is served from.
        "servers": [{ "url": "/", "description": "The shop that serves this document." }],
        "tags": components::tags(),
        "paths": paths,
        "components": components::all(),
    })
}

fn operation(route: &Route, description: Description) -> Value {
    let Description { tag, summary, about, parameters, body, security, answers, problems } = description;
    let mut operation = json!({
        "operationId": lower_first(route.word),
        "tags": [tag],
        "summary": summary,
        "description": about,
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into_iter().map(|name| reference("parameters", name)).collect();
    }
    if let Some((schema, example)) = body {
        let content = json!({ "application/json": { "schema": schema, "example": example } });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    // An empty requirement says that the request works without any, too.
    operation["security"] =
        security.iter().map(|name| if name.is_empty() { json!({}) } else { json!({ *name: [] }) }).collect();

    let mut responses = Map::new();
    for answer in answers {
        let mut response = json!({ "description": answer.about, "headers": headers(answer.headers) });
        if let Some((schema, example)) = answer.body {
            response["content"] = json!({ "application/json": { "schema": schema, "example": example } });
        }
        responses.insert(answer.status.to_string(), response);
    }
    let mut statuses: Vec<_> = problems.iter().map(problem::Problem::status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let of_status = || problems.iter().filter(|problem| problem.status() == status);
        let alone = of_status().count() == 1;
        let shared = of_status().find(|problem| alone && examples::shared().iter().any(|one| one.code == problem.code));
        let response = shared.map(|problem| reference("responses", problem.code.as_str()));
        responses.insert(status.to_string(), response.unwrap_or_else(|| refusal(of_status)));
    }
    responses.insert("429".to_owned(), reference("responses", "TooManyRequests"));
    operation["responses"] = responses.into();
    operation
}

/// The answer for the problems of one status.
fn refusal<'a, I: Iterator<Item = &'a problem::Problem>>(problems: impl Fn() -> I) -> Value {
    let codes: Vec<_> = problems().map(|problem| problem.code.as_str()).collect();
    let titles: Vec<_> = problems().map(|problem| format!("{}.", problem.code.title())).collect();
    let examples: Map<String, Value> = problems()
        .map(|problem| (problem.code.as_str().to_owned(), json!({ "value": examples::problem(problem) })))
        .collect();
    let names: &[&str] = if problems().any(|problem| problem.retry_after.is_some()) { &["retry-after"] } else { &[] };
    let schema = json!({
        "allOf": [{ "$ref": "#/components/schemas/Problem" }],
        "properties": { "code": { "enum": codes } },
    });
    json!({
        "description": titles.join(" "),
        "headers": headers(names),
        "content": { problem::MEDIA_TYPE: { "schema": schema, "examples": examples } },
    })
}

/// These headers, and those that every answer has.
fn headers(names: &[&str]) -> Value {
    let names = names.iter().chain(&["x-request-id", "cache-control"]);
    names.map(|name| ((*name).to_owned(), reference("headers", name))).collect::<Map<_, _>>().into()
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests;
