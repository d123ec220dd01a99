//! The shop's signing key, made by whichever function needs it first.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudcart_shop::env::SIGNING_KEY_ROW;
use tokio::sync::OnceCell;

use super::dynamo::{broken, written};
use super::{Dynamo, Secrets, StoreError, Written};
use crate::crypto::{SigningKey, random};
use crate::span;

/// The attribute of the row that holds the key's 32 bytes. The row has no `expiresAt`, so the table's TTL leaves it alone.
pub const SIGNING_KEY_ATTRIBUTE: &str = "bytes";

/// Reads the signing key once and keeps it.
pub struct Keys {
    secrets: Arc<dyn Secrets>,
    key: OnceCell<SigningKey>,
}

impl Keys {
    /// The key that is kept there.
    pub fn new(secrets: impl Secrets + 'static) -> Self {
        Self { secrets: Arc::new(secrets), key: OnceCell::new() }
    }

    /// The key. If reading it fails, the next caller tries again.
    pub async fn get(&self) -> Result<&SigningKey, StoreError> {
        self.key.get_or_try_init(|| self.load()).await
    }

    async fn load(&self) -> Result<SigningKey, StoreError> {
        if let Some(key) = self.secrets.signing_key().await? {
            return Ok(key);
        }
        let operation = "making the signing key";
        let bytes = random::<32>().map_err(|error| broken(operation, error))?;
        // As DynamoDB writes it, should its answer quote what it was sent.
        span::current().conceal(&STANDARD.encode(bytes));
        // If somebody else made it between our two looks, theirs counts.
        self.secrets.keep_signing_key(bytes).await?;
        let key = self.secrets.signing_key().await?;
        key.ok_or_else(|| broken(operation, "it is not there after it was written"))
    }
}

#[async_trait]
impl Secrets for Dynamo {
    async fn signing_key(&self) -> Result<Option<SigningKey>, StoreError> {
        let operation = "GetItem of the signing key";
        let item = self.get(operation, &self.tables.idempotency, ("key", SIGNING_KEY_ROW), true).await?;
        let Some(mut item) = item else { return Ok(None) };
        match item.remove(SIGNING_KEY_ATTRIBUTE) {
            Some(AttributeValue::B(bytes)) if bytes.as_ref().len() == 32 => Ok(Some(SigningKey::new(bytes.as_ref()))),
            _ => Err(broken(operation, format!("attribute {SIGNING_KEY_ATTRIBUTE} is not 32 bytes"))),
        }
    }

    async fn keep_signing_key(&self, bytes: [u8; 32]) -> Result<Written, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.idempotency)
            .item("key", AttributeValue::S(SIGNING_KEY_ROW.to_owned()))
            .item(SIGNING_KEY_ATTRIBUTE, AttributeValue::B(Blob::new(bytes)))
            .condition_expression("attribute_not_exists(#key)")
            .expression_attribute_names("#key", "key")
            .send()
            .await;
        written("PutItem of the signing key", put)
    }
}
