//! `AWS::Lambda::EventInvokeConfig`.
// Made by `cargo xtask generate` from `schemas/aws-lambda-eventinvokeconfig.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Lambda::EventInvokeConfig`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html>
    EventInvokeConfig<'stack>: kind::lambda::EventInvokeConfig {
        required {
            /// `FunctionName`: a text. Create-only: a change replaces the resource.
            function_name "FunctionName": Ref<kind::lambda::Function>,
            /// `Qualifier`: a text, pattern `^\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9$_-]{1,129}$`. Create-only: a change replaces the resource.
            qualifier "Qualifier": String,
        }
        optional {
            /// `DestinationConfig`: an object.
            destination_config "DestinationConfig": DestinationConfig<'stack>,
            /// `MaximumEventAgeInSeconds`: a whole number, 60 to 21,600.
            maximum_event_age_in_seconds "MaximumEventAgeInSeconds": Int<60, 21_600>,
            /// `MaximumRetryAttempts`: a whole number, 0 to 2.
            maximum_retry_attempts "MaximumRetryAttempts": Int<0, 2>,
        }
        attributes {}
    }
}

object! {
    /// `DestinationConfig` of [`EventInvokeConfig`].
    DestinationConfig<'stack> {
        required {}
        optional {
            /// `OnFailure`: an object.
            on_failure "OnFailure": OnFailure<'stack>,
            /// `OnSuccess`: an object.
            on_success "OnSuccess": OnSuccess<'stack>,
        }
    }
}

object! {
    /// `OnFailure` of [`EventInvokeConfig`].
    OnFailure<'stack> {
        required {
            /// `Destination`: a text of up to 350 characters.
            destination "Destination": String,
        }
        optional {}
    }
}

object! {
    /// `OnSuccess` of [`EventInvokeConfig`].
    OnSuccess<'stack> {
        required {
            /// `Destination`: a text of up to 350 characters.
            destination "Destination": String,
        }
        optional {}
    }
}

default_object! {
    DestinationConfig,
}
