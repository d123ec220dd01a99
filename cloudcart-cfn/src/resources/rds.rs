//! `AWS::RDS`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod db_cluster;
pub mod db_cluster_parameter_group;
pub mod db_instance;
pub mod db_proxy;
pub mod db_proxy_target_group;
pub mod db_subnet_group;

pub use db_cluster::DBCluster;
pub use db_cluster_parameter_group::DBClusterParameterGroup;
pub use db_instance::DBInstance;
pub use db_proxy::DBProxy;
pub use db_proxy_target_group::DBProxyTargetGroup;
pub use db_subnet_group::DBSubnetGroup;
