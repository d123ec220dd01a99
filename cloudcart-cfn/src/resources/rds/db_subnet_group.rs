//! `AWS::RDS::DBSubnetGroup`.
// Made by `cargo xtask generate` from `schemas/aws-rds-dbsubnetgroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::RDS::DBSubnetGroup`. `Ref` gives `DBSubnetGroupName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbsubnetgroup.html>
    DBSubnetGroup<'stack>: kind::rds::DBSubnetGroup {
        required {
            /// `DBSubnetGroupDescription`: a text.
            db_subnet_group_description "DBSubnetGroupDescription": String,
            /// `SubnetIds`: a list.
            subnet_ids "SubnetIds": Vec<Value<'stack, Ref<kind::ec2::Subnet>>>,
        }
        optional {
            /// `DBSubnetGroupName`: a text. Create-only: a change replaces the resource.
            db_subnet_group_name "DBSubnetGroupName": String,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `DBSubnetGroupArn`.
            db_subnet_group_arn "DBSubnetGroupArn": Arn<kind::rds::DBSubnetGroup>,
        }
    }
}
