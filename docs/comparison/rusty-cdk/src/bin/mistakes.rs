//! The mistakes with rusty-cdk (`x`: a second way to make it), one for each `--cfg mistake="NAME"`; prints the template.
//!
//! Five cannot be written. m06: a function always makes its own role. m10: a reference exists only once its resource is
//! built, and the ids are random. m13: the batch size cannot be set. m16: a route always brings its permission. m19: the
//! definitions are made from the keys. m03 is a method's name here, for the billing mode is one.
#![allow(unused)]

use rusty_cdk::apigateway::ApiGatewayV2Builder;
use rusty_cdk::dynamodb::{AttributeType, Key, TableBuilder};
use rusty_cdk::iam::{CustomPermission, Effect, Permission, StatementBuilder};
use rusty_cdk::lambda::{Architecture, Code, FunctionBuilder, Runtime, Zip, ZipStateWithHandlerAndRuntime};
use rusty_cdk::shared::HttpMethod;
use rusty_cdk::sqs::{QueueBuilder, QueueRef};
use rusty_cdk::stack::StackBuilder;
use rusty_cdk::wrappers::*;
use rusty_cdk::{
    env_var_key, iam_action, memory, non_zero_number, policy_name, string_with_only_alphanumerics_and_underscores,
    timeout, visibility_timeout, zip_file,
};
use serde_json::{Value, json};

fn code() -> Code {
    Code::Zip(Zip::new(Bucket("code-bucket".to_owned()), zip_file!("code.zip")))
}

fn function() -> FunctionBuilder<ZipStateWithHandlerAndRuntime> {
    FunctionBuilder::new("Api", Architecture::ARM64, memory!(256), timeout!(30))
        .code(code())
        .handler("bootstrap")
        .runtime(Runtime::ProvidedAl2023)
}

fn queue(stack: &mut StackBuilder) -> QueueRef {
    QueueBuilder::new("Jobs").standard_queue().build(stack)
}

fn allow(action: IamAction, resource: Value) -> Permission<'static> {
    let statement = StatementBuilder::new(vec![action], Effect::Allow).resources(vec![resource]).build();
    Permission::Custom(CustomPermission::new(policy_name!("Rights"), statement))
}

fn mistake(mut stack: StackBuilder) -> StackBuilder {
    #[cfg(mistake = "m01")]
    FunctionBuilder::new("Api", Architecture::ARM64, memory!(256), timeout!(30)).handler("bootstrap").build(&mut stack);

    #[cfg(mistake = "m02")]
    QueueBuilder::new("Jobs").standard_queue().visibility_timout(visibility_timeout!(180)).build(&mut stack);

    #[cfg(mistake = "m03")]
    {
        let key = Key::new(string_with_only_alphanumerics_and_underscores!("orderId"), AttributeType::String);
        TableBuilder::new("Orders", key).pay_per_reqest_billing().build(&mut stack);
    }

    #[cfg(mistake = "m04")]
    FunctionBuilder::new("Api", Architecture::ARM64, memory!(64), timeout!(1000));

    #[cfg(mistake = "m05")]
    {
        let jobs = queue(&mut stack);
        function().add_permission(allow(iam_action!("sqs:SendMesage"), jobs.get_arn())).build(&mut stack);
    }

    #[cfg(mistake = "m07")]
    function().env_var(env_var_key!("QUEUE_URL"), jobs.get_ref()).build(&mut stack);

    #[cfg(mistake = "m07x")]
    function().env_var(env_var_key!("QUEUE_URL"), json!({ "Ref": "Jobs" })).build(&mut stack);

    #[cfg(mistake = "m08")]
    {
        let url = queue(&mut stack).get_att("Uri");
        stack = stack.add_output("JobsUrl", url);
    }

    #[cfg(mistake = "m09")]
    {
        let jobs = queue(&mut StackBuilder::new());
        function().env_var(env_var_key!("QUEUE_URL"), jobs.get_ref()).build(&mut stack);
    }

    #[cfg(mistake = "m11")]
    {
        let name = queue(&mut stack).get_att("QueueName");
        let url = json!({ "Fn::Sub": ["https://example.com/${jobs}", { "queue": name }] });
        stack = stack.add_output("JobsUrl", url);
    }

    #[cfg(mistake = "m12")]
    {
        let jobs =
            QueueBuilder::new("Jobs").standard_queue().visibility_timeout(visibility_timeout!(10)).build(&mut stack);
        function().sqs_event_source_mapping(&jobs, None).build(&mut stack);
    }

    #[cfg(mistake = "m14")]
    function().env_var_string(env_var_key!("AWS_REGION"), "eu-west-1").build(&mut stack);

    #[cfg(mistake = "m15")]
    function().env_var_string(env_var_key!("BIG"), "x".repeat(4097)).build(&mut stack);

    #[cfg(mistake = "m17")]
    function().add_permission(allow(iam_action!("*"), "*".into())).build(&mut stack);

    #[cfg(mistake = "m17x")]
    function().add_permission(allow(IamAction("*".to_owned()), "*".into())).build(&mut stack);

    #[cfg(mistake = "m18")]
    function().env_var_string(env_var_key!("DB_PASSWORD"), "correct-horse-battery").build(&mut stack);

    #[cfg(mistake = "m20")]
    for i in 0..501 {
        QueueBuilder::new(&format!("Queue{i}")).standard_queue().build(&mut stack);
    }

    // Two things the small stack had to leave out.
    #[cfg(mistake = "redrive")]
    {
        let dead_letters = queue(&mut stack).get_arn();
        QueueBuilder::new("Main")
            .standard_queue()
            .dead_letter_queue(dead_letters, non_zero_number!(5))
            .build(&mut stack);
    }
    #[cfg(mistake = "routes")]
    {
        let (api, _, _) = function().build(&mut stack);
        ApiGatewayV2Builder::new("Http", "orders")
            .http()
            .add_route_lambda("/orders", HttpMethod::Post, &api)
            .add_route_lambda("/orders/{id}", HttpMethod::Get, &api)
            .build(&mut stack);
    }

    stack
}

fn main() {
    let stack = mistake(StackBuilder::new()).build().unwrap_or_else(|error| panic!("{error}"));
    println!("{}", stack.synth().expect("the stack is plain data"));
}
