//! Real schemas of resource types: properties, attributes and whole templates.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cloudcart_cfn::Schema;
use cloudcart_cfn::check::schema::check_properties;
use cloudcart_cfn::check::{Input, Problem, Severity, run};
use serde_json::{Value as Json, json};

/// What is wrong with properties: `path: problem`.
fn wrong(schema: &Json, properties: &Json) -> Vec<String> {
    let mut found = Vec::new();
    check_properties(schema, properties, "P", &mut |path, problem| found.push(format!("{path}: {problem}")));
    found
}

fn schema_of(type_name: &str) -> Option<&'static Json> {
    Schema::of(type_name).map(Schema::json)
}

fn of(kind: &str, properties: &Json) -> Vec<String> {
    wrong(schema_of(kind).unwrap(), properties)
}

/// The texts of the findings in a template, checked with the schemas above.
fn in_template(template: &Json) -> Vec<String> {
    run(&Input::of(template))
        .findings
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_misspelt_property_or_value_is_told_with_the_one_that_was_meant() {
    let hints = |kind: &str, properties: &Json| {
        let mut hints = Vec::new();
        check_properties(schema_of(kind).unwrap(), properties, "P", &mut |_, problem: Problem| {
            hints.push(problem.hint().unwrap_or_default());
        });
        hints
    };
    assert_eq!(hints("AWS::SQS::Queue", &json!({"VisibiltyTimeout": 30})), ["did you mean `VisibilityTimeout`?"]);
    assert_eq!(hints("AWS::SQS::Queue", &json!({"Colour": "red"})), [""]);
    assert_eq!(
        hints(
            "AWS::DynamoDB::Table",
            &json!({"KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUESTS"})
        ),
        ["did you mean `PAY_PER_REQUEST`?"]
    );
}

#[test]
fn real_schemas_take_good_properties_and_refuse_bad_ones() {
    let function = json!({
        "Code": {"S3Bucket": "assets", "S3Key": "a.zip"}, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Runtime": "provided.al2023",
        "Handler": "bootstrap", "MemorySize": "256", "Timeout": 30, "Architectures": ["arm64"],
        "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}}, "Tags": [{"Key": "größe", "Value": "1"}],
    });
    assert_eq!(of("AWS::Lambda::Function", &function), [""; 0]);
    let mut bad = function;
    bad["MemorySize"] = json!(64);
    bad["Code"] = json!({"S3Bucket": "assets.", "ZipFle": "x"});
    bad["Tags"] = json!([{"Key": ""}]);
    assert_eq!(
        of("AWS::Lambda::Function", &bad),
        [
            "P/Code/S3Bucket: `assets.` does not fit the pattern ^[0-9A-Za-z\\.\\-_]*(?<!\\.)$",
            "P/Code/ZipFle: there is no property `ZipFle` here",
            "P/MemorySize: `64` is less than 128",
            "P/Tags/0/Key: `` is shorter than 1 characters",
        ]
    );
}

#[test]
fn attributes_are_those_that_the_schema_says_aws_sets() {
    let outputs = |value: Json| {
        in_template(&json!({
            "Resources": {
                "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                }},
                "Jobs": {"Type": "AWS::SQS::Queue"},
                "Part": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x"}},
                "Own": {"Type": "Custom::Thing"},
                "New": {"Type": "AWS::Brand::New"},
            },
            "Outputs": {"Out": {"Value": value}},
        }))
    };
    for (id, attribute) in [
        ("Table", "StreamArn"),
        ("Jobs", "Arn"),
        ("Jobs", "QueueName"),
        ("Part", "Outputs.Url"),
        ("Own", "Any.Thing"),
        ("New", "Any"),
    ] {
        assert_eq!(outputs(json!({"Fn::GetAtt": [id, attribute]})), [""; 0], "{id}.{attribute}");
    }
    for value in [
        json!({"Fn::GetAtt": ["Table", "StreamArm"]}),
        json!({"Fn::GetAtt": "Table.StreamArm"}),
        json!({"Fn::Sub": "${Table.StreamArm}"}),
    ] {
        assert_eq!(outputs(value), ["Outputs/Out/Value: `AWS::DynamoDB::Table` has no attribute `StreamArm`"]);
    }
    // A property that is given, and not read.
    assert_eq!(outputs(json!({"Fn::GetAtt": ["Table", "BillingMode"]})).len(), 1);
    assert_eq!(outputs(json!({"Fn::GetAtt": ["Part", "Url"]})).len(), 1);
}

#[test]
fn a_template_is_checked_against_the_schemas_of_its_types() {
    let template = json!({"Resources": {
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 901}},
        "Live": {"Type": "AWS::ApiGatewayV2::Stage"},
        "New": {"Type": "AWS::Brand::New", "Properties": {"Anything": 1}},
    }});
    assert_eq!(
        in_template(&template),
        [
            "Resources/Jobs/Properties/DelaySeconds: `901` is more than 900",
            "Resources/Live/Properties: the property `StageName` is missing",
            "Resources/Live/Properties: the property `ApiId` is missing",
        ]
    );
}
