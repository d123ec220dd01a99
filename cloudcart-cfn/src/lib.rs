//! CloudFormation from typed Rust structs.

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

// pub mod check;
pub mod easy;
mod functions;
mod grants;
mod int;
pub mod kind;
pub mod limits;
pub mod policy;
mod property;
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

// pub use check::{Finding, Problem, Severity};
pub use functions::{
    availability_zones, base64, cidr, find_in_map, import_value, join, join_list, list, map, pseudo, select, split,
    sub_with,
};
pub use grants::Grant;
pub use int::{Int, OutOfRange};
pub use kind::{HasArn, Kind};
pub use limits::Counts;
pub use property::{Property, ReadError};
pub use reference::{Arn, Ref};
pub use render::YamlError;
pub use resource::{Attributes, DeletionPolicy, Handle, Raw, Resource};
pub use resources::*;
pub use schema::Schema;
pub use sections::{Condition, ConditionRef, Mapping, MappingRef, Output, Parameter, ParameterType};
pub use stack::Stack;
pub use tag::{Tag, tags};
pub use template::Template;
pub use value::{IntoValue, Intrinsic, List, StringMap, Value};
pub use word::UnknownWord;

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
