//! `AWS::ApiGatewayV2`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod api;
pub mod api_mapping;
pub mod authorizer;
pub mod deployment;
pub mod domain_name;
pub mod integration;
pub mod route;
pub mod stage;
pub mod vpc_link;

pub use api::Api;
pub use api_mapping::ApiMapping;
pub use authorizer::Authorizer;
pub use deployment::Deployment;
pub use domain_name::DomainName;
pub use integration::Integration;
pub use route::Route;
pub use stage::Stage;
pub use vpc_link::VpcLink;
