//! `AWS::ApiGatewayV2::VpcLink`.
// Made by `cargo xtask generate` from `schemas/aws-apigatewayv2-vpclink.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::ApiGatewayV2::VpcLink`. `Ref` gives `VpcLinkId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-vpclink.html>
    VpcLink<'stack>: kind::apigatewayv2::VpcLink {
        required {
            /// `Name`: a text.
            name "Name": String,
            /// `SubnetIds`: a list. Create-only: a change replaces the resource.
            subnet_ids "SubnetIds": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
        }
        optional {
            /// `SecurityGroupIds`: a list. Create-only: a change replaces the resource.
            security_group_ids "SecurityGroupIds": Vec<Value<'stack, Ref<kind::ec2::SecurityGroup>>>,
            /// `Tags`: an object.
            tags "Tags": BTreeMap<String, Value<'stack, String>>,
        }
        attributes {
            /// `VpcLinkId`: what `Ref` gives.
            vpc_link_id "VpcLinkId": Ref<kind::apigatewayv2::VpcLink>,
        }
    }
}
