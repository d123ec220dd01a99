//! `AWS::Cognito`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod user_pool;
pub mod user_pool_client;
pub mod user_pool_domain;
pub mod user_pool_group;
pub mod user_pool_resource_server;

pub use user_pool::UserPool;
pub use user_pool_client::UserPoolClient;
pub use user_pool_domain::UserPoolDomain;
pub use user_pool_group::UserPoolGroup;
pub use user_pool_resource_server::UserPoolResourceServer;
