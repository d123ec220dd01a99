//! Intrinsic functions: what a template's value refers to, and what it comes to.

use super::template::{Template, scalar};
use base64::Engine as _;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

/// Stands for a value that is known only once the change is made. The words are those of AWS's change sets.
pub(super) const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// Why a value could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ResolveError {
    /// The template is wrong.
    #[error("{0}")]
    Template(String),
    /// `Fn::ImportValue` names an export that no stack has.
    #[error("No export named {0} found")]
    NoExport(String),
}

pub(super) fn wrong<T>(message: impl Into<String>) -> Result<T, ResolveError> {
    Err(ResolveError::Template(format!("Template error: {}", message.into())))
}

/// What a value refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reference {
    /// A parameter, a resource or a pseudo parameter.
    Ref(String),
    /// An attribute of a resource.
    Attribute(String, String),
    /// A condition.
    Condition(String),
}

/// Collects everything `value` refers to, in both branches of every `Fn::If`.
pub(super) fn references(value: &Value, found: &mut BTreeSet<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(fields) => {
            if let Some((function, argument)) = intrinsic(fields) {
                match (function, argument) {
                    ("Ref", Value::String(name)) => {
                        found.insert(Reference::Ref(name.clone()));
                        return;
                    }
                    ("Fn::GetAtt", argument) => {
                        if let Some((resource, attribute)) = attribute_path(argument) {
                            found.insert(Reference::Attribute(resource, attribute));
                        }
                        references(argument, found);
                        return;
                    }
                    ("Fn::If", Value::Array(parts)) => {
                        if let Some(Value::String(name)) = parts.first() {
                            found.insert(Reference::Condition(name.clone()));
                        }
                    }
                    ("Fn::Sub", argument) => {
                        let (text, own) = match argument {
                            Value::String(text) => (text.as_str(), None),
                            Value::Array(parts) => (
                                parts.first().and_then(Value::as_str).unwrap_or_default(),
                                parts.get(1).and_then(Value::as_object),
                            ),
                            _ => ("", None),
                        };
                        for piece in sub_pieces(text) {
                            if let Piece::Variable(name) = piece
                                && !own.is_some_and(|own| own.contains_key(name))
                            {
                                found.insert(match name.split_once('.') {
                                    Some((resource, attribute)) => {
                                        Reference::Attribute(resource.to_owned(), attribute.to_owned())
                                    }
                                    None => Reference::Ref(name.to_owned()),
                                });
                            }
                        }
                    }
                    _ => {}
                }
            }
            fields.values().for_each(|field| references(field, found));
        }
        _ => {}
    }
}

/// The resource and attribute of a `Fn::GetAtt` whose parts are plain text.
fn attribute_path(argument: &Value) -> Option<(String, String)> {
    match argument {
        Value::String(text) => text.split_once('.').map(|(resource, rest)| (resource.to_owned(), rest.to_owned())),
        Value::Array(parts) => {
            let resource = parts.first()?.as_str()?.to_owned();
            let attribute: Option<Vec<&str>> = parts[1..].iter().map(Value::as_str).collect();
            attribute.filter(|parts| !parts.is_empty()).map(|parts| (resource, parts.join(".")))
        }
        _ => None,
    }
}

fn intrinsic(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string()))
        .then_some((name.as_str(), argument))
}

enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// The pieces of a `Fn::Sub` text; `${!x}` is the text `${x}`.
fn sub_pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let inner = &rest[start + 2..start + length];
        pieces.push(Piece::Text(&rest[..start]));
        if let Some(literal) = inner.strip_prefix('!') {
            pieces.push(Piece::Text("${"));
            pieces.push(Piece::Text(literal));
            pieces.push(Piece::Text("}"));
        } else {
            pieces.push(Piece::Variable(inner.trim()));
        }
        rest = &rest[start + length + 1..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The resources as a value sees them.
pub(super) trait Resources {
    /// What `Ref` gives.
    fn reference(&self, logical_id: &str) -> Result<Value, ResolveError>;
    /// What `Fn::GetAtt` gives.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, ResolveError>;
}

/// No resources: for conditions, which cannot refer to them.
pub(super) struct NoResources;

impl Resources for NoResources {
    fn reference(&self, logical_id: &str) -> Result<Value, ResolveError> {
        wrong(format!("unresolved dependency {logical_id}: a condition cannot refer to a resource"))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, ResolveError> {
        wrong(format!("unresolved dependency {logical_id}.{attribute}: a condition cannot refer to a resource"))
    }
}

/// Reads an attribute by its name or, where an attribute is an object, by its path.
pub(super) fn attribute_of(
    logical_id: &str,
    attributes: &BTreeMap<String, Value>,
    attribute: &str,
) -> Result<Value, ResolveError> {
    let nested = || {
        let (first, rest) = attribute.split_once('.')?;
        rest.split('.').try_fold(attributes.get(first)?, |value, key| value.get(key))
    };
    match attributes.get(attribute).or_else(nested) {
        Some(value) => Ok(value.clone()),
        None => wrong(format!("resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt")),
    }
}

/// What pseudo parameters come to.
#[derive(Debug, Clone)]
pub(super) struct Pseudo {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) stack_id: String,
    pub(super) stack_name: String,
}

impl Pseudo {
    fn get(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "AWS::AccountId" => self.account.as_str(),
            "AWS::Region" => self.region.as_str(),
            "AWS::StackId" => self.stack_id.as_str(),
            "AWS::StackName" => self.stack_name.as_str(),
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::NotificationARNs" => return Some(Value::Array(Vec::new())),
            _ => return None,
        }))
    }
}

/// Names of the pseudo parameters.
pub(super) fn is_pseudo(name: &str) -> bool {
    matches!(
        name,
        "AWS::AccountId"
            | "AWS::Region"
            | "AWS::StackId"
            | "AWS::StackName"
            | "AWS::Partition"
            | "AWS::URLSuffix"
            | "AWS::NotificationARNs"
            | "AWS::NoValue"
    )
}

/// Works out values of one template with one set of parameters.
pub(super) struct Scope<'a> {
    template: &'a Template,
    parameters: &'a BTreeMap<String, Value>,
    pseudo: Pseudo,
    conditions: BTreeMap<String, bool>,
    exports: BTreeMap<String, String>,
    /// The exports that were read, for the record of who imports what.
    imported: Mutex<BTreeSet<String>>,
}

impl<'a> Scope<'a> {
    /// Evaluates the template's conditions.
    pub(super) fn new(
        template: &'a Template,
        parameters: &'a BTreeMap<String, Value>,
        pseudo: Pseudo,
        exports: BTreeMap<String, String>,
    ) -> Result<Self, ResolveError> {
        let mut scope =
            Self { template, parameters, pseudo, conditions: BTreeMap::new(), exports, imported: Mutex::default() };
        for name in template.conditions.keys() {
            scope.condition(name, &mut Vec::new())?;
        }
        Ok(scope)
    }

    /// The same template and conditions with other parameter values, for showing.
    pub(super) fn with_parameters(&self, parameters: &'a BTreeMap<String, Value>) -> Self {
        Self {
            template: self.template,
            parameters,
            pseudo: self.pseudo.clone(),
            conditions: self.conditions.clone(),
            exports: self.exports.clone(),
            imported: Mutex::default(),
        }
    }

    /// The exports that were read so far.
    pub(super) fn imported(&self) -> Vec<String> {
        self.imported.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Whether something under an optional condition is there.
    pub(super) fn holds(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or(false))
    }

    /// The resources whose conditions hold.
    pub(super) fn active(&self) -> BTreeSet<String> {
        let resources = self.template.resources.iter();
        resources.filter(|(_, one)| self.holds(one.condition.as_deref())).map(|(id, _)| id.clone()).collect()
    }

    fn condition(&mut self, name: &str, path: &mut Vec<String>) -> Result<bool, ResolveError> {
        if let Some(known) = self.conditions.get(name) {
            return Ok(*known);
        }
        if path.iter().any(|step| step == name) {
            return wrong(format!("Found circular condition dependency between conditions: [{}]", path.join(", ")));
        }
        let Some(expression) = self.template.conditions.get(name) else {
            return wrong(format!("Unresolved condition {name}"));
        };
        path.push(name.to_owned());
        let holds = self.truth(expression, path)?;
        path.pop();
        self.conditions.insert(name.to_owned(), holds);
        Ok(holds)
    }

    fn truth(&mut self, expression: &Value, path: &mut Vec<String>) -> Result<bool, ResolveError> {
        let one = expression.as_object().and_then(intrinsic);
        match one {
            Some(("Condition", Value::String(name))) => self.condition(name, path),
            Some(("Fn::Equals", Value::Array(sides))) if sides.len() == 2 => {
                let left = self.value(&sides[0], &NoResources)?;
                let right = self.value(&sides[1], &NoResources)?;
                // Scalars compare as text: a parameter's `true` equals a template's `true`.
                let text = |value: &Option<Value>| value.as_ref().and_then(scalar);
                Ok(match (text(&left), text(&right)) {
                    (Some(left), Some(right)) => left == right,
                    _ => left == right,
                })
            }
            Some(("Fn::Not", Value::Array(parts))) if parts.len() == 1 => Ok(!self.truth(&parts[0], path)?),
            Some((name @ ("Fn::And" | "Fn::Or"), Value::Array(parts))) if (2..=10).contains(&parts.len()) => {
                let mut truths = Vec::new();
                for part in parts {
                    truths.push(self.truth(part, path)?);
                }
                Ok(if name == "Fn::And" { truths.iter().all(|one| *one) } else { truths.iter().any(|one| *one) })
            }
            _ => wrong(format!(
                "every condition must be Fn::And, Fn::Or, Fn::Not, Fn::Equals or Condition with its parts: {expression}"
            )),
        }
    }

    /// What `value` comes to; `None` is `AWS::NoValue`.
    pub(super) fn value(&self, value: &Value, resources: &dyn Resources) -> Result<Option<Value>, ResolveError> {
        match value {
            Value::Array(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for item in items {
                    resolved.extend(self.value(item, resources)?);
                }
                Ok(Some(Value::Array(resolved)))
            }
            Value::Object(fields) => match intrinsic(fields) {
                Some((function, argument)) => self.call(function, argument, resources),
                None => Ok(Some(Value::Object(self.object(fields, resources)?))),
            },
            plain => Ok(Some(plain.clone())),
        }
    }

    /// What each of an object's members comes to, without those that are `AWS::NoValue`.
    pub(super) fn object(
        &self,
        fields: &Map<String, Value>,
        resources: &dyn Resources,
    ) -> Result<Map<String, Value>, ResolveError> {
        let mut resolved = Map::new();
        for (name, field) in fields {
            if let Some(value) = self.value(field, resources)? {
                resolved.insert(name.clone(), value);
            }
        }
        Ok(resolved)
    }

    fn call(&self, function: &str, argument: &Value, resources: &dyn Resources) -> Result<Option<Value>, ResolveError> {
        let value = match function {
            "Ref" => {
                let Some(name) = argument.as_str() else { return wrong("Every Ref must name something as a string.") };
                return self.reference(name, resources);
            }
            // An object with the one member `Condition` is a policy statement's condition unless it names one of ours.
            "Condition" => return Ok(Some(serde_json::json!({ "Condition": argument }))),
            "Fn::If" => {
                let Some([Value::String(name), yes, no]) = argument.as_array().map(Vec::as_slice) else {
                    return wrong("Fn::If requires a list argument with three elements");
                };
                let Some(holds) = self.conditions.get(name) else {
                    return wrong(format!("Unresolved condition dependency {name} in the template"));
                };
                return self.value(if *holds { yes } else { no }, resources);
            }
            "Fn::GetAtt" => {
                let resolved = self.value(argument, resources)?.unwrap_or_default();
                let Some((resource, attribute)) = attribute_path(&resolved) else {
                    return wrong(
                        "Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
                    );
                };
                resources.attribute(&resource, &attribute)?
            }
            "Fn::Sub" => self.sub(argument, resources)?,
            "Fn::Join" => {
                let Some([separator, items]) = argument.as_array().map(Vec::as_slice) else {
                    return wrong("Fn::Join requires a delimiter and a list of strings");
                };
                let items = self.list("Fn::Join", items, resources)?;
                let separator = self.text("Fn::Join", separator, resources)?;
                let mut texts = Vec::with_capacity(items.len());
                for item in &items {
                    let Some(text) = scalar(item) else {
                        return wrong(format!("every Fn::Join object requires text, and this is none: {item}"));
                    };
                    texts.push(text);
                }
                texts.join(&separator).into()
            }
            "Fn::Split" => {
                let Some([separator, source]) = argument.as_array().map(Vec::as_slice) else {
                    return wrong("Fn::Split requires a delimiter and a string");
                };
                let separator = self.text("Fn::Split", separator, resources)?;
                if separator.is_empty() {
                    return wrong("Fn::Split requires a delimiter that is not empty");
                }
                let source = self.text("Fn::Split", source, resources)?;
                source.split(&separator).map(Value::from).collect::<Vec<_>>().into()
            }
            "Fn::Select" => {
                let Some([index, items]) = argument.as_array().map(Vec::as_slice) else {
                    return wrong("Fn::Select requires a list argument with two elements: an integer index and a list");
                };
                let index = self.text("Fn::Select", index, resources)?;
                let items = self.list("Fn::Select", items, resources)?;
                match index.parse::<usize>().ok().and_then(|index| items.get(index)) {
                    Some(item) => item.clone(),
                    // A list that is not known yet may well be long enough.
                    None if items.iter().any(|item| item.as_str().is_some_and(is_unknown)) => KNOWN_AFTER_APPLY.into(),
                    None => return wrong(format!("Fn::Select cannot select nonexistent value at index {index}")),
                }
            }
            "Fn::FindInMap" => {
                let Some([map, top, second]) = argument.as_array().map(Vec::as_slice) else {
                    return wrong("Fn::FindInMap requires a map name, a top level key and a second level key");
                };
                let map = self.text("Fn::FindInMap", map, resources)?;
                let top = self.text("Fn::FindInMap", top, resources)?;
                let second = self.text("Fn::FindInMap", second, resources)?;
                match self.template.mappings.get(&map).and_then(|map| map.get(&top)).and_then(|keys| keys.get(&second))
                {
                    Some(value) => value.clone(),
                    None => return wrong(format!("Unable to get mapping for {map}::{top}::{second}")),
                }
            }
            "Fn::ImportValue" => {
                let name = self.text("Fn::ImportValue", argument, resources)?;
                match self.exports.get(&name) {
                    Some(value) => {
                        self.imported.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
                        value.as_str().into()
                    }
                    None => return Err(ResolveError::NoExport(name)),
                }
            }
            "Fn::Base64" => {
                let text = self.text("Fn::Base64", argument, resources)?;
                if is_unknown(&text) {
                    KNOWN_AFTER_APPLY.into()
                } else {
                    base64::engine::general_purpose::STANDARD.encode(text).into()
                }
            }
            "Fn::GetAZs" => {
                let region = self.text("Fn::GetAZs", argument, resources)?;
                let region = if region.is_empty() { self.pseudo.region.clone() } else { region };
                ["a", "b", "c"].iter().map(|zone| Value::from(format!("{region}{zone}"))).collect::<Vec<_>>().into()
            }
            other => return wrong(format!("the local cloud does not offer the function {other}")),
        };
        Ok(Some(value))
    }

    fn reference(&self, name: &str, resources: &dyn Resources) -> Result<Option<Value>, ResolveError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.pseudo.get(name) {
            return Ok(Some(value));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        resources.reference(name).map(Some)
    }

    fn sub(&self, argument: &Value, resources: &dyn Resources) -> Result<Value, ResolveError> {
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(own)] => (text.as_str(), Some(own)),
                _ => {
                    return wrong(
                        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
                    );
                }
            },
            _ => {
                return wrong(
                    "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
                );
            }
        };
        let mut out = String::new();
        for piece in sub_pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Variable(name) => {
                    let value = match own.and_then(|own| own.get(name)) {
                        Some(value) => self.value(value, resources)?,
                        None => match name.split_once('.') {
                            Some((resource, attribute)) => Some(resources.attribute(resource, attribute)?),
                            None => self.reference(name, resources)?,
                        },
                    };
                    match value.as_ref().and_then(scalar) {
                        Some(text) => out.push_str(&text),
                        None => return wrong(format!("Fn::Sub expects text for ${{{name}}}")),
                    }
                }
            }
        }
        Ok(out.into())
    }

    fn text(&self, function: &str, value: &Value, resources: &dyn Resources) -> Result<String, ResolveError> {
        match self.value(value, resources)?.as_ref().and_then(scalar) {
            Some(text) => Ok(text),
            None => wrong(format!("{function} expects text where it has {value}")),
        }
    }

    fn list(&self, function: &str, value: &Value, resources: &dyn Resources) -> Result<Vec<Value>, ResolveError> {
        match self.value(value, resources)? {
            Some(Value::Array(items)) => Ok(items),
            Some(Value::String(text)) if is_unknown(&text) => Ok(vec![text.into()]),
            _ => wrong(format!("{function} expects a list where it has {value}")),
        }
    }
}

/// Whether a text holds something that is known only after the change.
pub(super) fn is_unknown(text: &str) -> bool {
    text.contains(KNOWN_AFTER_APPLY)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use serde_json::json;

    struct Fixed;

    impl Resources for Fixed {
        fn reference(&self, logical_id: &str) -> Result<Value, ResolveError> {
            Ok(format!("phys-{logical_id}").into())
        }

        fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, ResolveError> {
            let attributes = BTreeMap::from([
                ("Arn".to_owned(), json!(format!("arn:{logical_id}"))),
                ("Endpoint".to_owned(), json!({"Port": 80})),
            ]);
            attribute_of(logical_id, &attributes, attribute)
        }
    }

    fn resolve(value: &Value) -> Result<Option<Value>, ResolveError> {
        let template = Template::parse(
            r#"{"Parameters":{"P":{"Type":"String"},"L":{"Type":"CommaDelimitedList"}},
                "Mappings":{"M":{"us-east-1":{"Size":7}}},
                "Conditions":{"Yes":{"Fn::Equals":[{"Ref":"P"},"x"]},"No":{"Fn::Not":[{"Condition":"Yes"}]},
                    "Both":{"Fn::And":[{"Condition":"Yes"},{"Condition":"No"}]},
                    "Any":{"Fn::Or":[{"Condition":"Yes"},{"Condition":"No"}]}},
                "Resources":{"Q":{"Type":"T"}}}"#,
        )
        .unwrap();
        let parameters = BTreeMap::from([("P".to_owned(), json!("x")), ("L".to_owned(), json!(["a", "b"]))]);
        let pseudo = Pseudo {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            stack_id: "sid".into(),
            stack_name: "sn".into(),
        };
        let exports = BTreeMap::from([("sn-out".to_owned(), "imported".to_owned())]);
        Scope::new(&template, &parameters, pseudo, exports).unwrap().value(value, &Fixed)
    }

    #[test]
    fn each_function_gives_what_its_page_says() {
        for (value, expected) in [
            (json!({"Ref": "P"}), json!("x")),
            (json!({"Ref": "Q"}), json!("phys-Q")),
            (json!({"Ref": "L"}), json!(["a", "b"])),
            (json!({"Ref": "AWS::Partition"}), json!("aws")),
            (json!({"Fn::GetAtt": ["Q", "Arn"]}), json!("arn:Q")),
            (json!({"Fn::GetAtt": "Q.Arn"}), json!("arn:Q")),
            (json!({"Fn::GetAtt": ["Q", "Endpoint.Port"]}), json!(80)),
            (json!({"Fn::Sub": "a-${P}-${Q.Arn}-${AWS::Region}-${!P}-${Q}"}), json!("a-x-arn:Q-us-east-1-${P}-phys-Q")),
            (json!({"Fn::Sub": ["${A}${P}", {"A": {"Ref": "Q"}}]}), json!("phys-Qx")),
            (json!({"Fn::Sub": "open ${P"}), json!("open ${P")),
            (json!({"Fn::Join": ["-", ["a", {"Ref": "P"}, 3]]}), json!("a-x-3")),
            (json!({"Fn::Join": [",", {"Ref": "L"}]}), json!("a,b")),
            (json!({"Fn::Select": ["1", {"Ref": "L"}]}), json!("b")),
            (json!({"Fn::Select": [0, {"Fn::Split": ["/", "l/r"]}]}), json!("l")),
            (json!({"Fn::If": ["Yes", 1, 2]}), json!(1)),
            (json!({"Fn::If": ["Both", 1, 2]}), json!(2)),
            (json!({"Fn::If": ["Any", 1, 2]}), json!(1)),
            (json!({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "Size"]}), json!(7)),
            (json!({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-out"}}), json!("imported")),
            (json!({"Fn::Base64": "hi"}), json!("aGk=")),
            (json!({"Fn::GetAZs": ""}), json!(["us-east-1a", "us-east-1b", "us-east-1c"])),
            (json!({"A": {"Ref": "AWS::NoValue"}, "B": [{"Ref": "AWS::NoValue"}, 1]}), json!({"B": [1]})),
            (json!({"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}), json!("gone")),
        ] {
            let got = resolve(&value).unwrap();
            if expected == json!("gone") {
                assert_eq!(got, None, "{value}");
            } else {
                assert_eq!(got, Some(expected), "{value}");
            }
        }
    }

    #[test]
    fn faults_are_told() {
        for (value, words) in [
            (json!({"Fn::GetAtt": ["Q", "Nope"]}), "resource Q does not support attribute type Nope in Fn::GetAtt"),
            (json!({"Fn::Select": [2, {"Ref": "L"}]}), "cannot select nonexistent value at index 2"),
            (json!({"Fn::FindInMap": ["M", "eu", "Size"]}), "Unable to get mapping for M::eu::Size"),
            (json!({"Fn::ImportValue": "nothing"}), "No export named nothing found"),
            (json!({"Fn::Join": ["-", "text"]}), "Fn::Join expects a list"),
            (json!({"Fn::Nope": 1}), "Fn::Nope"),
            (json!({"Fn::If": ["Undefined", 1, 2]}), "Undefined"),
            (json!({"Fn::Sub": [1]}), "Fn::Sub"),
        ] {
            let error = resolve(&value).unwrap_err().to_string();
            assert!(error.contains(words), "{value}: {error}");
        }
    }

    #[test]
    fn references_are_found_wherever_they_hide() {
        let mut found = BTreeSet::new();
        references(
            &json!({"A": [{"Fn::Sub": ["${X}${Y.Arn}${Own}${!Z}", {"Own": {"Ref": "W"}}]}],
                    "B": {"Fn::If": ["C", {"Fn::GetAtt": "G.Arn"}, {"Fn::GetAtt": ["H", "I"]}]}}),
            &mut found,
        );
        let expected = BTreeSet::from([
            Reference::Ref("X".into()),
            Reference::Ref("W".into()),
            Reference::Attribute("Y".into(), "Arn".into()),
            Reference::Attribute("G".into(), "Arn".into()),
            Reference::Attribute("H".into(), "I".into()),
            Reference::Condition("C".into()),
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_condition_on_a_policy_statement_is_left_alone() {
        let statement = json!({"Effect": "Allow", "Condition": {"StringEquals": {"a": "b"}}});
        assert_eq!(resolve(&statement).unwrap(), Some(statement));
        let only = json!({"Condition": {"Bool": {"x": "true"}}});
        assert_eq!(resolve(&only).unwrap(), Some(only));
    }
}
