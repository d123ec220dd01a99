//! The template: where resources, parameters, conditions and outputs are declared.

use std::panic::Location;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::check::{self, Finding};
use crate::limits::Counts;
use crate::resource::{Attributes, Handle, Raw, Resource};
use crate::sections::{Condition, ConditionRef, Output, Parameter};
use crate::value::Value;

/// A CloudFormation template being put together.
///
/// Sections are rendered sorted by name, so that moving a declaration in the source changes nothing in the template.
#[derive(Debug, Clone, Default)]
pub struct Template {
    pub(crate) description: Option<String>,
    pub(crate) metadata: Vec<Declared<Json>>,
    pub(crate) parameters: Vec<Declared<Parameter>>,
    pub(crate) conditions: Vec<Declared<Condition>>,
    pub(crate) resources: Vec<Declared<ResourceBody>>,
    pub(crate) outputs: Vec<Declared<Output>>,
}

/// Something with a logical id and the place in the Rust source that declared it.
#[derive(Debug, Clone)]
pub(crate) struct Declared<T> {
    pub(crate) id: String,
    pub(crate) body: T,
    pub(crate) source: &'static Location<'static>,
}

#[derive(Debug, Clone)]
pub(crate) struct ResourceBody {
    pub(crate) type_name: String,
    /// An error only from a resource type whose `Serialize` fails, which [`Template::check`] reports.
    pub(crate) properties: Result<Json, String>,
    pub(crate) attributes: Attributes,
}

impl Template {
    /// An empty template with a description of at most 1,024 bytes.
    pub fn new(description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..Self::default() }
    }

    /// Adds a resource under a logical id. The id is the author's own word; renaming it replaces the resource.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, id: impl Into<String>, resource: R) -> Handle<R> {
        self.add_with(id, resource, Attributes::default())
    }

    /// Adds a resource with attributes such as `DeletionPolicy` and `DependsOn`.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "declaring a resource hands it over; the handle stays")]
    pub fn add_with<R: Resource>(&mut self, id: impl Into<String>, resource: R, attributes: Attributes) -> Handle<R> {
        let id = id.into();
        self.declare(id.clone(), R::TYPE.to_owned(), &resource, attributes);
        Handle::new(id, resource.facts())
    }

    /// Adds a resource of a type that this library does not know.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "as for the typed resources")]
    pub fn add_raw(&mut self, id: impl Into<String>, resource: Raw, attributes: Attributes) -> Handle<Raw> {
        let id = id.into();
        self.declare(id.clone(), resource.type_name.clone(), &resource, attributes);
        Handle::new(id, ())
    }

    #[track_caller]
    fn declare(&mut self, id: String, type_name: String, properties: &impl Serialize, attributes: Attributes) {
        let properties = serde_json::to_value(properties).map_err(|error| error.to_string());
        let body = ResourceBody { type_name, properties, attributes };
        self.resources.push(Declared { id, body, source: Location::caller() });
    }

    /// Adds a parameter; what comes back is its value.
    #[track_caller]
    pub fn parameter(&mut self, id: impl Into<String>, parameter: Parameter) -> Value<String> {
        let id = id.into();
        self.parameters.push(Declared { id: id.clone(), body: parameter, source: Location::caller() });
        Value::reference(id)
    }

    /// Adds a condition.
    #[track_caller]
    pub fn condition(&mut self, id: impl Into<String>, condition: Condition) -> ConditionRef {
        let id = id.into();
        self.conditions.push(Declared { id: id.clone(), body: condition, source: Location::caller() });
        ConditionRef::new(id)
    }

    /// Adds an output.
    #[track_caller]
    pub fn output(&mut self, id: impl Into<String>, output: Output) {
        self.outputs.push(Declared { id: id.into(), body: output, source: Location::caller() });
    }

    /// Adds an entry to the template's own `Metadata`.
    #[track_caller]
    pub fn metadata(&mut self, key: impl Into<String>, value: Json) {
        self.metadata.push(Declared { id: key.into(), body: value, source: Location::caller() });
    }

    /// Where in the Rust source a resource, parameter, condition or output was declared.
    pub fn source_of(&self, logical_id: &str) -> Option<&'static Location<'static>> {
        fn find<T>(declared: &[Declared<T>], id: &str) -> Option<&'static Location<'static>> {
            declared.iter().find(|one| one.id == id).map(|one| one.source)
        }
        find(&self.resources, logical_id)
            .or_else(|| find(&self.parameters, logical_id))
            .or_else(|| find(&self.conditions, logical_id))
            .or_else(|| find(&self.outputs, logical_id))
    }

    /// Logical ids and types of the resources, sorted by id.
    pub fn resource_types(&self) -> Vec<(&str, &str)> {
        let mut types: Vec<_> =
            self.resources.iter().map(|one| (one.id.as_str(), one.body.type_name.as_str())).collect();
        types.sort_unstable();
        types
    }

    /// Everything that is wrong or doubtful and can be known without AWS. Empty when there is nothing.
    pub fn check(&self) -> Vec<Finding> {
        check::check(self)
    }

    /// How much of CloudFormation's limits is used.
    pub fn counts(&self) -> Counts {
        Counts::of(self)
    }

    /// The template as CloudFormation reads it. Of two declarations with one id, which [`Template::check`] reports, the
    /// first is rendered.
    pub fn to_value(&self) -> Json {
        let mut template = Map::new();
        template.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
        if let Some(description) = &self.description {
            template.insert("Description".to_owned(), json!(description));
        }
        section(&mut template, "Metadata", &self.metadata, Clone::clone);
        section(&mut template, "Parameters", &self.parameters, plain);
        section(&mut template, "Conditions", &self.conditions, plain);
        section(&mut template, "Resources", &self.resources, ResourceBody::render);
        section(&mut template, "Outputs", &self.outputs, plain);
        Json::Object(template)
    }
}

/// Parameters, conditions and outputs are maps with text keys over texts and intrinsics, which JSON can always hold.
fn plain(body: &impl Serialize) -> Json {
    serde_json::to_value(body).unwrap_or(Json::Null)
}

fn section<T>(template: &mut Map<String, Json>, name: &str, declared: &[Declared<T>], render: impl Fn(&T) -> Json) {
    if declared.is_empty() {
        return;
    }
    let mut sorted: Vec<&Declared<T>> = declared.iter().collect();
    // Stable, so that the first declaration of an id comes first.
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let mut entries = Map::new();
    for one in sorted {
        entries.entry(one.id.clone()).or_insert_with(|| render(&one.body));
    }
    template.insert(name.to_owned(), Json::Object(entries));
}

impl ResourceBody {
    fn render(&self) -> Json {
        let attributes = &self.attributes;
        let mut resource = Map::new();
        resource.insert("Type".to_owned(), json!(self.type_name));
        if let Some(condition) = &attributes.condition {
            resource.insert("Condition".to_owned(), json!(condition));
        }
        if !attributes.depends_on.is_empty() {
            let mut ids = attributes.depends_on.clone();
            ids.sort_unstable();
            ids.dedup();
            resource.insert("DependsOn".to_owned(), json!(ids));
        }
        if let Some(policy) = attributes.deletion_policy {
            resource.insert("DeletionPolicy".to_owned(), json!(policy.as_str()));
        }
        if let Some(policy) = attributes.update_replace_policy {
            resource.insert("UpdateReplacePolicy".to_owned(), json!(policy.as_str()));
        }
        if let Some(metadata) = &attributes.metadata {
            resource.insert("Metadata".to_owned(), metadata.clone());
        }
        match &self.properties {
            Ok(Json::Object(properties)) if properties.is_empty() => {}
            Ok(properties) => {
                resource.insert("Properties".to_owned(), properties.clone());
            }
            Err(_) => {}
        }
        Json::Object(resource)
    }
}
