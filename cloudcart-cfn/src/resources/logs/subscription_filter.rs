//! `AWS::Logs::SubscriptionFilter`.
// Made by `cargo xtask generate` from `schemas/aws-logs-subscriptionfilter.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Logs::SubscriptionFilter`. `Ref` gives `FilterName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-subscriptionfilter.html>
    SubscriptionFilter<'stack>: kind::logs::SubscriptionFilter {
        required {
            /// `DestinationArn`: a text of at least 1 character.
            destination_arn "DestinationArn": String,
            /// `FilterPattern`: a text of up to 1,024 characters.
            filter_pattern "FilterPattern": String,
            /// `LogGroupName`: a text of 1 to 512 characters, pattern `^[\.\-_/#A-Za-z0-9]+$`. Create-only: a change replaces the resource.
            log_group_name "LogGroupName": Ref<kind::logs::LogGroup>,
        }
        optional {
            /// `ApplyOnTransformedLogs`: true or false.
            apply_on_transformed_logs "ApplyOnTransformedLogs": bool,
            /// `Distribution`: one of `ByLogStream`, `Random`.
            distribution "Distribution": Distribution,
            /// `EmitSystemFields`: a list.
            emit_system_fields "EmitSystemFields": Vec<Value<'stack, String>>,
            /// `FieldSelectionCriteria`: a text of up to 2,000 characters.
            field_selection_criteria "FieldSelectionCriteria": String,
            /// `FilterName`: a text of 1 to 512 characters, pattern `^[^:*]*$`. Create-only: a change replaces the resource.
            filter_name "FilterName": String,
            /// `RoleArn`: a text of at least 1 character.
            role_arn "RoleArn": Arn<kind::iam::Role>,
        }
        attributes {}
    }
}

enumeration! {
    /// `Distribution` of [`SubscriptionFilter`].
    Distribution {
        ByLogStream "ByLogStream",
        Random "Random",
    }
}
