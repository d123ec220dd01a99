//! Lambda's HTTP API: invocation, functions, permissions and tags. Mappings have their own file.

use super::{
    Lambda,
    dispatcher::{DispatchError, Request},
    event_config::EventConfig,
    functions::NewFunction,
    input::{self, invalid_parameter, user_error},
    policy::Statement,
    record::{self, FunctionRecord, Settings},
    route::{self, Operation},
};
use crate::{
    api::{ApiRequest, Need, Service},
    error::{AwsError, Protocol},
};
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Unless asked for fewer, a list gives this many at once.
const PAGE: usize = 50;

#[async_trait]
impl Service for Lambda {
    fn name(&self) -> &'static str {
        "lambda"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestJson
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        Ok(route::operation(&request.method, &request.path)
            .map(|operation| route::needs(self, &operation, request))
            .unwrap_or_default())
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        use Operation as Op;
        let Some(operation) = route::operation(&request.method, &request.path) else {
            return Err(AwsError::not_offered(&format!("Lambda's {} {}", request.method, request.path)));
        };
        let configuration = |record: &FunctionRecord| Value::Object(record.configuration(&self.core));
        match operation {
            Op::CreateFunction => {
                let record = self.api_create(&request.json()?).await?;
                answer(201, &configuration(&record))
            }
            Op::ListFunctions => {
                let all = self.all_functions();
                let (page, next) = page(&request.query, &all, |record| record.name.clone());
                let functions: Vec<Value> = page.iter().map(|record| configuration(record)).collect();
                answer(200, &with_marker(json!({"Functions": functions}), next))
            }
            Op::GetFunction(name) => {
                let record = self.existing(&self.named(&name, &request)?)?;
                let mut body = json!({
                    "Configuration": configuration(&record),
                    "Code": {"RepositoryType": "S3"},
                });
                if !record.tags.is_empty() {
                    body["Tags"] = json!(record.tags);
                }
                if let Some(reserved) = record.reserved_concurrency {
                    body["Concurrency"] = json!({"ReservedConcurrentExecutions": reserved});
                }
                answer(200, &body)
            }
            Op::GetFunctionConfiguration(name) => {
                answer(200, &configuration(&*self.existing(&self.named(&name, &request)?)?))
            }
            Op::UpdateFunctionConfiguration(name) => {
                let members = request.json()?;
                let revision = input::text(&members, "RevisionId")?;
                let name = self.named(&name, &request)?;
                let record = self
                    .change_function(&name, revision.as_deref(), |record| {
                        record.settings = Settings::read(&members, Some(&record.settings))?;
                        Ok(())
                    })
                    .await?;
                answer(200, &configuration(&record))
            }
            Op::UpdateFunctionCode(name) => {
                let name = self.named(&name, &request)?;
                let record = self.api_update_code(&name, &request.json()?).await?;
                answer(200, &configuration(&record))
            }
            Op::DeleteFunction(name) => {
                self.delete_function(&self.named(&name, &request)?).await?;
                empty(204)
            }
            Op::GetFunctionConcurrency(name) => {
                let record = self.existing(&self.named(&name, &request)?)?;
                let mut body = Map::new();
                if let Some(reserved) = record.reserved_concurrency {
                    body.insert("ReservedConcurrentExecutions".to_owned(), json!(reserved));
                }
                answer(200, &Value::Object(body))
            }
            Op::PutFunctionConcurrency(name) => {
                let reserved = input::integer(&request.json()?, "ReservedConcurrentExecutions", 0, 1_000_000)?
                    .ok_or_else(|| {
                        input::validation("null", "reservedConcurrentExecutions", "Member must not be null")
                    })?;
                let name = self.named(&name, &request)?;
                self.change_function(&name, None, |record| {
                    record.reserved_concurrency = Some(reserved);
                    Ok(())
                })
                .await?;
                answer(200, &json!({"ReservedConcurrentExecutions": reserved}))
            }
            Op::DeleteFunctionConcurrency(name) => {
                let name = self.named(&name, &request)?;
                self.change_function(&name, None, |record| {
                    record.reserved_concurrency = None;
                    Ok(())
                })
                .await?;
                empty(204)
            }
            Op::Invoke(name) => self.api_invoke(&name, &request).await,
            Op::AddPermission(name) => {
                let members = request.json()?;
                let statement = Statement::read(&members, input::required_text(&members, "StatementId")?)?;
                let name = self.named(&name, &request)?;
                let document = statement.document(&record::arn(&self.core, &name));
                self.add_permission(&name, statement).await?;
                answer(201, &json!({"Statement": document.to_string()}))
            }
            Op::GetPolicy(name) => {
                let record = self.existing(&self.named(&name, &request)?)?;
                if record.policy.is_empty() {
                    let message = "The resource you requested does not exist.";
                    return Err(user_error(404, "ResourceNotFoundException", message));
                }
                let arn = record.arn(&self.core);
                let statements: Vec<Value> = record.policy.iter().map(|statement| statement.document(&arn)).collect();
                let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
                answer(200, &json!({"Policy": policy.to_string(), "RevisionId": record.revision}))
            }
            Op::RemovePermission(name, sid) => {
                self.remove_permission(&self.named(&name, &request)?, &sid).await?;
                empty(204)
            }
            Op::CreateEventSourceMapping => {
                let record = self.create_mapping(&request.json()?, None).await?;
                answer(202, &record.describe(&self.core))
            }
            Op::ListEventSourceMappings => self.api_list_mappings(&request),
            Op::GetEventSourceMapping(id) => answer(200, &self.existing_mapping(&id)?.describe(&self.core)),
            Op::UpdateEventSourceMapping(id) => {
                let record = self.update_mapping(&id, &request.json()?).await?;
                answer(202, &record.describe(&self.core))
            }
            Op::DeleteEventSourceMapping(id) => {
                let mut body = self.delete_mapping(&id).await?.describe(&self.core);
                body["State"] = json!("Deleting");
                answer(202, &body)
            }
            Op::PutEventConfig(name) => {
                let (name, members) = (self.named(&name, &request)?, request.json()?);
                let config = self.set_event_config(&name, |_| EventConfig::read(&members, None)).await?;
                answer(200, &config.describe(&self.core, &name))
            }
            Op::UpdateEventConfig(name) => {
                let (name, members) = (self.named(&name, &request)?, request.json()?);
                self.existing_event_config(&name)?;
                let config = self.set_event_config(&name, |old| EventConfig::read(&members, old)).await?;
                answer(200, &config.describe(&self.core, &name))
            }
            Op::GetEventConfig(name) => {
                let name = self.named(&name, &request)?;
                answer(200, &self.existing_event_config(&name)?.describe(&self.core, &name))
            }
            Op::DeleteEventConfig(name) => {
                self.remove_event_config(&self.named(&name, &request)?).await?;
                empty(204)
            }
            Op::ListEventConfigs(name) => {
                let record = self.existing(&self.named(&name, &request)?)?;
                let configs: Vec<Value> =
                    record.event_config.iter().map(|config| config.describe(&self.core, &record.name)).collect();
                answer(200, &json!({"FunctionEventInvokeConfigs": configs}))
            }
            Op::ListTags(arn) => {
                let record = self.existing(&record::name_of(&self.core, &arn)?)?;
                answer(200, &json!({"Tags": record.tags}))
            }
            Op::TagResource(arn) => {
                let tags = input::strings(&request.json()?, "Tags")?.unwrap_or_default();
                self.change_function(&record::name_of(&self.core, &arn)?, None, |record| {
                    record.tags.extend(tags);
                    Ok(())
                })
                .await?;
                empty(204)
            }
            Op::UntagResource(arn) => {
                let keys: Vec<String> = route::queries(&request.query, "tagKeys").collect();
                self.change_function(&record::name_of(&self.core, &arn)?, None, |record| {
                    record.tags.retain(|key, _| !keys.contains(key));
                    Ok(())
                })
                .await?;
                empty(204)
            }
            Op::GetAccountSettings => {
                let limit = self.dispatcher.options.max_environments;
                let functions = self.all_functions();
                let size: u64 = functions.iter().map(|record| record.code.size).sum();
                let body = json!({
                    "AccountLimit": {
                        "TotalCodeSize": 80_530_636_800_u64,
                        "CodeSizeUnzipped": 262_144_000,
                        "CodeSizeZipped": 52_428_800,
                        "ConcurrentExecutions": limit,
                        "UnreservedConcurrentExecutions": limit,
                    },
                    "AccountUsage": {"TotalCodeSize": size, "FunctionCount": functions.len()},
                });
                answer(200, &body)
            }
        }
    }
}

impl Lambda {
    /// The function name of a path, with a qualifier from the query.
    fn named(&self, identifier: &str, request: &ApiRequest) -> Result<String, AwsError> {
        match route::query(&request.query, "Qualifier") {
            Some(qualifier) if qualifier != "$LATEST" => {
                Err(record::not_found(&self.core, &format!("{identifier}:{qualifier}")))
            }
            _ => record::name_of(&self.core, identifier),
        }
    }

    async fn api_create(&self, members: &Map<String, Value>) -> Result<Arc<FunctionRecord>, AwsError> {
        for (name, what) in
            [("Layers", "layers"), ("FileSystemConfigs", "file systems"), ("ImageConfig", "container images")]
        {
            if members.get(name).is_some_and(|value| !value.is_null() && *value != json!([]) && *value != json!({})) {
                return Err(invalid_parameter(format!("the local cloud has no {what}, so {name} is refused")));
            }
        }
        refuse_publish(members)?;
        let name = record::name_of(&self.core, &input::required_text(members, "FunctionName")?)?;
        let settings = Settings::read(members, None)?;
        let source = input::object(members, "Code")?
            .ok_or_else(|| input::validation("null", "code", "Member must not be null"))?;
        let code = self.load_code(source).await?;
        let tags = input::tags(members, "Tags")?.unwrap_or_default();
        self.create_function(NewFunction { name, settings, code, reserved_concurrency: None, tags, origin: None }).await
    }

    async fn api_update_code(&self, name: &str, members: &Map<String, Value>) -> Result<Arc<FunctionRecord>, AwsError> {
        refuse_publish(members)?;
        let old = self.existing(name)?;
        // Asks for another architecture than this machine's are refused there.
        Settings::read(members, Some(&old.settings))?;
        let code = self.load_code(members).await?;
        if input::boolean(members, "DryRun")? == Some(true) {
            let mut record = (*old).clone();
            record.code = code;
            return Ok(Arc::new(record));
        }
        let revision = input::text(members, "RevisionId")?;
        self.change_function(name, revision.as_deref(), |record| {
            record.code = code;
            Ok(())
        })
        .await
    }

    async fn api_invoke(&self, identifier: &str, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let name = self.named(identifier, request)?;
        let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.existing(&name)?;
        if !request.body.is_empty() {
            serde_json::from_slice::<serde::de::IgnoredAny>(&request.body).map_err(|error| {
                let message = format!("Could not parse request body into json: {error}");
                user_error(400, "InvalidRequestContentException", message)
            })?;
        }
        let client_context = header("x-amz-client-context")
            .map(|text| {
                STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
                    user_error(
                        400,
                        "InvalidRequestContentException",
                        "Client context must be a valid Base64-encoded JSON object.",
                    )
                })
            })
            .transpose()?;
        let tail = match header("x-amz-log-type").as_deref() {
            None | Some("None") => false,
            Some("Tail") => true,
            Some(other) => {
                return Err(input::validation(other, "logType", "Member must satisfy enum value set: [Tail, None]"));
            }
        };
        let invocation = Request {
            function: name.clone(),
            payload: request.body.clone(),
            trace_id: header("x-amzn-trace-id"),
            client_context,
            tail,
        };
        let refused = |error: DispatchError| dispatch_error(&self.core, error);
        match header("x-amz-invocation-type").as_deref() {
            None | Some("RequestResponse") => {
                let outcome = self.dispatcher.invoke(invocation).await.map_err(refused)?;
                let mut response = Response::builder()
                    .status(StatusCode::OK)
                    .header("content-type", "application/json")
                    .header("x-amz-executed-version", "$LATEST")
                    .header("x-amzn-requestid", &outcome.request_id);
                if let Some(kind) = &outcome.function_error {
                    response = response.header("x-amz-function-error", kind);
                }
                if tail {
                    response = response.header("x-amz-log-result", STANDARD.encode(&outcome.log_tail));
                }
                response.body(outcome.payload).map_err(|error| AwsError::internal(&error))
            }
            Some("Event") => {
                let id = self.dispatcher.enqueue(invocation).map_err(refused)?;
                Response::builder()
                    .status(StatusCode::ACCEPTED)
                    .header("x-amzn-requestid", id)
                    .body(Bytes::new())
                    .map_err(|error| AwsError::internal(&error))
            }
            Some("DryRun") => empty(204),
            Some(other) => Err(input::validation(
                other,
                "invocationType",
                "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
            )),
        }
    }

    fn api_list_mappings(&self, request: &ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let function =
            route::query(&request.query, "FunctionName").map(|name| record::name_of(&self.core, &name)).transpose()?;
        let queue = route::query(&request.query, "EventSourceArn");
        let mut all = self.all_mappings()?;
        all.retain(|mapping| {
            function.as_ref().is_none_or(|name| *name == mapping.function)
                && queue.as_ref().is_none_or(|arn| *arn == mapping.queue_arn)
        });
        let (page, next) = page(&request.query, &all, |mapping| mapping.uuid.clone());
        let mappings: Vec<Value> = page.iter().map(|mapping| mapping.describe(&self.core)).collect();
        answer(200, &with_marker(json!({"EventSourceMappings": mappings}), next))
    }
}

fn refuse_publish(members: &Map<String, Value>) -> Result<(), AwsError> {
    if input::boolean(members, "Publish")? == Some(true) {
        return Err(invalid_parameter("the local cloud keeps no versions of functions, so Publish is refused"));
    }
    Ok(())
}

fn dispatch_error(core: &crate::core::Core, error: DispatchError) -> AwsError {
    let message = error.to_string();
    match error {
        DispatchError::NotFound(name) => record::not_found(core, &name),
        DispatchError::Throttled { reserved } => {
            let mut error = user_error(429, "TooManyRequestsException", message);
            let reason = if reserved {
                "ReservedFunctionConcurrentInvocationLimitExceeded"
            } else {
                "ConcurrentInvocationLimitExceeded"
            };
            error.fields.insert("Reason".to_owned(), json!(reason));
            error
        }
        DispatchError::TooLarge { limit, .. } => user_error(
            413,
            "RequestTooLargeException",
            format!("Request must be smaller than {limit} bytes for the InvokeFunction operation"),
        ),
        DispatchError::Unavailable(reason) => AwsError::new(500, "ServiceException", reason),
    }
}

/// One page of `all`, which is ordered by `key`, and the marker of the next.
fn page<'a, T>(query: &str, all: &'a [T], key: impl Fn(&T) -> String) -> (&'a [T], Option<String>) {
    let size = route::query(query, "MaxItems").and_then(|text| text.parse().ok()).unwrap_or(PAGE).clamp(1, 10_000);
    let start = route::query(query, "Marker")
        .map_or(0, |marker| all.iter().position(|item| key(item) > marker).unwrap_or(all.len()));
    let end = all.len().min(start + size);
    let page = &all[start..end];
    (page, (end < all.len()).then(|| page.last().map(key)).flatten())
}

fn with_marker(mut body: Value, next: Option<String>) -> Value {
    if let Some(next) = next {
        body["NextMarker"] = json!(next);
    }
    body
}

fn answer(status: u16, body: &Value) -> Result<Response<Bytes>, AwsError> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .map_err(|error| AwsError::internal(&error))
}

fn empty(status: u16) -> Result<Response<Bytes>, AwsError> {
    Response::builder().status(status).body(Bytes::new()).map_err(|error| AwsError::internal(&error))
}
