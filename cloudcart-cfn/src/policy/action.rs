//! The names of IAM actions, one type per service, so that a misspelt one does not compile and a queue's grant cannot
//! name a table's action. Source: the Service Authorization Reference,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/>.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An action as IAM writes it, for example `dynamodb:GetItem`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(Cow<'static, str>);

impl Action {
    /// An action of a service that has no type here. The name is not checked.
    pub fn raw(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// One that has a type.
    pub(super) const fn named(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Service and name, for example `sqs:SendMessage`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The variant's name, or what is said instead: a few actions start with a small letter.
macro_rules! name {
    ($action:ident) => {
        stringify!($action)
    };
    ($action:ident $name:literal) => {
        $name
    };
}

macro_rules! service {
    ($(#[$doc:meta])* $module:ident $prefix:literal { $($action:ident $($name:literal)?,)* }) => {
        $(#[$doc])*
        pub mod $module {
            /// An action of the service.
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[non_exhaustive]
            pub enum Action {
                $(#[doc = concat!("`", name!($action $($name)?), "`.")] $action,)*
            }

            impl Action {
                /// Every action.
                pub const ALL: &'static [Self] = &[$(Self::$action),*];

                /// Service and name, as IAM writes it.
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$action => concat!($prefix, ":", name!($action $($name)?)),)*
                    }
                }
            }

            impl From<Action> for $crate::policy::Action {
                fn from(action: Action) -> Self {
                    Self::named(action.as_str())
                }
            }
        }
    };
}

mod generated;

pub use generated::*;

/// The names of a service's actions, for texts that came past the types; none for a service that has no type here.
pub(crate) fn action_names(service: &str) -> Option<&'static [&'static str]> {
    static NAMES: LazyLock<BTreeMap<&str, Vec<&str>>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../../schemas/actions.json")).unwrap_or_default());
    NAMES.get(service).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::{action_names, sqs};

    #[test]
    fn the_names_are_those_of_the_types() {
        let typed: Vec<&str> = sqs::Action::ALL.iter().map(|action| action.as_str()).collect();
        let named: Vec<String> =
            action_names("sqs").unwrap_or_default().iter().map(|name| format!("sqs:{name}")).collect();
        assert_eq!(named, typed);
        assert_eq!(action_names("no-such-service"), None);
    }
}
