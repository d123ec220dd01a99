//! The template's other sections: parameters, conditions, outputs.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::value::Value;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParameterType {
    /// `String`.
    #[default]
    Text,
    /// `Number`.
    Number,
    /// `CommaDelimitedList`.
    List,
}

impl ParameterType {
    /// CloudFormation's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Number => "Number",
            Self::List => "CommaDelimitedList",
        }
    }
}

/// A value that is given when the stack is created or updated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameter {
    /// `Type`.
    pub kind: ParameterType,
    /// `Description`, up to 4,000 characters.
    pub description: Option<String>,
    /// `Default`. Without one, the parameter must be given.
    pub default: Option<String>,
    /// `AllowedValues`; any when empty.
    pub allowed_values: Vec<String>,
    /// `AllowedPattern`: a Java regular expression for the whole value.
    pub allowed_pattern: Option<String>,
    /// `MinLength` of a text.
    pub min_length: Option<u32>,
    /// `MaxLength` of a text.
    pub max_length: Option<u32>,
    /// `NoEcho`: the value is never shown.
    pub no_echo: bool,
}

impl Parameter {
    /// A text that must be given and must not be empty.
    pub fn text(description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), min_length: Some(1), ..Self::default() }
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", self.kind.as_str())?;
        entry(&mut map, "Description", self.description.as_ref())?;
        entry(&mut map, "Default", self.default.as_ref())?;
        entry(&mut map, "AllowedValues", Some(&self.allowed_values).filter(|values| !values.is_empty()))?;
        entry(&mut map, "AllowedPattern", self.allowed_pattern.as_ref())?;
        entry(&mut map, "MinLength", self.min_length.as_ref())?;
        entry(&mut map, "MaxLength", self.max_length.as_ref())?;
        entry(&mut map, "NoEcho", Some(&true).filter(|_| self.no_echo))?;
        map.end()
    }
}

/// The name of a condition that was added to a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionRef(String);

impl ConditionRef {
    pub(crate) fn new(name: String) -> Self {
        Self(name)
    }

    /// The condition's name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// Whether something is to exist, from parameters and pseudo parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `Fn::Equals`.
    Equals(Value<String>, Value<String>),
    /// `Fn::And` of 2 to 10 conditions.
    And(Vec<Condition>),
    /// `Fn::Or` of 2 to 10 conditions.
    Or(Vec<Condition>),
    /// `Fn::Not`.
    Not(Box<Condition>),
    /// Another condition of the template.
    Named(ConditionRef),
}

impl Condition {
    /// `Fn::Equals`.
    pub fn equals(left: impl Into<Value<String>>, right: impl Into<Value<String>>) -> Self {
        Self::Equals(left.into(), right.into())
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Equals(left, right) => map.serialize_entry("Fn::Equals", &(left, right))?,
            Self::And(conditions) => map.serialize_entry("Fn::And", conditions)?,
            Self::Or(conditions) => map.serialize_entry("Fn::Or", conditions)?,
            Self::Not(condition) => map.serialize_entry("Fn::Not", &[condition])?,
            Self::Named(condition) => map.serialize_entry("Condition", condition.name())?,
        }
        map.end()
    }
}

/// What a stack tells about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// `Description`, up to 1,024 characters.
    pub description: Option<String>,
    /// `Condition`: the output exists only when it holds.
    pub condition: Option<String>,
    /// `Value`.
    pub value: Value<String>,
    /// `Export.Name`, unique within account and region.
    pub export_name: Option<Value<String>>,
}

impl Output {
    /// An output with that value.
    pub fn new(value: impl Into<Value<String>>) -> Self {
        Self { description: None, condition: None, value: value.into(), export_name: None }
    }

    /// The same, described.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The same, only when a condition holds.
    #[must_use]
    pub fn only_if(mut self, condition: &ConditionRef) -> Self {
        self.condition = Some(condition.name().to_owned());
        self
    }
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entry(&mut map, "Description", self.description.as_ref())?;
        entry(&mut map, "Condition", self.condition.as_ref())?;
        map.serialize_entry("Value", &self.value)?;
        if let Some(name) = &self.export_name {
            map.serialize_entry("Export", &std::collections::BTreeMap::from([("Name", name)]))?;
        }
        map.end()
    }
}

/// An entry that is left out when there is nothing to say.
fn entry<M: SerializeMap>(map: &mut M, key: &str, value: Option<&impl Serialize>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, value))
}
