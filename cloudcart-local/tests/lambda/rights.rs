//! What the cloud does on behalf of a function it does by the rights that the function's role has at that moment.

use crate::{
    clients::{provider, resource},
    support::{self, warnings_about},
    world::{World, invocation},
};
use cloudcart_local::{LocalCloud, cloud::IamMode, ports::Invocation, store::Store};
use serde_json::{Value, json};

/// A role whose rights can be changed.
struct Role {
    id: String,
    arn: String,
    properties: Value,
}

fn role_properties(statements: &Value) -> Value {
    json!({
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    })
}

impl Role {
    async fn new(world: &World, name: &str, statements: Value) -> Self {
        let properties = role_properties(&statements);
        let made = provider(&world.cloud, "AWS::IAM::Role").create(&resource(name, properties.clone())).await.unwrap();
        let arn = made.attributes["Arn"].as_str().unwrap().to_owned();
        Self { id: made.physical_id, arn, properties }
    }

    async fn give(&mut self, world: &World, statements: Value) {
        let properties = role_properties(&statements);
        let roles = provider(&world.cloud, "AWS::IAM::Role");
        let before = self.properties.as_object().unwrap().clone();
        roles.update(&self.id, &before, &resource("any", properties.clone())).await.unwrap();
        self.properties = properties;
    }
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

/// Something that is of no use here: a role needs at least one statement.
fn nothing() -> Value {
    json!([allow(&["sns:Publish"], "*")])
}

/// Calls a function with the wish for its log; gives what it said there.
async fn call(world: &World, function: &str, line: &str) -> String {
    let event = json!({"do": "log", "lines": [line]}).to_string();
    let call = world.lambda().invoke().function_name(function).payload(event.into_bytes().into());
    let answer = call.log_type(aws_sdk_lambda::types::LogType::Tail).send().await.unwrap();
    assert_eq!(answer.function_error(), None, "it runs whatever becomes of its log");
    use base64::Engine as _;
    let log = base64::engine::general_purpose::STANDARD.decode(answer.log_result().unwrap()).unwrap();
    String::from_utf8(log).unwrap()
}

/// What is in a log group; `None` when there is no such group.
async fn lines(world: &World, group: &str) -> Option<Vec<String>> {
    let client = crate::clients::logs(&world.cloud, crate::clients::root(&world.cloud));
    let found = client.filter_log_events().log_group_name(group).send().await.ok()?;
    Some(found.events().iter().map(|event| event.message().unwrap().trim_end().to_owned()).collect())
}

pub(crate) async fn without_the_rights_to_its_log_a_function_runs_and_its_lines_are_lost() {
    const LOGS: &str = "arn:aws:logs:us-east-1:000000000000:log-group";
    let world = World::new().await;
    let mut role = Role::new(&world, "Silent", nothing()).await;
    world.function_named("silent", json!({"Role": role.arn})).await;
    assert!(call(&world, "silent", "one").await.contains("\none\n"), "the caller still gets the tail");
    assert_eq!(lines(&world, "/aws/lambda/silent").await, None, "the group is not even made");
    let told = warnings_about("silent");
    assert_eq!(told.len(), 1, "once, not with each line: {told:?}");
    assert!(
        told[0].contains("log lines are lost") && told[0].contains(r#""Action":"logs:CreateLogGroup""#),
        "{told:?}"
    );

    // A right to the group by its bare name is none to what is in it, as on AWS.
    let group = format!("{LOGS}:/aws/lambda/silent");
    role.give(&world, json!([allow(&["logs:*"], &group)])).await;
    call(&world, "silent", "two").await;
    assert_eq!(lines(&world, "/aws/lambda/silent").await, None);
    role.give(&world, json!([allow(&["logs:CreateLogGroup", "logs:PutLogEvents"], &format!("{group}:*"))])).await;
    call(&world, "silent", "three").await;
    assert!(warnings_about("silent").iter().any(|told| told.contains(r#""logs:CreateLogStream""#)));
    assert_eq!(lines(&world, "/aws/lambda/silent").await, None);

    // Given, they count at once, in the environment that runs already.
    let all = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
    role.give(&world, json!([allow(&all, &format!("{group}:*"))])).await;
    call(&world, "silent", "four").await;
    let kept = lines(&world, "/aws/lambda/silent").await.unwrap();
    assert!(kept.contains(&"four".to_owned()) && !kept.contains(&"three".to_owned()), "{kept:?}");
    // What was made needs no right to be made again; what is written does.
    role.give(&world, json!([allow(&["logs:PutLogEvents"], &format!("{group}:*"))])).await;
    call(&world, "silent", "five").await;
    assert!(lines(&world, "/aws/lambda/silent").await.unwrap().contains(&"five".to_owned()));
    role.give(&world, nothing()).await;
    call(&world, "silent", "six").await;
    assert!(!lines(&world, "/aws/lambda/silent").await.unwrap().contains(&"six".to_owned()));
    world.cloud.shutdown().await;
}

pub(crate) async fn a_group_that_the_stack_made_needs_no_right_to_make_it() {
    let world = World::new().await;
    world.make("AWS::Logs::LogGroup", "Group", json!({"LogGroupName": "/shop/own"})).await;
    let group = "arn:aws:logs:us-east-1:000000000000:log-group:/shop/own:*";
    let role = Role::new(&world, "Own", json!([allow(&["logs:CreateLogStream", "logs:PutLogEvents"], group)])).await;
    world.function_named("own", json!({"Role": role.arn, "LoggingConfig": {"LogGroup": "/shop/own"}})).await;
    call(&world, "own", "one").await;
    assert!(lines(&world, "/shop/own").await.unwrap().contains(&"one".to_owned()));
    assert_eq!(warnings_about("own"), [""; 0]);
    world.cloud.shutdown().await;
}

pub(crate) async fn iam_warn_keeps_the_lines_and_says_what_aws_would_lose_and_iam_off_says_nothing() {
    for (mode, name, warned) in [(IamMode::Warn, "warned", 1), (IamMode::Off, "unlooked", 0)] {
        let world = World::on(LocalCloud::builder().ephemeral().iam(mode).start().await.unwrap()).await;
        let role = Role::new(&world, "Silent", nothing()).await;
        world.function_named(name, json!({"Role": role.arn})).await;
        call(&world, name, "one").await;
        assert!(lines(&world, &format!("/aws/lambda/{name}")).await.unwrap().contains(&"one".to_owned()));
        let told = warnings_about(name);
        assert_eq!(told.len(), warned, "{told:?}");
        assert!(told.iter().all(|told| told.starts_with("not here, but on AWS")), "{told:?}");
        world.cloud.shutdown().await;
    }
}

/// Has an asynchronous event worked on to its end.
async fn event(world: &World, function: &str) {
    let invocation = Invocation { function: function.to_owned(), ..invocation(json!({})) };
    world.cloud.functions().invoke_later(invocation).unwrap();
    let store = Store::open(&world.cloud.state_dir().join("state.db")).unwrap();
    support::eventually("the event is done", || store.list::<Value>("lambda.async").unwrap().is_empty()).await;
}

pub(crate) async fn results_go_by_the_role_and_the_queues_policy_as_they_are_then() {
    let world = World::new().await;
    let queue = world.make("AWS::SQS::Queue", "Results", json!({})).await;
    let (url, arn) = (queue["QueueUrl"].as_str().unwrap(), queue["Arn"].as_str().unwrap());
    let mut role = Role::new(&world, "Sender", json!([allow(&["sqs:SendMessage"], arn)])).await;
    world.function_named("sender", json!({"Role": role.arn})).await;
    let config = json!({"FunctionName": "sender", "Qualifier": "$LATEST",
        "DestinationConfig": {"OnSuccess": {"Destination": arn}}});
    world.make("AWS::Lambda::EventInvokeConfig", "Config", config).await;
    let sent = async || {
        let received = world.sqs().receive_message().queue_url(url).max_number_of_messages(10).send().await.unwrap();
        received.messages().len()
    };
    let policies = provider(&world.cloud, "AWS::SQS::QueuePolicy");
    let policy = async |effect: &str| {
        let statement = json!({"Effect": effect, "Principal": {"AWS": role.arn}, "Action": "sqs:*", "Resource": arn});
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        policies.create(&resource("Policy", json!({"Queues": [url], "PolicyDocument": document}))).await.unwrap();
    };
    event(&world, "sender").await;
    assert_eq!(sent().await, 1, "the role may");
    policy("Deny").await;
    event(&world, "sender").await;
    assert_eq!(sent().await, 0, "a denial of the queue wins");
    let lost = || warnings_about("sender").iter().filter(|told| told.starts_with("a result is lost")).count();
    assert_eq!(lost(), 1);
    policy("Allow").await;
    let only_logs = json!([allow(&["logs:*"], "*")]);
    role.give(&world, only_logs).await;
    event(&world, "sender").await;
    assert_eq!(sent().await, 1, "the queue lets the role in");
    policies
        .delete("Policy", &resource("Policy", json!({"Queues": [url], "PolicyDocument": {"Statement": []}})))
        .await
        .unwrap();
    event(&world, "sender").await;
    assert_eq!(sent().await, 0, "neither does");
    assert_eq!(lost(), 2);
    world.cloud.shutdown().await;
}
