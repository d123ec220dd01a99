//! Functions.

use serde_json::{Value as Json, json};

use super::{Case, of};

fn function(properties: Json) -> Json {
    json!({"Work": of("AWS::Lambda::Function", properties)})
}

fn variables(variables: &Json) -> Json {
    function(json!({"Environment": {"Variables": variables}}))
}

pub(crate) fn cases() -> Vec<Case> {
    let long = "x".repeat(4_090);
    let zip = json!({"Code": {"S3Bucket": "b", "S3Key": "k"}});
    vec![
        Case {
            rule: "function-role",
            path: "Resources/Work/Properties/Role",
            fires: json!({
                "Work": of("AWS::Lambda::Function", json!({"Role": {"Fn::GetAtt": ["Jobs", "Arn"]}})),
                "Jobs": of("AWS::SQS::Queue", json!({})),
            }),
            silent: vec![
                json!({
                    "Work": of("AWS::Lambda::Function", json!({"Role": {"Fn::GetAtt": ["Role", "Arn"]}})),
                    "Role": of("AWS::IAM::Role", json!({})),
                }),
                json!({
                    "Work": of("AWS::Lambda::Function", json!({"Role": {"Fn::GetAtt": ["Nested", "Outputs.RoleArn"]}})),
                    "Nested": of("AWS::CloudFormation::Stack", json!({})),
                }),
                json!({
                    "Work": of("AWS::Lambda::Function", json!({"Role": {"Fn::GetAtt": ["Made", "Arn"]}})),
                    "Made": of("Custom::Role", json!({})),
                }),
                function(json!({"Role": {"Ref": "RoleArn"}})),
            ],
        },
        Case {
            rule: "function-managed-instances",
            path: "Resources/Work/Properties/Timeout",
            fires: function(json!({"Timeout": 901, "MemorySize": 10_240})),
            silent: vec![
                function(json!({"Timeout": 900, "MemorySize": "10240"})),
                function(json!({"Timeout": 5_400, "MemorySize": 32_768, "CapacityProviderConfig": {}})),
                function(json!({"Timeout": {"Ref": "Seconds"}})),
            ],
        },
        Case {
            rule: "function-environment-name",
            path: "Resources/Work/Properties/Environment/Variables/AWS_REGION",
            fires: variables(&json!({"AWS_REGION": "eu-west-1"})),
            silent: vec![variables(&json!({"TABLE": "x", "a1": "x", "AWS_LAMBDA_EXEC_WRAPPER": "x"}))],
        },
        Case {
            rule: "function-environment-size",
            path: "Resources/Work/Properties/Environment/Variables",
            fires: variables(&json!({"LARGE_ONE": long})),
            silent: vec![
                variables(&json!({"LARGE1": long})),
                variables(&json!({"LARGE_ONE": {"Ref": long}})),
                variables(&json!({"LARGE_ONE": {"Fn::Sub": format!("${{{long}}}")}})),
            ],
        },
        Case {
            rule: "function-log-group-order",
            path: "Resources/Logs/Properties/LogGroupName",
            fires: json!({
                "Work": of("AWS::Lambda::Function", json!({})),
                "Logs": of("AWS::Logs::LogGroup", json!({"LogGroupName": {"Fn::Sub": "/aws/lambda/${Work}"}})),
            }),
            silent: vec![
                json!({
                    "Work": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "work"}, "DependsOn": "Logs"},
                    "Logs": of("AWS::Logs::LogGroup", json!({"LogGroupName": "/aws/lambda/work"})),
                }),
                json!({
                    "Work": of("AWS::Lambda::Function", json!({"LoggingConfig": {"LogGroup": {"Ref": "Logs"}}})),
                    "Logs": of("AWS::Logs::LogGroup", json!({"LogGroupName": {"Fn::Sub": "/${AWS::StackName}/work"}})),
                }),
            ],
        },
        Case {
            rule: "function-log-level",
            path: "Resources/Work/Properties/LoggingConfig/SystemLogLevel",
            fires: function(json!({"LoggingConfig": {"LogFormat": "Text", "SystemLogLevel": "WARN"}})),
            silent: vec![
                function(json!({"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN"}})),
                function(json!({"LoggingConfig": {"LogFormat": {"Ref": "Format"}, "SystemLogLevel": "WARN"}})),
            ],
        },
        Case {
            rule: "function-zip-package",
            path: "Resources/Work/Properties",
            fires: function(json!({"Code": zip["Code"], "Runtime": "provided.al2023"})),
            silent: vec![
                function(json!({"Code": zip["Code"], "Runtime": "provided.al2023", "Handler": "bootstrap"})),
                function(json!({"Code": {"ImageUri": "x"}, "PackageType": "Image"})),
                function(json!({"Code": zip["Code"], "PackageType": {"Ref": "Kind"}})),
            ],
        },
        Case {
            rule: "function-image-package",
            path: "Resources/Work/Properties/Runtime",
            fires: function(json!({"Code": {"ImageUri": "x"}, "PackageType": "Image", "Runtime": "python3.13"})),
            silent: vec![
                function(json!({"Code": {"ImageUri": "x"}, "PackageType": "Image"})),
                function(
                    json!({"Code": {"ImageUri": "x"}, "PackageType": "Image", "Runtime": {"Ref": "AWS::NoValue"}}),
                ),
            ],
        },
        Case {
            rule: "function-inline-code",
            path: "Resources/Work/Properties/Code/ZipFile",
            fires: function(json!({"Code": {"ZipFile": "x"}, "Runtime": "provided.al2023"})),
            silent: vec![
                function(json!({"Code": {"ZipFile": "x"}, "Runtime": "nodejs22.x"})),
                function(json!({"Code": {"ZipFile": "x"}, "Runtime": {"Ref": "Runtime"}})),
            ],
        },
        Case {
            rule: "function-architecture",
            path: "Resources/Work/Properties/Architectures",
            fires: function(json!({"Architectures": ["arm64"], "Runtime": "go1.x"})),
            silent: vec![
                function(json!({"Architectures": ["x86_64"], "Runtime": "go1.x"})),
                function(json!({"Architectures": ["arm64"], "Runtime": "provided.al2023"})),
            ],
        },
    ]
}

#[test]
fn memory_has_a_limit_too() {
    let findings = super::broken("function-managed-instances", &function(json!({"MemorySize": 10_241})));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].path, "Resources/Work/Properties/MemorySize");
}

#[test]
fn names_of_variables_begin_with_a_letter_and_have_two_characters() {
    for name in ["_HANDLER", "1A", "A", "A-B", "", "Ä1"] {
        let findings = super::broken("function-environment-name", &variables(&json!({name: "x"})));
        assert_eq!(findings.len(), 1, "{name}");
    }
}
