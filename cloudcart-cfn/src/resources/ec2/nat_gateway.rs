//! `AWS::EC2::NatGateway`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-natgateway.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::NatGateway`. `Ref` gives `NatGatewayId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html>
    NatGateway<'stack>: kind::ec2::NatGateway {
        required {}
        optional {
            /// `AllocationId`: a text. Create-only: a change replaces the resource.
            allocation_id "AllocationId": String,
            /// `AvailabilityMode`: one of `regional`, `zonal`. Create-only: a change replaces the resource.
            availability_mode "AvailabilityMode": AvailabilityMode,
            /// `AvailabilityZoneAddresses`: a list.
            availability_zone_addresses "AvailabilityZoneAddresses": Vec<Value<'stack, AvailabilityZoneAddress<'stack>>>,
            /// `ConnectivityType`: one of `private`, `public`. Create-only: a change replaces the resource.
            connectivity_type "ConnectivityType": ConnectivityType,
            /// `MaxDrainDurationSeconds`: a whole number. Write-only: it cannot be read back.
            max_drain_duration_seconds "MaxDrainDurationSeconds": i64,
            /// `PrivateIpAddress`: a text. Create-only: a change replaces the resource.
            private_ip_address "PrivateIpAddress": String,
            /// `SecondaryAllocationIds`: a list.
            secondary_allocation_ids "SecondaryAllocationIds": Vec<Value<'stack, String>>,
            /// `SecondaryPrivateIpAddressCount`: a whole number, 1 to 31.
            secondary_private_ip_address_count "SecondaryPrivateIpAddressCount": Int<1, 31>,
            /// `SecondaryPrivateIpAddresses`: a list.
            secondary_private_ip_addresses "SecondaryPrivateIpAddresses": Vec<Value<'stack, String>>,
            /// `SubnetId`: a text. Create-only: a change replaces the resource.
            subnet_id "SubnetId": Ref<kind::ec2::Subnet>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        attributes {
            /// `AutoProvisionZones`.
            auto_provision_zones "AutoProvisionZones": String,
            /// `AutoScalingIps`.
            auto_scaling_ips "AutoScalingIps": String,
            /// `EniId`.
            eni_id "EniId": String,
            /// `NatGatewayId`: what `Ref` gives.
            nat_gateway_id "NatGatewayId": Ref<kind::ec2::NatGateway>,
            /// `RouteTableId`.
            route_table_id "RouteTableId": String,
        }
    }
}

object! {
    /// `AvailabilityZoneAddress` of [`NatGateway`].
    AvailabilityZoneAddress<'stack> {
        required {
            /// `AllocationIds`: a list.
            allocation_ids "AllocationIds": Vec<Value<'stack, String>>,
        }
        optional {
            /// `AvailabilityZone`: a text.
            availability_zone "AvailabilityZone": String,
            /// `AvailabilityZoneId`: a text.
            availability_zone_id "AvailabilityZoneId": String,
        }
    }
}

enumeration! {
    /// `AvailabilityMode` of [`NatGateway`].
    AvailabilityMode {
        Regional "regional",
        Zonal "zonal",
    }
}

enumeration! {
    /// `ConnectivityType` of [`NatGateway`].
    ConnectivityType {
        Private "private",
        Public "public",
    }
}

default_object! {
    NatGateway,
}
