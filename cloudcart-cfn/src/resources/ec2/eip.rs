//! `AWS::EC2::EIP`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-eip.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::EIP`. `Ref` gives `PublicIp`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-eip.html>
    EIP<'stack>: kind::ec2::EIP {
        required {}
        optional {
            /// `Address`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            address "Address": String,
            /// `Domain`: one of `standard`, `vpc`.
            domain "Domain": Domain,
            /// `InstanceId`: a text.
            instance_id "InstanceId": String,
            /// `IpamPoolId`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipam_pool_id "IpamPoolId": String,
            /// `NetworkBorderGroup`: a text. Create-only: a change replaces the resource.
            network_border_group "NetworkBorderGroup": String,
            /// `PublicIpv4Pool`: a text.
            public_ipv4_pool "PublicIpv4Pool": String,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `TransferAddress`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            transfer_address "TransferAddress": String,
        }
        attributes {
            /// `AllocationId`.
            allocation_id "AllocationId": String,
            /// `PublicIp`: what `Ref` gives.
            public_ip "PublicIp": Ref<kind::ec2::EIP>,
        }
    }
}

enumeration! {
    /// `Domain` of [`EIP`].
    Domain {
        Standard "standard",
        Vpc "vpc",
    }
}

default_object! {
    EIP,
}
