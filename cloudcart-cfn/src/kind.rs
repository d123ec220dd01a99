//! Kinds of resources: markers by which references know what they refer to.
//!
//! They are here for every service, whichever are compiled in, so that a role's ARN is a role's ARN in a stack that makes
//! no role.

macro_rules! kinds {
    ($($(#[$service_doc:meta])* $service:ident { $($(#[$doc:meta])* $name:ident $type:literal $(, arn $arn:expr)?;)* })*) => {$(
        $(#[$service_doc])*
        pub mod $service {
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy, PartialEq, Eq)]
                pub struct $name;

                impl $crate::kind::Kind for $name {
                    const TYPE: &'static str = $type;
                }

                $(
                    impl $crate::kind::HasArn for $name {
                        const ARN: Option<&'static str> = $arn;
                    }
                )?
            )*
        }
    )*};
}

mod generated;

pub use generated::*;

/// A kind of resource.
pub trait Kind: std::fmt::Debug + Clone + PartialEq + 'static {
    /// The type's name, for example `AWS::SQS::Queue`. Empty for [`Raw`].
    const TYPE: &'static str;
}

/// A kind of resource that has an ARN.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no ARN",
    note = "`handle.reference()` gives what CloudFormation's `Ref` gives for it"
)]
pub trait HasArn: Kind {
    /// The attribute that holds it; none when `Ref` gives it.
    const ARN: Option<&'static str>;
}

/// A resource whose type this library does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw;

impl Kind for Raw {
    const TYPE: &'static str = "";
}
