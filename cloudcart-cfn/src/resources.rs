//! CloudFormation's resource types, one module per service.
//!
//! A struct holds the properties of a type under their own names: what the schema requires is a plain field, anything else
//! an `Option`. `new` takes what is required and leaves the rest out.

pub mod apigatewayv2;
pub mod dynamodb;
pub mod iam;
pub mod lambda;
pub mod logs;
pub mod sqs;

/// Implements [`Resource`](crate::Resource) for a type whose handles remember nothing.
macro_rules! resource {
    ($type:ident, $name:literal) => {
        impl $crate::Resource for $type {
            const TYPE: &'static str = $name;
            type Facts = ();
            fn facts(&self) {}
        }
    };
    ($type:ident, $name:literal, arn) => {
        resource!($type, $name);
        impl $crate::HasArn for $type {}
    };
}
pub(crate) use resource;
