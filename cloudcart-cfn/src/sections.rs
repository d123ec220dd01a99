//! The template's other sections: parameters, mappings, conditions, outputs.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde_json::{Map, Value as Json, json};

use crate::property::Property;
use crate::resource::Brand;
use crate::value::{IntoValue, Value};

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ParameterType {
    /// `String`.
    #[default]
    Text,
    /// `Number`.
    Number,
    /// `List<Number>`.
    NumberList,
    /// `CommaDelimitedList`.
    List,
    /// One that AWS checks against what exists in the account, or reads from Parameter Store: `AWS::EC2::VPC::Id`,
    /// `AWS::SSM::Parameter::Value<String>`, `List<AWS::EC2::Subnet::Id>`.
    Aws(String),
}

impl ParameterType {
    /// CloudFormation's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text => "String",
            Self::Number => "Number",
            Self::NumberList => "List<Number>",
            Self::List => "CommaDelimitedList",
            Self::Aws(name) => name,
        }
    }
}

/// A value that is given when the stack is created or updated. `T` is what it stands for where it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter<T = String> {
    /// `Type`.
    pub kind: ParameterType,
    /// `Description`, up to 4,000 bytes.
    pub description: Option<String>,
    /// `Default`. Without one, the parameter must be given.
    pub default: Option<String>,
    /// `AllowedValues`; any when empty.
    pub allowed_values: Vec<String>,
    /// `AllowedPattern`: a Java regular expression for the whole value.
    pub allowed_pattern: Option<String>,
    /// `ConstraintDescription`: what is said when the value is refused.
    pub constraint_description: Option<String>,
    /// `MinLength` of a text.
    pub min_length: Option<u32>,
    /// `MaxLength` of a text.
    pub max_length: Option<u32>,
    /// `MinValue` of a number.
    pub min_value: Option<i64>,
    /// `MaxValue` of a number.
    pub max_value: Option<i64>,
    /// `NoEcho`: the value is never shown.
    pub no_echo: bool,
    stands_for: PhantomData<fn() -> T>,
}

impl<T> Parameter<T> {
    fn of(kind: ParameterType, description: impl Into<String>) -> Self {
        Self {
            kind,
            description: Some(description.into()),
            default: None,
            allowed_values: Vec::new(),
            allowed_pattern: None,
            constraint_description: None,
            min_length: None,
            max_length: None,
            min_value: None,
            max_value: None,
            no_echo: false,
            stands_for: PhantomData,
        }
    }

    /// A number. What it stands for follows from where it is used: an `i64`, an [`Int`](crate::Int) with a range.
    pub fn number(description: impl Into<String>) -> Self {
        Self::of(ParameterType::Number, description)
    }

    /// A type that AWS itself checks, for example `AWS::EC2::VPC::Id`, which stands for a `Ref<kind::ec2::VPC>`.
    pub fn aws(kind: impl Into<String>, description: impl Into<String>) -> Self {
        Self::of(ParameterType::Aws(kind.into()), description)
    }

    /// The same, with a default.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a number or a text is handed over")]
    pub fn or(mut self, default: impl ToString) -> Self {
        self.default = Some(default.to_string());
        self
    }
}

impl Parameter<String> {
    /// A text that must not be empty.
    pub fn text(description: impl Into<String>) -> Self {
        Self { min_length: Some(1), ..Self::of(ParameterType::Text, description) }
    }

    /// A text that is one of these.
    pub fn one_of<I: Into<String>>(description: impl Into<String>, values: impl IntoIterator<Item = I>) -> Self {
        let allowed_values = values.into_iter().map(Into::into).collect();
        Self { allowed_values, ..Self::of(ParameterType::Text, description) }
    }

    /// A text that is never shown, for example a key for a third party.
    pub fn secret(description: impl Into<String>) -> Self {
        Self { no_echo: true, ..Self::text(description) }
    }
}

impl<T> Parameter<Vec<Value<'_, T>>> {
    /// A list of texts, given with commas.
    pub fn list(description: impl Into<String>) -> Self {
        Self::of(ParameterType::List, description)
    }
}

impl<T> Parameter<T> {
    pub(crate) fn to_json(&self) -> Json {
        let mut map = Map::new();
        let mut put = |key: &str, value: Option<Json>| value.map(|value| map.insert(key.to_owned(), value));
        put("Type", Some(json!(self.kind.as_str())));
        put("Description", self.description.as_deref().map(Json::from));
        put("Default", self.default.as_deref().map(Json::from));
        put("AllowedValues", (!self.allowed_values.is_empty()).then(|| json!(self.allowed_values)));
        put("AllowedPattern", self.allowed_pattern.as_deref().map(Json::from));
        put("ConstraintDescription", self.constraint_description.as_deref().map(Json::from));
        put("MinLength", self.min_length.map(Json::from));
        put("MaxLength", self.max_length.map(Json::from));
        put("MinValue", self.min_value.map(Json::from));
        put("MaxValue", self.max_value.map(Json::from));
        put("NoEcho", self.no_echo.then_some(Json::Bool(true)));
        Json::Object(map)
    }
}

/// Names of the template that a value may use, each tied to its stack.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name<'stack> {
            name: String,
            stack: Brand<'stack>,
        }

        impl $name<'_> {
            pub(crate) fn new(name: String) -> Self {
                Self { name, stack: Brand::default() }
            }

            /// The name.
            pub fn name(&self) -> &str {
                &self.name
            }
        }
    };
}

named!(
    /// The name of a condition that was added to a stack.
    ConditionRef
);
named!(
    /// The name of a mapping that was added to a stack.
    MappingRef
);

/// Constants by two keys, for example a setting per region: first key → second key → a text, a number or a list of such.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapping {
    /// The two levels.
    pub entries: BTreeMap<String, BTreeMap<String, Json>>,
}

impl Mapping {
    /// No entries yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with one more entry: `mapping.with("eu-west-1", "Memory", 512)`.
    #[must_use]
    pub fn with(mut self, first: impl Into<String>, second: impl Into<String>, value: impl Into<Json>) -> Self {
        self.entries.entry(first.into()).or_default().insert(second.into(), value.into());
        self
    }

    pub(crate) fn to_json(&self) -> Json {
        json!(self.entries)
    }
}

/// Whether something is to exist, from parameters and pseudo parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition<'stack> {
    /// `Fn::Equals`.
    Equals(Value<'stack, String>, Value<'stack, String>),
    /// `Fn::And` of 2 to 10 conditions.
    And(Vec<Condition<'stack>>),
    /// `Fn::Or` of 2 to 10 conditions.
    Or(Vec<Condition<'stack>>),
    /// `Fn::Not`.
    Not(Box<Condition<'stack>>),
    /// Another condition of the template.
    Named(ConditionRef<'stack>),
}

impl<'stack> Condition<'stack> {
    /// `Fn::Equals`.
    pub fn equals(left: impl IntoValue<'stack, String>, right: impl IntoValue<'stack, String>) -> Self {
        Self::Equals(left.into_value(), right.into_value())
    }

    pub(crate) fn to_json(&self) -> Json {
        let all = |conditions: &[Self]| Json::Array(conditions.iter().map(Self::to_json).collect());
        match self {
            Self::Equals(left, right) => json!({"Fn::Equals": [left.to_json(), right.to_json()]}),
            Self::And(conditions) => json!({"Fn::And": all(conditions)}),
            Self::Or(conditions) => json!({"Fn::Or": all(conditions)}),
            Self::Not(condition) => json!({"Fn::Not": [condition.to_json()]}),
            Self::Named(condition) => json!({"Condition": condition.name()}),
        }
    }
}

impl std::ops::Not for Condition<'_> {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// What a stack tells about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Output<'stack> {
    /// `Description`, up to 1,024 bytes.
    pub description: Option<String>,
    /// `Condition`: the output exists only when it holds.
    pub condition: Option<ConditionRef<'stack>>,
    /// `Value`.
    pub value: Value<'stack, String>,
    /// `Export.Name`, unique within account and region.
    pub export_name: Option<Value<'stack, String>>,
}

impl<'stack> Output<'stack> {
    /// An output with that value.
    pub fn new(value: impl IntoValue<'stack, String>) -> Self {
        Self { description: None, condition: None, value: value.into_value(), export_name: None }
    }

    /// The same, described.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The same, only when a condition holds.
    #[must_use]
    pub fn only_if(mut self, condition: &ConditionRef<'stack>) -> Self {
        self.condition = Some(condition.clone());
        self
    }

    /// The same, for other stacks of the account and region to import under a name. A stack whose export is imported
    /// cannot change or lose it.
    #[must_use]
    pub fn exported_as(mut self, name: impl IntoValue<'stack, String>) -> Self {
        self.export_name = Some(name.into_value());
        self
    }

    pub(crate) fn to_json(&self) -> Json {
        let mut map = Map::new();
        if let Some(description) = &self.description {
            map.insert("Description".to_owned(), json!(description));
        }
        if let Some(condition) = &self.condition {
            map.insert("Condition".to_owned(), json!(condition.name()));
        }
        map.insert("Value".to_owned(), self.value.to_json());
        if let Some(name) = &self.export_name {
            map.insert("Export".to_owned(), json!({"Name": name.to_json()}));
        }
        Json::Object(map)
    }
}
