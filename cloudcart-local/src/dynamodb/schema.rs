//! What the proxy knows of a table's keys, remembered between requests.

use super::backend::Backend;
use crate::error::AwsError;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Keys of a table and of its indexes.
#[derive(Debug, Clone, Default)]
struct Schema {
    partition: String,
    indexes: HashMap<String, String>,
    stream_label: Option<String>,
}

/// All tables' keys, by table name.
pub(super) struct Schemas {
    backend: Arc<Backend>,
    known: RwLock<HashMap<String, Arc<Schema>>>,
}

impl Schemas {
    pub(super) fn new(backend: Arc<Backend>) -> Self {
        Self { backend, known: RwLock::default() }
    }

    /// Name of the partition key of a table or of one of its indexes; `None` when there is no such table or index.
    pub(super) fn partition_key(&self, table: &str, index: Option<&str>) -> Result<Option<String>, AwsError> {
        let Some(schema) = self.schema(table)? else { return Ok(None) };
        Ok(match index {
            None => Some(schema.partition.clone()),
            Some(index) => schema.indexes.get(index).cloned(),
        })
    }

    /// The label of a table's current stream.
    pub(super) fn stream_label(&self, table: &str) -> Result<Option<String>, AwsError> {
        Ok(self.schema(table)?.and_then(|schema| schema.stream_label.clone()))
    }

    /// Forgets a table, whose shape may have changed.
    pub(super) fn forget(&self, table: &str) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(table);
    }

    fn schema(&self, table: &str) -> Result<Option<Arc<Schema>>, AwsError> {
        if let Some(schema) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(table) {
            return Ok(Some(Arc::clone(schema)));
        }
        let metadata = self
            .backend
            .database()
            .get_table_metadata(table)
            .map_err(|error| AwsError::new(500, "InternalServerError", error.to_string()))?;
        let Some(metadata) = metadata else { return Ok(None) };
        let mut schema = Schema {
            partition: hash_key(&parse(&metadata.key_schema)).unwrap_or_default(),
            indexes: HashMap::new(),
            stream_label: metadata.stream_label,
        };
        for definitions in [metadata.gsi_definitions, metadata.lsi_definitions].into_iter().flatten() {
            for index in parse(&definitions).as_array().into_iter().flatten() {
                if let (Some(name), Some(key)) =
                    (index.get("IndexName").and_then(Value::as_str), hash_key(&index["KeySchema"]))
                {
                    schema.indexes.insert(name.to_owned(), key);
                }
            }
        }
        let schema = Arc::new(schema);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(table.to_owned(), Arc::clone(&schema));
        Ok(Some(schema))
    }
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

fn hash_key(key_schema: &Value) -> Option<String> {
    key_schema
        .as_array()?
        .iter()
        .find(|element| element["KeyType"] == "HASH")
        .and_then(|element| element["AttributeName"].as_str())
        .map(str::to_owned)
}
