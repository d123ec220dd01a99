//! The shape that every generated type has: what is written once for all of them.
//!
//! A generated file is a list of properties; these macros make of it a struct with public fields, a constructor that asks
//! for what is required, a method per optional property, and the codec.

/// An object: `required` properties are plain values, `optional` ones options.
macro_rules! object {
    (
        $(#[$doc:meta])*
        $name:ident<$stack:lifetime> {
            required { $( $(#[$required_doc:meta])* $required:ident $required_key:literal: $required_type:ty, )* }
            optional { $( $(#[$optional_doc:meta])* $optional:ident $optional_key:literal: $optional_type:ty, )* }
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name<$stack> {
            $( $(#[$required_doc])* pub $required: $crate::Value<$stack, $required_type>, )*
            $( $(#[$optional_doc])* pub $optional: Option<$crate::Value<$stack, $optional_type>>, )*
        }

        impl<$stack> $name<$stack> {
            /// With what is required, and nothing else.
            #[allow(clippy::too_many_arguments, clippy::new_without_default, reason = "what the schema requires is asked for")]
            pub fn new($( $required: impl $crate::IntoValue<$stack, $required_type> ),*) -> Self {
                Self {
                    $( $required: $crate::IntoValue::into_value($required), )*
                    $( $optional: None, )*
                }
            }

            $(
                $(#[$optional_doc])*
                #[must_use]
                pub fn $optional(mut self, value: impl $crate::IntoValue<$stack, $optional_type>) -> Self {
                    self.$optional = Some($crate::IntoValue::into_value(value));
                    self
                }
            )*
        }

        impl<$stack> $crate::Property for $name<$stack> {
            fn to_json(&self) -> ::serde_json::Value {
                #[allow(unused_mut, reason = "an object may have no property")]
                let mut writer = $crate::property::ObjectWriter::default();
                $( writer.put($required_key, &self.$required); )*
                $( writer.optional($optional_key, self.$optional.as_ref()); )*
                writer.finish()
            }

            fn from_json(json: &::serde_json::Value) -> Result<Self, $crate::ShapeError> {
                #[allow(unused_mut, reason = "an object may have no property")]
                let mut reader = $crate::property::ObjectReader::new(json)?;
                let object = Self {
                    $( $required: reader.required($required_key)?, )*
                    $( $optional: reader.optional($optional_key)?, )*
                };
                reader.finish()?;
                Ok(object)
            }
        }
    };
}

/// A resource type: an object, what it is a kind of, and its attributes.
macro_rules! resource {
    (
        $(#[$doc:meta])*
        $name:ident<$stack:lifetime>: $kind:path {
            required { $($required:tt)* }
            optional { $($optional:tt)* }
            attributes { $( $(#[$attribute_doc:meta])* $attribute:ident $attribute_key:literal: $attribute_type:ty, )* }
        }
    ) => {
        object! {
            $(#[$doc])*
            $name<$stack> {
                required { $($required)* }
                optional { $($optional)* }
            }
        }

        impl<$stack> $crate::Resource<$stack> for $name<$stack> {
            type Kind = $kind;
        }

        impl<$stack> $crate::Handle<$stack, $kind> {
            $(
                $(#[$attribute_doc])*
                pub fn $attribute(&self) -> $crate::Value<$stack, $attribute_type> {
                    self.known_attribute($attribute_key)
                }
            )*
        }
    };
}

/// An object without properties: a struct that needs no lifetime.
macro_rules! empty_object {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name;

        impl $name {
            /// It has no properties.
            pub const fn new() -> Self {
                Self
            }
        }

        impl $crate::Property for $name {
            fn to_json(&self) -> ::serde_json::Value {
                $crate::property::ObjectWriter::default().finish()
            }

            fn from_json(json: &::serde_json::Value) -> Result<Self, $crate::ShapeError> {
                $crate::property::ObjectReader::new(json)?.finish()?;
                Ok(Self)
            }
        }
    };
}

/// A resource type without properties.
macro_rules! empty_resource {
    (
        $(#[$doc:meta])*
        $name:ident: $kind:path {
            attributes { $( $(#[$attribute_doc:meta])* $attribute:ident $attribute_key:literal: $attribute_type:ty, )* }
        }
    ) => {
        empty_object! { $(#[$doc])* $name }

        impl<'stack> $crate::Resource<'stack> for $name {
            type Kind = $kind;
        }

        impl<'stack> $crate::Handle<'stack, $kind> {
            $(
                $(#[$attribute_doc])*
                pub fn $attribute(&self) -> $crate::Value<'stack, $attribute_type> {
                    self.known_attribute($attribute_key)
                }
            )*
        }
    };
}

/// `Default`, for objects that require nothing.
macro_rules! default_object {
    ($($name:ident),* $(,)?) => {$(
        impl Default for $name<'_> {
            fn default() -> Self {
                Self::new()
            }
        }
    )*};
}

/// One of a list of words.
macro_rules! enumeration {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident $word:literal, )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_doc])* #[doc = concat!("`", $word, "`.")] $variant, )*
        }

        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// CloudFormation's word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::UnknownWord> {
                let found = Self::ALL.iter().copied().find(|one| one.as_str() == word);
                found.ok_or_else(|| $crate::UnknownWord::new(word, Self::ALL.iter().map(|one| one.as_str())))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::Property for $name {
            fn to_json(&self) -> ::serde_json::Value {
                ::serde_json::Value::from(self.as_str())
            }

            fn from_json(json: &::serde_json::Value) -> Result<Self, $crate::ShapeError> {
                $crate::word::read(json)
            }
        }
    };
}

/// One of a list of whole numbers.
macro_rules! number_enumeration {
    ($(#[$doc:meta])* $name:ident { $( $number:literal, )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(i64);

        impl $name {
            /// The numbers that are offered.
            pub const ALLOWED: &'static [i64] = &[$($number),*];

            /// One of them; none when it is not offered.
            pub const fn new(number: i64) -> Option<Self> {
                match number {
                    $( $number => Some(Self($number)), )*
                    _ => None,
                }
            }

            /// For literals, in a `const` block: a number that is not offered does not compile.
            ///
            /// # Panics
            /// When the number is not offered and this does not stand in a `const` block.
            pub const fn of(number: i64) -> Self {
                match Self::new(number) {
                    Some(one) => one,
                    None => panic!(concat!("not one of the numbers that are offered:" $(, " ", stringify!($number))*)),
                }
            }

            /// The number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl $crate::Property for $name {
            fn to_json(&self) -> ::serde_json::Value {
                ::serde_json::Value::from(self.0)
            }

            fn from_json(json: &::serde_json::Value) -> Result<Self, $crate::ShapeError> {
                let number = <i64 as $crate::Property>::from_json(json)?;
                Self::new(number).ok_or_else(|| $crate::ShapeError::expected(&format!("one of {:?}", Self::ALLOWED), json))
            }
        }
    };
}
