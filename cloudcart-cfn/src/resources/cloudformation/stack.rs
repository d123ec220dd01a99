//! `AWS::CloudFormation::Stack`.
// Made by `cargo xtask generate` from `schemas/aws-cloudformation-stack.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudFormation::Stack`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>
    Stack<'stack>: kind::cloudformation::Stack {
        required {
            /// `TemplateURL`: a text of 1 to 1,024 characters. Write-only: it cannot be read back.
            template_url "TemplateURL": String,
        }
        optional {
            /// `NotificationARNs`: a list of up to 5 items.
            notification_arns "NotificationARNs": Vec<Value<'stack, Arn<kind::sns::Topic>>>,
            /// `Parameters`: an object.
            parameters "Parameters": BTreeMap<String, Value<'stack, String>>,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TimeoutInMinutes`: a whole number, at least 1.
            timeout_in_minutes "TimeoutInMinutes": Int<1, { i64::MAX }>,
        }
        attributes {}
    }
}
