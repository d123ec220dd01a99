//! The roles are as small as they can be: the shop works with the rendered ones, and not with any one action less.
//!
//! The shop is deployed once, by the real command on a local cloud in the test's own process. Then each action of each role
//! is taken away alone, the role's function starts anew, and what the shop does by that function is tried: some trial must
//! fail. An action that no trial misses is named.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "life/shop.rs"]
#[allow(dead_code, reason = "what the tests of the shop's life need, of which this one needs a part")]
mod shop;
#[path = "roles/stage.rs"]
mod stage;
#[path = "roles/trials.rs"]
mod trials;

use serde_json::{Value, json};
use stage::Stage;

/// One action of a role that can be taken away: where it stands in the policy.
struct Action {
    policy: String,
    statement: usize,
    at: usize,
    /// For people: `dynamodb:GetItem (OrdersTable)`.
    name: String,
}

/// Every action of a role's policies.
fn actions(policies: &std::collections::BTreeMap<String, Value>) -> Vec<Action> {
    let mut all = Vec::new();
    for (policy, document) in policies {
        for (statement, one) in document["Statement"].as_array().unwrap().iter().enumerate() {
            for (at, action) in one["Action"].as_array().unwrap().iter().enumerate() {
                let name = format!("{} ({})", action.as_str().unwrap(), one["Sid"].as_str().unwrap_or("no Sid"));
                all.push(Action { policy: policy.clone(), statement, at, name });
            }
        }
    }
    all
}

/// The document without the action; a statement without actions goes too.
fn without(document: &Value, action: &Action) -> Value {
    let mut document = document.clone();
    let statements = document["Statement"].as_array_mut().unwrap();
    let left = statements[action.statement]["Action"].as_array_mut().unwrap();
    left.remove(action.at);
    if left.is_empty() {
        statements.remove(action.statement);
    }
    document
}

#[test]
#[allow(clippy::print_stderr, reason = "what a run did is read with --nocapture")]
fn every_action_of_every_role_is_missed_when_it_is_taken_away() {
    let stage = Stage::deployed();
    let roles = stage.roles();
    assert!(roles.len() >= 7, "{roles:?}");
    let (mut survivors, mut count) = (Vec::new(), 0);
    for (function, role) in &roles {
        let policies = stage.policies(role);
        stage.begin(function);
        if let Err(failed) = trials::of(&stage, function, role) {
            panic!("{function} fails with its own role: {failed}");
        }
        for action in actions(&policies) {
            count += 1;
            let mut fewer = policies.clone();
            fewer.insert(action.policy.clone(), without(&policies[&action.policy], &action));
            stage.give(role, &policies, &fewer);
            stage.begin(function);
            // What is refused once is refused again; a first failure may have had another reason.
            let missed = trials::of(&stage, function, role).or_else(|_| trials::of(&stage, function, role));
            match missed {
                Err(missed) => eprintln!("{function} without {}: {missed}", action.name),
                Ok(()) => survivors.push(format!("{function}: {}", action.name)),
            }
            stage.give(role, &fewer, &policies);
        }
        stage.begin(function);
        if let Err(failed) = trials::of(&stage, function, role) {
            panic!("{function} fails with its own role given back: {failed}");
        }
        stage.end(function);
    }
    eprintln!("{count} actions of {} roles", roles.len());
    assert_eq!(survivors, Vec::<String>::new(), "nothing misses these actions: take them out of the stack");
}

#[test]
fn an_action_is_taken_away_alone() {
    let document = json!({"Statement": [{"Sid": "A", "Action": ["x:A", "x:B"]}, {"Sid": "B", "Action": ["x:C"]}]});
    let policies = std::collections::BTreeMap::from([("p".to_owned(), document.clone())]);
    let all = actions(&policies);
    assert_eq!(all.iter().map(|action| action.name.as_str()).collect::<Vec<_>>(), ["x:A (A)", "x:B (A)", "x:C (B)"]);
    let first = json!({"Statement": [{"Sid": "A", "Action": ["x:B"]}, {"Sid": "B", "Action": ["x:C"]}]});
    assert_eq!(without(&document, &all[0]), first);
    assert_eq!(without(&document, &all[2]), json!({"Statement": [{"Sid": "A", "Action": ["x:A", "x:B"]}]}));
}
