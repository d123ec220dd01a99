//! Lambda: functions as ordinary processes, with the service's own API, lifecycle and event source mappings.

mod api;
mod code;
mod destinations;
mod dispatcher;
mod environment;
mod event_config;
mod functions;
mod guardian;
mod input;
mod mapping;
mod output;
mod platform;
mod policy;
mod pool;
mod process;
mod providers;
mod record;
mod rights;
mod role_logs;
mod route;
mod runtime_api;
mod variables;

use self::{
    code::CodeStore, dispatcher::Dispatcher, mapping::Mappings, pool::Pool, process::Spawner, record::FunctionRecord,
};
use crate::{
    core::Core,
    error::AwsError,
    iam::IamMode,
    ports::{FunctionInvoker, Identities, Invocation, InvokeError, InvokeOutcome, LogSink, ObjectSource, QueueSource},
    provider::ResourceProvider,
};
use async_trait::async_trait;
use std::{
    collections::{BTreeMap, HashSet},
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::{mpsc, watch};

/// How functions are run.
#[derive(Debug, Clone)]
pub struct LambdaOptions {
    /// Stop the process between two invocations, as Lambda freezes an execution environment.
    pub freeze: bool,
    /// Execution environments of all functions together; what is beyond is throttled. Default: 100.
    pub max_environments: usize,
    /// How long an execution environment may wait for an event before it is ended.
    pub idle: Duration,
    /// Whether a function's role must allow what the cloud does on its behalf: write its log, poll its queue, send on its
    /// results.
    pub iam: IamMode,
    /// Endpoints of single services other than the local cloud's own, by their name in `AWS_ENDPOINT_URL_<name>`, for
    /// example `DYNAMODB`.
    pub endpoints: BTreeMap<String, String>,
}

impl Default for LambdaOptions {
    fn default() -> Self {
        Self {
            freeze: true,
            // Lambda has a thousand to share; a machine at hand has not the memory for as many processes.
            max_environments: 100,
            idle: Duration::from_mins(10),
            iam: IamMode::Enforce,
            endpoints: BTreeMap::new(),
        }
    }
}

/// The Lambda service of one local cloud.
pub struct Lambda {
    core: Arc<Core>,
    dispatcher: Arc<Dispatcher>,
    objects: Arc<dyn ObjectSource>,
    queues: Arc<dyn QueueSource>,
    mappings: Mappings,
    /// Held while a function or a mapping is made, changed or deleted.
    changes: tokio::sync::Mutex<()>,
    /// Ends once every task that runs a process has ended.
    ended: tokio::sync::Mutex<mpsc::Receiver<Infallible>>,
}

impl Lambda {
    /// Opens the service over the state of an earlier run: functions, resource policies, asynchronous events and event
    /// source mappings take up where they were. Must run inside a Tokio runtime.
    ///
    /// # Errors
    /// When the state cannot be read or the code folder cannot be made.
    pub fn open(
        core: Arc<Core>,
        options: LambdaOptions,
        logs: Arc<dyn LogSink>,
        identities: Arc<dyn Identities>,
        objects: Arc<dyn ObjectSource>,
        queues: Arc<dyn QueueSource>,
    ) -> Result<Arc<Self>, AwsError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| AwsError::internal(&error))?;
        let records: Vec<(String, FunctionRecord)> = core.store.list(functions::NAMESPACE)?;
        let code =
            CodeStore::open(core.state_dir.join("lambda").join("code")).map_err(|error| AwsError::internal(&error))?;
        code.sweep(&records.iter().map(|(_, record)| record.code.sha256.clone()).collect::<HashSet<_>>());
        let pool = Pool::new(options.max_environments);
        let (alive, ended) = mpsc::channel(1);
        let dispatcher = Arc::new(Dispatcher {
            core: Arc::clone(&core),
            options,
            logs,
            identities,
            queues: Arc::clone(&queues),
            code,
            spawner: Spawner::start(runtime).map_err(|error| AwsError::internal(&error))?,
            pool,
            functions: RwLock::default(),
            stop: watch::Sender::new(false),
            alive: Mutex::new(Some(alive)),
        });
        let lambda = Arc::new(Self {
            core,
            dispatcher,
            objects,
            queues,
            mappings: Mappings::default(),
            changes: tokio::sync::Mutex::default(),
            ended: tokio::sync::Mutex::new(ended),
        });
        for (_, record) in records {
            lambda.install(record, true);
        }
        lambda.dispatcher.resume()?;
        lambda.resume_mappings()?;
        Ok(lambda)
    }

    /// What CloudFormation makes of this service: `AWS::Lambda::Function`, `AWS::Lambda::Permission`,
    /// `AWS::Lambda::EventSourceMapping`, `AWS::Lambda::EventInvokeConfig`.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        vec![
            Arc::new(providers::FunctionProvider(Arc::clone(self))),
            Arc::new(providers::PermissionProvider(Arc::clone(self))),
            Arc::new(providers::MappingProvider(Arc::clone(self))),
            Arc::new(providers::EventConfigProvider(Arc::clone(self))),
        ]
    }

    /// Stops polling, ends every process with its group and waits until all are gone. Invocations that were running fail
    /// as unavailable; messages they had stay hidden until their visibility timeout. Afterwards nothing can be invoked.
    pub async fn shutdown(&self) {
        self.dispatcher.stop.send_replace(true);
        self.dispatcher.pool.close();
        self.dispatcher.alive.lock().unwrap_or_else(PoisonError::into_inner).take();
        // No task holds the sender any more once this ends.
        let _ = self.ended.lock().await.recv().await;
    }
}

#[async_trait]
impl FunctionInvoker for Lambda {
    /// `log_tail` holds what the function had written up to its response; END and REPORT come after it.
    async fn invoke(&self, invocation: Invocation) -> Result<InvokeOutcome, InvokeError> {
        Ok(self.dispatcher.invoke(invocation.into()).await?)
    }

    fn invoke_later(&self, invocation: Invocation) -> Result<String, InvokeError> {
        Ok(self.dispatcher.enqueue(invocation.into())?)
    }

    fn permits(&self, function: &str, service: &str, source_arn: &str) -> bool {
        record::name_of(&self.core, function)
            .ok()
            .and_then(|name| self.dispatcher.function(&name))
            .is_some_and(|function| policy::permits(&function.record.policy, service, source_arn, &self.core.account))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
fn tests_core(folder: &std::path::Path) -> Core {
    Core {
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        endpoint: "http://127.0.0.1:1".to_owned(),
        state_dir: folder.to_owned(),
        clock: Arc::new(crate::clock::SystemClock),
        random: Arc::new(crate::random::SystemRandomness::default()),
        store: crate::store::Store::open(&folder.join("state.db")).unwrap(),
    }
}
