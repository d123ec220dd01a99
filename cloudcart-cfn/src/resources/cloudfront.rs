//! `AWS::CloudFront`.
// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit `schemas/resources.toml`, not this.

pub mod cache_policy;
pub mod distribution;
pub mod function;
pub mod origin_access_control;
pub mod origin_request_policy;
pub mod response_headers_policy;

pub use cache_policy::CachePolicy;
pub use distribution::Distribution;
pub use function::Function;
pub use origin_access_control::OriginAccessControl;
pub use origin_request_policy::OriginRequestPolicy;
pub use response_headers_policy::ResponseHeadersPolicy;
