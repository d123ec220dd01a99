//! CloudFormation from typed Rust structs.
//!
//! [`Template::build`] hands a [`Stack`] to a closure, which adds resources to it. A resource is a plain struct with public
//! fields: its constructor asks for what the resource's schema requires, and there is a method for each property that is
//! optional. Adding it gives a [`Handle`], by which others refer to it, and references are typed: where a role's ARN is
//! asked, a queue's ARN does not compile, nor does a handle of another stack. A number out of its range and a placeholder
//! that nobody supplies do not compile either. [`Template::check`] finds what the compiler cannot see, before AWS does.
//! Rendering is pure, and byte for byte the same each time.
//!
//! ```
//! use cloudcart_cfn::prelude::*;
//! use cloudcart_cfn::sqs;
//!
//! let template = Template::build("One queue.", |stack| {
//!     let queue = stack.add("Inbox", sqs::Queue::new().visibility_timeout(int!(60)));
//!     stack.output("InboxUrl", Output::new(queue.reference()).described("Where to send messages."));
//! });
//!
//! assert_eq!(
//!     template.to_json_compact(),
//!     r#"{"AWSTemplateFormatVersion":"2010-09-09","Description":"One queue.","Resources":{"Inbox":{"Type":"AWS::SQS::Queue","Properties":{"VisibilityTimeout":60}}},"Outputs":{"InboxUrl":{"Description":"Where to send messages.","Value":{"Ref":"Inbox"}}}}"#
//! );
//! ```
//!
//! - [`easy`] has several resources in one, with defaults that are written down: a function with its role and log group, a
//!   queue with its dead-letter queue.
//! - A [`Grant`] names exact actions on exact ARNs: `table.read()`, `queue.send()`, `bucket.put("products/*")`.
//! - [`Template::read`] reads an existing template; [`Template::resource`] gives a resource of it as its type.
//! - What the library does not know yet: [`Stack::add_raw`], [`Attributes::override_property`].
//!
//! There is a feature for each service, named as its module; `default` is all of them. A program that names the ones it uses
//! compiles only those: `cloudcart-cfn = { version = "…", default-features = false, features = ["lambda", "sqs"] }`.
//!
//! Nothing here reads the environment, a clock or a file, and no other crate of the workspace is needed.

#![cfg_attr(
    not(feature = "all"),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        unused_macros,
        reason = "few services use few shapes, and a build without any uses none"
    )
)]

#[macro_use]
mod macros;

pub mod check;
pub mod easy;
mod functions;
mod grants;
mod int;
pub mod kind;
pub mod limits;
pub mod policy;
mod property;
pub mod read;
mod reference;
mod render;
mod resource;
mod resources;
mod schema;
mod sections;
mod stack;
#[doc(hidden)]
pub mod sub;
mod tag;
mod template;
mod value;
mod word;

pub use check::{Allowance, Finding, Lint, Problem, Report, Severity};
pub use functions::{
    availability_zones, base64, cidr, find_in_map, import_value, join, join_list, list, map, pseudo, select, split,
    sub_with,
};
pub use grants::Grant;
pub use int::{Int, OutOfRange};
pub use kind::{HasArn, Kind};
pub use limits::Counts;
pub use property::{Property, ShapeError};
pub use reference::{Arn, Ref};
pub use render::{YamlError, render_yaml};
pub use resource::{Attributes, DeletionPolicy, Handle, Raw, Resource};
pub use resources::*;
pub use schema::Schema;
pub use sections::{Condition, ConditionRef, Mapping, MappingRef, Output, Parameter, ParameterType};
pub use stack::Stack;
pub use tag::{Tag, tags};
pub use template::{Template, TemplateError};
pub use value::{IntoValue, Intrinsic, List, StringMap, Value};
pub use word::UnknownWord;

/// The guide's program is a test.
#[cfg(all(doctest, feature = "all"))]
#[doc = include_str!("../../docs/cloudformation.md")]
struct Guide;

/// What nearly every stack needs: `use cloudcart_cfn::prelude::*`.
pub mod prelude {
    pub use crate::policy::{PolicyDocument, Principal, Statement};
    pub use crate::{
        Arn, Attributes, Condition, DeletionPolicy, Grant, Handle, Int, IntoValue, List, Output, Parameter, Raw, Ref,
        Resource, Stack, Tag, Template, Value, int, join, kind, list, map, pseudo, sub, sub_with, tags,
    };
}

/// What the generated files use.
mod prelude_of_generated {
    pub(crate) use std::collections::BTreeMap;

    pub(crate) use serde_json::Value as Json;

    pub(crate) use crate::kind;
    pub(crate) use crate::policy::PolicyDocument;
    pub(crate) use crate::{Arn, Int, Ref, Tag, Value};
}
