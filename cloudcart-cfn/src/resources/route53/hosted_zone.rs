//! `AWS::Route53::HostedZone`.
// Made by `cargo xtask generate` from `schemas/aws-route53-hostedzone.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::Route53::HostedZone`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-route53-hostedzone.html>
    HostedZone<'stack>: kind::route53::HostedZone {
        required {}
        optional {
            /// `DelegationSetId`: a text of up to 32 characters. Create-only: a change replaces the resource.
            delegation_set_id "DelegationSetId": String,
            /// `HostedZoneConfig`: an object.
            hosted_zone_config "HostedZoneConfig": HostedZoneConfig<'stack>,
            /// `HostedZoneFeatures`: an object.
            hosted_zone_features "HostedZoneFeatures": HostedZoneFeatures<'stack>,
            /// `HostedZoneTags`: a list.
            hosted_zone_tags "HostedZoneTags": Vec<Value<'stack, Tag<'stack>>>,
            /// `Name`: a text of up to 1,024 characters. Create-only: a change replaces the resource.
            name "Name": String,
            /// `QueryLoggingConfig`: an object.
            query_logging_config "QueryLoggingConfig": QueryLoggingConfig<'stack>,
            /// `VPCs`: a list.
            vpcs "VPCs": Vec<Value<'stack, VPC<'stack>>>,
        }
        attributes {
            /// `NameServers`.
            name_servers "NameServers": Vec<Value<'stack, String>>,
        }
    }
}

object! {
    /// `HostedZoneConfig` of [`HostedZone`].
    HostedZoneConfig<'stack> {
        required {}
        optional {
            /// `Comment`: a text of up to 256 characters.
            comment "Comment": String,
        }
    }
}

object! {
    /// `HostedZoneFeatures` of [`HostedZone`].
    HostedZoneFeatures<'stack> {
        required {}
        optional {
            /// `EnableAcceleratedRecovery`: true or false.
            enable_accelerated_recovery "EnableAcceleratedRecovery": bool,
        }
    }
}

object! {
    /// `QueryLoggingConfig` of [`HostedZone`].
    QueryLoggingConfig<'stack> {
        required {
            /// `CloudWatchLogsLogGroupArn`: a text.
            cloud_watch_logs_log_group_arn "CloudWatchLogsLogGroupArn": String,
        }
        optional {}
    }
}

object! {
    /// `VPC` of [`HostedZone`].
    VPC<'stack> {
        required {
            /// `VPCId`: a text.
            vpc_id "VPCId": Ref<kind::ec2::VPC>,
            /// `VPCRegion`: a text.
            vpc_region "VPCRegion": String,
        }
        optional {}
    }
}

default_object! {
    HostedZone,
    HostedZoneConfig,
    HostedZoneFeatures,
}
