//! `AWS::SES::ConfigurationSet`.
// Made by `cargo xtask generate` from `schemas/aws-ses-configurationset.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::SES::ConfigurationSet`. `Ref` gives `Name`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-configurationset.html>
    ConfigurationSet<'stack>: kind::ses::ConfigurationSet {
        required {}
        optional {
            /// `ArchivingOptions`: an object.
            archiving_options "ArchivingOptions": ArchivingOptions<'stack>,
            /// `DeliveryOptions`: an object.
            delivery_options "DeliveryOptions": DeliveryOptions<'stack>,
            /// `Name`: a text, pattern `^[a-zA-Z0-9_-]{1,64}$`. Create-only: a change replaces the resource.
            name "Name": String,
            /// `ReputationOptions`: an object.
            reputation_options "ReputationOptions": ReputationOptions<'stack>,
            /// `SendingOptions`: an object.
            sending_options "SendingOptions": SendingOptions<'stack>,
            /// `SuppressionOptions`: an object.
            suppression_options "SuppressionOptions": SuppressionOptions<'stack>,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TrackingOptions`: an object.
            tracking_options "TrackingOptions": TrackingOptions<'stack>,
            /// `VdmOptions`: an object.
            vdm_options "VdmOptions": VdmOptions<'stack>,
        }
        attributes {}
    }
}

object! {
    /// `ArchivingOptions` of [`ConfigurationSet`].
    ArchivingOptions<'stack> {
        required {}
        optional {
            /// `ArchiveArn`: a text.
            archive_arn "ArchiveArn": String,
        }
    }
}

object! {
    /// `ConditionThreshold` of [`ConfigurationSet`].
    ConditionThreshold<'stack> {
        required {
            /// `ConditionThresholdEnabled`: a text, pattern `ENABLED|DISABLED`.
            condition_threshold_enabled "ConditionThresholdEnabled": String,
        }
        optional {
            /// `OverallConfidenceThreshold`: an object.
            overall_confidence_threshold "OverallConfidenceThreshold": OverallConfidenceThreshold<'stack>,
        }
    }
}

object! {
    /// `DashboardOptions` of [`ConfigurationSet`].
    DashboardOptions<'stack> {
        required {
            /// `EngagementMetrics`: a text, pattern `ENABLED|DISABLED`.
            engagement_metrics "EngagementMetrics": String,
        }
        optional {}
    }
}

object! {
    /// `DeliveryOptions` of [`ConfigurationSet`].
    DeliveryOptions<'stack> {
        required {}
        optional {
            /// `MaxDeliverySeconds`: a number, 300 to 50,400.
            max_delivery_seconds "MaxDeliverySeconds": f64,
            /// `SendingPoolName`: a text.
            sending_pool_name "SendingPoolName": String,
            /// `TlsPolicy`: a text, pattern `REQUIRE|OPTIONAL`.
            tls_policy "TlsPolicy": String,
        }
    }
}

object! {
    /// `GuardianOptions` of [`ConfigurationSet`].
    GuardianOptions<'stack> {
        required {
            /// `OptimizedSharedDelivery`: a text, pattern `ENABLED|DISABLED`.
            optimized_shared_delivery "OptimizedSharedDelivery": String,
        }
        optional {}
    }
}

object! {
    /// `OverallConfidenceThreshold` of [`ConfigurationSet`].
    OverallConfidenceThreshold<'stack> {
        required {
            /// `ConfidenceVerdictThreshold`: a text, pattern `MEDIUM|HIGH|MANAGED`.
            confidence_verdict_threshold "ConfidenceVerdictThreshold": String,
        }
        optional {}
    }
}

object! {
    /// `ReputationOptions` of [`ConfigurationSet`].
    ReputationOptions<'stack> {
        required {}
        optional {
            /// `ReputationMetricsEnabled`: true or false.
            reputation_metrics_enabled "ReputationMetricsEnabled": bool,
        }
    }
}

object! {
    /// `SendingOptions` of [`ConfigurationSet`].
    SendingOptions<'stack> {
        required {}
        optional {
            /// `SendingEnabled`: true or false.
            sending_enabled "SendingEnabled": bool,
        }
    }
}

object! {
    /// `SuppressionOptions` of [`ConfigurationSet`].
    SuppressionOptions<'stack> {
        required {}
        optional {
            /// `SuppressedReasons`: a list.
            suppressed_reasons "SuppressedReasons": Vec<Value<'stack, String>>,
            /// `ValidationOptions`: an object.
            validation_options "ValidationOptions": ValidationOptions<'stack>,
        }
    }
}

object! {
    /// `TrackingOptions` of [`ConfigurationSet`].
    TrackingOptions<'stack> {
        required {}
        optional {
            /// `CustomRedirectDomain`: a text.
            custom_redirect_domain "CustomRedirectDomain": String,
            /// `HttpsPolicy`: a text, pattern `REQUIRE|REQUIRE_OPEN_ONLY|OPTIONAL`.
            https_policy "HttpsPolicy": String,
        }
    }
}

object! {
    /// `ValidationOptions` of [`ConfigurationSet`].
    ValidationOptions<'stack> {
        required {
            /// `ConditionThreshold`: an object.
            condition_threshold "ConditionThreshold": ConditionThreshold<'stack>,
        }
        optional {}
    }
}

object! {
    /// `VdmOptions` of [`ConfigurationSet`].
    VdmOptions<'stack> {
        required {}
        optional {
            /// `DashboardOptions`: an object.
            dashboard_options "DashboardOptions": DashboardOptions<'stack>,
            /// `GuardianOptions`: an object.
            guardian_options "GuardianOptions": GuardianOptions<'stack>,
        }
    }
}

default_object! {
    ArchivingOptions,
    ConfigurationSet,
    DeliveryOptions,
    ReputationOptions,
    SendingOptions,
    SuppressionOptions,
    TrackingOptions,
    VdmOptions,
}
