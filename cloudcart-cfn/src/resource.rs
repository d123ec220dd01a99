//! What a resource is, and the typed handle by which others refer to it.

use std::marker::PhantomData;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::check::Lint;
use crate::kind::{HasArn, Kind};
use crate::property::{Property, ShapeError};
use crate::reference::{Arn, Ref};
use crate::sections::ConditionRef;
use crate::value::Value;

/// The properties of one resource type.
pub trait Resource<'stack>: Property {
    /// What references to it are references to.
    type Kind: Kind;
}

/// Ties a handle to the stack that made it. Invariant, so that the compiler takes no stack for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Brand<'stack>(PhantomData<fn(&'stack ()) -> &'stack ()>);

/// A resource that was added to a stack.
#[derive(Debug)]
pub struct Handle<'stack, K> {
    id: Arc<str>,
    properties: Arc<Json>,
    stack: Brand<'stack>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Handle<'_, K> {
    fn clone(&self) -> Self {
        Self {
            id: Arc::clone(&self.id),
            properties: Arc::clone(&self.properties),
            stack: self.stack,
            kind: PhantomData,
        }
    }
}

impl<'stack, K: Kind> Handle<'stack, K> {
    pub(crate) fn new(id: &str, properties: Arc<Json>) -> Self {
        Self { id: Arc::from(id), properties, stack: Brand::default(), kind: PhantomData }
    }

    /// The logical id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The properties as they stand in the template.
    pub fn properties(&self) -> &Json {
        &self.properties
    }

    /// `Ref`.
    pub fn reference(&self) -> Value<'stack, Ref<K>> {
        Value::reference(&*self.id)
    }

    /// The ARN, by `Fn::GetAtt` or `Ref`, whichever gives it.
    pub fn arn(&self) -> Value<'stack, Arn<K>>
    where
        K: HasArn,
    {
        match K::ARN {
            Some(attribute) => Value::attribute(&*self.id, attribute),
            None => Value::reference(&*self.id),
        }
    }

    /// `Fn::GetAtt` of an attribute that has no method of its own. [`Template::check`](crate::Template::check) knows whether
    /// there is such an attribute.
    pub fn attribute(&self, name: &str) -> Value<'stack, String> {
        Value::attribute(&*self.id, name)
    }

    /// For the methods that the resource types have for their attributes.
    pub(crate) fn known_attribute<T>(&self, name: &str) -> Value<'stack, T> {
        Value::attribute(&*self.id, name)
    }
}

/// A resource of a type that this library does not know.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    /// The type's name, for example `AWS::AppSync::GraphQLApi`.
    pub type_name: String,
    /// The properties as CloudFormation reads them.
    pub properties: Json,
}

impl Property for Raw {
    fn to_json(&self) -> Json {
        self.properties.clone()
    }

    fn from_json(json: &Json) -> Result<Self, ShapeError> {
        Ok(Self { type_name: String::new(), properties: json.clone() })
    }
}

/// What happens to a resource that leaves the stack, or is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// It is deleted with its contents.
    Delete,
    /// It stays in the account, no longer part of the stack.
    Retain,
    /// It stays, unless it was being created when the stack failed.
    RetainExceptOnCreate,
    /// It is deleted after a snapshot, for the types that can.
    Snapshot,
}

impl DeletionPolicy {
    /// CloudFormation's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

/// Resource attributes: what stands beside `Properties`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html>
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes<'stack> {
    /// `DependsOn`: logical ids that must exist first. References make the same order by themselves.
    pub depends_on: Vec<String>,
    /// `Condition`: the resource exists only when it holds.
    pub condition: Option<ConditionRef<'stack>>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<DeletionPolicy>,
    /// `UpdateReplacePolicy`. CloudFormation knows no `RetainExceptOnCreate` here.
    pub update_replace_policy: Option<DeletionPolicy>,
    /// `CreationPolicy`, for the few types that wait for signals.
    pub creation_policy: Option<Json>,
    /// `UpdatePolicy`, for the few types that are updated in steps, such as `AWS::Lambda::Alias`.
    pub update_policy: Option<Json>,
    /// `Metadata`.
    pub metadata: Option<Json>,
    /// Properties that are set over what the type says, in order: path and value.
    pub(crate) overrides: Vec<(String, Json)>,
    /// Lints that are meant, and why.
    pub(crate) allowed: Vec<(Lint, String)>,
}

impl<'stack> Attributes<'stack> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same policy for leaving the stack and for being replaced.
    #[must_use]
    pub fn on_removal(mut self, policy: DeletionPolicy) -> Self {
        self.deletion_policy = Some(policy);
        self.update_replace_policy = Some(match policy {
            DeletionPolicy::RetainExceptOnCreate => DeletionPolicy::Retain,
            other => other,
        });
        self
    }

    /// Created after another resource.
    #[must_use]
    pub fn after<K: Kind>(mut self, other: &Handle<'stack, K>) -> Self {
        self.depends_on.push(other.id().to_owned());
        self
    }

    /// Created only when a condition holds.
    #[must_use]
    pub fn only_if(mut self, condition: &ConditionRef<'stack>) -> Self {
        self.condition = Some(condition.clone());
        self
    }

    /// Says that a lint is meant on this resource, and why. An empty reason is an error, and an allowance that allows nothing
    /// is noted.
    #[must_use]
    pub fn allow(mut self, lint: Lint, reason: impl Into<String>) -> Self {
        self.allowed.push((lint, reason.into()));
        self
    }

    /// Sets any property over what the type says, for what this library does not know yet: `path` names the property from
    /// the outside in, with `/` between, for example `DestinationConfig/OnSuccess/Destination`; a number is a place in a
    /// list, and one past the end adds to it: `Tags/0` begins the list of tags that is not there. A name that has a `/` in
    /// it is set with the object that it stands in. Null removes. The check marks it.
    #[must_use]
    pub fn override_property(mut self, path: impl Into<String>, value: impl Into<Json>) -> Self {
        self.overrides.push((path.into(), value.into()));
        self
    }
}

/// Sets what is at a path, or removes it when the value is null. False when the path leads nowhere: through something that
/// has no insides (a text, a number, an intrinsic function), past the end of a list, or by a step that is empty.
pub(crate) fn set_at(json: &mut Json, path: &str, value: Json) -> bool {
    if path.split('/').any(str::is_empty) { false } else { set_within(json, path, value) }
}

fn set_within(json: &mut Json, path: &str, value: Json) -> bool {
    let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
    if json.is_null() {
        // The first of a list that is not there is one past its end.
        *json = if step == "0" { Json::Array(Vec::new()) } else { Json::Object(serde_json::Map::new()) };
    }
    let removes = value.is_null();
    let place = match json {
        Json::Object(object)
            if object.len() == 1 && object.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) =>
        {
            return false;
        }
        Json::Object(object) if removes && (rest.is_none() || !object.contains_key(step)) => {
            object.shift_remove(step);
            return true;
        }
        Json::Object(object) => object.entry(step).or_insert(Json::Null),
        Json::Array(items) => {
            let digits = step.bytes().all(|byte| byte.is_ascii_digit());
            let index = step.parse().ok().filter(|index| digits && *index <= items.len());
            let Some(index) = index else { return false };
            if removes && (rest.is_none() || index == items.len()) {
                items.drain(index..items.len().min(index + 1));
                return true;
            }
            if index == items.len() {
                items.push(Json::Null);
            }
            &mut items[index]
        }
        _ => return false,
    };
    if let Some(rest) = rest {
        return set_within(place, rest, value);
    }
    *place = value;
    true
}
