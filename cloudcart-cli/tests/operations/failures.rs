//! Deployments that fail, on the local cloud: what is the headline, where does it point, what does it advise.

use std::process::Stdio;

use serde_json::Value;

use crate::shop::{Ran, Shop};
use crate::{DECLARED_IN, LATER_LINE, TAKEN_LINE, command};

/// The tests of this file.
pub(crate) const TESTS: &[(&str, fn())] = &[
    ("a_failed_creation_names_resource_reason_line_and_hint", a_failed_creation),
    ("a_failed_update_names_the_first_of_two_and_tells_the_other", a_failed_update),
    ("a_refused_change_set_names_the_lines_of_what_its_words_name", a_refused_change_set),
    ("events_as_json_have_version_code_and_time", events_as_json),
];

struct World(Shop);

impl World {
    fn new() -> Self {
        let world = Self(Shop::new());
        world.run("fine", &["local", "start"]);
        world
    }

    fn run(&self, scene: &str, args: &[&str]) -> Ran {
        let output = command(&self.0, scene, args).stdin(Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Takes the name of the log group that the stack wants.
    fn take_the_name(&self) {
        self.0.on_target(async |target| {
            target.logs().create_log_group().log_group_name("somebody-elses-group").send().await.unwrap();
        });
    }
}

fn place(id: &str, kind: &str, line: u32) -> String {
    format!("  where: {id} ({kind}), declared at {DECLARED_IN}:{line}\n")
}

fn a_failed_creation() {
    let world = World::new();
    world.take_the_name();
    let ran = world.run("taken", &["deploy"]);
    assert_eq!(ran.code, 6, "{}", ran.err);
    assert!(
        ran.err.contains("error: Taken could not be created: stack `mine-local` ended in ROLLBACK_COMPLETE")
            || ran
                .err
                .contains("error: Taken could not be created: stack `cloudcart-local` ended in ROLLBACK_COMPLETE"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("  cause: The log group somebody-elses-group already exists."), "{}", ran.err);
    assert!(ran.err.contains(&place("Taken", "AWS::Logs::LogGroup", TAKEN_LINE)), "{}", ran.err);
    assert!(ran.err.contains("hint: a log group of that name is left over"), "{}", ran.err);
    assert!(!ran.err.contains("cause: Resource creation cancelled"), "{}", ran.err);
    // Off a terminal every step is a line with its time.
    let failed = ran.err.lines().find(|line| line.contains("CREATE_FAILED Taken AWS::Logs::LogGroup: ")).unwrap();
    assert!(failed.trim_start().as_bytes()[2] == b':' && failed.contains("Z CREATE_FAILED"), "{failed}");
    assert!(ran.err.lines().any(|line| line.contains("1 failed") && line.contains(" in ")), "{}", ran.err);
}

fn a_failed_update() {
    let world = World::new();
    let ran = world.run("fine", &["deploy"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    world.take_the_name();
    let ran = world.run("two", &["deploy"]);
    assert_eq!(ran.code, 6, "{}", ran.err);
    let headline = ran.err.lines().find(|line| line.starts_with("error: ")).unwrap();
    assert!(headline.ends_with("ended in UPDATE_ROLLBACK_COMPLETE"), "{headline}");
    // Both fail on their own, in an order that is the cloud's; each stands with its own line of source.
    let (first, second) = if headline.contains("Taken") { ("Taken", "Later") } else { ("Later", "Taken") };
    let of = |id: &str| match id {
        "Taken" => ("AWS::Logs::LogGroup", TAKEN_LINE),
        _ => ("AWS::SQS::Queue", LATER_LINE),
    };
    let (kind, line) = of(first);
    assert!(ran.err.contains(&place(first, kind, line)), "{}", ran.err);
    if let Some(also) = ran.err.lines().find(|line| line.trim_start().starts_with("also: ")) {
        let (kind, line) = of(second);
        assert!(also.contains(&format!("{second} ({kind}), declared at {DECLARED_IN}:{line}")), "{also}");
    }
    assert!(ran.err.contains("hint: everything is as it was"), "{}", ran.err);
    let again = world.run("fine", &["deploy"]);
    assert!(again.code == 0 && again.err.contains("no changes"), "{}", again.err);
}

fn a_refused_change_set() {
    let world = World::new();
    let ran = world.run("cycle", &["deploy"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains("error: CloudFormation refuses the change set"), "{}", ran.err);
    assert!(ran.err.contains("  where: Work, declared at ") && ran.err.contains(DECLARED_IN), "{}", ran.err);
    assert!(ran.err.contains("hint: ") && ran.err.contains("need one another"), "{}", ran.err);
}

fn events_as_json() {
    let world = World::new();
    let ran = world.run("fine", &["--format", "json", "deploy"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in &events {
        assert_eq!(event["version"], 1, "{event}");
        assert!(event["code"].is_string(), "{event}");
        let time: jiff::Timestamp = event["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(time > jiff::Timestamp::UNIX_EPOCH, "{event}");
    }
    let codes: Vec<&str> = events.iter().map(|event| event["code"].as_str().unwrap()).collect();
    for code in ["PLANNED", "EXECUTING", "RESOURCE", "STACK_SETTLED", "DEPLOYED"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    assert_eq!(codes.last(), Some(&"DEPLOYED"));
}
