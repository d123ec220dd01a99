//! Grants name exact actions on exact ARNs, bring their environment variable along, and make no cycles.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::dynamodb::table::{GlobalSecondaryIndex, KeySchema, KeyType, LocalSecondaryIndex, Projection};
use cloudcart_cfn::dynamodb::table::{StreamSpecification, StreamViewType};
use cloudcart_cfn::policy::dynamodb::Action;
use cloudcart_cfn::prelude::*;
use cloudcart_cfn::{
    Lint, Property, apigatewayv2, dynamodb, easy, events, iam, kms, lambda, logs, policy, s3, secretsmanager, sns, sqs,
    ssm,
};
use serde_json::{Value as Json, json};

/// The statements as `actions on resources [if condition]`.
fn told(grant: Grant<'_>) -> Vec<String> {
    let document = PolicyDocument::granting([grant]).to_json();
    let statements = document["Statement"].as_array().unwrap().iter();
    let texts = |json: &Json| -> Vec<String> {
        let each = json.as_array().unwrap().iter();
        each.map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect()
    };
    statements
        .map(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            let condition = statement.get("Condition").map(|condition| format!(" if {condition}")).unwrap_or_default();
            format!(
                "{} on {}{condition}",
                texts(&statement["Action"]).join(","),
                texts(&statement["Resource"]).join(",")
            )
        })
        .collect()
}

#[test]
fn a_table_grants_its_indexes_by_name_and_its_stream() {
    Template::build("A table.", |stack| {
        let key = |name| [KeySchema::new(name, KeyType::Hash)];
        let plain = stack.add("Plain", dynamodb::Table::new(key("id")));
        let table = dynamodb::Table::new(key("id"))
            .global_secondary_indexes([GlobalSecondaryIndex::new("byUser", key("user"), Projection::new())])
            .local_secondary_indexes([LocalSecondaryIndex::new("byDate", key("id"), Projection::new())])
            .stream_specification(StreamSpecification::new(StreamViewType::NewImage));
        let table = stack.add("Orders", table);

        let arn = r#"{"Fn::GetAtt":["Orders","Arn"]}"#;
        let read = "dynamodb:BatchGetItem,dynamodb:ConditionCheckItem,dynamodb:GetItem,dynamodb:Query,dynamodb:Scan";
        let indexes = r#"{"Fn::Sub":"${Orders.Arn}/index/byUser"},{"Fn::Sub":"${Orders.Arn}/index/byDate"}"#;
        let write = "dynamodb:BatchWriteItem,dynamodb:DeleteItem,dynamodb:PutItem,dynamodb:UpdateItem";
        let index_actions = "dynamodb:Query,dynamodb:Scan";
        assert_eq!(told(table.read()), [format!("{read} on {arn}"), format!("{index_actions} on {indexes}")]);
        assert_eq!(told(table.write()), [format!("{write} on {arn}")]);
        assert_eq!(told(table.read_write()).len(), 3);
        assert_eq!(told(plain.read()), [format!("{read} on {}", arn.replace("Orders", "Plain"))]);
        assert_eq!(
            told(table.read_stream().unwrap()),
            [
                "dynamodb:DescribeStream,dynamodb:GetRecords,dynamodb:GetShardIterator on \
                 {\"Fn::GetAtt\":[\"Orders\",\"StreamArn\"]}",
                "dynamodb:ListStreams on {\"Fn::Sub\":\"${Orders.Arn}/stream/*\"}"
            ]
        );
        assert_eq!(plain.read_stream(), None);
        assert_eq!(
            told(table.allow([Action::GetItem]).named("One").when("StringEquals", "dynamodb:LeadingKeys", ["k"])),
            [format!("dynamodb:GetItem on {arn} if {{\"StringEquals\":{{\"dynamodb:LeadingKeys\":[\"k\"]}}}}")]
        );
    });
}

#[test]
fn every_other_resource_grants_what_its_use_needs() {
    Template::build("Everything.", |stack| {
        let queue = stack.add("Jobs", sqs::Queue::new());
        let bucket = stack.add("Media", s3::Bucket::new());
        let topic = stack.add("News", sns::Topic::new());
        let bus = stack.add("Bus", events::EventBus::new("bus"));
        let secret = stack.add("Key", secretsmanager::Secret::new());
        let setting =
            stack.add("Setting", ssm::Parameter::new(ssm::parameter::ParameterType::String, "on").name("/shop/mode"));
        let plain = stack.add("Plain", ssm::Parameter::new(ssm::parameter::ParameterType::String, "on"));
        let key = stack.add("Kms", kms::Key::new());
        let group = stack.add("Logs", logs::LogGroup::new());
        for (grant, expected) in [
            (queue.send(), r#"sqs:SendMessage on {"Fn::GetAtt":["Jobs","Arn"]}"#),
            (
                queue.consume(),
                r#"sqs:DeleteMessage,sqs:GetQueueAttributes,sqs:ReceiveMessage on {"Fn::GetAtt":["Jobs","Arn"]}"#,
            ),
            (bucket.get("products/*"), r#"s3:GetObject on {"Fn::Sub":"${Media.Arn}/products/*"}"#),
            (bucket.put("a/${b}"), r#"s3:AbortMultipartUpload,s3:PutObject on {"Fn::Sub":"${Media.Arn}/a/${!b}"}"#),
            (bucket.delete("*"), r#"s3:DeleteObject on {"Fn::Sub":"${Media.Arn}/*"}"#),
            (
                bucket.list("products/"),
                r#"s3:ListBucket on {"Fn::GetAtt":["Media","Arn"]} if {"StringLike":{"s3:prefix":["products/*"]}}"#,
            ),
            (topic.publish(), r#"sns:Publish on {"Ref":"News"}"#),
            (bus.put_events(), r#"events:PutEvents on {"Fn::GetAtt":["Bus","Arn"]}"#),
            (secret.read(), r#"secretsmanager:DescribeSecret,secretsmanager:GetSecretValue on {"Ref":"Key"}"#),
            (
                setting.read(),
                r#"ssm:GetParameter,ssm:GetParameters on {"Fn::Sub":"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${Setting}"}"#,
            ),
            (
                plain.read(),
                r#"ssm:GetParameter,ssm:GetParameters on {"Fn::Sub":"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${Plain}"}"#,
            ),
            (key.decrypt(), r#"kms:Decrypt on {"Fn::GetAtt":["Kms","Arn"]}"#),
            (key.encrypt(), r#"kms:Encrypt,kms:GenerateDataKey on {"Fn::GetAtt":["Kms","Arn"]}"#),
            (group.write(), r#"logs:CreateLogStream,logs:PutLogEvents on {"Fn::GetAtt":["Logs","Arn"]}"#),
        ] {
            assert_eq!(told(grant), [expected]);
        }
    });
}

#[test]
fn a_grant_brings_the_address_that_a_program_needs() {
    Template::build("Addresses.", |stack| {
        let queue = stack.add("Jobs", sqs::Queue::new());
        let table = easy::Table::new("id").add_to(stack, "Orders");
        let topic = stack.add("News", sns::Topic::new());
        let both = queue.send().env("QUEUE_URL").and(table.write().env("TABLE"));
        let variables: Vec<_> = both.variables.iter().map(|(name, value)| (name.as_str(), value.to_json())).collect();
        assert_eq!(variables, [("QUEUE_URL", json!({"Ref": "Jobs"})), ("TABLE", json!({"Ref": "Orders"}))]);
        assert_eq!(topic.publish().env("TOPIC").variables["TOPIC"].to_json(), json!({"Ref": "News"}));
    });
}

#[test]
fn two_functions_that_invoke_each_other_make_no_cycle() {
    let template = Template::build("Ping and pong.", |stack| {
        let function = || easy::Function::from_s3("bucket", "key");
        let ping = function().add_to(stack, "Ping");
        let pong = function().grant(ping.function.invoke()).add_to(stack, "Pong");
        let rights = PolicyDocument::granting([pong.function.invoke()]);
        stack.add("PingMayInvokePong", iam::Policy::new(rights, "pong").roles([ping.role.reference()]));
    });
    assert_eq!(template.report().errors().map(ToString::to_string).collect::<Vec<_>>(), [] as [&str; 0]);
}

#[test]
fn a_wildcard_has_to_be_allowed_with_a_reason() {
    let with = |reasons: &[(Lint, &str)]| {
        Template::build("Too much.", |stack| {
            let rights = Statement::allow([policy::Action::raw("dynamodb:*")], ["*".into_value()]);
            let rights = iam::ManagedPolicy::new(PolicyDocument::new([rights]));
            let attributes = reasons.iter().fold(Attributes::new(), |all, (lint, why)| all.allow(*lint, *why));
            stack.add_with("Rights", rights, attributes);
        })
    };
    let lints: Vec<_> = with(&[]).report().errors().filter_map(|one| one.lint).collect();
    assert_eq!(lints, [Lint::WildcardAction, Lint::WildcardResource]);
    let report =
        with(&[(Lint::WildcardAction, "For the backup job."), (Lint::WildcardResource, "It saves every table.")])
            .report();
    assert!(!report.has_errors(), "{report:?}");
    assert_eq!(report.allowed.len(), 2);
}

#[test]
fn an_api_names_its_own_calls_and_no_others() {
    Template::build("An API.", |stack| {
        let api = stack.add("Api", apigatewayv2::Api::new());
        assert_eq!(
            api.execution_arn().to_json(),
            json!({"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"})
        );
        let function = stack.add(
            "F",
            lambda::Function::new(lambda::function::Code::new(), Arn::literal("arn:aws:iam::123456789012:role/r")),
        );
        assert_eq!(told(function.invoke()), [r#"lambda:InvokeFunction on {"Fn::GetAtt":["F","Arn"]}"#]);
    });
}

/// What reading a parameter of that name is allowed on.
fn arns<'stack>(stack: &mut Stack<'stack>, name: Option<Value<'stack, String>>) -> String {
    let mut parameter = ssm::Parameter::new(ssm::parameter::ParameterType::String, "1");
    parameter.name = name;
    let told = told(stack.add("P", parameter).read()).join(" ");
    let told = told.replace("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:", "");
    told.replace("ssm:GetParameter,ssm:GetParameters on ", "")
}

#[test]
fn the_arn_of_a_parameter_has_one_slash_whatever_its_name_is_made_of() {
    let with = r#"{"Fn::Sub":"parameter/${P}"}"#;
    let without = r#"{"Fn::Sub":"parameter${P}"}"#;
    let both = format!("{with},{without}");
    Template::build("Parameters.", |stack| {
        let part = stack.parameter("Part", Parameter::text("A part of a name."));
        assert_eq!(arns(stack, None), with);
        assert_eq!(arns(stack, Some(Value::Literal("limit".to_owned()))), with);
        assert_eq!(arns(stack, Some(Value::Literal("/shop/limit".to_owned()))), without);
        assert_eq!(arns(stack, Some(sub!("/${AWS::StackName}/limit"))), without);
        assert_eq!(arns(stack, Some(sub!("shop-${AWS::StackName}"))), with);
        assert_eq!(arns(stack, Some(join("", ["/shop/", "limit"]))), without);
        assert_eq!(arns(stack, Some(join("/", ["", "shop", "limit"]))), both);
        assert_eq!(arns(stack, Some(sub!("${Part}/limit", Part = &part))), both);
        assert_eq!(arns(stack, Some(part)), both);
    });
}

fn index<'stack>(name: impl IntoValue<'stack, String>) -> GlobalSecondaryIndex<'stack> {
    GlobalSecondaryIndex::new(name, [KeySchema::new("id", KeyType::Hash)], Projection::new())
}

#[test]
fn indexes_under_conditions_and_with_names_that_are_made_are_granted_too() {
    Template::build("A table.", |stack| {
        let big = stack.condition("Big", Condition::equals(pseudo::region(), "eu-west-1"));
        let name = stack.parameter("Name", Parameter::text("Name of an index."));
        let table = dynamodb::Table::new([KeySchema::new("id", KeyType::Hash)]).global_secondary_indexes(Value::when(
            &big,
            [index("byDay"), index(name)],
            [Value::when(&big, index("byDay"), Value::absent())],
        ));
        let told = told(stack.add("Orders", table).read());
        assert_eq!(
            told[1],
            concat!(
                r#"dynamodb:Query,dynamodb:Scan on {"Fn::Sub":"${Orders.Arn}/index/byDay"},"#,
                r#"{"Fn::Sub":["${Table}/index/${Index}","#,
                r#"{"Index":{"Ref":"Name"},"Table":{"Fn::GetAtt":["Orders","Arn"]}}]}"#
            )
        );
    });
}
