//! What a function reads from its environment. Whatever is missing or wrong is named, and fails the init phase.

use cloudcart_shop::env::{self, CartStore, Identity};

/// A variable that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not set, or empty.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// Set to something else than expected.
    #[error("environment variable {name} is {value:?}, expected {expected}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// The environment, as a function that tests can own.
pub struct Env<'a>(Box<dyn Fn(&str) -> Option<String> + 'a>);

impl<'a> Env<'a> {
    /// The process's own.
    pub fn process() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// Any other.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + 'a) -> Self {
        Self(Box::new(lookup))
    }

    /// A variable's value. An empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// A variable that must be set.
    pub fn require(&self, name: &'static str) -> Result<String, ConfigError> {
        self.get(name).ok_or(ConfigError::Missing(name))
    }

    /// Who is believed to be who. Must be set: a default would be unsafe or a surprise.
    pub fn identity(&self) -> Result<Identity, ConfigError> {
        let value = self.require(env::SHOP_IDENTITY)?;
        Identity::parse(&value).ok_or(ConfigError::Invalid {
            name: env::SHOP_IDENTITY,
            value,
            expected: "demo or standard",
        })
    }

    /// Where carts live; in the table unless it says otherwise.
    pub fn cart_store(&self) -> Result<CartStore, ConfigError> {
        let Some(value) = self.get(env::SHOP_CART) else { return Ok(CartStore::default()) };
        CartStore::parse(&value).ok_or(ConfigError::Invalid {
            name: env::SHOP_CART,
            value,
            expected: "dynamodb or memory",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let env = Env::new(|name| match name {
            "SHOP_IDENTITY" => Some("root".to_owned()),
            "AWS_REGION" => Some(String::new()),
            _ => None,
        });
        assert_eq!(env.require("AWS_REGION").unwrap_err().to_string(), "environment variable AWS_REGION is not set");
        assert_eq!(
            env.identity().unwrap_err().to_string(),
            "environment variable SHOP_IDENTITY is \"root\", expected demo or standard"
        );
        assert_eq!(env.cart_store().unwrap(), CartStore::DynamoDb);
    }
}
