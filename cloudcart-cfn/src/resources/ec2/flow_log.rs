//! `AWS::EC2::FlowLog`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-flowlog.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::FlowLog`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-flowlog.html>
    FlowLog<'stack>: kind::ec2::FlowLog {
        required {
            /// `ResourceId`: a text. Create-only: a change replaces the resource.
            resource_id "ResourceId": String,
            /// `ResourceType`: one of 6 words. Create-only: a change replaces the resource.
            resource_type "ResourceType": FlowLogResourceType,
        }
        optional {
            /// `DeliverCrossAccountRole`: a text. Create-only: a change replaces the resource.
            deliver_cross_account_role "DeliverCrossAccountRole": Arn<kind::iam::Role>,
            /// `DeliverLogsPermissionArn`: a text. Create-only: a change replaces the resource.
            deliver_logs_permission_arn "DeliverLogsPermissionArn": Arn<kind::iam::Role>,
            /// `DestinationOptions`: an object. Create-only: a change replaces the resource.
            destination_options "DestinationOptions": DestinationOptions<'stack>,
            /// `LogDestination`: a text. Create-only: a change replaces the resource.
            log_destination "LogDestination": String,
            /// `LogDestinationType`: one of `cloud-watch-logs`, `kinesis-data-firehose`, `s3`. Create-only: a change replaces the resource.
            log_destination_type "LogDestinationType": LogDestinationType,
            /// `LogFormat`: a text. Create-only: a change replaces the resource.
            log_format "LogFormat": String,
            /// `LogGroupName`: a text. Create-only: a change replaces the resource.
            log_group_name "LogGroupName": Ref<kind::logs::LogGroup>,
            /// `MaxAggregationInterval`: one of 60, 600. Create-only: a change replaces the resource.
            max_aggregation_interval "MaxAggregationInterval": MaxAggregationInterval,
            /// `TagFieldSpecifications`: a list of 1 to 3 items. Create-only: a change replaces the resource.
            tag_field_specifications "TagFieldSpecifications": Vec<Value<'stack, TagFieldSpecification<'stack>>>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TrafficType`: one of `ACCEPT`, `ALL`, `REJECT`. Create-only: a change replaces the resource.
            traffic_type "TrafficType": TrafficType,
        }
        attributes {}
    }
}

object! {
    /// `DestinationOptions` of [`FlowLog`].
    DestinationOptions<'stack> {
        required {
            /// `FileFormat`: one of `parquet`, `plain-text`.
            file_format "FileFormat": FileFormat,
            /// `HiveCompatiblePartitions`: true or false.
            hive_compatible_partitions "HiveCompatiblePartitions": bool,
            /// `PerHourPartition`: true or false.
            per_hour_partition "PerHourPartition": bool,
        }
        optional {}
    }
}

object! {
    /// `TagFieldSpecification` of [`FlowLog`].
    TagFieldSpecification<'stack> {
        required {
            /// `ResourceType`: one of `auto-scaling-group`, `instance`, `network-interface`.
            resource_type "ResourceType": TagFieldSpecificationResourceType,
            /// `TagKeys`: a list of 1 to 2 items.
            tag_keys "TagKeys": Vec<Value<'stack, String>>,
        }
        optional {}
    }
}

enumeration! {
    /// `FileFormat` of [`FlowLog`].
    FileFormat {
        Parquet "parquet",
        PlainText "plain-text",
    }
}

enumeration! {
    /// `ResourceType` of [`FlowLog`].
    FlowLogResourceType {
        NetworkInterface "NetworkInterface",
        RegionalNatGateway "RegionalNatGateway",
        Subnet "Subnet",
        TransitGateway "TransitGateway",
        TransitGatewayAttachment "TransitGatewayAttachment",
        Vpc "VPC",
    }
}

enumeration! {
    /// `LogDestinationType` of [`FlowLog`].
    LogDestinationType {
        CloudWatchLogs "cloud-watch-logs",
        KinesisDataFirehose "kinesis-data-firehose",
        S3 "s3",
    }
}

number_enumeration! {
    /// `MaxAggregationInterval` of [`FlowLog`].
    MaxAggregationInterval {
        60,
        600,
    }
}

enumeration! {
    /// `ResourceType` of [`FlowLog`].
    TagFieldSpecificationResourceType {
        AutoScalingGroup "auto-scaling-group",
        Instance "instance",
        NetworkInterface "network-interface",
    }
}

enumeration! {
    /// `TrafficType` of [`FlowLog`].
    TrafficType {
        Accept "ACCEPT",
        All "ALL",
        Reject "REJECT",
    }
}
