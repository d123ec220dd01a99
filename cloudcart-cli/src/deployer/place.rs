//! Where a stack is, and the ARNs of what belongs to it. CloudFormation names what a template does not name after the stack.

use cloudcart_deploy::assets::bucket_name;
use cloudcart_deploy::permissions::On;
use serde_json::{Value, json};

use super::document::Grant;

/// An account, a region and a stack.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    partition: &'static str,
    account: String,
    region: String,
    stack: String,
}

impl Place {
    pub(crate) fn new(account: &str, region: &str, stack: &str) -> Self {
        let partition = if region.starts_with("cn-") {
            "aws-cn"
        } else if region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        };
        Self { partition, account: account.to_owned(), region: region.to_owned(), stack: stack.to_owned() }
    }

    /// `arn:aws:sqs:eu-west-1:123456789012:…`
    fn regional(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }

    /// The right to do `action` to what the library's calls act on.
    pub(super) fn grant(&self, action: &str, on: On) -> Grant {
        let stack = &self.stack;
        let bucket = format!("arn:{}:s3:::{}", self.partition, bucket_name(&self.account, &self.region));
        let (sid, resources) = match on {
            On::Stack => ("Stack", vec![self.regional("cloudformation", &format!("stack/{stack}/*"))]),
            On::EveryStack => ("EveryStack", vec![self.regional("cloudformation", "stack/*")]),
            On::Bucket => ("AssetsBucket", vec![bucket]),
            On::Objects => ("AssetsObjects", vec![format!("{bucket}/*")]),
            On::Functions => ("Functions", vec![self.regional("lambda", &format!("function:{stack}-*"))]),
            On::Tables => ("Tables", vec![self.regional("dynamodb", &format!("table/{stack}-*"))]),
            On::Queues => ("Queues", vec![self.regional("sqs", &format!("{stack}-*"))]),
            On::LogGroups => ("LogGroups", vec![self.regional("logs", &format!("log-group:{stack}-*"))]),
            On::EveryAlarm => ("EveryAlarm", vec![self.regional("cloudwatch", "alarm:*")]),
            On::HttpApis => {
                let apis = format!("arn:{}:apigateway:{}::", self.partition, self.region);
                ("HttpApis", vec![format!("{apis}/apis"), format!("{apis}/apis/*"), format!("{apis}/tags/*")])
            }
            On::Anything => ("NoResourceLevelPermissions", vec!["*".to_owned()]),
        };
        Grant::new(sid, action, resources, None)
    }

    pub(super) fn roles(&self, action: &str) -> Grant {
        let roles = format!("arn:{}:iam::{}:role/{}-*", self.partition, self.account, self.stack);
        if action == "iam:PassRole" {
            let to = json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}});
            return Grant::new("PassRolesToLambda", action, vec![roles], Some(to));
        }
        Grant::new("Roles", action, vec![roles], None)
    }

    pub(super) fn rules(&self, action: &str) -> Grant {
        Grant::new("Rules", action, vec![self.regional("events", &format!("rule/{}-*", self.stack))], None)
    }

    pub(super) fn alarms(&self, action: &str) -> Grant {
        Grant::new("Alarms", action, vec![self.regional("cloudwatch", &format!("alarm:{}-*", self.stack))], None)
    }

    /// An event source mapping has an id of its own; what it feeds is the stack's.
    pub(super) fn mappings(&self, action: &str) -> Grant {
        let functions = self.regional("lambda", &format!("function:{}-*", self.stack));
        let of: Value = json!({"ArnLike": {"lambda:FunctionArn": functions}});
        Grant::new("EventSourceMappings", action, vec!["*".to_owned()], Some(of))
    }

    /// Tags of a mapping know nothing of its function.
    pub(super) fn mapping_tags(&self, action: &str) -> Grant {
        Grant::new("EventSourceMappingTags", action, vec![self.regional("lambda", "event-source-mapping:*")], None)
    }
}
