//! Values as JSON: intrinsic functions are objects of one key.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Intrinsic, Value};
use crate::property::{Property, ShapeError};
use crate::sections::{ConditionRef, MappingRef};

// The first three functions are compiled for each of several hundred types; what does not depend on the type stands below.
impl<T: Property> Property for Value<'_, T> {
    fn to_json(&self) -> Json {
        match self {
            Self::Literal(value) => value.to_json(),
            Self::If { condition, then, otherwise } => if_json(condition, then.to_json(), otherwise.to_json()),
            Self::Intrinsic(intrinsic) => intrinsic.to_json(),
        }
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        match Written::of(json)? {
            Written::Literal => T::from_json(json).map(Self::Literal),
            Written::If(condition, then, otherwise) => Ok(Self::If {
                condition,
                then: Box::new(branch(then, "1")?),
                otherwise: Box::new(branch(otherwise, "2")?),
            }),
            Written::Intrinsic(intrinsic) => Ok(Self::Intrinsic(intrinsic)),
        }
    }
}

fn branch<'stack, T: Property>(json: &Json, place: &str) -> Result<Value<'stack, T>, ShapeError> {
    Value::from_json(json).map_err(|error| error.inside(place).inside("Fn::If"))
}

fn if_json(condition: &ConditionRef<'_>, then: Json, otherwise: Json) -> Json {
    let arguments = vec![Json::from(condition.name()), then, otherwise];
    Json::Object([("Fn::If".to_owned(), Json::Array(arguments))].into_iter().collect())
}

/// What stands where a value is asked.
enum Written<'a, 'stack> {
    Literal,
    If(ConditionRef<'stack>, &'a Json, &'a Json),
    Intrinsic(Box<Intrinsic<'stack>>),
}

impl<'a> Written<'a, '_> {
    fn of(json: &'a Json) -> Result<Self, ShapeError> {
        let Some((name, arguments)) = function(json) else { return Ok(Self::Literal) };
        let read = if name == "Fn::If" { Self::read_if(arguments) } else { Self::read_intrinsic(name, arguments) };
        read.map_err(|error| error.inside(name))
    }

    fn read_if(arguments: &'a Json) -> Result<Self, ShapeError> {
        let [condition, then, otherwise] = items(arguments)?;
        Ok(Self::If(ConditionRef::new(text(condition)?), then, otherwise))
    }

    fn read_intrinsic(name: &str, arguments: &Json) -> Result<Self, ShapeError> {
        Intrinsic::read(name, arguments).map(|intrinsic| Self::Intrinsic(Box::new(intrinsic)))
    }
}

/// The name and the arguments, if this is an intrinsic function.
fn function(json: &Json) -> Option<(&str, &Json)> {
    let object = json.as_object().filter(|object| object.len() == 1)?;
    let (name, arguments) = object.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), arguments))
}

fn items<const N: usize>(arguments: &Json) -> Result<&[Json; N], ShapeError> {
    let items = arguments.as_array().and_then(|items| items.as_slice().try_into().ok());
    items.ok_or_else(|| ShapeError::new(format!("a list of {N} is expected")))
}

fn text(json: &Json) -> Result<String, ShapeError> {
    json.as_str().map(str::to_owned).ok_or_else(|| ShapeError::expected("a text", json))
}

impl Intrinsic<'_> {
    /// The object of one key.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Ref(name) => json!({"Ref": name}),
            Self::GetAtt { id, attribute } => json!({"Fn::GetAtt": [id, attribute]}),
            Self::Sub { text, variables } if variables.is_empty() => json!({"Fn::Sub": text}),
            Self::Sub { text, variables } => json!({"Fn::Sub": [text, variables.to_json()]}),
            Self::Join { delimiter, values } => json!({"Fn::Join": [delimiter, values.to_json()]}),
            Self::Select { index, from } => json!({"Fn::Select": [index.to_json(), from.to_json()]}),
            Self::Split { delimiter, source } => json!({"Fn::Split": [delimiter, source.to_json()]}),
            Self::FindInMap { mapping, first, second } => {
                json!({"Fn::FindInMap": [mapping.name(), first.to_json(), second.to_json()]})
            }
            Self::ImportValue(name) => json!({"Fn::ImportValue": name.to_json()}),
            Self::Base64(text) => json!({"Fn::Base64": text.to_json()}),
            Self::Cidr { block, count, bits: None } => json!({"Fn::Cidr": [block.to_json(), count.to_json()]}),
            Self::Cidr { block, count, bits: Some(bits) } => {
                json!({"Fn::Cidr": [block.to_json(), count.to_json(), bits.to_json()]})
            }
            Self::GetAzs(region) => json!({"Fn::GetAZs": region.to_json()}),
            Self::Other { name, arguments } => {
                let mut object = serde_json::Map::new();
                object.insert(name.clone(), arguments.clone());
                Json::Object(object)
            }
        }
    }

    fn read(name: &str, arguments: &Json) -> Result<Self, ShapeError> {
        let other = || Self::Other { name: name.to_owned(), arguments: arguments.clone() };
        Ok(match name {
            "Ref" => Self::Ref(text(arguments)?),
            "Fn::GetAtt" => Self::read_attribute(arguments, other)?,
            "Fn::Sub" => {
                if let Json::String(text) = arguments {
                    return Ok(Self::Sub { text: text.clone(), variables: BTreeMap::new() });
                }
                let [template, variables] = items(arguments)?;
                Self::Sub { text: text(template)?, variables: Property::from_json(variables)? }
            }
            "Fn::Join" => {
                let [delimiter, values] = items(arguments)?;
                Self::Join { delimiter: text(delimiter)?, values: Property::from_json(values)? }
            }
            "Fn::Select" => {
                let [index, from] = items(arguments)?;
                Self::Select { index: Property::from_json(index)?, from: Property::from_json(from)? }
            }
            "Fn::Split" => {
                let [delimiter, source] = items(arguments)?;
                Self::Split { delimiter: text(delimiter)?, source: Property::from_json(source)? }
            }
            // A name that is itself a function, or a default, are language extensions.
            "Fn::FindInMap" => match arguments.as_array().map(Vec::as_slice) {
                Some([Json::String(mapping), first, second]) => Self::FindInMap {
                    mapping: MappingRef::new(mapping.clone()),
                    first: Property::from_json(first)?,
                    second: Property::from_json(second)?,
                },
                _ => other(),
            },
            "Fn::ImportValue" => Self::ImportValue(Property::from_json(arguments)?),
            "Fn::Base64" => Self::Base64(Property::from_json(arguments)?),
            "Fn::Cidr" => match arguments.as_array().map(Vec::as_slice) {
                Some([block, count]) => {
                    Self::Cidr { block: Property::from_json(block)?, count: Property::from_json(count)?, bits: None }
                }
                Some([block, count, bits]) => Self::Cidr {
                    block: Property::from_json(block)?,
                    count: Property::from_json(count)?,
                    bits: Some(Property::from_json(bits)?),
                },
                _ => other(),
            },
            "Fn::GetAZs" => Self::GetAzs(Property::from_json(arguments)?),
            _ => other(),
        })
    }

    /// `[id, attribute]`, or the older text `id.attribute`. An attribute that is itself a function stays as it is.
    fn read_attribute(arguments: &Json, other: impl Fn() -> Self) -> Result<Self, ShapeError> {
        Ok(match arguments {
            Json::String(text) => {
                let (id, attribute) =
                    text.split_once('.').ok_or_else(|| ShapeError::new(format!("`{text}` names no attribute")))?;
                Self::GetAtt { id: id.to_owned(), attribute: attribute.to_owned() }
            }
            _ => match items(arguments)? {
                [Json::String(id), Json::String(attribute)] => {
                    Self::GetAtt { id: id.clone(), attribute: attribute.clone() }
                }
                _ => other(),
            },
        })
    }
}
