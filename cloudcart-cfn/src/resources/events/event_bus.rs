//! `AWS::Events::EventBus`.
// Made by `cargo xtask generate` from `schemas/aws-events-eventbus.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Events::EventBus`. `Ref` gives `Name`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html>
    EventBus<'stack>: kind::events::EventBus {
        required {
            /// `Name`: a text of 1 to 256 characters, pattern `^[/\.\-_A-Za-z0-9]+$`. Create-only: a change replaces the resource.
            name "Name": String,
        }
        optional {
            /// `DeadLetterConfig`: an object.
            dead_letter_config "DeadLetterConfig": DeadLetterConfig<'stack>,
            /// `Description`: a text.
            description "Description": String,
            /// `EventSourceName`: a text of 1 to 256 characters, pattern `^aws\.partner(/[\.\-_A-Za-z0-9]+){2,}$`. Write-only: it cannot be read back.
            event_source_name "EventSourceName": String,
            /// `KmsKeyIdentifier`: a text.
            kms_key_identifier "KmsKeyIdentifier": String,
            /// `LogConfig`: an object.
            log_config "LogConfig": LogConfig<'stack>,
            /// `Policy`: JSON.
            policy "Policy": PolicyDocument<'stack>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `Name`: what `Ref` gives.
            name "Name": Ref<kind::events::EventBus>,
        }
    }
}

object! {
    /// `DeadLetterConfig` of [`EventBus`].
    DeadLetterConfig<'stack> {
        required {}
        optional {
            /// `Arn`: a text.
            arn "Arn": Arn<kind::sqs::Queue>,
        }
    }
}

object! {
    /// `LogConfig` of [`EventBus`].
    LogConfig<'stack> {
        required {}
        optional {
            /// `IncludeDetail`: one of `FULL`, `NONE`.
            include_detail "IncludeDetail": IncludeDetail,
            /// `Level`: one of `ERROR`, `INFO`, `OFF`, `TRACE`.
            level "Level": Level,
        }
    }
}

enumeration! {
    /// `IncludeDetail` of [`EventBus`].
    IncludeDetail {
        Full "FULL",
        None "NONE",
    }
}

enumeration! {
    /// `Level` of [`EventBus`].
    Level {
        Error "ERROR",
        Info "INFO",
        Off "OFF",
        Trace "TRACE",
    }
}

default_object! {
    DeadLetterConfig,
    LogConfig,
}
