//! The front: who may ask, what is refused, and in whose words.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "gateway/queue_policies.rs"]
mod queue_policies;
mod support;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata as _};
use cloudcart_local::{
    LocalCloud,
    api::{ApiRequest, Caller, Need, Service},
    cloud::{IamMode, StartError, Status},
    cloudformation::Parameters,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use support::{ShiftedClock, assume, cloud, dynamodb, keys, logs, resource, role, root, s3, sts};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Sends a request as it is and reads the whole answer.
async fn raw(cloud: &LocalCloud, request: &str) -> String {
    let address = cloud.endpoint().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_host_that_is_not_loopback_is_refused() {
    let cloud = cloud().await;
    let answer =
        raw(&cloud, "GET /_cloudcart/status HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    cloud.shutdown().await;
}

#[tokio::test]
async fn the_status_needs_no_key_and_hides_the_secret() {
    let cloud = cloud().await;
    let answer = raw(&cloud, "GET /_cloudcart/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&cloud.credentials().access_key_id));
    assert!(!answer.contains(&cloud.credentials().secret_access_key));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_in_each_protocols_own_words_and_told_where_the_right_one_is() {
    let cloud = cloud().await;
    let stranger = keys("AKIASTRANGER00000000", "not-a-secret", None);

    let error = dynamodb(&cloud, stranger.clone()).list_tables().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnrecognizedClientException"));
    assert!(error.message().unwrap().contains("cloudcart local status"));

    let error = sts(&cloud, stranger.clone()).get_caller_identity().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidClientTokenId"));

    let error = s3(&cloud, stranger.clone()).list_buckets().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidAccessKeyId"));

    let error = logs(&cloud, stranger).describe_log_groups().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnrecognizedClientException"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_right_key_with_a_wrong_secret_does_not_sign() {
    let cloud = cloud().await;
    let forged = keys(cloud.credentials().access_key_id, "not-a-secret", None);
    let error = dynamodb(&cloud, forged.clone()).list_tables().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidSignatureException"));
    let error = s3(&cloud, forged.clone()).list_buckets().send().await.unwrap_err();
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
    let error = sts(&cloud, forged).get_caller_identity().send().await.unwrap_err();
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn another_regions_signature_is_refused() {
    let cloud = cloud().await;
    let config = config!(aws_sdk_dynamodb, cloud, root(&cloud))
        .region(aws_sdk_dynamodb::config::Region::new("eu-west-3"))
        .build();
    let error = aws_sdk_dynamodb::Client::from_conf(config).list_tables().send().await.unwrap_err();
    assert!(error.message().unwrap().contains("us-east-1"), "{}", DisplayErrorContext(&error));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_signature_older_than_fifteen_minutes_is_refused() {
    let clock = Arc::new(ShiftedClock::default());
    let cloud = LocalCloud::builder().ephemeral().clock(clock.clone()).start().await.unwrap();
    dynamodb(&cloud, root(&cloud)).list_tables().send().await.unwrap();
    clock.advance(Duration::from_mins(16));
    let error = dynamodb(&cloud, root(&cloud)).list_tables().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidSignatureException"));
    assert!(error.message().unwrap().starts_with("Signature expired"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn what_is_not_offered_is_a_501_that_names_it() {
    let cloud = cloud().await;
    let answer = raw(
        &cloud,
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.ListActivities\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 501") && answer.contains("AWSStepFunctions:ListActivities"), "{answer}");
    let error = logs(&cloud, root(&cloud)).describe_export_tasks().send().await.unwrap_err();
    assert!(error.message().unwrap().contains("logs:DescribeExportTasks"));
    let error = dynamodb(&cloud, root(&cloud)).list_global_tables().send().await.unwrap_err();
    assert!(error.message().unwrap().contains("dynamodb:ListGlobalTables"), "{}", DisplayErrorContext(&error));
    cloud.shutdown().await;
}

#[tokio::test]
async fn parameter_store_knows_the_version_of_the_cdks_bootstrap_resources_alone() {
    // Without a signature nobody is asked anything.
    let cloud = cloud().await;
    let answer = raw(
        &cloud,
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSSM.GetParameter\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("MissingAuthenticationToken"), "{answer}");
    let core = Arc::new(cloudcart_local::core::Core {
        region: "us-east-1".into(),
        account: "000000000000".into(),
        endpoint: cloud.endpoint().to_owned(),
        state_dir: cloud.state_dir().to_owned(),
        clock: Arc::new(cloudcart_local::clock::SystemClock),
        random: Arc::new(cloudcart_local::random::SystemRandomness::default()),
        store: cloudcart_local::store::Store::open(&cloud.state_dir().join("other.db")).unwrap(),
    });
    let parameters = Parameters::new(core);
    let request = |operation: &str, name: &str| ApiRequest {
        method: http::Method::POST,
        path: "/".into(),
        query: String::new(),
        headers: http::HeaderMap::new(),
        body: json!({ "Name": name }).to_string().into(),
        caller: Caller::Root,
        request_id: "r".into(),
        operation: operation.into(),
    };
    let name = "/cdk-bootstrap/hnb659fds/version";
    let asked = request("GetParameter", name);
    let arn = "arn:aws:ssm:us-east-1:000000000000:parameter/cdk-bootstrap/hnb659fds/version";
    assert_eq!(parameters.needs(&asked).unwrap(), [Need::new("ssm:GetParameter", arn)]);
    let answer: serde_json::Value = serde_json::from_slice(parameters.call(asked).await.unwrap().body()).unwrap();
    assert_eq!((&answer["Parameter"]["Value"], &answer["Parameter"]["ARN"]), (&json!("33"), &json!(arn)));
    let missing = parameters.call(request("GetParameter", "/shop/price")).await.unwrap_err();
    assert_eq!(missing.code, "ParameterNotFound");
    let other = parameters.call(request("PutParameter", name)).await.unwrap_err();
    assert!(other.message.contains("ssm:PutParameter"), "{}", other.message);
    cloud.shutdown().await;
}

#[tokio::test]
async fn the_documentation_lists_the_types_on_offer() {
    let cloud = cloud().await;
    let text = include_str!("../../docs/local-cloud.md");
    let table = text.split_once("| service | types |").unwrap().1.split_once("\n\n").unwrap().0;
    let mut listed: Vec<&str> = table.split('`').filter(|word| word.starts_with("AWS::")).collect();
    let mut offered: Vec<&str> = cloud.providers().iter().map(|provider| provider.type_name()).collect();
    listed.sort_unstable();
    offered.sort_unstable();
    assert_eq!(listed, offered);
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_caller_learns_who_it_is() {
    let cloud = cloud().await;
    let root_identity = sts(&cloud, root(&cloud)).get_caller_identity().send().await.unwrap();
    assert_eq!(root_identity.arn(), Some("arn:aws:iam::000000000000:root"));
    let arn = role(&cloud, "Role", json!([])).await;
    let identity = sts(&cloud, assume(&cloud, &arn, "checkout")).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.arn(), Some("arn:aws:sts::000000000000:assumed-role/test-Role-ABCDEFGHIJKL/checkout"));
    assert_eq!(identity.account(), Some("000000000000"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_token_of_another_session_is_refused() {
    let cloud = cloud().await;
    let arn = role(&cloud, "Role", json!([])).await;
    let (one, other) = (assume(&cloud, &arn, "one"), assume(&cloud, &arn, "other"));
    let mixed = keys(one.access_key_id(), one.secret_access_key(), other.session_token().map(str::to_owned));
    let error = sts(&cloud, mixed).get_caller_identity().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidClientTokenId"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_role_is_assumed_only_as_its_trust_policy_says_and_its_session_ends() {
    let clock = Arc::new(ShiftedClock::default());
    let cloud = LocalCloud::builder().ephemeral().clock(clock.clone()).start().await.unwrap();
    let lambda_only = role(&cloud, "LambdaOnly", json!([])).await;
    let client = sts(&cloud, root(&cloud));
    let error = client.assume_role().role_arn(&lambda_only).role_session_name("me").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDenied"));

    let made = support::provider(&cloud, "AWS::IAM::Role")
        .create(&resource(
            "Operator",
            json!({"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]}}),
        ))
        .await
        .unwrap();
    let arn = made.attributes["Arn"].as_str().unwrap();
    let assumed =
        client.assume_role().role_arn(arn).role_session_name("me").duration_seconds(900).send().await.unwrap();
    let granted = assumed.credentials().unwrap();
    assert!(granted.access_key_id().starts_with("ASIA"));
    let session = keys(granted.access_key_id(), granted.secret_access_key(), Some(granted.session_token().to_owned()));
    sts(&cloud, session.clone()).get_caller_identity().send().await.unwrap();
    clock.advance(Duration::from_secs(901));
    assert!(sts(&cloud, session).get_caller_identity().send().await.is_err());
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_function_may_do_what_its_role_says_and_nothing_else() {
    let cloud = cloud().await;
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";
    let arn =
        role(&cloud, "Role", json!([{"Effect": "Allow", "Action": "dynamodb:DescribeTable", "Resource": table}])).await;
    let client = dynamodb(&cloud, assume(&cloud, &arn, "checkout"));
    // Allowed: the engine itself answers.
    let error = client.describe_table().table_name("Orders").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    let error = client.delete_table().table_name("Orders").send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert_eq!(
        error.message(),
        Some(
            "User: arn:aws:sts::000000000000:assumed-role/test-Role-ABCDEFGHIJKL/checkout is not authorized to perform: \
             dynamodb:DeleteTable on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Orders because no \
             identity-based policy allows the dynamodb:DeleteTable action"
        )
    );
    let error = s3(&cloud, assume(&cloud, &arn, "checkout")).list_buckets().send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDenied"));
    cloud.shutdown().await;
}

#[tokio::test]
async fn iam_warn_lets_a_denied_request_through() {
    let cloud = LocalCloud::builder().ephemeral().iam(IamMode::Warn).start().await.unwrap();
    let arn = role(&cloud, "Role", json!([])).await;
    dynamodb(&cloud, assume(&cloud, &arn, "f")).list_tables().send().await.unwrap();
    cloud.shutdown().await;
}

#[tokio::test]
async fn the_keys_of_a_deleted_role_are_worthless() {
    let cloud = cloud().await;
    let arn = role(&cloud, "Role", json!([])).await;
    let function = assume(&cloud, &arn, "f");
    sts(&cloud, function.clone()).get_caller_identity().send().await.unwrap();
    let request = resource("Role", json!({}));
    support::provider(&cloud, "AWS::IAM::Role").delete("test-Role-ABCDEFGHIJKL", &request).await.unwrap();
    assert!(sts(&cloud, function).get_caller_identity().send().await.is_err());
    cloud.shutdown().await;
}

#[tokio::test]
async fn state_and_keys_survive_a_restart_and_the_status_file_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let start = || LocalCloud::builder().ephemeral().state_dir(folder.path()).start();
    let cloud = start().await.unwrap();
    let before = cloud.credentials();
    let arn = role(&cloud, "Role", json!([])).await;
    let function = assume(&cloud, &arn, "f");
    let status: Status = serde_json::from_slice(&std::fs::read(folder.path().join("cloud.json")).unwrap()).unwrap();
    assert_eq!(status, cloud.status());
    assert_eq!(status.pid, std::process::id());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.path().join("cloud.json")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    cloud.shutdown().await;
    assert!(!folder.path().join("cloud.json").exists());

    let cloud = start().await.unwrap();
    assert_eq!(cloud.credentials(), before);
    assert_eq!(assume(&cloud, &arn, "f").access_key_id(), function.access_key_id());
    sts(&cloud, function).get_caller_identity().send().await.unwrap();
    cloud.shutdown().await;
}

#[tokio::test]
async fn two_clouds_never_share_a_folder_or_a_port() {
    let cloud = cloud().await;
    let second = LocalCloud::builder().ephemeral().state_dir(cloud.state_dir()).start().await;
    assert!(matches!(second, Err(StartError::Locked { pid: Some(pid), .. }) if pid == std::process::id()));
    let port: u16 = cloud.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let third = LocalCloud::builder().ephemeral().port(port).start().await;
    assert!(matches!(third, Err(StartError::PortInUse { port: named }) if named == port));
    cloud.shutdown().await;
}

#[tokio::test]
async fn what_a_dead_cloud_left_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let start = || LocalCloud::builder().ephemeral().state_dir(folder.path()).start();
    let cloud = start().await.unwrap();
    let (status, keys) = (cloud.status(), cloud.credentials());
    cloud.shutdown().await;
    // As a kill leaves them: the lock's file with an id that is nobody's, a document that tells of a cloud, half a document.
    let dead = Status { pid: u32::MAX, ..status };
    std::fs::write(folder.path().join("lock"), dead.pid.to_string()).unwrap();
    std::fs::write(folder.path().join("cloud.json"), serde_json::to_string(&dead).unwrap()).unwrap();
    std::fs::write(folder.path().join(format!("cloud.json.{}", dead.pid)), "{").unwrap();
    let cloud = start().await.unwrap();
    assert_eq!(cloud.credentials(), keys);
    let told: Status = serde_json::from_slice(&std::fs::read(folder.path().join("cloud.json")).unwrap()).unwrap();
    assert_eq!(told.pid, std::process::id());
    assert_eq!(std::fs::read_to_string(folder.path().join("lock")).unwrap(), std::process::id().to_string());
    // It holds the lock for real.
    assert!(matches!(start().await, Err(StartError::Locked { .. })));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_corrupt_state_file_is_named() {
    for file in ["state.db", "dynamodb.db", "sqs.db"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file), "this is no database, and long enough to be read as one".repeat(99))
            .unwrap();
        let error = LocalCloud::builder().ephemeral().state_dir(folder.path()).start().await.err().unwrap();
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        assert!(text.contains(file), "{text}");
    }
}

#[tokio::test]
async fn a_state_of_another_region_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    LocalCloud::builder().ephemeral().state_dir(folder.path()).start().await.unwrap().shutdown().await;
    let other = LocalCloud::builder().ephemeral().state_dir(folder.path()).region("eu-central-1").start().await;
    assert!(matches!(other, Err(StartError::Region { found, .. }) if found == "us-east-1"));
}

#[tokio::test]
async fn two_clouds_side_by_side_know_nothing_of_each_other() {
    let (one, two) = (cloud().await, cloud().await);
    assert_ne!(one.endpoint(), two.endpoint());
    assert_ne!(one.state_dir(), two.state_dir());
    let table = json!({"TableName": "Table", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]});
    support::provider(&one, "AWS::DynamoDB::Table").create(&resource("Table", table)).await.unwrap();
    assert_eq!(dynamodb(&one, root(&one)).list_tables().send().await.unwrap().table_names(), ["Table"]);
    assert!(dynamodb(&two, root(&two)).list_tables().send().await.unwrap().table_names().is_empty());
    let error = dynamodb(&two, root(&one)).list_tables().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnrecognizedClientException"), "a key of the other cloud");
    one.advance_clock(Duration::from_hours(1)).unwrap();
    assert_eq!((one.clock().ahead_ms, two.clock().ahead_ms), (3_600_000, 0));
    one.shutdown().await;
    dynamodb(&two, root(&two)).list_tables().send().await.unwrap();
    two.shutdown().await;
}
