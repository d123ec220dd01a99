//! DynamoDB: a proxy in front of the engine that adds what the engine lacks and puts this cloud's identity into its ARNs.

mod arns;
mod backend;
mod needs;
mod provider;
mod schema;
mod ttl;

use crate::{
    api::{ApiRequest, Need, Service},
    core::Core,
    error::{AwsError, Protocol},
    provider::ResourceProvider,
};
use arns::Arns;
use async_trait::async_trait;
use backend::{Backend, BackendError};
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use needs::Needs;
use schema::Schemas;
use serde_json::{Map, Value, json};
use std::{path::Path, sync::Arc, thread::JoinHandle, time::Duration};

/// How often expired items are looked for. AWS takes up to days; a developer wants to see it happen.
const TTL_SWEEP: Duration = Duration::from_secs(5);
const STREAM_OPERATIONS: [&str; 4] = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];

/// The service.
pub struct DynamoDb {
    core: Arc<Core>,
    arns: Arns,
    backend: Arc<Backend>,
    schemas: Schemas,
}

/// The service, while its file is opened beside what else a cloud's start does. Dropped, it waits for the end of that.
pub struct Opening {
    backend: Option<JoinHandle<Result<Backend, BackendError>>>,
}

impl DynamoDb {
    /// Begins to open `dynamodb.db` in the state folder. Where no thread can be had for it, the error says so.
    pub fn begin(state_dir: &Path) -> Result<Opening, AwsError> {
        let path = state_dir.join("dynamodb.db");
        let backend = std::thread::Builder::new()
            .name("dynamodb-open".to_owned())
            .spawn(move || Backend::start(&path))
            .map_err(|error| AwsError::internal(&error))?;
        Ok(Opening { backend: Some(backend) })
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        // The start failed, and whoever tries again is not to find the file in other hands.
        if let Some(backend) = self.backend.take() {
            let _ = backend.join();
        }
    }
}

impl Opening {
    /// Waits for the file, and starts the task that removes expired items. Must run inside a Tokio runtime.
    pub fn finish(mut self, core: Arc<Core>) -> Result<Arc<DynamoDb>, AwsError> {
        let failed = || AwsError::internal(&std::io::Error::other("the DynamoDB engine panicked while it started"));
        let backend = self.backend.take().ok_or_else(failed)?.join().map_err(|_| failed())?;
        let backend = backend.map_err(|error| AwsError::internal(&error))?;
        let backend = Arc::new(backend);
        let sweeper = Arc::downgrade(&backend);
        let clock = Arc::clone(&core.clock);
        tokio::spawn(async move {
            loop {
                clock.sleep(TTL_SWEEP).await;
                let Some(backend) = sweeper.upgrade() else { break };
                match ttl::sweep(&backend, clock.as_ref()).await {
                    Ok(0) => {}
                    Ok(items) => tracing::debug!(items, "removed expired items"),
                    Err(error) => tracing::warn!(%error, "cannot remove expired items"),
                }
            }
        });
        let arns = Arns::new(&core.region, &core.account);
        let schemas = Schemas::new(Arc::clone(&backend));
        Ok(Arc::new(DynamoDb { core, arns, backend, schemas }))
    }
}

impl DynamoDb {
    /// The resource types of DynamoDB.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        vec![Arc::new(provider::TableProvider::new(Arc::clone(self)))]
    }

    /// Runs an operation on behalf of the cloud itself.
    async fn run(&self, operation: &str, input: &Value) -> Result<Value, AwsError> {
        let response = self.pass_on(operation, Bytes::from(input.to_string())).await?;
        let body: Value = serde_json::from_slice(response.body()).map_err(|error| AwsError::internal(&error))?;
        if response.status().is_success() {
            return Ok(body);
        }
        let code = body["__type"].as_str().and_then(|kind| kind.rsplit('#').next()).unwrap_or("InternalServerError");
        let message = body["message"].as_str().or_else(|| body["Message"].as_str()).unwrap_or_default();
        Err(AwsError::new(response.status().as_u16(), code, message))
    }

    async fn pass_on(&self, operation: &str, body: Bytes) -> Result<Response<Bytes>, AwsError> {
        let prefix =
            if STREAM_OPERATIONS.contains(&operation) { "DynamoDBStreams_20120810" } else { "DynamoDB_20120810" };
        let body = self.arns.inward(&body).map_or(body, Bytes::from);
        let response = self
            .backend
            .send(&format!("{prefix}.{operation}"), body)
            .await
            .map_err(|error| AwsError { code: "InternalServerError".into(), ..AwsError::internal(&error) })?;
        let (head, body) = response.into_parts();
        let body = self.arns.outward(&body).map_or(body, Bytes::from);
        let mut response = answer(body);
        *response.status_mut() = head.status;
        Ok(response)
    }

    /// What the engine does not know, but tools ask for.
    async fn beside_the_engine(&self, operation: &str, input: &Map<String, Value>) -> Option<Result<Value, AwsError>> {
        let answer = match operation {
            "DescribeLimits" => Ok(json!({
                "AccountMaxReadCapacityUnits": 80_000, "AccountMaxWriteCapacityUnits": 80_000,
                "TableMaxReadCapacityUnits": 40_000, "TableMaxWriteCapacityUnits": 40_000,
            })),
            "DescribeEndpoints" => {
                let address = self.core.endpoint.rsplit('/').next().unwrap_or_default();
                Ok(json!({"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}))
            }
            "DescribeContinuousBackups" => {
                // No backups are made here, and it says so.
                let described = self.run("DescribeTable", &json!({"TableName": input.get("TableName")})).await;
                described.map(|_| {
                    json!({"ContinuousBackupsDescription": {
                        "ContinuousBackupsStatus": "ENABLED",
                        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
                    }})
                })
            }
            _ => return None,
        };
        Some(answer)
    }
}

#[async_trait]
impl Service for DynamoDb {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json10 { namespace: "com.amazonaws.dynamodb.v20120810" }
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        Needs { arns: &self.arns, schemas: &self.schemas }.of(&request.operation, &request.json()?)
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let operation = request.operation.as_str();
        let changes_schema = matches!(operation, "CreateTable" | "UpdateTable" | "DeleteTable");
        let beside = matches!(operation, "DescribeLimits" | "DescribeEndpoints" | "DescribeContinuousBackups");
        if beside && let Some(result) = self.beside_the_engine(operation, &request.json()?).await {
            return result.map(|value| answer(Bytes::from(value.to_string())));
        }
        let table = if changes_schema {
            request.json()?.get("TableName").and_then(Value::as_str).map(|name| self.arns.table_name(name).to_owned())
        } else {
            None
        };
        let response = self.pass_on(operation, request.body).await?;
        if let Some(table) = table {
            self.schemas.forget(&table);
        }
        let unknown = response.status().as_u16() == 400
            && response.body().windows(25).any(|window| window == b"UnknownOperationException");
        if unknown { Err(AwsError::not_offered(&format!("dynamodb:{operation}"))) } else { Ok(response) }
    }
}

/// An answer with the checksum that clients verify.
fn answer(body: Bytes) -> Response<Bytes> {
    let checksum = crc32fast::hash(&body);
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amz-crc32", HeaderValue::from(checksum));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_start_that_was_given_up_has_left_the_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        drop(DynamoDb::begin(folder.path()).unwrap());
        // The last that an opening makes.
        let file = rusqlite::Connection::open(folder.path().join("dynamodb.db")).unwrap();
        let index = "SELECT count(*) FROM sqlite_master WHERE name = 'cloudcart_stream_sequence'";
        assert_eq!(file.query_row(index, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    }
}
