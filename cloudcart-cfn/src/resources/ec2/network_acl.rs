//! `AWS::EC2::NetworkAcl`.
// Made by `cargo xtask generate` from `schemas/aws-ec2-networkacl.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::EC2::NetworkAcl`. `Ref` gives `Id`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkacl.html>
    NetworkAcl<'stack>: kind::ec2::NetworkAcl {
        required {
            /// `VpcId`: a text. Create-only: a change replaces the resource.
            vpc_id "VpcId": Ref<kind::ec2::VPC>,
        }
        optional {
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {}
    }
}
