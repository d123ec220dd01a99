//! `AWS::EC2::SecurityGroup`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-securitygroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::SecurityGroup`. `Ref` gives `GroupId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html>
    SecurityGroup<'stack>: kind::ec2::SecurityGroup {
        required {
            /// `GroupDescription`: a text of up to 255 characters, pattern `^([a-z,A-Z,0-9,. _\-:/()#,@[\]+=&;\{\}!$*])*$`. Create-only: a change replaces the resource.
            group_description "GroupDescription": String,
        }
        optional {
            /// `GroupName`: a text. Create-only: a change replaces the resource.
            group_name "GroupName": String,
            /// `SecurityGroupEgress`: a list.
            security_group_egress "SecurityGroupEgress": Vec<Value<'stack, Egress<'stack>>>,
            /// `SecurityGroupIngress`: a list.
            security_group_ingress "SecurityGroupIngress": Vec<Value<'stack, Ingress<'stack>>>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        attributes {
            /// `GroupId`: what `Ref` gives.
            group_id "GroupId": Ref<kind::ec2::SecurityGroup>,
            /// `VpcId`.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
    }
}

object! {
    /// `Egress` of [`SecurityGroup`].
    Egress<'stack> {
        required {
            /// `IpProtocol`: a text.
            ip_protocol "IpProtocol": String,
        }
        optional {
            /// `CidrIp`: a text.
            cidr_ip "CidrIp": String,
            /// `CidrIpv6`: a text.
            cidr_ipv6 "CidrIpv6": String,
            /// `Description`: a text.
            description "Description": String,
            /// `DestinationPrefixListId`: a text.
            destination_prefix_list_id "DestinationPrefixListId": String,
            /// `DestinationSecurityGroupId`: a text.
            destination_security_group_id "DestinationSecurityGroupId": Ref<kind::ec2::SecurityGroup>,
            /// `FromPort`: a whole number, at least -1.
            from_port "FromPort": Int<-1, { i64::MAX }>,
            /// `ToPort`: a whole number, at least -1.
            to_port "ToPort": Int<-1, { i64::MAX }>,
        }
    }
}

object! {
    /// `Ingress` of [`SecurityGroup`].
    Ingress<'stack> {
        required {
            /// `IpProtocol`: a text.
            ip_protocol "IpProtocol": String,
        }
        optional {
            /// `CidrIp`: a text.
            cidr_ip "CidrIp": String,
            /// `CidrIpv6`: a text.
            cidr_ipv6 "CidrIpv6": String,
            /// `Description`: a text.
            description "Description": String,
            /// `FromPort`: a whole number, at least -1.
            from_port "FromPort": Int<-1, { i64::MAX }>,
            /// `SourcePrefixListId`: a text.
            source_prefix_list_id "SourcePrefixListId": String,
            /// `SourceSecurityGroupId`: a text.
            source_security_group_id "SourceSecurityGroupId": Ref<kind::ec2::SecurityGroup>,
            /// `SourceSecurityGroupName`: a text. Write-only: it cannot be read back.
            source_security_group_name "SourceSecurityGroupName": String,
            /// `SourceSecurityGroupOwnerId`: a text.
            source_security_group_owner_id "SourceSecurityGroupOwnerId": String,
            /// `ToPort`: a whole number, at least -1.
            to_port "ToPort": Int<-1, { i64::MAX }>,
        }
    }
}
