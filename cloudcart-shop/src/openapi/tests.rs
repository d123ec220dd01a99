//! The document is whole: every route, every reference, every code, and examples that are no empty promises.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::problem::Code;

/// Every value of the document with the path to it.
fn walk<'a>(value: &'a Value, path: &str, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(path, value);
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| {
                walk(value, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), visit);
            });
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(at, value)| walk(value, &format!("{path}/{at}"), visit));
        }
        _ => {}
    }
}

#[test]
fn the_document_has_every_route_and_no_other() {
    let document = document();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    assert_eq!(described, ROUTES.iter().map(Route::key).collect());
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    walk(&document, "", &mut |path, value| {
        if let Some(target) = value.as_str().filter(|_| path.ends_with("/$ref")) {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{path}: {target}");
            used.insert(pointer.to_owned());
        }
        if path.ends_with("/security") {
            for name in value.as_array().unwrap().iter().flat_map(|entry| entry.as_object().unwrap().keys()) {
                let pointer = format!("/components/securitySchemes/{name}");
                assert!(document.pointer(&pointer).is_some(), "{path}: {name}");
                used.insert(pointer);
            }
        }
    });
    for (kind, members) in document["components"].as_object().unwrap() {
        for name in members.as_object().unwrap().keys() {
            assert!(used.contains(&format!("/components/{kind}/{name}")), "nobody uses {kind} {name}");
        }
    }
}

#[test]
fn parameters_of_the_path_are_those_in_its_braces() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        let described: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| document.pointer(&parameter["$ref"].as_str().unwrap()[1..]).unwrap())
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let braces = route.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        assert_eq!(described, braces, "{}", route.key());
    }
}

#[test]
fn every_code_is_some_routes_and_each_stands_under_its_status() {
    let document = document();
    let mut described = BTreeSet::new();
    walk(&document, "", &mut |path, value| {
        // Where the shared answers are used, they stand under their status.
        if let Some(name) = value.as_str().and_then(|target| target.strip_prefix("#/components/responses/")) {
            let code = Code::ALL.iter().find(|code| code.as_str() == name);
            let status = code.map_or(429, |code| code.status());
            assert!(path.ends_with(&format!("/responses/{status}/$ref")), "{path}: {name}");
        }
        let Some((before, _)) = path.split_once("/content/application~1problem+json/schema/properties/code/enum/")
        else {
            return;
        };
        let code = Code::ALL.iter().find(|code| code.as_str() == value).unwrap();
        let status = before.rsplit('/').next().unwrap();
        // A shared answer is named after its code.
        assert!(status == code.status().to_string() || status == code.as_str(), "{path}: {value}");
        described.insert(code.as_str());
    });
    // A path that is no route never reaches a function: the gateway answers.
    described.insert(Code::NotFound.as_str());
    assert_eq!(described, Code::ALL.iter().map(|code| code.as_str()).collect());
}

#[test]
fn every_example_is_there_and_every_problem_is_the_one_it_is_named() {
    let mut seen = 0;
    walk(&document(), "", &mut |path, value| {
        if path.ends_with("/example") || path.ends_with("/value") {
            assert!(!value.is_null(), "{path}");
            seen += 1;
        }
        if let Some(named) = path.rsplit_once("/examples/").and_then(|(_, rest)| rest.strip_suffix("/value")) {
            assert_eq!(value["code"], named, "{path}");
        }
    });
    assert!(seen > ROUTES.len());
}

#[test]
fn operation_ids_are_distinct() {
    let document = document();
    let ids: BTreeSet<&str> = ROUTES
        .iter()
        .map(|route| document["paths"][route.path][route.method.to_lowercase()]["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), ROUTES.len());
}
