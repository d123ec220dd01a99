//! Texts that belong to a kind of resource, so that another kind's does not fit in its place.

use std::marker::PhantomData;

use serde_json::Value as Json;

use crate::property::{Property, ShapeError};

macro_rules! text_of_a_kind {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<K> {
            text: String,
            kind: PhantomData<fn() -> K>,
        }

        impl<K> $name<K> {
            /// From a text that the caller knows to be one.
            pub fn literal(text: impl Into<String>) -> Self {
                Self { text: text.into(), kind: PhantomData }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.text
            }
        }

        impl<K> From<String> for $name<K> {
            fn from(text: String) -> Self {
                Self::literal(text)
            }
        }

        impl<K> From<$name<K>> for String {
            fn from(value: $name<K>) -> Self {
                value.text
            }
        }

        // By hand: derives would ask the same of the marker.
        impl<K> Clone for $name<K> {
            fn clone(&self) -> Self {
                Self::literal(self.text.clone())
            }
        }

        impl<K> PartialEq for $name<K> {
            fn eq(&self, other: &Self) -> bool {
                self.text == other.text
            }
        }

        impl<K> std::fmt::Debug for $name<K> {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({:?})", stringify!($name), self.text)
            }
        }

        impl<K> Property for $name<K> {
            fn to_json(&self) -> Json {
                Json::String(self.text.clone())
            }

            fn from_json(json: &Json) -> Result<Self, ShapeError> {
                String::from_json(json).map(Self::literal)
            }
        }
    };
}

text_of_a_kind!(
    /// The ARN of a resource of kind `K`.
    Arn
);
text_of_a_kind!(
    /// What `Ref` gives for a resource of kind `K`: a table's name, a queue's URL, an API's id.
    Ref
);
