//! Conveniences: several resources that belong together, with defaults that are written down.
//!
//! Each type here says what it adds and why; nothing else is added. [`Template::parts_of`](crate::Template::parts_of) lists
//! what one of them added. Each gives its typed properties to a closure before they are added (`customize`), so that no
//! default is a wall, and hands back the handles of everything that it made.

#[cfg(feature = "cloudwatch")]
mod alarm;
#[cfg(feature = "s3")]
mod bucket;
#[cfg(all(feature = "iam", feature = "lambda", feature = "logs"))]
mod function;
#[cfg(all(feature = "apigatewayv2", feature = "lambda"))]
mod http_api;
#[cfg(feature = "sqs")]
mod queue;
#[cfg(feature = "dynamodb")]
mod table;

#[cfg(feature = "cloudwatch")]
pub use alarm::Alarm;
#[cfg(feature = "s3")]
pub use bucket::{Bucket, BucketParts};
#[cfg(all(feature = "iam", feature = "lambda", feature = "logs"))]
pub use function::{Function, FunctionParts};
#[cfg(all(feature = "apigatewayv2", feature = "lambda"))]
pub use http_api::{HttpApi, HttpApiParts};
#[cfg(feature = "sqs")]
pub use queue::{Queue, QueueParts};
#[cfg(feature = "dynamodb")]
pub use table::{Key, Table};

/// A change to properties before they are added. Its lifetime is its own: bound to the stack's, which outlives whatever the
/// closure of the stack has, it could borrow nothing.
type Customize<'change, R> = Box<dyn FnOnce(R) -> R + 'change>;

fn customized<R>(resource: R, customize: Option<Customize<'_, R>>) -> R {
    match customize {
        Some(customize) => customize(resource),
        None => resource,
    }
}
