//! `AWS::IAM::*`.

use serde::Serialize;

use super::resource;
use crate::policy::PolicyDocument;
use crate::tag::Tag;
use crate::value::{List, Value};

/// `AWS::IAM::Role`. `Ref` gives its name.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// `AssumeRolePolicyDocument`: who may assume the role.
    pub assume_role_policy_document: Value<PolicyDocument>,
    /// `Description`, up to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Value<String>>,
    /// `ManagedPolicyArns`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_policy_arns: Option<List<String>>,
    /// `MaxSessionDuration` in seconds, 3,600 to 43,200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_session_duration: Option<Value<u32>>,
    /// `Path`. Create-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Value<String>>,
    /// `PermissionsBoundary`: the ARN of a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Value<String>>,
    /// `Policies`, inline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<List<Policy>>,
    /// `RoleName`. Create-only. With it, the stack needs `CAPABILITY_NAMED_IAM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_name: Option<Value<String>>,
    /// `Tags`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<List<Tag>>,
}

impl Role {
    /// With what is required.
    pub fn new(assume_role_policy_document: impl Into<Value<PolicyDocument>>) -> Self {
        Self {
            assume_role_policy_document: assume_role_policy_document.into(),
            description: None,
            managed_policy_arns: None,
            max_session_duration: None,
            path: None,
            permissions_boundary: None,
            policies: None,
            role_name: None,
            tags: None,
        }
    }
}

resource!(Role, "AWS::IAM::Role", arn);

/// An inline policy of a [`Role`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// `PolicyDocument`.
    pub policy_document: Value<PolicyDocument>,
    /// `PolicyName`, unique within the role.
    pub policy_name: Value<String>,
}
