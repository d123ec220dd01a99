//! What is asked of the services after a failure, and what becomes of their answers.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;

use super::super::{first_cause, refused};
use super::*;
use crate::answering::Answering;
use crate::error::Error;
use crate::target::Identity;

/// A target that gives these answers in turn: a status and a body each.
fn target(answers: &[(u16, String)]) -> (Target, Answering) {
    let answers: Vec<_> = answers.iter().map(|(status, body)| (*status, body.as_str())).collect();
    let client = Answering::with(&answers);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        .retry_config(RetryConfig::disabled())
        .http_client(client.clone())
        .build();
    let identity = Identity { account: "123456789012".to_owned(), arn: "arn:aws:iam::123456789012:user/x".to_owned() };
    (Target::from_config(config, identity).unwrap(), client)
}

/// What was asked for, in order.
fn asked(client: &Answering) -> Vec<String> {
    let bodies = client.bodies();
    bodies
        .iter()
        .map(|body| {
            let value = |key: &str| {
                let found = body.split('&').find_map(|pair| pair.strip_prefix(&format!("{key}=")));
                found.unwrap_or_default().rsplit("%2F").next().unwrap_or_default().to_owned()
            };
            format!("{} {}", value("Action"), value("StackName"))
        })
        .collect()
}

fn events_of(stack_id: &str, events: &[(&str, &str, &str, &str, &str)]) -> String {
    let members: Vec<String> = events
        .iter()
        .map(|(time, id, kind, status, reason)| {
            let physical = if *kind == STACK_TYPE { format!("arn:aws:cloudformation:eu-west-1:1:stack/{id}/{id}") } else { String::new() };
            format!(
                "<member><EventId>{id}{time}</EventId><StackId>{stack_id}</StackId><LogicalResourceId>{id}</LogicalResourceId>\
                 <PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{kind}</ResourceType>\
                 <Timestamp>2026-03-02T{time}Z</Timestamp><ResourceStatus>{status}</ResourceStatus>\
                 <ResourceStatusReason>{reason}</ResourceStatusReason></member>"
            )
        })
        .collect();
    format!(
        "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>{}</StackEvents>\
         </DescribeStackEventsResult></DescribeStackEventsResponse>",
        members.concat()
    )
}

fn event(time: &str, id: &str, kind: &str, status: &str, reason: &str) -> ResourceEvent {
    ResourceEvent {
        id: format!("{id}{time}"),
        timestamp: format!("2026-03-02T{time}Z"),
        logical_id: id.to_owned(),
        physical_id: if kind == STACK_TYPE {
            format!("arn:aws:cloudformation:eu-west-1:1:stack/{id}/{id}")
        } else {
            String::new()
        },
        resource_type: kind.to_owned(),
        status: status.to_owned(),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        ..ResourceEvent::default()
    }
}

#[tokio::test]
async fn nested_stacks_are_followed_and_their_earlier_lives_left_out() {
    let (target, client) = target(&[
        (
            200,
            events_of(
                "Storage",
                &[
                    ("12:00:05", "Inner", STACK_TYPE, "CREATE_FAILED", "Embedded stack x was not successfully created"),
                    ("12:00:03", "Inner", STACK_TYPE, "CREATE_IN_PROGRESS", ""),
                    // Of a deployment long ago.
                    ("09:00:00", "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "old news"),
                ],
            ),
        ),
        (
            200,
            events_of(
                "Inner",
                &[("12:00:04", "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "orders already exists")],
            ),
        ),
    ]);
    let mut events = vec![
        event("12:00:00", "Storage", STACK_TYPE, "CREATE_IN_PROGRESS", ""),
        event("12:00:06", "Storage", STACK_TYPE, "CREATE_FAILED", "Embedded stack y was not successfully created"),
    ];
    gather(&target, "shop", Ending::RolledBack, &mut events).await;
    let (cause, others) = first_cause(&events);
    let cause = cause.unwrap();
    assert_eq!((cause.full_id().as_str(), cause.reason.as_str()), ("Storage/Inner/Table", "orders already exists"));
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(asked(&client), ["DescribeStackEvents Storage", "DescribeStackEvents Inner"]);
}

#[tokio::test]
async fn an_encoded_refusal_is_decoded_and_stays_as_it_is_when_that_is_not_allowed() {
    let reason = "You are not authorized to perform this operation. Encoded authorization failure message: KzCTdjlf_w (Service: Ec2)";
    let failed = || vec![event("12:00:00", "Box", "AWS::EC2::Instance", "CREATE_FAILED", reason)];
    let decoded = "<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>\
         {\"explicitDeny\":false,\"context\":{\"principal\":{\"arn\":\"arn:aws:iam::1:user/bob\"},\"action\":\"ec2:RunInstances\",\
         \"resource\":\"arn:aws:ec2:eu-west-1:1:instance/*\"}}</DecodedMessage></DecodeAuthorizationMessageResult>\
         </DecodeAuthorizationMessageResponse>";
    let (allowed, client) = target(&[(200, decoded.to_owned())]);
    let mut events = failed();
    gather(&allowed, "shop", Ending::RolledBack, &mut events).await;
    assert!(first_cause(&events).0.unwrap().hint().unwrap().contains("allow `ec2:RunInstances`"), "{events:?}");
    assert_eq!(asked(&client), ["DecodeAuthorizationMessage "]);

    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let (forbidden, _) = target(&[(403, denied.to_owned())]);
    let mut events = failed();
    gather(&forbidden, "shop", Ending::RolledBack, &mut events).await;
    assert_eq!(first_cause(&events).0.unwrap().reason, reason);
}

fn operation_events(members: &str) -> String {
    format!(
        "<DescribeEventsResponse><DescribeEventsResult><OperationEvents>{members}</OperationEvents>\
         </DescribeEventsResult></DescribeEventsResponse>"
    )
}

const REFUSED: &str = "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot \
                       Early Validation errors, use the DescribeEvents API for detailed failure information.";

#[tokio::test]
async fn a_refused_change_set_is_explained_by_what_the_validation_found() {
    let found = operation_events(
        "<member><EventType>VALIDATION_ERROR</EventType><LogicalResourceId>Uploads</LogicalResourceId>\
         <ResourceType>AWS::S3::Bucket</ResourceType><ValidationFailureMode>FAIL</ValidationFailureMode>\
         <ValidationName>NAME_CONFLICT_VALIDATION</ValidationName><ValidationStatus>FAILED</ValidationStatus>\
         <ValidationPath>/Resources/Uploads/Properties/BucketName</ValidationPath><ValidationStatusReason>Resource of type \
         'AWS::S3::Bucket' with identifier 'uploads' already exists.</ValidationStatusReason></member>",
    );
    let (asked_target, client) = target(&[(200, found)]);
    let id = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/c/1";
    let error = refused(&asked_target, id, Error::ChangeSetRefused(REFUSED.to_owned())).await;
    let Error::ChangeSetInvalid(refusal) = error else { panic!("{error}") };
    assert_eq!((refusal.findings[0].logical_id.as_str(), refusal.findings.len()), ("Uploads", 1));
    // The whole id: the operation does not take the mere name.
    let body = client.bodies().remove(0);
    assert!(body.contains("changeSet%2Fc%2F1") && body.contains("Filters.FailedEvents=true"), "{body}");
}

#[tokio::test]
async fn an_endpoint_that_lacks_the_question_leaves_the_refusal_as_it_was() {
    let lacks =
        "<ErrorResponse><Error><Code>InvalidAction</Code><Message>no such action</Message></Error></ErrorResponse>";
    for (status, body) in
        [(400, lacks.to_owned()), (501, lacks.to_owned()), (200, operation_events("")), (200, "<html>".to_owned())]
    {
        let (target, _) = target(&[(status, body)]);
        let error = refused(&target, "arn:c", Error::ChangeSetRefused(REFUSED.to_owned())).await;
        assert!(matches!(&error, Error::ChangeSetRefused(reason) if reason == REFUSED), "{error}");
    }
}

#[tokio::test]
async fn when_no_event_names_a_resource_the_last_operation_s_findings_do() {
    let found = operation_events(
        "<member><EventType>PROVISIONING_ERROR</EventType><OperationId>2</OperationId><LogicalResourceId>Queue</LogicalResourceId>\
         <ResourceType>AWS::SQS::Queue</ResourceType><ResourceStatus>CREATE_FAILED</ResourceStatus>\
         <ResourceStatusReason>Internal Failure</ResourceStatusReason></member>\
         <member><EventType>PROVISIONING_ERROR</EventType><OperationId>1</OperationId><LogicalResourceId>Old</LogicalResourceId>\
         <ResourceStatus>CREATE_FAILED</ResourceStatus><ResourceStatusReason>old news</ResourceStatusReason></member>",
    );
    let (target, _) = target(&[(200, found)]);
    let mut events = vec![ResourceEvent {
        is_stack: true,
        ..event(
            "12:00:00",
            "shop",
            STACK_TYPE,
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Queue].",
        )
    }];
    gather(&target, "shop", Ending::RolledBack, &mut events).await;
    let (cause, others) = first_cause(&events);
    assert_eq!((cause.unwrap().logical_id.as_str(), others.len()), ("Queue", 0));
}

#[tokio::test]
async fn what_went_well_is_not_asked_about() {
    let (target, client) = target(&[]);
    let mut events = vec![event("12:00:00", "Q", "AWS::SQS::Queue", "CREATE_FAILED", "in passing")];
    gather(&target, "shop", Ending::Done, &mut events).await;
    gather(&target, "shop", Ending::Gone, &mut Vec::new()).await;
    assert!(asked(&client).is_empty());
}
