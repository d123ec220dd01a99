//! `AWS::EC2::SubnetNetworkAclAssociation`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-subnetnetworkaclassociation.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::SubnetNetworkAclAssociation`. `Ref` gives `AssociationId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnetnetworkaclassociation.html>
    SubnetNetworkAclAssociation<'stack>: kind::ec2::SubnetNetworkAclAssociation {
        required {
            /// `NetworkAclId`: a text. Create-only: a change replaces the resource.
            network_acl_id "NetworkAclId": Ref<kind::ec2::NetworkAcl>,
            /// `SubnetId`: a text. Create-only: a change replaces the resource.
            subnet_id "SubnetId": Ref<kind::ec2::Subnet>,
        }
        optional {}
        attributes {
            /// `AssociationId`: what `Ref` gives.
            association_id "AssociationId": Ref<kind::ec2::SubnetNetworkAclAssociation>,
        }
    }
}
