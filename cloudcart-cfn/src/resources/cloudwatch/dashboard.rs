//! `AWS::CloudWatch::Dashboard`.
// Made by `cargo xtask generate` from `schemas/aws-cloudwatch-dashboard.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::CloudWatch::Dashboard`. `Ref` gives `DashboardName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html>
    Dashboard<'stack>: kind::cloudwatch::Dashboard {
        required {
            /// `DashboardBody`: a text.
            dashboard_body "DashboardBody": String,
        }
        optional {
            /// `DashboardName`: a text. Create-only: a change replaces the resource.
            dashboard_name "DashboardName": String,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {}
    }
}
