//! Lambda's own API: through the AWS SDK, and what it refuses.

use crate::support::{Cloud, ROLE_ARN, base64, definition, eventually, invoke, package, zip};
use aws_sdk_lambda::{
    Client,
    client::Waiters as _,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata as _,
    primitives::Blob,
    types::{Environment, FunctionCode, InvocationType, LogType, Runtime},
};
use bytes::Bytes;
use cloudcart_local::{
    api::{ApiRequest, Caller, Need, Service as _},
    clock::ManualClock,
    lambda::Lambda,
    ports::FunctionInvoker as _,
    store::Store,
};
use http::{HeaderMap, Method, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc, time::Duration};

/// A listener that hands every request to the service, as the gateway does after its checks. Gives its URL.
async fn serve(lambda: Arc<Lambda>) -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let lambda = Arc::clone(&lambda);
            let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let lambda = Arc::clone(&lambda);
                async move {
                    let (parts, body) = request.into_parts();
                    let request = ApiRequest {
                        method: parts.method,
                        path: parts.uri.path().to_owned(),
                        query: parts.uri.query().unwrap_or_default().to_owned(),
                        headers: parts.headers,
                        body: body.collect().await.unwrap().to_bytes(),
                        caller: Caller::Root,
                        request_id: "r".to_owned(),
                        operation: String::new(),
                    };
                    let response: Response<Bytes> = match lambda.call(request).await {
                        Ok(response) => response,
                        Err(error) => error.into_response(lambda.protocol(), "r"),
                    };
                    Ok::<_, Infallible>(response.map(Full::new))
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}

fn client(url: &str) -> Client {
    Client::from_conf(
        aws_sdk_lambda::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIA", "secret", None, None, "test"))
            .endpoint_url(url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build(),
    )
}

pub(crate) async fn an_sdk_creates_invokes_updates_and_deletes_a_function() {
    let cloud = Cloud::new();
    let client = client(&serve(Arc::clone(&cloud.lambda)).await);
    let created = client
        .create_function()
        .function_name("f")
        .runtime(Runtime::from("provided.al2023"))
        .handler("bootstrap")
        .role(ROLE_ARN)
        .timeout(5)
        .environment(Environment::builder().variables(crate::bootstrap::ROLE, "function").build())
        .code(FunctionCode::builder().zip_file(Blob::new(package("v1"))).build())
        .send()
        .await
        .unwrap();
    client.wait_until_function_active_v2().function_name("f").wait(Duration::from_secs(5)).await.unwrap();
    let outcome = client
        .invoke()
        .function_name(created.function_arn().unwrap())
        .payload(Blob::new(r#"{"a":1}"#))
        .log_type(LogType::Tail)
        .client_context(base64(br#"{"custom":{"k":"v"}}"#))
        .send()
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(outcome.payload().unwrap().as_ref()).unwrap();
    assert_eq!((outcome.status_code(), outcome.function_error()), (200, None));
    assert_eq!((outcome.executed_version(), &answer["event"]), (Some("$LATEST"), &json!({"a": 1})));
    assert_eq!(answer["context"], r#"{"custom":{"k":"v"}}"#);
    assert!(outcome.log_result().is_some());
    let failed = client.invoke().function_name("f").payload(Blob::new(r#"{"do":"error"}"#)).send().await.unwrap();
    assert_eq!(failed.function_error(), Some("Unhandled"));
    let before = created.code_sha256().unwrap();
    let try_out = client.update_function_code().function_name("f").zip_file(Blob::new(package("v2"))).dry_run(true);
    assert_ne!(try_out.send().await.unwrap().code_sha256(), Some(before));
    let read = client.get_function_configuration().function_name("f").send().await.unwrap();
    assert_eq!(read.code_sha256(), Some(before), "a dry run changes nothing");
    let updated =
        client.update_function_code().function_name("f").zip_file(Blob::new(package("v2"))).send().await.unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &package("v2"));
    assert_eq!(updated.code_sha256(), Some(base64(digest.as_ref()).as_str()));
    client.wait_until_function_updated_v2().function_name("f").wait(Duration::from_secs(5)).await.unwrap();
    let stale = client.update_function_configuration().function_name("f").timeout(7).revision_id("old").send().await;
    assert_eq!(stale.unwrap_err().code(), Some("PreconditionFailedException"));
    let event = client.invoke().function_name("f").invocation_type(InvocationType::Event).send().await.unwrap();
    assert_eq!(event.status_code(), 202);
    let dry = client.invoke().function_name("f").invocation_type(InvocationType::DryRun).send().await.unwrap();
    assert_eq!(dry.status_code(), 204);
    let permission = client.add_permission().function_name("f").statement_id("s").action("lambda:InvokeFunction");
    permission.principal("apigateway.amazonaws.com").send().await.unwrap();
    let policy = client.get_policy().function_name("f").send().await.unwrap();
    assert!(policy.policy().unwrap().contains("apigateway.amazonaws.com"));
    client.remove_permission().function_name("f").statement_id("s").send().await.unwrap();
    assert!(
        client
            .get_policy()
            .function_name("f")
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_resource_not_found_exception()
    );
    assert_eq!(client.list_functions().send().await.unwrap().functions().len(), 1);
    client.delete_function().function_name("f").send().await.unwrap();
    let gone = client.get_function().function_name("f").send().await.unwrap_err();
    assert!(gone.into_service_error().is_resource_not_found_exception());
    cloud.lambda.shutdown().await;
}

pub(crate) async fn functions_and_policies_survive_a_restart() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    cloud
        .call(
            "POST",
            "/2015-03-31/functions/f/policy",
            json!({"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}),
        )
        .await
        .unwrap();
    let cloud = cloud.restarted().await;
    assert_eq!(cloud.answer(json!({})).await["mark"], "v1");
    assert!(cloud.lambda.permits("f", "apigateway.amazonaws.com", "arn:aws:execute-api:us-east-1:1:a/b"));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn bad_requests_are_refused_with_lambdas_codes() {
    let cloud = Cloud::new();
    cloud.function(json!({})).await;
    let create = async |members: Value| {
        let error = cloud.call("POST", "/2015-03-31/functions", definition("g", members)).await.unwrap_err();
        (error.status, error.code, error.message)
    };
    assert_eq!(create(json!({"FunctionName": "f"})).await.1, "ResourceConflictException");
    assert_eq!(create(json!({"FunctionName": "no spaces"})).await.1, "ValidationException");
    assert_eq!(create(json!({"Timeout": 901})).await.1, "ValidationException");
    assert!(
        create(json!({"Role": "arn:aws:iam::123456789012:role/stranger"}))
            .await
            .2
            .contains("cannot be assumed by Lambda")
    );
    assert!(create(json!({"Layers": ["arn:x"]})).await.2.contains("Layers"));
    let no_bootstrap = base64(&zip(&[("main", 0o755, b"#!x")]));
    assert!(create(json!({"Code": {"ZipFile": no_bootstrap}})).await.2.contains("bootstrap"));
    assert!(create(json!({"Code": {"ZipFile": "???"}})).await.2.contains("base64"));
    assert!(create(json!({"Code": {"S3Bucket": "b", "S3Key": "k"}})).await.2.contains("NoSuchKey"));
    let path = "/2015-03-31/functions/f/invocations";
    let refused = async |path: &str, headers: &[(&'static str, &str)], body: Vec<u8>| {
        let error = cloud.request("POST", path, headers, body.into()).await.unwrap_err();
        (error.status, error.code)
    };
    let code = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused(path, &[], b"{".to_vec()).await, code(400, "InvalidRequestContentException"));
    assert_eq!(refused(path, &[("x-amz-invocation-type", "Later")], vec![]).await, code(400, "ValidationException"));
    let big = format!("\"{}\"", "x".repeat(6 * 1024 * 1024)).into_bytes();
    assert_eq!(refused(path, &[], big).await, code(413, "RequestTooLargeException"));
    let big = format!("\"{}\"", "x".repeat(1024 * 1024)).into_bytes();
    let kind = [("x-amz-invocation-type", "Event")];
    assert_eq!(refused(path, &kind, big).await, code(413, "RequestTooLargeException"));
    assert_eq!(refused(&format!("{path}?Qualifier=7"), &[], vec![]).await, code(404, "ResourceNotFoundException"));
    let nobody = "/2015-03-31/functions/nobody/invocations";
    assert_eq!(refused(nobody, &[], vec![]).await, code(404, "ResourceNotFoundException"));
    assert!(invoke(&cloud.lambda, "nobody", json!({})).await.is_err());
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_operation_that_is_not_offered_says_so() {
    let cloud = Cloud::new();
    let error = cloud.call("GET", "/2015-03-31/functions/f/versions", Value::Null).await.unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (501, "NotImplemented"));
    assert!(error.message.contains("/2015-03-31/functions/f/versions"));
    cloud.lambda.shutdown().await;
}

async fn send_event(cloud: &Cloud, event: Value) {
    let path = "/2015-03-31/functions/f/invocations";
    let headers = [("x-amz-invocation-type", "Event")];
    let response = cloud.request("POST", path, &headers, event.to_string().into()).await.unwrap();
    assert_eq!(response.status(), 202);
}

fn queued_events(cloud: &Cloud) -> usize {
    let store = Store::open(&cloud.folder.path().join("state.db")).unwrap();
    store.list::<Value>("lambda.async").unwrap().len()
}

pub(crate) async fn an_asynchronous_invocation_is_retried_twice_then_dropped() {
    let clock = ManualClock::new(Duration::from_hours(1));
    let cloud = Cloud::on(Arc::new(clock.clone()), |_| {});
    cloud.function(json!({})).await;
    send_event(&cloud, json!({"do": "error"})).await;
    for (attempt, wait) in [(1, Duration::from_mins(1)), (2, Duration::from_mins(2))] {
        eventually("the attempt is over", || cloud.logs.count("REPORT RequestId") == attempt).await;
        // One sleeper is the idle environment, the other the retry.
        eventually("the retry waits", || clock.sleepers() == 2).await;
        clock.advance(wait.saturating_sub(Duration::from_secs(1)));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(cloud.logs.count("START RequestId"), attempt, "not too early");
        clock.advance(Duration::from_secs(1));
    }
    eventually("the third attempt is over", || cloud.logs.count("REPORT RequestId") == 3).await;
    eventually("the event is dropped", || queued_events(&cloud) == 0).await;
    let ids: std::collections::HashSet<String> =
        cloud.logs.messages().into_iter().filter(|line| line.starts_with("START")).collect();
    assert_eq!(ids.len(), 1, "retries keep the request id");
    send_event(&cloud, json!({})).await;
    eventually("a success is not repeated", || queued_events(&cloud) == 0).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn an_asynchronous_invocation_waits_through_a_restart() {
    let clock = ManualClock::new(Duration::from_hours(1));
    let cloud = Cloud::on(Arc::new(clock.clone()), |_| {});
    cloud.function(json!({})).await;
    send_event(&cloud, json!({"do": "error"})).await;
    eventually("the retry waits", || cloud.logs.has("REPORT") && clock.sleepers() == 2).await;
    let cloud = cloud.restarted().await;
    clock.wait_for_sleepers(1).await;
    clock.advance(Duration::from_mins(1));
    eventually("the second attempt", || cloud.logs.count("REPORT RequestId") == 2).await;
    cloud.lambda.shutdown().await;
}

pub(crate) async fn rights_are_named_per_operation() {
    let cloud = Cloud::new();
    let needs = |method: Method, path: &str, body: Value| {
        let request = ApiRequest {
            method,
            path: path.to_owned(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: body.to_string().into(),
            caller: Caller::Root,
            request_id: "r".to_owned(),
            operation: String::new(),
        };
        cloud.lambda.needs(&request).unwrap()
    };
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    assert_eq!(
        needs(Method::POST, "/2015-03-31/functions/f/invocations", json!({})),
        [Need::new("lambda:InvokeFunction", arn)]
    );
    let create = needs(Method::POST, "/2015-03-31/functions", json!({"FunctionName": "f", "Role": ROLE_ARN}));
    assert_eq!((create[0].action.as_str(), create[0].resource.as_str()), ("lambda:CreateFunction", arn));
    assert_eq!((create[1].action.as_str(), create[1].resource.as_str()), ("iam:PassRole", ROLE_ARN));
    assert_eq!(needs(Method::GET, "/2099-01-01/whatever", json!({})), []);
    cloud.lambda.shutdown().await;
}
