//! `AWS::EC2::Subnet`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-subnet.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::Subnet`. `Ref` gives `SubnetId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html>
    Subnet<'stack>: kind::ec2::Subnet {
        required {
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        optional {
            /// `AssignIpv6AddressOnCreation`: true or false.
            assign_ipv6_address_on_creation "AssignIpv6AddressOnCreation": bool,
            /// `AvailabilityZone`: a text. Create-only: a change replaces the resource.
            availability_zone "AvailabilityZone": String,
            /// `AvailabilityZoneId`: a text. Create-only: a change replaces the resource.
            availability_zone_id "AvailabilityZoneId": String,
            /// `CidrBlock`: a text. Create-only: a change replaces the resource.
            cidr_block "CidrBlock": String,
            /// `EnableDns64`: true or false.
            enable_dns64 "EnableDns64": bool,
            /// `EnableLniAtDeviceIndex`: a whole number. Write-only: it cannot be read back.
            enable_lni_at_device_index "EnableLniAtDeviceIndex": i64,
            /// `Ipv4IpamPoolId`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipv4_ipam_pool_id "Ipv4IpamPoolId": String,
            /// `Ipv4NetmaskLength`: a whole number. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipv4_netmask_length "Ipv4NetmaskLength": i64,
            /// `Ipv6CidrBlock`: a text. A change may replace the resource.
            ipv6_cidr_block "Ipv6CidrBlock": String,
            /// `Ipv6IpamPoolId`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipv6_ipam_pool_id "Ipv6IpamPoolId": String,
            /// `Ipv6Native`: true or false. Create-only: a change replaces the resource.
            ipv6_native "Ipv6Native": bool,
            /// `Ipv6NetmaskLength`: a whole number. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipv6_netmask_length "Ipv6NetmaskLength": i64,
            /// `MapPublicIpOnLaunch`: true or false.
            map_public_ip_on_launch "MapPublicIpOnLaunch": bool,
            /// `OutpostArn`: a text. Create-only: a change replaces the resource.
            outpost_arn "OutpostArn": String,
            /// `PrivateDnsNameOptionsOnLaunch`: an object.
            private_dns_name_options_on_launch "PrivateDnsNameOptionsOnLaunch": PrivateDnsNameOptionsOnLaunch<'stack>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `AvailabilityZone`.
            availability_zone "AvailabilityZone": String,
            /// `CidrBlock`.
            cidr_block "CidrBlock": String,
            /// `Ipv6CidrBlocks`.
            ipv6_cidr_blocks "Ipv6CidrBlocks": Vec<Value<'stack, String>>,
            /// `NetworkAclAssociationId`.
            network_acl_association_id "NetworkAclAssociationId": String,
            /// `SubnetId`: what `Ref` gives.
            subnet_id "SubnetId": Ref<kind::ec2::Subnet>,
            /// `VpcId`.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
    }
}

object! {
    /// `PrivateDnsNameOptionsOnLaunch` of [`Subnet`].
    PrivateDnsNameOptionsOnLaunch<'stack> {
        required {}
        optional {
            /// `EnableResourceNameDnsAAAARecord`: true or false.
            enable_resource_name_dns_aaaa_record "EnableResourceNameDnsAAAARecord": bool,
            /// `EnableResourceNameDnsARecord`: true or false.
            enable_resource_name_dns_a_record "EnableResourceNameDnsARecord": bool,
            /// `HostnameType`: a text.
            hostname_type "HostnameType": String,
        }
    }
}

default_object! {
    PrivateDnsNameOptionsOnLaunch,
}
