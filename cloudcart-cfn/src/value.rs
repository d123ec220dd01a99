//! A property's value: a literal, or an intrinsic function that CloudFormation evaluates.
//!
//! Written and read by hand: what is written is exactly what CloudFormation's reference describes, in the long form.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

mod codec;
mod convert;

use std::collections::BTreeMap;

use serde_json::Value as Json;

pub use convert::IntoValue;

use crate::sections::{ConditionRef, MappingRef};

/// A literal `T`, or an intrinsic function that gives one.
///
/// `'stack` is the stack whose resources it may refer to: a value that was made from a handle of one stack does not
/// compile in another.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'stack, T> {
    /// The value itself.
    Literal(T),
    /// `Fn::If`: one of two values, by a condition of the template.
    If {
        /// The condition.
        condition: ConditionRef<'stack>,
        /// The value when it holds.
        then: Box<Value<'stack, T>>,
        /// The value when it does not.
        otherwise: Box<Value<'stack, T>>,
    },
    /// Any other intrinsic function.
    Intrinsic(Box<Intrinsic<'stack>>),
}

/// A list property: the list may be an intrinsic function, and so may each element.
pub type List<'stack, T> = Value<'stack, Vec<Value<'stack, T>>>;

/// A property with names of one's own, such as environment variables.
pub type StringMap<'stack, T> = Value<'stack, BTreeMap<String, Value<'stack, T>>>;

/// An intrinsic function whose own arguments do not depend on the type of what it gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Intrinsic<'stack> {
    /// `Ref` to a resource, a parameter or a pseudo parameter.
    Ref(String),
    /// `Fn::GetAtt`.
    GetAtt {
        /// Logical id of the resource.
        id: String,
        /// Name of the attribute; nested ones have dots, for example `Endpoint.Address`.
        attribute: String,
    },
    /// `Fn::Sub`: `${Name}` and `${Resource.Attribute}` in the text are replaced, `${!Name}` stays as `${Name}`.
    Sub {
        /// The text with placeholders.
        text: String,
        /// Placeholders that are neither resources nor parameters.
        variables: BTreeMap<String, Value<'stack, String>>,
    },
    /// `Fn::Join`.
    Join {
        /// What stands between the values.
        delimiter: String,
        /// The values.
        values: List<'stack, String>,
    },
    /// `Fn::Select`.
    Select {
        /// Index from 0.
        index: Value<'stack, i64>,
        /// The list.
        from: List<'stack, String>,
    },
    /// `Fn::Split`.
    Split {
        /// Where to cut.
        delimiter: String,
        /// What to cut.
        source: Value<'stack, String>,
    },
    /// `Fn::FindInMap`.
    FindInMap {
        /// The mapping.
        mapping: MappingRef<'stack>,
        /// The key of the first level.
        first: Value<'stack, String>,
        /// The key of the second level.
        second: Value<'stack, String>,
    },
    /// `Fn::ImportValue`: an export of another stack.
    ImportValue(Value<'stack, String>),
    /// `Fn::Base64`.
    Base64(Value<'stack, String>),
    /// `Fn::Cidr`: address blocks cut from a block.
    Cidr {
        /// The block to cut, for example `10.0.0.0/16`.
        block: Value<'stack, String>,
        /// How many blocks, 1 to 256.
        count: Value<'stack, i64>,
        /// Bits of each block that are left for hosts: 8 makes a `/24` of IPv4.
        bits: Option<Value<'stack, i64>>,
    },
    /// `Fn::GetAZs`: the availability zones of a region; the stack's own when it is empty.
    GetAzs(Value<'stack, String>),
    /// A function that this library has no words for, such as `Fn::Transform` or one of a language extension.
    Other {
        /// Its name, for example `Fn::ToJsonString`.
        name: String,
        /// Its arguments as they stand in the template.
        arguments: Json,
    },
}

impl<'stack, T> Value<'stack, T> {
    /// What an intrinsic function gives, which the caller knows to be a `T`.
    pub fn intrinsic(intrinsic: Intrinsic<'stack>) -> Self {
        Self::Intrinsic(Box::new(intrinsic))
    }

    /// `Ref` to a logical name. Prefer [`Handle::reference`](crate::Handle::reference), which knows its type and its stack.
    pub fn reference(id: impl Into<String>) -> Self {
        Self::intrinsic(Intrinsic::Ref(id.into()))
    }

    /// `Fn::GetAtt`. Prefer the typed methods of a [`Handle`](crate::Handle).
    pub fn attribute(id: impl Into<String>, attribute: impl Into<String>) -> Self {
        Self::intrinsic(Intrinsic::GetAtt { id: id.into(), attribute: attribute.into() })
    }

    /// `Fn::If`. Where a text is asked, which an ARN and a name are as well, the compiler wants to know the type:
    /// `Value::<String>::when(&production, "prod", "dev")`.
    pub fn when(
        condition: &ConditionRef<'stack>,
        then: impl IntoValue<'stack, T>,
        otherwise: impl IntoValue<'stack, T>,
    ) -> Self {
        Self::If {
            condition: condition.clone(),
            then: Box::new(then.into_value()),
            otherwise: Box::new(otherwise.into_value()),
        }
    }

    /// `AWS::NoValue`: inside [`Value::when`], as if the property were absent.
    pub fn absent() -> Self {
        Self::reference("AWS::NoValue")
    }

    /// The same value, with its literals made into another type.
    pub fn map<U>(self, literal: impl Fn(T) -> U + Copy) -> Value<'stack, U> {
        match self {
            Self::Literal(value) => Value::Literal(literal(value)),
            Self::If { condition, then, otherwise } => {
                Value::If { condition, then: Box::new(then.map(literal)), otherwise: Box::new(otherwise.map(literal)) }
            }
            Self::Intrinsic(intrinsic) => Value::Intrinsic(intrinsic),
        }
    }

    /// The literal, if it is one.
    pub const fn as_literal(&self) -> Option<&T> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }
}

impl<'stack> Value<'stack, String> {
    /// Claims that this text is of a more exact kind, for what the compiler cannot know: an ARN put together by
    /// [`sub!`](crate::sub!), or one that comes in by a parameter or an import.
    pub fn assume<T: From<String>>(self) -> Value<'stack, T> {
        self.map(T::from)
    }
}
