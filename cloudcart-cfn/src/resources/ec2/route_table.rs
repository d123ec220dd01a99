//! `AWS::EC2::RouteTable`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-routetable.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::RouteTable`. `Ref` gives `RouteTableId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-routetable.html>
    RouteTable<'stack>: kind::ec2::RouteTable {
        required {
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        optional {
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `RouteTableId`: what `Ref` gives.
            route_table_id "RouteTableId": Ref<kind::ec2::RouteTable>,
        }
    }
}
