//! `AWS::EC2::SecurityGroupIngress`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-securitygroupingress.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::SecurityGroupIngress`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html>
    SecurityGroupIngress<'stack>: kind::ec2::SecurityGroupIngress {
        required {
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
            /// `FromPort`: a whole number, at least -1. Create-only: a change replaces the resource.
            from_port "FromPort": Int<-1, { i64::MAX }>,
            /// `GroupId`: a text. Create-only: a change replaces the resource.
            group_id "GroupId": Ref<kind::ec2::SecurityGroup>,
            /// `GroupName`: a text. Create-only: a change replaces the resource.
            group_name "GroupName": String,
            /// `SourcePrefixListId`: a text. Create-only: a change replaces the resource.
            source_prefix_list_id "SourcePrefixListId": String,
            /// `SourceSecurityGroupId`: a text. Create-only: a change replaces the resource.
            source_security_group_id "SourceSecurityGroupId": Ref<kind::ec2::SecurityGroup>,
            /// `SourceSecurityGroupName`: a text. Create-only: a change replaces the resource.
            source_security_group_name "SourceSecurityGroupName": String,
            /// `SourceSecurityGroupOwnerId`: a text. Create-only: a change replaces the resource.
            source_security_group_owner_id "SourceSecurityGroupOwnerId": String,
            /// `ToPort`: a whole number, at least -1. Create-only: a change replaces the resource.
            to_port "ToPort": Int<-1, { i64::MAX }>,
        }
        attributes {}
    }
}
