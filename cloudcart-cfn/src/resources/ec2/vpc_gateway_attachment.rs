//! `AWS::EC2::VPCGatewayAttachment`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-vpcgatewayattachment.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::VPCGatewayAttachment`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcgatewayattachment.html>
    VPCGatewayAttachment<'stack>: kind::ec2::VPCGatewayAttachment {
        required {
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        optional {
            /// `InternetGatewayId`: a text.
            internet_gateway_id "InternetGatewayId": Ref<kind::ec2::InternetGateway>,
            /// `VpnGatewayId`: a text.
            vpn_gateway_id "VpnGatewayId": String,
        }
        attributes {
            /// `AttachmentType`.
            attachment_type "AttachmentType": String,
        }
    }
}
