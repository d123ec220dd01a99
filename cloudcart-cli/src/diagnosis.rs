//! What CloudFormation says of a failure, for people: the resource that failed first, why, the line of source that declared
//! it, what else failed, and what helps.

use std::collections::BTreeMap;

use cloudcart_deploy::Error;
use cloudcart_deploy::stack::{Cause, Ending, Refusal, StackFailure, hint_for, readable};

use crate::exit::Exit;
use crate::failure::Failure;

/// How many further failures are told.
const ALSO: usize = 10;

/// The type of a stack, whose own lines name no resource.
const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// A failure with the places in the source that declared what it names. `sources` are those by logical id.
pub(crate) fn explained(error: &Error, sources: &BTreeMap<String, String>) -> Failure {
    match error {
        Error::Stack(failed) => stack(failed, sources),
        Error::ChangeSetInvalid(refusal) => invalid(refusal, sources),
        Error::ChangeSetRefused(reason) => refused(reason, sources),
        other => Failure::from_plain(other),
    }
}

fn stack(failed: &StackFailure, sources: &BTreeMap<String, String>) -> Failure {
    let exit = if failed.ending == Ending::RolledBack { Exit::RolledBack } else { Exit::NeedsPerson };
    let ended = format!("stack `{}` ended in {}", failed.stack, failed.status);
    let mut hints = Vec::new();
    let mut failure = match &failed.cause {
        None => Failure::new(exit, ended),
        Some(cause) => {
            hints.extend(cause.hint());
            let of_a_resource = cause.resource_type != STACK_TYPE || !cause.within.is_empty();
            let what = if of_a_resource { format!("{} {}: {ended}", cause.full_id(), cause.what()) } else { ended };
            Failure::new(exit, what).because(readable(&cause.reason)).at(place(cause, sources))
        }
    };
    failure = also(failure, &failed.others, sources);
    hints.push(way_out(failed).to_owned());
    failure.hint(hints.join("\n"))
}

/// What to do about a stack after its operation failed.
fn way_out(failed: &StackFailure) -> &'static str {
    match (failed.ending, failed.status.as_str()) {
        (Ending::RolledBack, _) => "everything is as it was; mend the cause and deploy again",
        (Ending::Gone, _) => "nothing of the stack is left; mend the cause and deploy again",
        (_, status) => cloudcart_deploy::stack::way_out(status),
    }
}

fn invalid(refusal: &Refusal, sources: &BTreeMap<String, String>) -> Failure {
    let Some((first, others)) = refusal.findings.split_first() else { return refused(&refusal.reason, sources) };
    let what = if first.logical_id.is_empty() {
        "CloudFormation refuses the change set".to_owned()
    } else {
        format!("CloudFormation refuses the change set for {}", first.logical_id)
    };
    let failure = Failure::new(Exit::Template, what).because(readable(&first.reason)).at(place(first, sources));
    let failure = also(failure, others, sources);
    match first.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// A refusal that is only a text: the resources are those whose logical ids stand in it.
fn refused(reason: &str, sources: &BTreeMap<String, String>) -> Failure {
    let mut failure = Failure::new(Exit::Template, "CloudFormation refuses the change set").because(readable(reason));
    let mut ids: Vec<&str> = Vec::new();
    for word in reason.split(|c: char| !c.is_ascii_alphanumeric()) {
        if sources.contains_key(word) && !ids.contains(&word) {
            ids.push(word);
        }
    }
    let places: Vec<String> = ids.iter().take(ALSO).map(|id| format!("{id}, declared at {}", sources[*id])).collect();
    if !places.is_empty() {
        failure = failure.at(places.join("; "));
    }
    match hint_for("", reason) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn also(mut failure: Failure, others: &[Cause], sources: &BTreeMap<String, String>) -> Failure {
    for cause in others.iter().take(ALSO) {
        let time = cause.timestamp.parse::<jiff::Timestamp>();
        let time = time.map_or_else(|_| String::new(), |at| format!("{} ", at.strftime("%H:%M:%SZ")));
        failure =
            failure.also(format!("{time}{} {}: {}", place(cause, sources), cause.what(), readable(&cause.reason)));
    }
    if others.len() > ALSO {
        failure = failure.also(format!("and {} more", others.len() - ALSO));
    }
    failure
}

/// `Queue (AWS::SQS::Queue), declared at stack/queue.rs:7`, with the path in the template if that is known.
fn place(cause: &Cause, sources: &BTreeMap<String, String>) -> String {
    let mut text = cause.full_id();
    if !cause.resource_type.is_empty() {
        text = format!("{text} ({})", cause.resource_type);
    }
    if let Some(path) = &cause.path {
        text = format!("{text} at {path}");
    }
    match sources.get(cause.declared_id()) {
        Some(source) => format!("{}, declared at {source}", text.trim_start()),
        None => text.trim_start().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> BTreeMap<String, String> {
        [("Queue", "stack/queue.rs:7"), ("Api", "stack/http_api.rs:20"), ("Storage", "stack/tables.rs:3")]
            .map(|(id, source)| (id.to_owned(), source.to_owned()))
            .into()
    }

    fn cause(id: &str, kind: &str, status: &str, reason: &str) -> Cause {
        Cause {
            logical_id: id.to_owned(),
            resource_type: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            ..Cause::default()
        }
    }

    fn failed(cause: Cause, others: Vec<Cause>) -> Error {
        Error::Stack(Box::new(StackFailure {
            stack: "shop".to_owned(),
            status: "ROLLBACK_COMPLETE".to_owned(),
            ending: Ending::RolledBack,
            cause: Some(cause),
            others,
        }))
    }

    #[test]
    fn the_resource_leads_with_its_line_of_source_and_what_helps() {
        let other = Cause {
            timestamp: "2026-03-02T10:00:29.5Z".to_owned(),
            ..cause("Api", "AWS::Lambda::Function", "CREATE_FAILED", "Internal Failure")
        };
        let failure = explained(
            &failed(
                cause(
                    "Queue",
                    "AWS::SQS::Queue",
                    "CREATE_FAILED",
                    "You must wait 60 seconds after deleting a queue before you can create another with the same name. \
                     (Service: Sqs, Status Code: 400, Request ID: 1)",
                ),
                vec![other],
            ),
            &sources(),
        );
        assert_eq!(failure.exit, Exit::RolledBack);
        assert_eq!(failure.what, "Queue could not be created: stack `shop` ended in ROLLBACK_COMPLETE");
        assert_eq!(
            failure.cause.as_deref(),
            Some("You must wait 60 seconds after deleting a queue before you can create another with the same name.")
        );
        assert_eq!(failure.place.as_deref(), Some("Queue (AWS::SQS::Queue), declared at stack/queue.rs:7"));
        assert_eq!(
            *failure.also,
            [
                "10:00:29Z Api (AWS::Lambda::Function), declared at stack/http_api.rs:20 could not be created: Internal Failure"
            ]
        );
        let hints: Vec<String> = failure.hint.unwrap_or_default().lines().map(str::to_owned).collect();
        assert!(hints[0].contains("in a minute") && hints[1].contains("as it was"), "{hints:?}");
    }

    #[test]
    fn a_resource_in_a_nested_stack_is_found_by_the_stack_that_the_source_declares() {
        let nested = Cause {
            within: vec!["Storage".to_owned()],
            ..cause("Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "no")
        };
        let failure = explained(&failed(nested, Vec::new()), &sources());
        assert_eq!(
            failure.place.as_deref(),
            Some("Storage/Table (AWS::DynamoDB::Table), declared at stack/tables.rs:3")
        );
    }

    #[test]
    fn a_stack_that_alone_says_why_is_not_called_a_resource() {
        let failure = explained(
            &failed(cause("shop", STACK_TYPE, "ROLLBACK_IN_PROGRESS", "No export named x found."), Vec::new()),
            &sources(),
        );
        assert_eq!(failure.what, "stack `shop` ended in ROLLBACK_COMPLETE");
        assert_eq!(failure.cause.as_deref(), Some("No export named x found."));
    }

    #[test]
    fn a_refusal_finds_the_resources_that_its_words_name() {
        let error = Error::ChangeSetRefused("Circular dependency between resources: [Api, Queue]".to_owned());
        let failure = explained(&error, &sources());
        assert_eq!(
            failure.place.as_deref(),
            Some("Api, declared at stack/http_api.rs:20; Queue, declared at stack/queue.rs:7")
        );
        assert!(failure.hint.unwrap_or_default().contains("need one another"));
        let path = Error::ChangeSetRefused("[/Resources/Queue/Type] 'null' values are not allowed".to_owned());
        assert_eq!(explained(&path, &sources()).place.as_deref(), Some("Queue, declared at stack/queue.rs:7"));
        let nobody = Error::ChangeSetRefused("Template format error".to_owned());
        assert_eq!(explained(&nobody, &sources()).place, None);
    }

    #[test]
    fn a_validation_s_findings_stand_with_their_paths() {
        let finding = Cause {
            path: Some("/Resources/Queue/Properties/QueueName".to_owned()),
            ..cause(
                "Queue",
                "AWS::SQS::Queue",
                "VALIDATION_FAILED",
                "Resource of type 'AWS::SQS::Queue' already exists.",
            )
        };
        let refusal = Refusal { reason: "validation failed".to_owned(), findings: vec![finding.clone(), finding] };
        let failure = explained(&Error::ChangeSetInvalid(Box::new(refusal)), &sources());
        assert_eq!(failure.exit, Exit::Template);
        assert_eq!(
            failure.place.as_deref(),
            Some("Queue (AWS::SQS::Queue) at /Resources/Queue/Properties/QueueName, declared at stack/queue.rs:7")
        );
        assert_eq!(failure.also.len(), 1);
        assert!(failure.hint.unwrap_or_default().contains("physical name"));
    }
}
