//! `AWS::Lambda::Version`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-version.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::Version`. `Ref` gives `FunctionArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html>
    Version<'stack>: kind::lambda::Version {
        required {
            /// `FunctionName`: a text of 1 to 140 characters. Create-only: a change replaces the resource.
            function_name "FunctionName": Ref<kind::lambda::Function>,
        }
        optional {
            /// `CodeSha256`: a text. Create-only: a change replaces the resource.
            code_sha256 "CodeSha256": String,
            /// `Description`: a text of up to 256 characters. Create-only: a change replaces the resource.
            description "Description": String,
            /// `FunctionScalingConfig`: an object.
            function_scaling_config "FunctionScalingConfig": FunctionScalingConfig<'stack>,
            /// `ProvisionedConcurrencyConfig`: an object. Create-only: a change replaces the resource.
            provisioned_concurrency_config "ProvisionedConcurrencyConfig": ProvisionedConcurrencyConfiguration<'stack>,
            /// `RuntimePolicy`: an object. Create-only: a change replaces the resource.
            runtime_policy "RuntimePolicy": RuntimePolicy<'stack>,
        }
        attributes {
            /// `FunctionArn`: what `Ref` gives.
            function_arn "FunctionArn": Arn<kind::lambda::Version>,
            /// `Version`.
            version "Version": String,
        }
    }
}

object! {
    /// `FunctionScalingConfig` of [`Version`].
    FunctionScalingConfig<'stack> {
        required {}
        optional {
            /// `MaxExecutionEnvironments`: a whole number, 0 to 15,000.
            max_execution_environments "MaxExecutionEnvironments": Int<0, 15_000>,
            /// `MinExecutionEnvironments`: a whole number, 0 to 15,000.
            min_execution_environments "MinExecutionEnvironments": Int<0, 15_000>,
        }
    }
}

object! {
    /// `ProvisionedConcurrencyConfiguration` of [`Version`].
    ProvisionedConcurrencyConfiguration<'stack> {
        required {
            /// `ProvisionedConcurrentExecutions`: a whole number.
            provisioned_concurrent_executions "ProvisionedConcurrentExecutions": i64,
        }
        optional {}
    }
}

object! {
    /// `RuntimePolicy` of [`Version`].
    RuntimePolicy<'stack> {
        required {
            /// `UpdateRuntimeOn`: a text.
            update_runtime_on "UpdateRuntimeOn": String,
        }
        optional {
            /// `RuntimeVersionArn`: a text of 26 to 2,048 characters.
            runtime_version_arn "RuntimeVersionArn": String,
        }
    }
}

default_object! {
    FunctionScalingConfig,
}
