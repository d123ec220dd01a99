//! Which attributes `Fn::GetAtt` can read of a resource type.

use serde_json::Value as Json;

use super::nearest::nearest;
use super::problem::Problem;

/// Types of which any property can be read, and not only what AWS sets.
const EVERY_PROPERTY: [&str; 22] = [
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::Backup::BackupVault",
    "AWS::CodeArtifact::Domain",
    "AWS::CodeArtifact::Repository",
    "AWS::EC2::Instance",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EFS::MountTarget",
    "AWS::EKS::Nodegroup",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Events::EventBus",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBParameterGroup",
    "AWS::RedshiftServerless::Workgroup",
    "AWS::S3::AccessPoint",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::StepFunctions::Activity",
];

/// Properties that can be read although they are also given.
const EXCEPTIONS: [(&str, &str); 9] = [
    ("AWS::CloudWatch::InsightRule", "RuleName"),
    ("AWS::DocDB::DBCluster", "Port"),
    ("AWS::Kinesis::StreamConsumer", "ConsumerName"),
    ("AWS::Kinesis::StreamConsumer", "StreamARN"),
    ("AWS::MediaConvert::Queue", "Name"),
    ("AWS::Route53Resolver::ResolverEndpoint", "Name"),
    ("AWS::SageMaker::Endpoint", "EndpointName"),
    ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"),
    ("AWS::SageMaker::Model", "ModelName"),
];

/// Whether the attribute can be read; a nested one has dots, `Endpoint.Address`.
pub(super) fn check(type_name: &str, schema: Option<&Json>, attribute: &str) -> Option<Problem> {
    let unknown = |nearest| {
        let (type_name, attribute) = (type_name.to_owned(), attribute.to_owned());
        Some(Problem::UnknownAttribute { type_name, attribute, nearest })
    };
    if type_name == "AWS::CloudFormation::Stack" {
        return if attribute.starts_with("Outputs.") { None } else { unknown(Some(format!("Outputs.{attribute}"))) };
    }
    // What these give is known to their providers only.
    let own =
        ["AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Macro", "AWS::CloudFormation::WaitCondition"];
    if type_name.starts_with("Custom::") || type_name.ends_with("::MODULE") || own.contains(&type_name) {
        return None;
    }
    let known = names(schema?);
    let first = attribute.split('.').next().unwrap_or(attribute);
    let fits = |name: &str| name == attribute || attribute.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let every = EVERY_PROPERTY.contains(&type_name)
        && schema.and_then(|schema| schema.get("properties")).is_some_and(|all| all.get(first).is_some());
    if every || known.iter().any(|name| fits(name)) || EXCEPTIONS.contains(&(type_name, attribute)) {
        return None;
    }
    let near = nearest(attribute, known.iter().map(String::as_str));
    unknown(near.or_else(|| (known.len() == 1).then(|| known[0].clone())))
}

/// The attributes that AWS sets, with dots, and those that the official schema leaves out.
pub(super) fn names(schema: &Json) -> Vec<String> {
    let pointers = schema.get("readOnlyProperties").and_then(Json::as_array).into_iter().flatten();
    let texts = pointers.filter_map(Json::as_str).filter_map(|pointer| pointer.strip_prefix("/properties/"));
    let also = schema["cloudcart"]["attributes"].as_array().into_iter().flatten().filter_map(Json::as_str);
    texts.map(|text| text.replace("/properties/", ".").replace('/', ".")).chain(also.map(str::to_owned)).collect()
}
