//! `AWS::EC2::SubnetRouteTableAssociation`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-subnetroutetableassociation.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::SubnetRouteTableAssociation`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnetroutetableassociation.html>
    SubnetRouteTableAssociation<'stack>: kind::ec2::SubnetRouteTableAssociation {
        required {
            /// `RouteTableId`: a text. Create-only: a change replaces the resource.
            route_table_id "RouteTableId": Ref<kind::ec2::RouteTable>,
            /// `SubnetId`: a text. Create-only: a change replaces the resource.
            subnet_id "SubnetId": Ref<kind::ec2::Subnet>,
        }
        optional {}
        attributes {}
    }
}
