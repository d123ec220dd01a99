//! `AWS::RDS::DBProxyTargetGroup`.
// Made by `cargo xtask generate` from `schemas/aws-rds-dbproxytargetgroup.json`. Edit `schemas/resources.toml`, not this.

use crate::prelude_of_generated::*;

resource! {
    /// `AWS::RDS::DBProxyTargetGroup`. `Ref` gives `TargetGroupArn`.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbproxytargetgroup.html>
    DBProxyTargetGroup<'stack>: kind::rds::DBProxyTargetGroup {
        required {
            /// `DBProxyName`: a text of 1 to 64 characters, pattern `[A-z][0-z]*`. Create-only: a change replaces the resource.
            db_proxy_name "DBProxyName": Ref<kind::rds::DBProxy>,
            /// `TargetGroupName`: `default`. Create-only: a change replaces the resource.
            target_group_name "TargetGroupName": TargetGroupName,
        }
        optional {
            /// `ConnectionPoolConfigurationInfo`: an object.
            connection_pool_configuration_info "ConnectionPoolConfigurationInfo": ConnectionPoolConfigurationInfoFormat<'stack>,
            /// `DBClusterIdentifiers`: a list.
            db_cluster_identifiers "DBClusterIdentifiers": Vec<Value<'stack, Ref<kind::rds::DBCluster>>>,
            /// `DBInstanceIdentifiers`: a list.
            db_instance_identifiers "DBInstanceIdentifiers": Vec<Value<'stack, Ref<kind::rds::DBInstance>>>,
            /// `Tags`: a list.
            tags "Tags": Vec<Value<'stack, Tag<'stack>>>,
        }
        attributes {
            /// `TargetGroupArn`: what `Ref` gives.
            target_group_arn "TargetGroupArn": Arn<kind::rds::DBProxyTargetGroup>,
        }
    }
}

object! {
    /// `ConnectionPoolConfigurationInfoFormat` of [`DBProxyTargetGroup`].
    ConnectionPoolConfigurationInfoFormat<'stack> {
        required {}
        optional {
            /// `ConnectionBorrowTimeout`: a whole number.
            connection_borrow_timeout "ConnectionBorrowTimeout": i64,
            /// `InitQuery`: a text.
            init_query "InitQuery": String,
            /// `MaxConnectionsPercent`: a whole number, 0 to 100.
            max_connections_percent "MaxConnectionsPercent": Int<0, 100>,
            /// `MaxIdleConnectionsPercent`: a whole number, 0 to 100.
            max_idle_connections_percent "MaxIdleConnectionsPercent": Int<0, 100>,
            /// `SessionPinningFilters`: a list.
            session_pinning_filters "SessionPinningFilters": Vec<Value<'stack, String>>,
        }
    }
}

enumeration! {
    /// `TargetGroupName` of [`DBProxyTargetGroup`].
    TargetGroupName {
        Default "default",
    }
}

default_object! {
    ConnectionPoolConfigurationInfoFormat,
}
