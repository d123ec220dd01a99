//! `AWS::CloudFormation::WaitConditionHandle`.
// Made by `cargo xtask generate` from `schemas/aws-cloudformation-waitconditionhandle.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

empty_resource! {
    /// `AWS::CloudFormation::WaitConditionHandle`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html>
    WaitConditionHandle: kind::cloudformation::WaitConditionHandle {
        attributes {}
    }
}
