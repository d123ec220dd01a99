//! `AWS::EC2::VPC`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-vpc.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::VPC`. `Ref` gives `VpcId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html>
    VPC<'stack>: kind::ec2::VPC {
        required {}
        optional {
            /// `CidrBlock`: a text. Create-only: a change replaces the resource.
            cidr_block "CidrBlock": String,
            /// `EnableDnsHostnames`: true or false.
            enable_dns_hostnames "EnableDnsHostnames": bool,
            /// `EnableDnsSupport`: true or false.
            enable_dns_support "EnableDnsSupport": bool,
            /// `InstanceTenancy`: one of `dedicated`, `default`, `host`. A change may replace the resource.
            instance_tenancy "InstanceTenancy": InstanceTenancy,
            /// `Ipv4IpamPoolId`: a text. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipv4_ipam_pool_id "Ipv4IpamPoolId": String,
            /// `Ipv4NetmaskLength`: a whole number. Create-only: a change replaces the resource. Write-only: it cannot be read back.
            ipv4_netmask_length "Ipv4NetmaskLength": i64,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
            /// `VpcEncryptionControl`: an object. Create-only: a change replaces the resource.
            vpc_encryption_control "VpcEncryptionControl": VpcEncryptionControl<'stack>,
        }
        attributes {
            /// `CidrBlock`.
            cidr_block "CidrBlock": String,
            /// `CidrBlockAssociations`.
            cidr_block_associations "CidrBlockAssociations": Vec<Value<'stack, String>>,
            /// `DefaultNetworkAcl`.
            default_network_acl "DefaultNetworkAcl": String,
            /// `DefaultSecurityGroup`.
            default_security_group "DefaultSecurityGroup": Ref<kind::ec2::SecurityGroup>,
            /// `Ipv6CidrBlocks`.
            ipv6_cidr_blocks "Ipv6CidrBlocks": Vec<Value<'stack, String>>,
            /// `VpcEncryptionControl.ResourceExclusions.EgressOnlyInternetGateway.State`.
            vpc_encryption_control_resource_exclusions_egress_only_internet_gateway_state "VpcEncryptionControl.ResourceExclusions.EgressOnlyInternetGateway.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.EgressOnlyInternetGateway.StateMessage`.
            vpc_encryption_control_resource_exclusions_egress_only_internet_gateway_state_message "VpcEncryptionControl.ResourceExclusions.EgressOnlyInternetGateway.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.ElasticFileSystem.State`.
            vpc_encryption_control_resource_exclusions_elastic_file_system_state "VpcEncryptionControl.ResourceExclusions.ElasticFileSystem.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.ElasticFileSystem.StateMessage`.
            vpc_encryption_control_resource_exclusions_elastic_file_system_state_message "VpcEncryptionControl.ResourceExclusions.ElasticFileSystem.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.InternetGateway.State`.
            vpc_encryption_control_resource_exclusions_internet_gateway_state "VpcEncryptionControl.ResourceExclusions.InternetGateway.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.InternetGateway.StateMessage`.
            vpc_encryption_control_resource_exclusions_internet_gateway_state_message "VpcEncryptionControl.ResourceExclusions.InternetGateway.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.Lambda.State`.
            vpc_encryption_control_resource_exclusions_lambda_state "VpcEncryptionControl.ResourceExclusions.Lambda.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.Lambda.StateMessage`.
            vpc_encryption_control_resource_exclusions_lambda_state_message "VpcEncryptionControl.ResourceExclusions.Lambda.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.NatGateway.State`.
            vpc_encryption_control_resource_exclusions_nat_gateway_state "VpcEncryptionControl.ResourceExclusions.NatGateway.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.NatGateway.StateMessage`.
            vpc_encryption_control_resource_exclusions_nat_gateway_state_message "VpcEncryptionControl.ResourceExclusions.NatGateway.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.VirtualPrivateGateway.State`.
            vpc_encryption_control_resource_exclusions_virtual_private_gateway_state "VpcEncryptionControl.ResourceExclusions.VirtualPrivateGateway.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.VirtualPrivateGateway.StateMessage`.
            vpc_encryption_control_resource_exclusions_virtual_private_gateway_state_message "VpcEncryptionControl.ResourceExclusions.VirtualPrivateGateway.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.VpcLattice.State`.
            vpc_encryption_control_resource_exclusions_vpc_lattice_state "VpcEncryptionControl.ResourceExclusions.VpcLattice.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.VpcLattice.StateMessage`.
            vpc_encryption_control_resource_exclusions_vpc_lattice_state_message "VpcEncryptionControl.ResourceExclusions.VpcLattice.StateMessage": String,
            /// `VpcEncryptionControl.ResourceExclusions.VpcPeering.State`.
            vpc_encryption_control_resource_exclusions_vpc_peering_state "VpcEncryptionControl.ResourceExclusions.VpcPeering.State": String,
            /// `VpcEncryptionControl.ResourceExclusions.VpcPeering.StateMessage`.
            vpc_encryption_control_resource_exclusions_vpc_peering_state_message "VpcEncryptionControl.ResourceExclusions.VpcPeering.StateMessage": String,
            /// `VpcEncryptionControl.State`.
            vpc_encryption_control_state "VpcEncryptionControl.State": String,
            /// `VpcEncryptionControl.StateMessage`.
            vpc_encryption_control_state_message "VpcEncryptionControl.StateMessage": String,
            /// `VpcEncryptionControl.VpcEncryptionControlId`.
            vpc_encryption_control_vpc_encryption_control_id "VpcEncryptionControl.VpcEncryptionControlId": String,
            /// `VpcEncryptionControl.VpcId`.
            vpc_encryption_control_vpc_id "VpcEncryptionControl.VpcId": Ref<kind::ec2::VPC>,
            /// `VpcId`: what `Ref` gives.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
    }
}

object! {
    /// `VpcEncryptionControl` of [`VPC`].
    VpcEncryptionControl<'stack> {
        required {}
        optional {
            /// `EgressOnlyInternetGatewayExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            egress_only_internet_gateway_exclusion "EgressOnlyInternetGatewayExclusion": EgressOnlyInternetGatewayExclusion,
            /// `ElasticFileSystemExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            elastic_file_system_exclusion "ElasticFileSystemExclusion": ElasticFileSystemExclusion,
            /// `InternetGatewayExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            internet_gateway_exclusion "InternetGatewayExclusion": InternetGatewayExclusion,
            /// `LambdaExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            lambda_exclusion "LambdaExclusion": LambdaExclusion,
            /// `Mode`: one of `enforce`, `monitor`.
            mode "Mode": VpcEncryptionControlMode,
            /// `NatGatewayExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            nat_gateway_exclusion "NatGatewayExclusion": NatGatewayExclusion,
            /// `VirtualPrivateGatewayExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            virtual_private_gateway_exclusion "VirtualPrivateGatewayExclusion": VirtualPrivateGatewayExclusion,
            /// `VpcLatticeExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            vpc_lattice_exclusion "VpcLatticeExclusion": VpcLatticeExclusion,
            /// `VpcPeeringExclusion`: one of `disable`, `enable`. Write-only: it cannot be read back.
            vpc_peering_exclusion "VpcPeeringExclusion": VpcPeeringExclusion,
        }
    }
}

enumeration! {
    /// `EgressOnlyInternetGatewayExclusion` of [`VPC`].
    EgressOnlyInternetGatewayExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `ElasticFileSystemExclusion` of [`VPC`].
    ElasticFileSystemExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `InstanceTenancy` of [`VPC`].
    InstanceTenancy {
        Dedicated "dedicated",
        Default "default",
        Host "host",
    }
}

enumeration! {
    /// `InternetGatewayExclusion` of [`VPC`].
    InternetGatewayExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `LambdaExclusion` of [`VPC`].
    LambdaExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `NatGatewayExclusion` of [`VPC`].
    NatGatewayExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `VirtualPrivateGatewayExclusion` of [`VPC`].
    VirtualPrivateGatewayExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `Mode` of [`VPC`].
    VpcEncryptionControlMode {
        Enforce "enforce",
        Monitor "monitor",
    }
}

enumeration! {
    /// `VpcLatticeExclusion` of [`VPC`].
    VpcLatticeExclusion {
        Disable "disable",
        Enable "enable",
    }
}

enumeration! {
    /// `VpcPeeringExclusion` of [`VPC`].
    VpcPeeringExclusion {
        Disable "disable",
        Enable "enable",
    }
}

default_object! {
    VPC,
    VpcEncryptionControl,
}
