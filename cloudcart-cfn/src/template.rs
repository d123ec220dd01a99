//! The template: a stack's declarations, ready to be checked and rendered.

use std::panic::Location;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::check::{Allowance, Problem};
use crate::kind::Kind;
use crate::limits::Counts;
use crate::property::{Property, ShapeError};
use crate::resource::Resource;

/// A CloudFormation template. [`Template::build`] makes one, [`Template::read`] reads one.
///
/// Sections are rendered sorted by name, so that moving a declaration in the source changes nothing in the template.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template {
    pub(crate) description: Option<String>,
    pub(crate) metadata: Vec<Declared<Json>>,
    pub(crate) parameters: Vec<Declared<Json>>,
    pub(crate) mappings: Vec<Declared<Json>>,
    pub(crate) conditions: Vec<Declared<Json>>,
    pub(crate) resources: Vec<Declared<ResourceBody>>,
    pub(crate) outputs: Vec<Declared<Json>>,
    /// What stands among the resources and is none: loops (`Fn::ForEach::…`) and what a transform puts in.
    pub(crate) generated: Vec<Declared<Json>>,
    /// Sections that are kept as they are, such as `Transform` and `Rules`.
    pub(crate) others: Vec<(String, Json)>,
    /// What was found wrong while it was declared: path and problem.
    pub(crate) problems: Vec<(String, Problem)>,
    /// Lints that the author means.
    pub(crate) allowances: Vec<Allowance>,
}

/// Something with a logical id and the place in the Rust source that declared it, if a Rust source did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared<T> {
    pub(crate) id: String,
    pub(crate) body: T,
    pub(crate) source: Option<&'static Location<'static>>,
}

impl<T> Declared<T> {
    fn map<'a, U>(&'a self, body: impl FnOnce(&'a T) -> U) -> Declared<U> {
        Declared { id: self.id.clone(), body: body(&self.body), source: self.source }
    }
}

/// The sections that [`Stack`](crate::Stack) has methods for.
pub(crate) const OWN_SECTIONS: [&str; 8] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
];

/// The others that there are. `Globals` is of the serverless transform.
pub(crate) const OTHER_SECTIONS: [&str; 5] = ["Fn::Transform", "Globals", "Hooks", "Rules", "Transform"];

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResourceBody {
    pub(crate) type_name: String,
    pub(crate) properties: Arc<Json>,
    /// What stands beside the properties, in the order in which it is rendered.
    pub(crate) attributes: Map<String, Json>,
    /// Whether the type is not one of the library's.
    pub(crate) raw: bool,
    /// Paths of the properties that were set over what the type says.
    pub(crate) overridden: Vec<String>,
    /// Those of them that lead nowhere.
    pub(crate) misplaced: Vec<String>,
    /// The id of the convenience that added it.
    pub(crate) part_of: Option<String>,
}

impl Template {
    pub(crate) fn described(description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..Self::default() }
    }

    /// Where in the Rust source a resource, parameter, mapping, condition or output was declared.
    pub fn source_of(&self, logical_id: &str) -> Option<&'static Location<'static>> {
        fn find<T>(declared: &[Declared<T>], id: &str) -> Option<&'static Location<'static>> {
            declared.iter().find(|one| one.id == id).and_then(|one| one.source)
        }
        find(&self.resources, logical_id)
            .or_else(|| find(&self.parameters, logical_id))
            .or_else(|| find(&self.mappings, logical_id))
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

    /// Logical ids and types of what a convenience of [`easy`](crate::easy) added under an id, in the order in which it did.
    pub fn parts_of(&self, id: &str) -> Vec<(&str, &str)> {
        let parts = self.resources.iter().filter(|one| one.body.part_of.as_deref() == Some(id));
        parts.map(|one| (one.id.as_str(), one.body.type_name.as_str())).collect()
    }

    /// A resource's properties as they stand in the template.
    pub fn properties_of(&self, logical_id: &str) -> Option<&Json> {
        self.resources.iter().find(|one| one.id == logical_id).map(|one| &*one.body.properties)
    }

    /// A resource as its type: none when there is no resource of that id and type. What it refers to are names of this
    /// template, and `'stack` is whatever the caller says: put into another stack, it is for the check to find them.
    pub fn resource<'stack, R: Resource<'stack>>(&self, logical_id: &str) -> Option<Result<R, ShapeError>> {
        let found = self.resources.iter().find(|one| one.id == logical_id)?;
        (found.body.type_name == R::Kind::TYPE).then(|| R::from_json(&found.body.properties))
    }

    /// Gives a resource other properties, for example those that [`Template::resource`] gave, with a change. What stands
    /// beside them, such as `DependsOn`, stays. False, and nothing happens, when there is no resource of that id and type.
    ///
    /// ```
    /// use cloudcart_cfn::{Template, int, sqs};
    ///
    /// let mut template = Template::read("Resources: {Inbox: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}}")?;
    /// let queue: sqs::Queue<'_> = template.resource("Inbox").expect("there is such a queue")?;
    /// assert!(template.set_resource("Inbox", &queue.visibility_timeout(int!(60))));
    /// assert_eq!(template.properties_of("Inbox").expect("it is still there")["VisibilityTimeout"], 60);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_resource<'stack, R: Resource<'stack>>(&mut self, logical_id: &str, resource: &R) -> bool {
        let found = self.resources.iter_mut().find(|one| one.id == logical_id);
        let Some(found) = found.filter(|one| one.body.type_name == R::Kind::TYPE) else { return false };
        found.body.properties = Arc::new(resource.to_json());
        true
    }

    /// How much of CloudFormation's limits is used.
    pub fn counts(&self) -> Counts {
        Counts::of(self)
    }

    /// The template as CloudFormation reads it. Of two declarations with one id, which [`Template::check`] reports, the
    /// first is rendered.
    pub fn to_value(&self) -> Json {
        // Maps with text keys over JSON: nothing in a template can fail to be JSON.
        serde_json::to_value(self).unwrap_or(Json::Null)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;
        if let Some(description) = &self.description {
            map.serialize_entry("Description", description)?;
        }
        section(&mut map, "Metadata", &self.metadata)?;
        section(&mut map, "Parameters", &self.parameters)?;
        section(&mut map, "Mappings", &self.mappings)?;
        section(&mut map, "Conditions", &self.conditions)?;
        let mut others: Vec<_> =
            self.others.iter().filter(|(name, _)| !OWN_SECTIONS.contains(&name.as_str())).collect();
        others.sort_by(|a, b| a.0.cmp(&b.0));
        others.dedup_by(|later, earlier| later.0 == earlier.0);
        for (name, body) in others {
            map.serialize_entry(name, body)?;
        }
        let resources = self.resources.iter().map(|one| Declared::map(one, AmongResources::Resource));
        let generated = self.generated.iter().map(|one| Declared::map(one, AmongResources::Generated));
        section(&mut map, "Resources", &resources.chain(generated).collect::<Vec<_>>())?;
        section(&mut map, "Outputs", &self.outputs)?;
        map.end()
    }
}

fn section<M: SerializeMap, T: Serialize>(map: &mut M, name: &str, declared: &[Declared<T>]) -> Result<(), M::Error> {
    if declared.is_empty() { Ok(()) } else { map.serialize_entry(name, &Section(declared)) }
}

/// The entries of a section, sorted; the first of each name.
struct Section<'a, T>(&'a [Declared<T>]);

impl<T: Serialize> Serialize for Section<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sorted: Vec<&Declared<T>> = self.0.iter().collect();
        // Stable, so that the first declaration of an id comes first.
        sorted.sort_by(|a, b| a.id.cmp(&b.id));
        sorted.dedup_by(|later, earlier| later.id == earlier.id);
        serializer.collect_map(sorted.into_iter().map(|one| (&one.id, &one.body)))
    }
}

enum AmongResources<'a> {
    Resource(&'a ResourceBody),
    Generated(&'a Json),
}

impl Serialize for AmongResources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Resource(body) => body.serialize(serializer),
            Self::Generated(body) => body.serialize(serializer),
        }
    }
}

impl Serialize for ResourceBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", &self.type_name)?;
        for (name, value) in &self.attributes {
            map.serialize_entry(name, value)?;
        }
        if self.properties.as_object().is_none_or(|properties| !properties.is_empty()) {
            map.serialize_entry("Properties", &*self.properties)?;
        }
        map.end()
    }
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It is neither JSON nor YAML, or uses what CloudFormation does not know.
    #[error(transparent)]
    Text(#[from] crate::read::ReadError),
    /// It has not the shape of a template.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl Template {
    /// Reads an existing template: JSON or YAML, short forms such as `!Sub` included. It renders back equal in meaning.
    ///
    /// ```
    /// use cloudcart_cfn::{Template, sqs};
    ///
    /// let template = Template::read("Resources: {Inbox: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref AWS::StackName}}}")?;
    /// let queue: sqs::Queue<'_> = template.resource("Inbox").expect("there is such a queue")?;
    /// assert!(queue.queue_name.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, TemplateError> {
        Ok(Self::from_value(&crate::read::parse(text)?)?)
    }

    /// A template that is already JSON, in the long form. Each resource keeps its properties as they are; those of a type
    /// that the library knows are what [`Template::resource`] gives as that type and [`Template::check`] checks.
    pub fn from_value(value: &Json) -> Result<Self, ShapeError> {
        let sections = value.as_object().ok_or_else(|| ShapeError::expected("an object", value))?;
        let mut template = Self::default();
        for (name, body) in sections {
            let read = match name.as_str() {
                "AWSTemplateFormatVersion" if body == "2010-09-09" => Ok(()),
                "AWSTemplateFormatVersion" => Err(ShapeError::expected("`2010-09-09`", body)),
                "Description" => String::from_json(body).map(|text| template.description = Some(text)),
                "Metadata" => entries(body).map(|read| template.metadata = read),
                "Parameters" => entries(body).map(|read| template.parameters = read),
                "Mappings" => entries(body).map(|read| template.mappings = read),
                "Conditions" => entries(body).map(|read| template.conditions = read),
                "Outputs" => entries(body).map(|read| template.outputs = read),
                "Resources" => entries(body).and_then(|read| {
                    let (generated, resources): (Vec<_>, _) = read.into_iter().partition(is_generated);
                    template.resources = resources.into_iter().map(resource).collect::<Result<_, _>>()?;
                    template.generated = generated;
                    Ok(())
                }),
                name if OTHER_SECTIONS.contains(&name) => {
                    template.others.push((name.to_owned(), body.clone()));
                    Ok(())
                }
                _ => {
                    return Err(ShapeError::new(format!("`{name}` is no section of a template")));
                }
            };
            read.map_err(|error| error.inside(name))?;
        }
        Ok(template)
    }
}

fn entries(body: &Json) -> Result<Vec<Declared<Json>>, ShapeError> {
    let entries = body.as_object().ok_or_else(|| ShapeError::expected("an object", body))?.iter();
    Ok(entries.map(|(id, body)| Declared { id: id.clone(), body: body.clone(), source: None }).collect())
}

/// A loop, or something whose type a transform puts in.
fn is_generated(one: &Declared<Json>) -> bool {
    one.id.starts_with("Fn::") || one.body.get("Type").is_none() && one.body.get("Fn::Transform").is_some()
}

fn resource(declared: Declared<Json>) -> Result<Declared<ResourceBody>, ShapeError> {
    let Declared { id, body, source } = declared;
    let read = |body: Json| {
        let Json::Object(mut attributes) = body else { return Err(ShapeError::expected("an object", &body)) };
        let type_name = match attributes.shift_remove("Type") {
            Some(Json::String(name)) => name,
            Some(other) => return Err(ShapeError::expected("a text", &other).inside("Type")),
            None => return Err(ShapeError::new("`Type` is required")),
        };
        let properties = attributes.shift_remove("Properties").unwrap_or_else(|| json!({}));
        if !properties.is_object() {
            return Err(ShapeError::expected("an object", &properties).inside("Properties"));
        }
        let raw = !crate::schema::is_known(&type_name);
        let properties = Arc::new(properties);
        Ok(ResourceBody {
            type_name,
            properties,
            attributes,
            raw,
            overridden: Vec::new(),
            misplaced: Vec::new(),
            part_of: None,
        })
    };
    match read(body) {
        Ok(body) => Ok(Declared { id, body, source }),
        Err(error) => Err(error.inside(id)),
    }
}
