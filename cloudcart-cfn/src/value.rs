//! A property's value: a literal, or an intrinsic function that CloudFormation evaluates.
//!
//! Serialised by hand: what is written is exactly what CloudFormation's reference describes, in the long form.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::sections::ConditionRef;

/// A literal `T`, or an intrinsic function that gives one.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<T> {
    /// The value itself.
    Literal(T),
    /// `Fn::If`: one of two values, by a condition of the template.
    If {
        /// Name of the condition.
        condition: String,
        /// The value when it holds.
        then: Box<Value<T>>,
        /// The value when it does not.
        otherwise: Box<Value<T>>,
    },
    /// Any other intrinsic function.
    Intrinsic(Box<Intrinsic>),
}

/// A list property: the list may be an intrinsic function, and so may each element.
pub type List<T> = Value<Vec<Value<T>>>;

/// An intrinsic function whose own arguments do not depend on the type of what it gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Intrinsic {
    /// `Ref` to a resource, a parameter or a pseudo parameter.
    Ref(String),
    /// `Fn::GetAtt`.
    GetAtt {
        /// Logical id of the resource.
        id: String,
        /// Name of the attribute.
        attribute: String,
    },
    /// `Fn::Sub`: `${Name}` and `${Resource.Attribute}` in the text are replaced, `${!Name}` stays as `${Name}`.
    Sub {
        /// The text with placeholders.
        text: String,
        /// Placeholders that are neither resources nor parameters.
        variables: BTreeMap<String, Value<String>>,
    },
    /// `Fn::Join`.
    Join {
        /// What stands between the values.
        delimiter: String,
        /// The values.
        values: List<String>,
    },
    /// `Fn::Select`.
    Select {
        /// Index from 0.
        index: u32,
        /// The list.
        from: List<String>,
    },
    /// `Fn::Split`.
    Split {
        /// Where to cut.
        delimiter: String,
        /// What to cut.
        source: Value<String>,
    },
    /// `Fn::ImportValue`: an export of another stack.
    ImportValue(Value<String>),
    /// `Fn::Base64`.
    Base64(Value<String>),
}

impl<T> Value<T> {
    /// What an intrinsic function gives, which the caller knows to be a `T`.
    pub fn intrinsic(intrinsic: Intrinsic) -> Self {
        Self::Intrinsic(Box::new(intrinsic))
    }

    /// `Ref` to a logical name. Prefer [`Handle::reference`](crate::Handle::reference), which knows its type.
    pub fn reference(id: impl Into<String>) -> Self {
        Self::intrinsic(Intrinsic::Ref(id.into()))
    }

    /// `Fn::GetAtt`. Prefer the typed methods of a [`Handle`](crate::Handle).
    pub fn attribute(id: impl Into<String>, attribute: impl Into<String>) -> Self {
        Self::intrinsic(Intrinsic::GetAtt { id: id.into(), attribute: attribute.into() })
    }

    /// `Fn::If`.
    pub fn when(condition: &ConditionRef, then: impl Into<Self>, otherwise: impl Into<Self>) -> Self {
        Self::If {
            condition: condition.name().to_owned(),
            then: Box::new(then.into()),
            otherwise: Box::new(otherwise.into()),
        }
    }

    /// `AWS::NoValue`: inside [`Value::when`], as if the property were absent.
    pub fn absent() -> Self {
        Self::reference("AWS::NoValue")
    }

    /// The same value, with its literals made into another type.
    pub fn map<U>(self, literal: impl Fn(T) -> U + Copy) -> Value<U> {
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

impl Value<String> {
    /// Claims that this text is of a more exact kind, for what the compiler cannot know: an ARN put together by
    /// [`sub()`], or one that comes in by a parameter.
    pub fn assume<T: From<String>>(self) -> Value<T> {
        self.map(T::from)
    }
}

impl<T> From<T> for Value<T> {
    fn from(literal: T) -> Self {
        Self::Literal(literal)
    }
}

impl From<&str> for Value<String> {
    fn from(literal: &str) -> Self {
        Self::Literal(literal.to_owned())
    }
}

/// A list literal: `list(["GET", "POST"])`.
pub fn list<T, I>(items: I) -> List<T>
where
    I: IntoIterator,
    I::Item: Into<Value<T>>,
{
    Value::Literal(items.into_iter().map(Into::into).collect())
}

/// `Fn::Sub` over names of the template and pseudo parameters.
pub fn sub(text: impl Into<String>) -> Value<String> {
    sub_with(text, std::iter::empty::<(String, Value<String>)>())
}

/// `Fn::Sub` with placeholders of its own.
pub fn sub_with<K, V>(text: impl Into<String>, variables: impl IntoIterator<Item = (K, V)>) -> Value<String>
where
    K: Into<String>,
    V: Into<Value<String>>,
{
    let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    Value::intrinsic(Intrinsic::Sub { text: text.into(), variables })
}

/// `Fn::Join`.
pub fn join<V: Into<Value<String>>>(
    delimiter: impl Into<String>,
    values: impl IntoIterator<Item = V>,
) -> Value<String> {
    Value::intrinsic(Intrinsic::Join { delimiter: delimiter.into(), values: list(values) })
}

/// Pseudo parameters: what CloudFormation knows without being told.
pub mod pseudo {
    use super::Value;

    /// The names that `Ref` and `Fn::Sub` accept without a declaration.
    pub const NAMES: [&str; 8] = [
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    ];

    /// The account's twelve digits.
    pub fn account_id() -> Value<String> {
        Value::reference("AWS::AccountId")
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition() -> Value<String> {
        Value::reference("AWS::Partition")
    }

    /// The region, for example `eu-west-1`.
    pub fn region() -> Value<String> {
        Value::reference("AWS::Region")
    }

    /// The stack's name.
    pub fn stack_name() -> Value<String> {
        Value::reference("AWS::StackName")
    }
}

impl<T: Serialize> Serialize for Value<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(value) => value.serialize(serializer),
            Self::If { condition, then, otherwise } => function(serializer, "Fn::If", &(condition, then, otherwise)),
            Self::Intrinsic(intrinsic) => intrinsic.serialize(serializer),
        }
    }
}

impl Serialize for Intrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ref(name) => function(serializer, "Ref", name),
            Self::GetAtt { id, attribute } => function(serializer, "Fn::GetAtt", &(id, attribute)),
            Self::Sub { text, variables } if variables.is_empty() => function(serializer, "Fn::Sub", text),
            Self::Sub { text, variables } => function(serializer, "Fn::Sub", &(text, variables)),
            Self::Join { delimiter, values } => function(serializer, "Fn::Join", &(delimiter, values)),
            Self::Select { index, from } => function(serializer, "Fn::Select", &(index, from)),
            Self::Split { delimiter, source } => function(serializer, "Fn::Split", &(delimiter, source)),
            Self::ImportValue(name) => function(serializer, "Fn::ImportValue", name),
            Self::Base64(text) => function(serializer, "Fn::Base64", text),
        }
    }
}

/// An intrinsic function is a map of one key.
fn function<S: Serializer>(serializer: S, name: &str, arguments: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, arguments)?;
    map.end()
}
