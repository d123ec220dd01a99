//! `AWS::CloudFormation::WaitCondition`.
// Made by `cargo xtask generate` from `schemas/aws-cloudformation-waitcondition.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFormation::WaitCondition`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html>
    WaitCondition<'stack>: kind::cloudformation::WaitCondition {
        required {}
        optional {
            /// `Count`: a whole number.
            count "Count": i64,
            /// `Handle`: a text.
            handle "Handle": Ref<kind::cloudformation::WaitConditionHandle>,
            /// `Timeout`: a text.
            timeout "Timeout": String,
        }
        attributes {
            /// `Data`.
            data "Data": String,
        }
    }
}

default_object! {
    WaitCondition,
}
