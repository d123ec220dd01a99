//! `AWS::EC2::SecurityGroupEgress`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-securitygroupegress.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::SecurityGroupEgress`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupegress.html>
    SecurityGroupEgress<'stack>: kind::ec2::SecurityGroupEgress {
        required {
            /// `GroupId`: a text. Create-only: a change replaces the resource.
            group_id "GroupId": Ref<kind::ec2::SecurityGroup>,
            /// `IpProtocol`: a text. Create-only: a change replaces the resource.
            ip_protocol "IpProtocol": String,
        }
        optional {
            /// `CidrIp`: a text. Create-only: a change replaces the resource.
            cidr_ip "CidrIp": String,
            /// `CidrIpv6`: a text. Create-only: a change replaces the resource.
            cidr_ipv6 "CidrIpv6": String,
            /// `Description`: a text.
            description "Description": String,
            /// `DestinationPrefixListId`: a text. Create-only: a change replaces the resource.
            destination_prefix_list_id "DestinationPrefixListId": String,
            /// `DestinationSecurityGroupId`: a text. Create-only: a change replaces the resource.
            destination_security_group_id "DestinationSecurityGroupId": Ref<kind::ec2::SecurityGroup>,
            /// `FromPort`: a whole number, at least -1. Create-only: a change replaces the resource.
            from_port "FromPort": Int<-1, { i64::MAX }>,
            /// `ToPort`: a whole number, at least -1. Create-only: a change replaces the resource.
            to_port "ToPort": Int<-1, { i64::MAX }>,
        }
        attributes {}
    }
}
