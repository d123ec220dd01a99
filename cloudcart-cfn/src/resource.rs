//! What a resource is, and the typed handle by which others refer to it.

use std::marker::PhantomData;

use serde::ser::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::sections::ConditionRef;
use crate::value::Value;

/// The properties of one CloudFormation resource type.
pub trait Resource: Serialize {
    /// The type's name, for example `AWS::SQS::Queue`.
    const TYPE: &'static str;

    /// What a [`Handle`] remembers of the properties, for grants and references that need more than the logical id.
    type Facts: Clone;

    /// The facts of these properties.
    fn facts(&self) -> Self::Facts;
}

/// A resource type with an ARN.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no ARN",
    note = "`Handle::reference` gives what CloudFormation's `Ref` gives for it"
)]
pub trait HasArn: Resource {
    /// The attribute that holds it.
    const ARN: &'static str = "Arn";
}

/// A text that belongs to a kind of resource, so that another kind's does not fit in its place.
macro_rules! text_of_a_kind {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<R> {
            text: String,
            kind: PhantomData<fn() -> R>,
        }

        impl<R> $name<R> {
            /// From a text that the caller knows to be one.
            pub fn literal(text: impl Into<String>) -> Self {
                Self { text: text.into(), kind: PhantomData }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.text
            }
        }

        impl<R> From<String> for $name<R> {
            fn from(text: String) -> Self {
                Self::literal(text)
            }
        }

        // By hand: derives would ask the same of the marker.
        impl<R> Clone for $name<R> {
            fn clone(&self) -> Self {
                Self::literal(self.text.clone())
            }
        }

        impl<R> PartialEq for $name<R> {
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl<R> std::fmt::Debug for $name<R> {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({:?})", stringify!($name), self.text)
            }
        }

        impl<R> Serialize for $name<R> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text)
            }
        }

        impl<R> From<Value<$name<R>>> for Value<String> {
            fn from(value: Value<$name<R>>) -> Self {
                value.map(|literal| literal.text)
            }
        }
    };
}

text_of_a_kind!(
    /// The ARN of a resource of type `R`.
    Arn
);
text_of_a_kind!(
    /// What `Ref` gives for a resource of type `R`: a table's name, a queue's URL, an API's id.
    Ref
);

/// A resource that was added to a template.
#[derive(Debug)]
pub struct Handle<R: Resource> {
    id: String,
    facts: R::Facts,
}

impl<R: Resource> Clone for Handle<R> {
    fn clone(&self) -> Self {
        Self { id: self.id.clone(), facts: self.facts.clone() }
    }
}

impl<R: Resource> Handle<R> {
    pub(crate) fn new(id: String, facts: R::Facts) -> Self {
        Self { id, facts }
    }

    /// The logical id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is remembered of the properties.
    pub fn facts(&self) -> &R::Facts {
        &self.facts
    }

    /// `Ref`.
    pub fn reference(&self) -> Value<Ref<R>> {
        Value::reference(&self.id)
    }

    /// `Fn::GetAtt` of the ARN.
    pub fn arn(&self) -> Value<Arn<R>>
    where
        R: HasArn,
    {
        Value::attribute(&self.id, R::ARN)
    }

    /// `Fn::GetAtt` of an attribute that has no method of its own. The name is not checked.
    pub fn attribute(&self, name: &str) -> Value<String> {
        Value::attribute(&self.id, name)
    }
}

/// A resource of a type that this library does not know. Nothing about it is checked but its references.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    /// The type's name, for example `AWS::CloudWatch::Alarm`.
    pub type_name: String,
    /// The properties as CloudFormation reads them.
    pub properties: Json,
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.properties.serialize(serializer)
    }
}

impl Resource for Raw {
    const TYPE: &'static str = "";
    type Facts = ();
    fn facts(&self) {}
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes {
    /// `DependsOn`: logical ids that must exist first. References make the same order by themselves.
    pub depends_on: Vec<String>,
    /// `Condition`: the resource exists only when it holds.
    pub condition: Option<String>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<DeletionPolicy>,
    /// `UpdateReplacePolicy`. CloudFormation knows no `RetainExceptOnCreate` here.
    pub update_replace_policy: Option<DeletionPolicy>,
    /// `Metadata`.
    pub metadata: Option<Json>,
}

impl Attributes {
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
    pub fn after<R: Resource>(mut self, other: &Handle<R>) -> Self {
        self.depends_on.push(other.id().to_owned());
        self
    }

    /// Created only when a condition holds.
    #[must_use]
    pub fn only_if(mut self, condition: &ConditionRef) -> Self {
        self.condition = Some(condition.name().to_owned());
        self
    }
}
