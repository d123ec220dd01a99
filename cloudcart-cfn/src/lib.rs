//! CloudFormation from typed Rust structs.
//!
//! A [`Template`] is filled with resources, which are plain structs: what the resource's schema requires is a field that
//! must be given, the rest is an `Option`. Adding a resource returns a [`Handle`], through which others refer to it, and
//! references are typed: where a role's ARN is asked, a queue's ARN does not compile. [`Template::check`] finds what the
//! compiler cannot see, before AWS does. Rendering is pure and byte for byte the same each time.
//!
//! ```
//! use cloudcart_cfn::prelude::*;
//! use cloudcart_cfn::resources::sqs::Queue;
//!
//! let mut template = Template::new("One queue.");
//! let queue = template.add("Inbox", Queue { visibility_timeout: Some(60.into()), ..Queue::default() });
//! template.output("InboxUrl", Output::new(queue.reference()).described("Where to send messages."));
//!
//! assert!(template.check().is_empty());
//! assert_eq!(
//!     template.to_json_compact(),
//!     r#"{"AWSTemplateFormatVersion":"2010-09-09","Description":"One queue.","Resources":{"Inbox":{"Type":"AWS::SQS::Queue","Properties":{"VisibilityTimeout":60}}},"Outputs":{"InboxUrl":{"Description":"Where to send messages.","Value":{"Ref":"Inbox"}}}}"#
//! );
//! ```
//!
//! Nothing here reads the environment, a clock or a file, and nothing but serde is needed.

pub mod check;
mod convenience;
pub mod limits;
pub mod policy;
pub mod read;
mod render;
mod resource;
pub mod resources;
mod sections;
mod tag;
mod template;
mod value;

pub use check::{Finding, Problem, Severity};
pub use limits::Counts;
pub use render::{YamlError, render_yaml};
pub use resource::{Arn, Attributes, DeletionPolicy, Handle, HasArn, Raw, Ref, Resource};
pub use sections::{Condition, ConditionRef, Output, Parameter, ParameterType};
pub use tag::{Tag, tags};
pub use template::Template;
pub use value::{Intrinsic, List, Value, join, list, pseudo, sub, sub_with};

/// What nearly every stack needs: `use cloudcart_cfn::prelude::*`.
pub mod prelude {
    pub use crate::policy::{PolicyDocument, Principal, Statement};
    pub use crate::{
        Arn, Attributes, Condition, DeletionPolicy, Handle, List, Output, Parameter, Ref, Resource, Tag, Template,
        Value, join, list, pseudo, sub, sub_with, tags,
    };
}
