//! `AWS::RDS::DBClusterParameterGroup`.
// Made by `cargo xtask generate` from `schemas/aws-rds-dbclusterparametergroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::RDS::DBClusterParameterGroup`. `Ref` gives `DBClusterParameterGroupName`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbclusterparametergroup.html>
    DBClusterParameterGroup<'stack>: kind::rds::DBClusterParameterGroup {
        required {
            /// `Description`: a text. Create-only: a change replaces the resource.
            description "Description": String,
            /// `Family`: a text. Create-only: a change replaces the resource.
            family "Family": String,
            /// `Parameters`: an object.
            parameters "Parameters": BTreeMap<String, Value<'stack, String>>,
        }
        optional {
            /// `DBClusterParameterGroupName`: a text of at least 1 character, pattern `^[a-zA-Z]{1}(?:-?[a-zA-Z0-9])*$`. Create-only: a change replaces the resource.
            db_cluster_parameter_group_name "DBClusterParameterGroupName": String,
            /// `Tags`: a list of up to 50 items.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {}
    }
}
