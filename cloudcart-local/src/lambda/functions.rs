//! Makes, changes and deletes functions; the API and CloudFormation both come here.

use super::{
    Lambda,
    dispatcher::Function,
    input::{self, invalid_parameter, user_error},
    policy::{self, Statement},
    record::{self, CodeRef, FunctionRecord, Settings},
};
use crate::error::AwsError;
use base64::Engine as _;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

/// Where functions are kept in the store.
pub(super) const NAMESPACE: &str = "lambda.functions";

/// A function that is to be made.
pub(super) struct NewFunction {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) code: CodeRef,
    pub(super) reserved_concurrency: Option<u32>,
    pub(super) tags: BTreeMap<String, String>,
    /// See [`FunctionRecord::origin`].
    pub(super) origin: Option<String>,
}

impl Lambda {
    /// Makes a function.
    pub(super) async fn create_function(&self, new: NewFunction) -> Result<Arc<FunctionRecord>, AwsError> {
        let _changing = self.changes.lock().await;
        record::check_name(&new.name)?;
        if self.dispatcher.function(&new.name).is_some() {
            return Err(user_error(409, "ResourceConflictException", format!("Function already exist: {}", new.name)));
        }
        self.check_role(&new.settings.role, &new.name)?;
        if let Some(target) = &new.settings.dead_letter {
            self.check_dead_letters(&new.settings.role, target)?;
        }
        let code_digest = new.code.sha256.clone();
        let record = FunctionRecord {
            name: new.name,
            settings: new.settings,
            code: new.code,
            reserved_concurrency: new.reserved_concurrency,
            tags: new.tags,
            last_modified: self.now_text(),
            revision: self.core.random.uuid(),
            policy: Vec::new(),
            event_config: None,
            declared_code: new.origin.as_ref().map(|_| code_digest),
            origin: new.origin,
        };
        self.core.store.put(NAMESPACE, &record.name, &record)?;
        Ok(self.install(record, true))
    }

    /// Changes a function. A change of code or settings gives it new environments; running invocations finish in the old.
    pub(super) async fn change_function(
        &self,
        name: &str,
        revision: Option<&str>,
        change: impl FnOnce(&mut FunctionRecord) -> Result<(), AwsError> + Send,
    ) -> Result<Arc<FunctionRecord>, AwsError> {
        let _changing = self.changes.lock().await;
        let old = self.existing(name)?;
        if revision.is_some_and(|revision| revision != old.revision) {
            return Err(user_error(
                412,
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
            ));
        }
        let mut record = (*old).clone();
        change(&mut record)?;
        let renewed = record.settings != old.settings || record.code != old.code;
        if record.settings.role != old.settings.role {
            self.check_role(&record.settings.role, name)?;
        }
        if record.settings.timeout != old.settings.timeout {
            self.check_visibility_of_queues(name, record.settings.timeout)?;
        }
        if let Some(target) = record.settings.dead_letter.as_ref()
            && (record.settings.dead_letter != old.settings.dead_letter || record.settings.role != old.settings.role)
        {
            self.check_dead_letters(&record.settings.role, target)?;
        }
        if renewed {
            record.last_modified = self.now_text();
        }
        record.revision = self.core.random.uuid();
        self.core.store.put(NAMESPACE, name, &record)?;
        Ok(self.install(record, renewed))
    }

    /// Deletes a function. Running invocations finish.
    pub(super) async fn delete_function(&self, name: &str) -> Result<(), AwsError> {
        let _changing = self.changes.lock().await;
        self.existing(name)?;
        self.core.store.delete(NAMESPACE, name)?;
        self.dispatcher.functions.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.dispatcher.pool.set_current(name, None);
        Ok(())
    }

    /// The function, or Lambda's 404.
    pub(super) fn existing(&self, name: &str) -> Result<Arc<FunctionRecord>, AwsError> {
        self.dispatcher
            .function(name)
            .map(|function| function.record)
            .ok_or_else(|| record::not_found(&self.core, name))
    }

    /// All functions by name.
    pub(super) fn all_functions(&self) -> Vec<Arc<FunctionRecord>> {
        let functions = self.dispatcher.functions.read().unwrap_or_else(PoisonError::into_inner);
        functions.values().map(|function| Arc::clone(&function.record)).collect()
    }

    /// Adds a statement to a function's resource policy.
    pub(super) async fn add_permission(&self, name: &str, statement: Statement) -> Result<(), AwsError> {
        self.change_function(name, None, |record| policy::add(&mut record.policy, statement)).await.map(drop)
    }

    /// Removes a statement.
    pub(super) async fn remove_permission(&self, name: &str, sid: &str) -> Result<(), AwsError> {
        self.change_function(name, None, |record| {
            let before = record.policy.len();
            record.policy.retain(|statement| statement.sid != sid);
            if record.policy.len() == before {
                let message = format!("Statement {sid} is not found in resource policy.");
                return Err(user_error(404, "ResourceNotFoundException", message));
            }
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Fetches and unpacks the code that `members` (`ZipFile` in base64, or `S3Bucket` and `S3Key`) names.
    pub(super) async fn load_code(&self, members: &Map<String, Value>) -> Result<CodeRef, AwsError> {
        if members.get("ImageUri").is_some_and(|value| !value.is_null()) {
            return Err(invalid_parameter("the local cloud runs Zip packages only; it has no container images"));
        }
        if input::text(members, "S3ObjectVersion")?.is_some() {
            return Err(invalid_parameter(
                "the local cloud keeps no versions of objects, so S3ObjectVersion names nothing",
            ));
        }
        let zip =
            match (input::text(members, "ZipFile")?, input::text(members, "S3Bucket")?, input::text(members, "S3Key")?)
            {
                (Some(text), None, None) => base64::engine::general_purpose::STANDARD
                    .decode(text)
                    .map(Bytes::from)
                    .map_err(|error| invalid_parameter(format!("ZipFile is not base64: {error}")))?,
                (None, Some(bucket), Some(key)) => self.objects.object(&bucket, &key).await.map_err(|error| {
                    invalid_parameter(format!(
                        "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {} (s3://{bucket}/{key})",
                        error.code, error.message
                    ))
                })?,
                _ => {
                    return Err(invalid_parameter(
                        "Please provide a source for function code: ZipFile, or S3Bucket and S3Key.",
                    ));
                }
            };
        self.dispatcher.code.add(zip).await
    }

    /// Puts a record into effect; `renewed` gives it new environments.
    pub(super) fn install(&self, record: FunctionRecord, renewed: bool) -> Arc<FunctionRecord> {
        let record = Arc::new(record);
        let mut functions = self.dispatcher.functions.write().unwrap_or_else(PoisonError::into_inner);
        let kept = functions.get(&record.name).filter(|_| !renewed).map(|function| function.generation);
        let generation = kept.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            self.core.random.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        });
        // The pool first: an invocation that sees the new record must find its generation current.
        self.dispatcher.pool.set_current(&record.name, Some(generation));
        functions.insert(record.name.clone(), Function { record: Arc::clone(&record), generation });
        record
    }

    fn check_role(&self, role: &str, name: &str) -> Result<(), AwsError> {
        self.dispatcher.identities.assume(role, name, "lambda.amazonaws.com").map(drop).map_err(|cause| {
            invalid_parameter(format!(
                "The role defined for the function cannot be assumed by Lambda. ({role}: {})",
                cause.message
            ))
        })
    }

    fn now_text(&self) -> String {
        super::platform::timestamp(self.core.clock.now_ms()).replace('Z', "+0000")
    }
}
