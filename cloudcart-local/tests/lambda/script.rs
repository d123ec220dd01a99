//! A bootstrap that knows nothing of us: a shell script with curl, as the Lambda developer guide's tutorial of custom
//! runtimes has it, which reads its handler from `_HANDLER`.

use crate::support::{Cloud, eventually, zip};
use serde_json::json;
use std::time::Duration;

const BOOTSTRAP: &str = r#"#!/bin/sh
set -eu
file=${_HANDLER%%.*} handler=${_HANDLER#*.}
. "$LAMBDA_TASK_ROOT/$file.sh"
runtime="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
asked=0
while :; do
  asked=$((asked + 1))
  echo "asked $asked"
  next=$(curl -sS -i "$runtime/invocation/next" | tr -d '\r')
  id=$(printf '%s\n' "$next" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
  event=$(printf '%s\n' "$next" | sed '1,/^$/d')
  if answer=$($handler "$event"); then
    curl -sS -o /dev/null "$runtime/invocation/$id/response" -d "$answer"
  else
    error='{"errorMessage":"the handler failed","errorType":"Script.Failed"}'
    curl -sS -o /dev/null "$runtime/invocation/$id/error" -d "$error"
  fi
done
"#;

const HANDLER: &str = r#"
handle() {
  echo "handling $1" >&2
  case $1 in
    *fail*) return 1 ;;
    *extension*) curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension/register" -d '{"events":[]}' ;;
    *) printf '{"got":%s,"in":"%s"}' "$1" "$PWD" ;;
  esac
}
"#;

async fn scripted(freeze: bool) -> Cloud {
    assert!(std::path::Path::new("/usr/bin/curl").exists(), "this test needs curl");
    let cloud = Cloud::with(|options| options.freeze = freeze);
    let code = zip(&[("bootstrap", 0o755, BOOTSTRAP.as_bytes()), ("function.sh", 0o644, HANDLER.as_bytes())]);
    cloud.objects.objects.lock().unwrap().insert("assets/script.zip".to_owned(), code);
    let code = json!({"S3Bucket": "assets", "S3Key": "script.zip"});
    cloud.function(json!({"Handler": "function.handle", "Code": code, "Environment": {}})).await;
    cloud
}

pub(crate) async fn a_shell_script_with_curl_is_a_function() {
    let cloud = scripted(true).await;
    for number in 1..=3 {
        let answer = cloud.answer(json!({"n": number})).await;
        assert_eq!(answer["got"], json!({"n": number}));
        assert!(answer["in"].as_str().unwrap().contains("/lambda/code/"), "it runs where its code lies: {answer}");
    }
    let error = cloud.failure(json!({"do": "fail"})).await;
    assert_eq!(error, json!({"errorMessage": "the handler failed", "errorType": "Script.Failed"}));
    let refused = cloud.answer(json!({"do": "extension"})).await;
    assert_eq!(refused["errorType"], "NotImplemented", "there are no extensions: {refused}");
    eventually("five REPORTs", || cloud.logs.count("REPORT RequestId: ") == 5).await;
    assert_eq!(cloud.logs.count("Init Duration: "), 1, "one environment served all of them");
    assert!(cloud.logs.has(r#"handling {"n":2}"#));
    cloud.lambda.shutdown().await;
}

pub(crate) async fn the_next_event_is_waited_for_and_not_asked_for_again() {
    // Not frozen: the script could ask again at any time, and would if it were answered.
    let cloud = scripted(false).await;
    for _ in 0..2 {
        cloud.answer(json!({})).await;
    }
    eventually("it asks for a third event", || cloud.logs.has("asked 3")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(cloud.logs.count("asked "), 3);
    assert_eq!(cloud.answer(json!({"late": 1})).await["got"], json!({"late": 1}));
    cloud.lambda.shutdown().await;
}
