// Made by `cargo xtask generate` from the schemas in `schemas/`. Edit those or `schemas/resources.toml`, not this.

use super::{HasArn, Kind};

macro_rules! kinds {
    ($($(#[$service_doc:meta])* $service:ident { $($(#[$doc:meta])* $name:ident $type:literal $(, arn $arn:expr)?;)* })*) => {$(
        $(#[$service_doc])*
        pub mod $service {
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy, PartialEq, Eq)]
                pub struct $name;
                impl super::Kind for $name {
                    const TYPE: &'static str = $type;
                }
                $(
                    impl super::HasArn for $name {
                        const ARN: Option<&'static str> = $arn;
                    }
                )?
            )*
        }
    )*};
}

kinds! {
    /// Kinds of `AWS::IAM`.
    iam {
        /// `AWS::IAM::Role`.
        Role "AWS::IAM::Role", arn Some("Arn");
    }
    /// Kinds of `AWS::SQS`.
    sqs {
        /// `AWS::SQS::Queue`.
        Queue "AWS::SQS::Queue", arn Some("Arn");
        /// `AWS::SQS::QueuePolicy`.
        QueuePolicy "AWS::SQS::QueuePolicy";
    }
}
