//! `AWS::Lambda::Alias`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-alias.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::Alias`. `Ref` gives `AliasArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html>
    Alias<'stack>: kind::lambda::Alias {
        required {
            /// `FunctionName`: a text. Create-only: a change replaces the resource.
            function_name "FunctionName": Ref<kind::lambda::Function>,
            /// `FunctionVersion`: a text of up to 1,024 characters, pattern `^(\$LATEST(\.PUBLISHED)?|[0-9]*)$`.
            function_version "FunctionVersion": String,
            /// `Name`: a text of 1 to 128 characters, pattern `^(?!^[0-9]+$)([a-zA-Z0-9-_]+)$`. Create-only: a change replaces the resource.
            name "Name": String,
        }
        optional {
            /// `Description`: a text of up to 256 characters.
            description "Description": String,
            /// `ProvisionedConcurrencyConfig`: an object.
            provisioned_concurrency_config "ProvisionedConcurrencyConfig": ProvisionedConcurrencyConfiguration<'stack>,
            /// `RoutingConfig`: an object.
            routing_config "RoutingConfig": AliasRoutingConfiguration<'stack>,
        }
        attributes {
            /// `AliasArn`: what `Ref` gives.
            alias_arn "AliasArn": Arn<kind::lambda::Alias>,
        }
    }
}

object! {
    /// `AliasRoutingConfiguration` of [`Alias`].
    AliasRoutingConfiguration<'stack> {
        required {}
        optional {
            /// `AdditionalVersionWeights`: a list.
            additional_version_weights "AdditionalVersionWeights": Vec<Value<'stack, VersionWeight<'stack>>>,
        }
    }
}

object! {
    /// `ProvisionedConcurrencyConfiguration` of [`Alias`].
    ProvisionedConcurrencyConfiguration<'stack> {
        required {
            /// `ProvisionedConcurrentExecutions`: a whole number.
            provisioned_concurrent_executions "ProvisionedConcurrentExecutions": i64,
        }
        optional {}
    }
}

object! {
    /// `VersionWeight` of [`Alias`].
    VersionWeight<'stack> {
        required {
            /// `FunctionVersion`: a text.
            function_version "FunctionVersion": String,
            /// `FunctionWeight`: a number.
            function_weight "FunctionWeight": f64,
        }
        optional {}
    }
}

default_object! {
    AliasRoutingConfiguration,
}
