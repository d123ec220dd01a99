//! Rules over a clock of the test's own and functions that only note what they are given.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::Rules;
use crate::{
    api::{ApiRequest, Caller, Service as _},
    clock::{Clock, ManualClock},
    core::Core,
    error::AwsError,
    ports::{FunctionInvoker, Invocation, InvokeError, InvokeOutcome},
    provider::{ProvisionError, Provisioned, ResourceRequest},
    random::SystemRandomness,
    store::Store,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:sweeper";
const RULE_ARN: &str = "arn:aws:events:us-east-1:000000000000:rule/shop-Sweep-ABCDEFGHIJKL";
/// 2026-11-24T00:00:00Z
const START: Duration = Duration::from_hours(498_744);

#[derive(Default)]
struct Functions {
    invoked: Mutex<Vec<Value>>,
    /// The rule that may invoke. None: none may.
    permitted: Mutex<Option<String>>,
    /// The rules in whose name permission was asked.
    asked: Mutex<Vec<String>>,
    /// Done once, when permission is asked next.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

#[async_trait]
impl FunctionInvoker for Functions {
    async fn invoke(&self, invocation: Invocation) -> Result<InvokeOutcome, InvokeError> {
        unreachable!("a rule does not wait for its function: {invocation:?}")
    }

    fn invoke_later(&self, invocation: Invocation) -> Result<String, InvokeError> {
        assert_eq!(invocation.function, FUNCTION);
        self.invoked.lock().unwrap().push(serde_json::from_slice(&invocation.payload).unwrap());
        Ok("r".to_owned())
    }

    fn permits(&self, function: &str, service: &str, source_arn: &str) -> bool {
        assert_eq!((function, service), (FUNCTION, "events.amazonaws.com"));
        self.asked.lock().unwrap().push(source_arn.to_owned());
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        self.permitted.lock().unwrap().as_deref() == Some(source_arn)
    }
}

struct World {
    folder: TempDir,
    clock: ManualClock,
    functions: Arc<Functions>,
    rules: Arc<Rules>,
}

fn open(folder: &TempDir, clock: impl Clock, functions: &Arc<Functions>) -> Arc<Rules> {
    let core = Core {
        region: "us-east-1".into(),
        account: "000000000000".into(),
        endpoint: "http://127.0.0.1:4566".into(),
        state_dir: folder.path().to_owned(),
        clock: Arc::new(clock),
        random: Arc::new(SystemRandomness::default()),
        store: Store::open(&folder.path().join("state.db")).unwrap(),
    };
    Rules::open(Arc::new(core), Arc::clone(functions) as Arc<dyn FunctionInvoker>).unwrap()
}

fn request(properties: Value) -> ResourceRequest {
    let Value::Object(properties) = properties else { panic!("no object") };
    ResourceRequest {
        stack_name: "shop".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
        logical_id: "Sweep".into(),
        properties,
        generated_name: "shop-Sweep-ABCDEFGHIJKL".into(),
    }
}

fn sweep(expression: &str) -> ResourceRequest {
    request(json!({ "ScheduleExpression": expression, "Targets": [{ "Id": "sweeper", "Arn": FUNCTION }] }))
}

impl World {
    fn new() -> Self {
        let (folder, clock) = (TempDir::new().unwrap(), ManualClock::new(START));
        let functions = Arc::new(Functions::default());
        *functions.permitted.lock().unwrap() = Some(RULE_ARN.to_owned());
        let rules = open(&folder, clock.clone(), &functions);
        Self { folder, clock, functions, rules }
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let made = self.rules.providers()[0].create(request).await;
        self.settle().await;
        made
    }

    /// Lets the watcher do what there is to do. On the test's one thread it goes on until it sleeps.
    async fn settle(&self) {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    /// Moves the time and gives the events that functions got meanwhile.
    async fn after(&self, seconds: u64) -> Vec<Value> {
        self.clock.advance(Duration::from_secs(seconds));
        self.settle().await;
        std::mem::take(&mut *self.functions.invoked.lock().unwrap())
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        let request = ApiRequest {
            method: Method::POST,
            path: "/".into(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Bytes::from(input.to_string()),
            caller: Caller::Root,
            request_id: "r".into(),
            operation: operation.into(),
        };
        let needs = self.rules.needs(&request)?;
        assert!(needs.iter().all(|need| need.action == format!("events:{operation}")));
        let response = self.rules.call(request).await?;
        self.settle().await;
        Ok(serde_json::from_slice(response.body()).unwrap())
    }
}

#[tokio::test]
async fn a_rule_invokes_its_function_every_period_with_the_event_of_a_schedule() {
    let world = World::new();
    let made = world.create(&sweep("rate(1 minute)")).await.unwrap();
    assert_eq!((made.physical_id.as_str(), &made.attributes["Arn"]), ("shop-Sweep-ABCDEFGHIJKL", &json!(RULE_ARN)));
    assert_eq!(world.after(59).await, [] as [Value; 0]);
    let mut events = world.after(1).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["id"].as_str().unwrap().len(), 36);
    events[0]["id"] = json!("");
    let expected = json!({
        "version": "0", "id": "", "detail-type": "Scheduled Event", "source": "aws.events", "account": "000000000000",
        "time": "2026-11-24T00:01:00Z", "region": "us-east-1", "resources": [RULE_ARN], "detail": {},
    });
    assert_eq!(events, [expected]);
    assert_eq!(world.after(60).await.len(), 1);
    // A leap of the clock is one firing, and the phase stays.
    assert_eq!(world.after(605).await.len(), 1);
    assert_eq!(world.after(54).await.len(), 0);
    assert_eq!(world.after(1).await.len(), 1);
}

#[tokio::test]
async fn an_input_takes_the_place_of_the_event() {
    let world = World::new();
    let mut wanted = sweep("cron(30 0 * * ? *)");
    wanted.properties["Targets"][0]["Input"] = json!(r#"{"a":1}"#);
    world.create(&wanted).await.unwrap();
    assert_eq!(world.after(30 * 60).await, [json!({"a": 1})]);
}

#[tokio::test]
async fn without_a_permission_for_this_rule_nothing_is_invoked() {
    let world = World::new();
    world.create(&sweep("rate(1 minute)")).await.unwrap();
    *world.functions.permitted.lock().unwrap() = Some(RULE_ARN.replace("Sweep", "Other"));
    assert_eq!(world.after(60).await.len(), 0);
    *world.functions.permitted.lock().unwrap() = Some(RULE_ARN.to_owned());
    assert_eq!(world.after(60).await.len(), 1);
}

#[tokio::test]
async fn an_update_counts_at_once_and_a_deleted_rule_is_silent() {
    let world = World::new();
    let before = sweep("rate(1 hour)");
    let name = world.create(&before).await.unwrap().physical_id;
    let provider = &world.rules.providers()[0];
    provider.update(&name, &before.properties, &sweep("rate(1 minute)")).await.unwrap();
    assert_eq!(world.after(60).await.len(), 1);
    // The same schedule keeps its phase, whatever else changes.
    world.after(30).await;
    let mut described = sweep("rate(1 minute)");
    described.properties.insert("Description".to_owned(), json!("sweeps"));
    provider.update(&name, &before.properties, &described).await.unwrap();
    assert_eq!(world.after(30).await.len(), 1);
    let mut disabled = sweep("rate(1 minute)");
    disabled.properties.insert("State".to_owned(), json!("DISABLED"));
    provider.update(&name, &before.properties, &disabled).await.unwrap();
    assert_eq!(world.after(300).await.len(), 0);
    provider.update(&name, &before.properties, &described).await.unwrap();
    assert!(!world.after(60).await.is_empty());
    provider.delete(&name, &described).await.unwrap();
    provider.delete(&name, &described).await.unwrap();
    assert_eq!(world.after(300).await.len(), 0);
    let gone = provider.update(&name, &before.properties, &described).await.unwrap_err();
    assert_eq!(gone.code, "NotFound");
}

#[tokio::test]
async fn a_rule_that_a_template_enables_again_makes_up_for_nothing() {
    let world = World::new();
    let enabled = sweep("rate(10 minutes)");
    let mut disabled = enabled.clone();
    disabled.properties.insert("State".to_owned(), json!("DISABLED"));
    let name = world.create(&disabled).await.unwrap().physical_id;
    assert_eq!(world.after(25 * 60).await.len(), 0);
    world.rules.providers()[0].update(&name, &disabled.properties, &enabled).await.unwrap();
    assert_eq!(world.after(299).await.len(), 0, "two periods passed while it was disabled");
    assert_eq!(world.after(1).await.len(), 1);
}

#[tokio::test]
async fn a_rule_that_is_deleted_while_another_fires_is_silent() {
    let world = World::new();
    for name in ["a", "b"] {
        let mut rule = sweep("rate(1 minute)");
        rule.properties.insert("Name".to_owned(), json!(name));
        world.create(&rule).await.unwrap();
    }
    let rules = Arc::clone(&world.rules);
    *world.functions.meanwhile.lock().unwrap() = Some(Box::new(move || rules.remove("b").unwrap()));
    world.after(60).await;
    let rule = |name: &str| format!("arn:aws:events:us-east-1:000000000000:rule/{name}");
    assert_eq!(*world.functions.asked.lock().unwrap(), [rule("a")]);
    world.after(60).await;
    assert_eq!(*world.functions.asked.lock().unwrap(), [rule("a"), rule("a")]);
}

/// A clock that notes its sleeps.
struct Noting(ManualClock, Arc<Mutex<Vec<Duration>>>);

impl Clock for Noting {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn sleep_until(&self, until: Duration) -> futures_util::future::BoxFuture<'static, ()> {
        self.1.lock().unwrap().push(until.saturating_sub(self.0.now()));
        self.0.sleep_until(until)
    }
}

#[tokio::test]
async fn a_rule_that_is_due_in_a_day_looks_at_the_clock_every_minute() {
    let world = World::new();
    let sleeps = Arc::default();
    let rules = open(&world.folder, Noting(world.clock.clone(), Arc::clone(&sleeps)), &world.functions);
    rules.providers()[0].create(&sweep("rate(1 day)")).await.unwrap();
    world.settle().await;
    assert_eq!(world.after(60).await.len(), 0);
    let sleeps = std::mem::take(&mut *sleeps.lock().unwrap());
    assert!(sleeps.len() >= 2 && sleeps.iter().all(|sleep| *sleep == Duration::from_mins(1)), "{sleeps:?}");
}

#[tokio::test]
async fn a_rule_survives_a_restart_in_its_phase_and_nothing_is_made_up() {
    let world = World::new();
    world.create(&sweep("rate(10 minutes)")).await.unwrap();
    world.rules.shutdown();
    world.settle().await;
    // Two firings are missed.
    assert_eq!(world.after(25 * 60).await.len(), 0);
    let again = World { rules: open(&world.folder, world.clock.clone(), &world.functions), ..world };
    again.settle().await;
    assert_eq!(again.after(4 * 60).await.len(), 0);
    assert_eq!(again.after(60).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_by_name() {
    let world = World::new();
    for (properties, reason) in [
        (json!({"ScheduleExpression": "rate(1 minutes)"}), "Parameter ScheduleExpression is not valid."),
        (json!({"ScheduleExpression": "cron(0 0 L * ? *)"}), "does not offer L, W and #"),
        (json!({}), "EventPattern or ScheduleExpression must be specified"),
        (json!({"ScheduleExpression": "rate(1 day)", "EventBusName": "orders"}), "no event bus orders"),
        (json!({"ScheduleExpression": "rate(1 day)", "State": "ON"}), "enum value set"),
        (json!({"ScheduleExpression": "rate(1 day)", "Name": "a b"}), "'name'"),
        (
            json!({"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": FUNCTION, "RetryPolicy": {}}]}),
            "RetryPolicy",
        ),
        (
            json!({"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "arn:aws:sqs:us-east-1:0:q"}]}),
            "functions only",
        ),
        (
            json!({"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": FUNCTION, "Input": "{"}]}),
            "not JSON",
        ),
        (
            json!({"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": FUNCTION}, {"Id": "a", "Arn": FUNCTION}]}),
            "twice",
        ),
        (
            json!({"ScheduleExpression": "rate(1 day)", "Targets": vec![json!({"Id": "a", "Arn": FUNCTION}); 6]}),
            "at most 5",
        ),
    ] {
        let error = world.create(&request(properties.clone())).await.unwrap_err();
        assert!(error.message.contains(reason) && error.code == "InvalidRequest", "{properties}: {error:?}");
    }
    world.create(&sweep("rate(1 day)")).await.unwrap();
    assert_eq!(world.create(&sweep("rate(1 day)")).await.unwrap_err().code, "AlreadyExists");
    world.rules.providers()[0].discard(&sweep("rate(1 day)")).await.unwrap();
    world.create(&sweep("rate(1 day)")).await.unwrap();
}

#[tokio::test]
async fn the_api_shows_rules_and_switches_them() {
    let world = World::new();
    let name = world.create(&sweep("rate(1 minute)")).await.unwrap().physical_id;
    let listed = world.call("ListRules", json!({ "NamePrefix": "shop-" })).await.unwrap();
    assert_eq!(listed["Rules"].as_array().unwrap().len(), 1);
    assert_eq!(world.call("ListRules", json!({ "NamePrefix": "other" })).await.unwrap(), json!({ "Rules": [] }));
    let targets = world.call("ListTargetsByRule", json!({ "Rule": name })).await.unwrap();
    assert_eq!(targets, json!({ "Targets": [{ "Id": "sweeper", "Arn": FUNCTION }] }));
    world.call("DisableRule", json!({ "Name": name })).await.unwrap();
    let described = world.call("DescribeRule", json!({ "Name": name })).await.unwrap();
    assert_eq!((&described["State"], &described["ScheduleExpression"]), (&json!("DISABLED"), &json!("rate(1 minute)")));
    assert_eq!(world.after(90).await.len(), 0);
    world.call("EnableRule", json!({ "Name": name })).await.unwrap();
    assert_eq!(world.after(59).await.len(), 0);
    assert_eq!(world.after(1).await.len(), 1);
    let missing = world.call("DescribeRule", json!({ "Name": "nobody" })).await.unwrap_err();
    assert_eq!(missing.code, "ResourceNotFoundException");
    assert_eq!(world.call("PutRule", json!({})).await.unwrap_err().status, 501);
}

#[tokio::test]
async fn rules_are_listed_in_pages() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        let mut rule = sweep("rate(1 minute)");
        rule.properties.insert("Name".into(), json!(name));
        rule.generated_name = format!("shop-{name}-ABCDEFGHIJKL");
        world.create(&rule).await.unwrap();
    }
    let names = |page: &Value| -> Vec<String> {
        page["Rules"].as_array().unwrap().iter().map(|rule| rule["Name"].as_str().unwrap().to_owned()).collect()
    };
    let first = world.call("ListRules", json!({ "Limit": 2 })).await.unwrap();
    assert_eq!(names(&first), ["a", "b"]);
    let last = world.call("ListRules", json!({ "Limit": 2, "NextToken": first["NextToken"] })).await.unwrap();
    assert_eq!((names(&last), last.get("NextToken")), (vec!["c".to_owned()], None));
    let targets = world.call("ListTargetsByRule", json!({ "Rule": "a", "Limit": 1 })).await.unwrap();
    assert_eq!((targets["Targets"].as_array().unwrap().len(), targets.get("NextToken")), (1, None));
    for wrong in [json!({ "Limit": 0 }), json!({ "Limit": 101 }), json!({ "NextToken": "x" })] {
        assert_eq!(world.call("ListRules", wrong).await.unwrap_err().code, "ValidationException");
    }
}
