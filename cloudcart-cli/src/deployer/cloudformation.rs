//! What CloudFormation does in the caller's name: the permissions that the schema of each resource type of the template names,
//! without those that only a property needs which the template does not have.

use cloudcart_cfn::Schema;
use cloudcart_deploy::permissions::On;
use serde_json::Value;

use super::document::Grant;
use super::place::Place;

/// Permissions that only these properties need, by type: an action, or a service with `*`.
const ONLY_WITH: &[(&str, &str, &[&str])] = &[
    ("AWS::ApiGatewayV2::Api", "s3:*", &["BodyS3Location"]),
    ("AWS::ApiGatewayV2::Integration", "iam:PassRole", &["CredentialsArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:AssociateTableReplica", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:BatchWriteItem", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:CreateTableReplica", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:DeleteItem", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:DescribeImport", &["ImportSourceSpecification"]),
    ("AWS::DynamoDB::Table", "dynamodb:GetItem", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:ImportTable", &["ImportSourceSpecification"]),
    ("AWS::DynamoDB::Table", "dynamodb:PutItem", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:Query", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:Scan", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "dynamodb:UpdateItem", &["GlobalTableSourceArn"]),
    ("AWS::DynamoDB::Table", "iam:CreateServiceLinkedRole", &["GlobalTableSourceArn", "KinesisStreamSpecification"]),
    ("AWS::DynamoDB::Table", "kinesis:*", &["KinesisStreamSpecification"]),
    ("AWS::DynamoDB::Table", "kms:*", &["KMSMasterKeyId"]),
    ("AWS::DynamoDB::Table", "logs:*", &["ImportSourceSpecification"]),
    ("AWS::DynamoDB::Table", "s3:*", &["ImportSourceSpecification"]),
    ("AWS::Events::Rule", "iam:PassRole", &["RoleArn"]),
    ("AWS::Lambda::EventSourceMapping", "kms:*", &["KmsKeyArn"]),
    ("AWS::Lambda::Function", "ec2:*", &["VpcConfig"]),
    ("AWS::Lambda::Function", "elasticfilesystem:*", &["FileSystemConfigs"]),
    ("AWS::Lambda::Function", "kms:*", &["KmsKeyArn"]),
    ("AWS::Lambda::Function", "lambda:DeleteFunctionCodeSigningConfig", &["CodeSigningConfigArn"]),
    ("AWS::Lambda::Function", "lambda:GetCodeSigningConfig", &["CodeSigningConfigArn"]),
    ("AWS::Lambda::Function", "lambda:GetLayerVersion", &["Layers"]),
    ("AWS::Lambda::Function", "lambda:PassCapacityProvider", &["CapacityProviderConfig"]),
    ("AWS::Lambda::Function", "lambda:PutFunctionCodeSigningConfig", &["CodeSigningConfigArn"]),
    ("AWS::Lambda::Function", "s3files:*", &["FileSystemConfigs"]),
    ("AWS::Logs::LogGroup", "firehose:*", &["DataProtectionPolicy"]),
    ("AWS::Logs::LogGroup", "logs:CreateLogDelivery", &["DataProtectionPolicy"]),
    ("AWS::Logs::LogGroup", "logs:DeleteResourcePolicy", &["ResourcePolicyDocument"]),
    ("AWS::Logs::LogGroup", "logs:PutResourcePolicy", &["ResourcePolicyDocument"]),
];

/// What IAM cannot restrict to a resource of ours.
const ANYWHERE: &[&str] = &["logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"];

/// Every right that the resources of the template need.
pub(super) fn grants(place: &Place, template: &Value) -> Vec<Grant> {
    let resources = template["Resources"].as_object();
    let mut grants = Vec::new();
    for resource in resources.into_iter().flat_map(|resources| resources.values()) {
        let type_name = resource["Type"].as_str().unwrap_or_default();
        let Some(schema) = Schema::of(type_name) else { continue };
        let needed =
            schema.permissions().into_iter().filter(|action| is_needed(type_name, action, &resource["Properties"]));
        grants.extend(needed.map(|action| grant(place, type_name, action)));
    }
    grants
}

fn is_needed(type_name: &str, action: &str, properties: &Value) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    let mut rules = ONLY_WITH.iter().filter(|(of, named, _)| {
        *of == type_name
            && (named.eq_ignore_ascii_case(action) || named.strip_suffix(":*").is_some_and(|name| name == service))
    });
    rules.all(|(_, _, names)| names.iter().any(|name| has(properties, name)))
}

/// Whether a property of that name stands anywhere.
fn has(json: &Value, name: &str) -> bool {
    match json {
        Value::Object(object) => object.iter().any(|(key, value)| key == name || has(value, name)),
        Value::Array(items) => items.iter().any(|item| has(item, name)),
        _ => false,
    }
}

fn grant(place: &Place, type_name: &str, action: &str) -> Grant {
    if ANYWHERE.contains(&action) {
        return place.grant(action, On::Anything);
    }
    match (action.split(':').next().unwrap_or_default(), type_name) {
        ("apigateway", _) => place.grant(action, On::HttpApis),
        ("cloudwatch", _) if action == "cloudwatch:DescribeAlarms" => place.grant(action, On::EveryAlarm),
        ("cloudwatch", _) => place.alarms(action),
        ("dynamodb", _) => place.grant(action, On::Tables),
        ("events", _) => place.rules(action),
        ("iam", _) => place.roles(action),
        ("lambda", "AWS::Lambda::EventSourceMapping") if action.to_lowercase().contains("tag") => {
            place.mapping_tags(action)
        }
        ("lambda", "AWS::Lambda::EventSourceMapping") => place.mappings(action),
        ("lambda", _) => place.grant(action, On::Functions),
        ("logs", _) => place.grant(action, On::LogGroups),
        ("s3", "AWS::Lambda::Function") => place.grant(action, On::Objects),
        ("sqs", _) => place.grant(action, On::Queues),
        // Of a stack of somebody's own with other types: nothing is known of how its resources are called.
        _ => place.grant(action, On::Anything),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_property_needs_is_needed_with_it_alone() {
        let function = "AWS::Lambda::Function";
        assert!(!is_needed(function, "ec2:DescribeVpcs", &json!({"Role": "r"})));
        assert!(is_needed(function, "ec2:DescribeVpcs", &json!({"VpcConfig": {}})));
        assert!(is_needed(function, "iam:PassRole", &json!({})));
        assert!(!is_needed("AWS::Events::Rule", "iam:PassRole", &json!({"Targets": [{"Arn": "a"}]})));
        assert!(is_needed("AWS::Events::Rule", "iam:PassRole", &json!({"Targets": [{"RoleArn": "a"}]})));
    }

    #[test]
    fn every_exception_is_one_that_a_schema_names() {
        for (type_name, named, _) in ONLY_WITH {
            let Some(schema) = Schema::of(type_name) else { panic!("{type_name} is not compiled in") };
            let known = schema.permissions().iter().any(|action| match named.strip_suffix('*') {
                Some(service) => action.starts_with(service),
                None => action == named,
            });
            assert!(known, "{type_name} does not need {named}");
        }
    }
}
