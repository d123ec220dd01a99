//! `AWS::Logs::*`.

use serde::{Serialize, Serializer};

use super::resource;
use crate::tag::Tag;
use crate::value::{List, Value};

/// `AWS::Logs::LogGroup`. `Ref` gives its name; its ARN ends in `:*`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    /// `DeletionProtectionEnabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_protection_enabled: Option<Value<bool>>,
    /// `KmsKeyId`: the ARN of a key, instead of CloudWatch's own encryption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Value<String>>,
    /// `LogGroupClass`. Create-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_class: Option<Value<LogGroupClass>>,
    /// `LogGroupName`. Create-only. Without it CloudFormation makes a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_name: Option<Value<String>>,
    /// `RetentionInDays`. Without it, logs are kept for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<Value<RetentionInDays>>,
    /// `Tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<List<Tag>>,
}

resource!(LogGroup, "AWS::Logs::LogGroup", arn);

/// `LogGroupClass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LogGroupClass {
    /// Every feature.
    #[serde(rename = "STANDARD")]
    Standard,
    /// Half the price, without live tail, metric filters and subscriptions.
    #[serde(rename = "INFREQUENT_ACCESS")]
    InfrequentAccess,
    /// For delivery to other services.
    #[serde(rename = "DELIVERY")]
    Delivery,
}

/// `RetentionInDays`: one of the periods that CloudWatch Logs offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionInDays(u16);

impl RetentionInDays {
    /// Every period that is offered, in days.
    pub const ALLOWED: [u16; 22] =
        [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

    /// The period of that many days, if it is offered. In a `const` block a wrong one does not compile.
    pub const fn new(days: u16) -> Option<Self> {
        let mut index = 0;
        while index < Self::ALLOWED.len() {
            if Self::ALLOWED[index] == days {
                return Some(Self(days));
            }
            index += 1;
        }
        None
    }

    /// The number of days.
    pub const fn days(self) -> u16 {
        self.0
    }
}

impl Serialize for RetentionInDays {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}
