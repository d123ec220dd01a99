//! `routes`: the routes that the template declares beside those that the deployed API answers.

use std::collections::{BTreeMap, BTreeSet};

use cloudcart_deploy::routes;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::pipeline;
use crate::session::Session;
use crate::table::render;

pub(crate) async fn run(session: &Session<'_>) -> Result<Exit, Failure> {
    let rendered = pipeline::render(session, None)?;
    let declared = declared(&rendered.json)?;
    let target = session.target().await?;
    let live: BTreeSet<String> = routes::live(&target, &session.settings.stack_name).await?.into_iter().collect();
    let keys: BTreeSet<&String> = declared.keys().chain(&live).collect();
    if session.printer.is_json() {
        let routes: Vec<Value> = keys
            .iter()
            .map(|key| json!({ "route": key, "logicalId": declared.get(*key), "live": live.contains(*key) }))
            .collect();
        session.printer.json(&json!({ "routes": routes }))?;
    } else {
        let yes_no = |yes: bool| if yes { "yes" } else { "NO" }.to_owned();
        let rows: Vec<Vec<String>> = keys
            .iter()
            .map(|key| {
                let id = declared.get(*key).cloned().unwrap_or_else(|| "NOT DECLARED".to_owned());
                vec![(*key).clone(), id, yes_no(live.contains(*key))]
            })
            .collect();
        session.printer.out(&render(&["ROUTE", "DECLARED AS", "LIVE"], &rows, &[]))?;
    }
    let differing = keys.iter().filter(|key| declared.contains_key(**key) != live.contains(**key)).count();
    if differing > 0 {
        session
            .printer
            .note(&format!("{differing} routes differ; `cloudcart deploy` brings the API to what is declared"));
    }
    Ok(Exit::Done)
}

/// Route keys of the template, and the logical id of each.
fn declared(template: &str) -> Result<BTreeMap<String, String>, Failure> {
    let template: Value = serde_json::from_str(template)
        .map_err(|error| Failure::internal("the rendered template is not JSON").because(error.to_string()))?;
    let resources = template["Resources"].as_object().into_iter().flatten();
    Ok(resources
        .filter(|(_, resource)| resource["Type"] == "AWS::ApiGatewayV2::Route")
        .filter_map(|(id, resource)| Some((resource["Properties"]["RouteKey"].as_str()?.to_owned(), id.clone())))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn only_routes_are_declared_routes() {
        let template = json!({"Resources": {
            "GetIt": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "GET /it"}},
            "Other": {"Type": "AWS::SQS::Queue", "Properties": {"RouteKey": "GET /no"}},
        }});
        let found = declared(&template.to_string()).unwrap();
        assert_eq!(found, BTreeMap::from([("GET /it".to_owned(), "GetIt".to_owned())]));
        assert!(declared("{").is_err());
    }
}
