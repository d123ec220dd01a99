//! The guide in `docs/` names every rule and every lint, and shows a finding as it is printed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{Lint, check, easy};

const GUIDE: &str = include_str!("../../docs/cloudformation.md");

#[test]
fn the_guide_names_every_rule_and_every_lint() {
    let names = check::rules().map(|rule| rule.name).chain(Lint::ALL.into_iter().map(Lint::name));
    let missing: Vec<&str> = names.filter(|name| !GUIDE.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, [] as [&str; 0]);
}

#[test]
fn the_guide_shows_a_finding_as_it_is_printed() {
    let template = Template::build("A batch.", |stack| {
        let jobs = easy::Queue::new().add_to(stack, "Jobs");
        let worker = easy::Function::from_s3("bucket", "key").consume(&jobs.queue).add_to(stack, "Worker");
        let mapping = cloudcart_cfn::lambda::EventSourceMapping::new(worker.function.reference())
            .event_source_arn(jobs.queue.arn())
            .batch_size(int!(100));
        stack.add_with("BigBatch", mapping, Attributes::new().after(&worker.policy));
    });
    let report = template.report();
    let finding = report.errors().next().unwrap();
    let text = finding.to_string();
    let (text, place) = text.rsplit_once(" (").unwrap();
    assert!(GUIDE.contains(text), "the guide does not show: {text}");
    assert!(place.starts_with(file!()), "{place}");
}
