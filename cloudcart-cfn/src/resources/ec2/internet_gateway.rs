//! `AWS::EC2::InternetGateway`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-internetgateway.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::InternetGateway`. `Ref` gives `InternetGatewayId`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-internetgateway.html>
    InternetGateway<'stack>: kind::ec2::InternetGateway {
        required {}
        optional {
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `InternetGatewayId`: what `Ref` gives.
            internet_gateway_id "InternetGatewayId": Ref<kind::ec2::InternetGateway>,
        }
    }
}

default_object! {
    InternetGateway,
}
