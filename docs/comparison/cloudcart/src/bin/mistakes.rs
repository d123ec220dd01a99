//! The twenty mistakes with CloudCart (`x`: a second way to make it), one for each `--cfg mistake="NAME"`. Checks the template
//! as a deployment does: with an error it stops and says what was found, else it prints the template.
//!
//! Three cannot be written the usual way. m10: a resource waits for handles, and a handle exists only once its resource is
//! added. m16: a route always brings its permission. m19: the definitions are made from the keys.
#![allow(unused)]

use cloudcart_cfn::apigatewayv2::api::ProtocolType;
use cloudcart_cfn::apigatewayv2::integration::{IntegrationType, PayloadFormatVersion};
use cloudcart_cfn::apigatewayv2::{Api, Integration, Route};
use cloudcart_cfn::dynamodb::table::{AttributeDefinition, AttributeType, BillingMode, KeySchema, KeyType};
use cloudcart_cfn::lambda::EventSourceMapping;
use cloudcart_cfn::lambda::function::{Code, Runtime};
use cloudcart_cfn::policy::{Action, sqs::Action as SqsAction};
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{dynamodb, easy, lambda, sqs};

fn function<'stack>() -> easy::Function<'stack, 'static> {
    easy::Function::from_s3("code-bucket", "api.zip")
}

fn queue<'stack>(stack: &mut Stack<'stack>) -> Handle<'stack, kind::sqs::Queue> {
    stack.add("Jobs", sqs::Queue::new())
}

fn mistake(stack: &mut Stack<'_>) {
    #[cfg(mistake = "m01")]
    easy::Function::from_s3("code-bucket").add_to(stack, "Api");

    #[cfg(mistake = "m02")]
    stack.add("Jobs", sqs::Queue::new().visibility_timout(int!(180)));

    #[cfg(mistake = "m03")]
    stack.add(
        "Orders",
        dynamodb::Table::new([KeySchema::new("orderId", KeyType::Hash)]).billing_mode(BillingMode::PayPerReqest),
    );

    #[cfg(mistake = "m04")]
    function().memory(int!(64)).timeout(int!(1_000)).add_to(stack, "Api");

    #[cfg(mistake = "m04x")]
    function().customize(|api| api.timeout(int!(1_000))).add_to(stack, "Api");

    #[cfg(mistake = "m05")]
    {
        let jobs = queue(stack);
        function().grant(jobs.allow([SqsAction::SendMesage])).add_to(stack, "Api");
    }

    #[cfg(mistake = "m05x")]
    {
        let jobs = queue(stack);
        function().grant(Grant::new([Action::raw("sqs:SendMesage")], [jobs.arn().into_value()])).add_to(stack, "Api");
    }

    #[cfg(mistake = "m06")]
    {
        let jobs = queue(stack);
        stack.add("Api", lambda::Function::new(Code::new().s3_bucket("code-bucket").s3_key("api.zip"), jobs.arn()));
    }

    #[cfg(mistake = "m06x")]
    {
        let role = queue(stack).attribute("Arn").assume();
        let code = Code::new().s3_bucket("code-bucket").s3_key("api.zip");
        let api = lambda::Function::new(code, role).runtime(Runtime::ProvidedAl2023).handler("bootstrap");
        stack.add("Api", api);
    }

    #[cfg(mistake = "m07")]
    function().env("QUEUE_URL", jobs.reference()).add_to(stack, "Api");

    #[cfg(mistake = "m07x")]
    function().env("QUEUE_URL", Value::<String>::reference("Jobs")).add_to(stack, "Api");

    #[cfg(mistake = "m08")]
    stack.output("JobsUrl", Output::new(queue(stack).queue_uri()));

    #[cfg(mistake = "m08x")]
    {
        let url = queue(stack).attribute("Uri");
        stack.output("JobsUrl", Output::new(url));
    }

    #[cfg(mistake = "m09")]
    Template::build("Another stack.", |other| {
        function().env("QUEUE_URL", queue(other).reference()).add_to(stack, "Api");
    });

    #[cfg(mistake = "m10x")]
    for (id, other) in [("A", "B"), ("B", "A")] {
        let mut attributes = Attributes::new();
        attributes.depends_on.push(other.to_owned());
        stack.add_with(id, sqs::Queue::new(), attributes);
    }

    #[cfg(mistake = "m11")]
    {
        let name = queue(stack).queue_name();
        stack.output("JobsUrl", Output::new(sub!("https://example.com/${jobs}", queue = name)));
    }

    #[cfg(mistake = "m11x")]
    {
        let name = queue(stack).queue_name();
        stack.output("JobsUrl", Output::new(sub_with("https://example.com/${jobs}", [("queue", name)])));
    }

    #[cfg(mistake = "m12")]
    {
        let jobs = easy::Queue::new().customize(|queue| queue.visibility_timeout(int!(10))).add_to(stack, "Jobs");
        function().timeout(int!(30)).consume(&jobs.queue).add_to(stack, "Api");
    }

    #[cfg(mistake = "m13")]
    {
        let jobs = queue(stack);
        let api = function().grant(jobs.consume()).add_to(stack, "Api");
        let mapping = EventSourceMapping::new(api.function.reference());
        stack.add("ApiJobs", mapping.event_source_arn(jobs.arn()).batch_size(int!(100)));
    }

    #[cfg(mistake = "m14")]
    function().env("AWS_REGION", "eu-west-1").add_to(stack, "Api");

    #[cfg(mistake = "m15")]
    function().env("BIG", "x".repeat(4097)).add_to(stack, "Api");

    #[cfg(mistake = "m16x")]
    {
        let api = function().add_to(stack, "Api").function;
        let http = stack.add("Http", Api::new().name("http").protocol_type(ProtocolType::Http));
        let call = Integration::new(&http, IntegrationType::AwsProxy).integration_uri(api.arn());
        let call = stack.add("Call", call.payload_format_version(PayloadFormatVersion::V2_0));
        stack.add("Post", Route::new(&http, "POST /orders").target(call.target()));
    }

    #[cfg(mistake = "m17")]
    function().grant(Grant::new([Action::raw("*")], ["*".into_value()])).add_to(stack, "Api");

    #[cfg(mistake = "m18")]
    function().env("DB_PASSWORD", "correct-horse-battery").add_to(stack, "Api");

    #[cfg(mistake = "m19x")]
    {
        let table = dynamodb::Table::new([KeySchema::new("orderId", KeyType::Hash)]);
        let table = table.attribute_definitions([AttributeDefinition::new("id", AttributeType::S)]);
        stack.add("Orders", table.billing_mode(BillingMode::PayPerRequest));
    }

    #[cfg(mistake = "m20")]
    for i in 0..501 {
        stack.add(format!("Queue{i}"), sqs::Queue::new());
    }
}

fn main() {
    let template = Template::build("A mistake.", |stack| mistake(stack));
    let report = template.report();
    if report.has_errors() {
        report.errors().for_each(|finding| eprintln!("{finding}"));
        std::process::exit(1);
    }
    report.notes().for_each(|finding| eprintln!("note: {finding}"));
    print!("{}", template.to_json());
}
