//! A whole local cloud: the builder that wires the engines together, and the handle on what runs.
//!
//! ```no_run
//! # async fn example() -> Result<(), cloudcart_local::cloud::StartError> {
//! let cloud = cloudcart_local::LocalCloud::builder().ephemeral().start().await?;
//! println!("{} takes {}", cloud.endpoint(), cloud.credentials().access_key_id);
//! cloud.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod clock;
mod lock;
mod status;

pub use crate::{
    gateway::admin::Refused,
    iam::{Credentials, IamMode},
};
pub use clock::ClockReading;
pub use status::Status;

use crate::{
    api::Service,
    clock::{Clock, SystemClock},
    cloudformation::{CloudFormation, Parameters},
    cloudwatch::Alarms,
    core::Core,
    dynamodb::{self, DynamoDb},
    error::AwsError,
    events::Rules,
    gateway::{Admin, Gateway},
    http_api::{self, HttpApis},
    iam::Iam,
    lambda::{Lambda, LambdaOptions},
    logs::Logs,
    ports::{FunctionInvoker, Identities, LogSink, ObjectSource, QueueSource},
    provider::ResourceProvider,
    random::{Random, SystemRandomness},
    s3::S3,
    sqs::Sqs,
    store::{Store, StoreError},
    sts::Sts,
};
use clock::CloudClock;
use lock::FolderLock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use status::StatusFile;
use std::{
    collections::BTreeMap,
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// Port of the AWS endpoint unless another is asked for.
pub const DEFAULT_PORT: u16 = 4566;
/// Port of the first HTTP API unless another is asked for.
pub const DEFAULT_API_PORT: u16 = 3000;
/// State folder unless another is asked for.
pub const DEFAULT_STATE_DIR: &str = ".cloudcart/local";
/// Name of the status document in the state folder.
pub const STATUS_FILE: &str = "cloud.json";
/// The account of every ARN.
const ACCOUNT: &str = "000000000000";
/// The shape of the state; a folder of another is refused rather than misread.
const STATE_VERSION: u32 = 1;

/// Why a cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something else listens there.
    #[error("port {port} on 127.0.0.1 is in use")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The listener could not be made for another reason.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// Another cloud uses the folder.
    #[error(
        "another local cloud{} uses the state folder {}",
        .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(),
        .folder.display()
    )]
    Locked {
        /// The state folder.
        folder: PathBuf,
        /// Its holder.
        pid: Option<u32>,
    },
    /// The folder, or a file in it, cannot be made or written.
    #[error("cannot use {}", .path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The state cannot be read.
    #[error("the state in {} cannot be read; start fresh to begin with an empty one", .path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The state was made by another version of CloudCart.
    #[error("the state in {} has version {found}, this build reads {STATE_VERSION}; start fresh to begin with an empty one", .folder.display())]
    StateVersion {
        /// The state folder.
        folder: PathBuf,
        /// The version found.
        found: u32,
    },
    /// The state belongs to another region, which is in every ARN of it.
    #[error("the state in {} was made for region {found}, not {wanted}; use that region or start fresh", .folder.display())]
    Region {
        /// The state folder.
        folder: PathBuf,
        /// The region found.
        found: String,
        /// The region asked for.
        wanted: String,
    },
    /// An engine could not open its state.
    #[error("the {engine} engine of the local cloud did not start")]
    Engine {
        /// The engine.
        engine: &'static str,
        /// Why.
        source: AwsError,
    },
}

/// How a local cloud is to be.
#[must_use]
pub struct LocalCloudBuilder {
    state_dir: Option<PathBuf>,
    port: Option<u16>,
    api_port: Option<u16>,
    region: String,
    iam: IamMode,
    freeze: bool,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    ephemeral: bool,
}

impl LocalCloudBuilder {
    /// Keeps the state in this folder; it is made when absent. Default: [`DEFAULT_STATE_DIR`].
    pub fn state_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(path.into());
        self
    }

    /// Free ports, and a temporary folder (unless one is named) that is removed with the cloud: for tests.
    pub fn ephemeral(mut self) -> Self {
        self.ephemeral = true;
        self
    }

    /// Port of the AWS endpoint on 127.0.0.1; 0 takes a free one. Default: [`DEFAULT_PORT`].
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Port of the first HTTP API on 127.0.0.1; 0 takes a free one. Default: [`DEFAULT_API_PORT`].
    pub fn api_port(mut self, port: u16) -> Self {
        self.api_port = Some(port);
        self
    }

    /// Region of every ARN. Default: `us-east-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Whether denials are refusals. Default: [`IamMode::Enforce`].
    pub fn iam(mut self, mode: IamMode) -> Self {
        self.iam = mode;
        self
    }

    /// Whether functions stand still between invocations, as they do on Lambda. Default: true.
    pub fn freeze(mut self, freeze: bool) -> Self {
        self.freeze = freeze;
        self
    }

    /// The time every engine reads. Default: the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The randomness every engine reads. Default: the system's.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Starts it. Ready when this returns.
    pub async fn start(self) -> Result<LocalCloud, StartError> {
        // 1. The folder, held by this process alone.
        let (state_dir, temporary) = self.folder()?;
        let lock = FolderLock::take(&state_dir)?;
        // The slowest to open, beside all of the others.
        let dynamodb = engine("dynamodb", DynamoDb::begin(&state_dir))?;
        let store = open_store(&state_dir)?;
        check_identity(&store, &state_dir, &self.region)?;
        let clock = CloudClock::open(Arc::clone(&self.clock), store.clone())
            .map_err(|source| StartError::State { path: state_dir.join("state.db"), source })?;

        // 2. The listener, so that the endpoint is known before any engine hands it out.
        let listener = listen(self.port.unwrap_or(if self.ephemeral { 0 } else { DEFAULT_PORT })).await?;
        let port = listener.local_addr().map_err(|source| StartError::Listen { port: 0, source })?.port();
        let core = Arc::new(Core {
            region: self.region.clone(),
            account: ACCOUNT.to_owned(),
            endpoint: format!("http://127.0.0.1:{port}"),
            state_dir: state_dir.clone(),
            clock: clock.shared(),
            random: Arc::clone(&self.random),
            store,
        });

        // 3. The engines, each after those whose ports it uses.
        let engines = Engines::open(&core, &self, dynamodb)?;

        // 4. The front.
        let own = Arc::new(Own {
            core: Arc::clone(&core),
            engines: engines.clone(),
            iam: self.iam,
            freeze: self.freeze,
            clock,
        });
        let admin = Arc::clone(&own) as Arc<dyn Admin>;
        let gateway = Gateway::new(Arc::clone(&core), Arc::clone(&engines.iam), self.iam, engines.services(), admin);
        let (stop, stopped) = watch::channel(false);
        let front = tokio::spawn(gateway.serve(listener, stopped));

        // 5. Ready: said where other processes look.
        let file = StatusFile::write(&state_dir, &own.status())?;
        Ok(LocalCloud { core, engines, own, stop, front: Some(front), file: Some(file), lock: Some(lock), temporary })
    }

    fn folder(&self) -> Result<(PathBuf, Option<TemporaryFolder>), StartError> {
        let (path, temporary) = match (&self.state_dir, self.ephemeral) {
            (Some(path), _) => (path.clone(), None),
            (None, false) => (PathBuf::from(DEFAULT_STATE_DIR), None),
            (None, true) => {
                let path = std::env::temp_dir().join(format!("cloudcart-{}", self.random.hex(12)));
                (path.clone(), Some(TemporaryFolder(path)))
            }
        };
        let failed = |source| StartError::Folder { path: path.clone(), source };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        // The state holds keys.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(failed)?;
        Ok((path.canonicalize().map_err(failed)?, temporary))
    }
}

fn engine<T>(name: &'static str, opened: Result<T, AwsError>) -> Result<T, StartError> {
    opened.map_err(|source| StartError::Engine { engine: name, source })
}

/// Every engine of a cloud. An engine's resource types are added in [`Engines::open`], its service in
/// [`Engines::services`]; nothing else needs to know it.
#[derive(Clone)]
struct Engines {
    iam: Arc<Iam>,
    sts: Arc<Sts>,
    s3: Arc<S3>,
    dynamodb: Arc<DynamoDb>,
    logs: Arc<Logs>,
    alarms: Arc<Alarms>,
    sqs: Arc<Sqs>,
    lambda: Arc<Lambda>,
    rules: Arc<Rules>,
    http_apis: Arc<HttpApis>,
    cloudformation: Arc<CloudFormation>,
    parameters: Arc<Parameters>,
    providers: Vec<Arc<dyn ResourceProvider>>,
}

impl Engines {
    /// Opens them in the order of their needs.
    fn open(core: &Arc<Core>, builder: &LocalCloudBuilder, dynamodb: dynamodb::Opening) -> Result<Self, StartError> {
        let iam = engine("iam", Iam::open(Arc::clone(core)))?;
        let sts = Sts::open(Arc::clone(core), Arc::clone(&iam));
        let s3 = engine("s3", S3::open(Arc::clone(core)))?;
        let logs = engine("logs", Logs::open(Arc::clone(core)))?;
        let sqs = engine("sqs", Sqs::open(Arc::clone(core)))?;
        let options = LambdaOptions { freeze: builder.freeze, iam: builder.iam, ..LambdaOptions::default() };
        let lambda = Lambda::open(
            Arc::clone(core),
            options,
            Arc::clone(&logs) as Arc<dyn LogSink>,
            Arc::clone(&iam) as Arc<dyn Identities>,
            Arc::clone(&s3) as Arc<dyn ObjectSource>,
            Arc::clone(&sqs) as Arc<dyn QueueSource>,
        );
        let lambda = engine("lambda", lambda)?;
        let api_port = builder.api_port.unwrap_or(if builder.ephemeral { 0 } else { DEFAULT_API_PORT });
        let invoker = Arc::clone(&lambda) as Arc<dyn FunctionInvoker>;
        let rules = engine("events", Rules::open(Arc::clone(core), Arc::clone(&invoker)))?;
        let ports = http_api::Ports {
            functions: invoker,
            iam: Arc::clone(&iam),
            mode: builder.iam,
            logs: Arc::clone(&logs) as Arc<dyn LogSink>,
        };
        let http_apis = engine("HTTP API", HttpApis::open(Arc::clone(core), api_port, ports))?;
        let alarms = Alarms::open(Arc::clone(core));
        let dynamodb = engine("dynamodb", dynamodb.finish(Arc::clone(core)))?;
        let providers = [
            iam.providers(),
            sts.providers(),
            s3.providers(),
            dynamodb.providers(),
            logs.providers(),
            alarms.providers(),
            sqs.providers(),
            lambda.providers(),
            rules.providers(),
            http_apis.providers(),
            CloudFormation::providers(),
        ];
        let providers: Vec<Arc<dyn ResourceProvider>> = providers.into_iter().flatten().collect();
        // Last: it takes up what an earlier process left unfinished, with all of the others at hand.
        let objects = Arc::clone(&s3) as Arc<dyn ObjectSource>;
        let cloudformation =
            engine("cloudformation", CloudFormation::open(Arc::clone(core), providers.clone(), objects))?;
        let parameters = Arc::new(Parameters::new(Arc::clone(core)));
        Ok(Self {
            iam,
            sts,
            s3,
            dynamodb,
            logs,
            alarms,
            sqs,
            lambda,
            rules,
            http_apis,
            cloudformation,
            parameters,
            providers,
        })
    }

    /// What the gateway serves.
    fn services(&self) -> Vec<Arc<dyn Service>> {
        vec![
            Arc::clone(&self.sts) as Arc<dyn Service>,
            Arc::clone(&self.s3) as Arc<dyn Service>,
            Arc::clone(&self.dynamodb) as Arc<dyn Service>,
            Arc::clone(&self.logs) as Arc<dyn Service>,
            Arc::clone(&self.alarms) as Arc<dyn Service>,
            Arc::clone(&self.sqs) as Arc<dyn Service>,
            Arc::clone(&self.lambda) as Arc<dyn Service>,
            Arc::clone(&self.rules) as Arc<dyn Service>,
            Arc::clone(&self.http_apis) as Arc<dyn Service>,
            Arc::clone(&self.cloudformation) as Arc<dyn Service>,
            Arc::clone(&self.parameters) as Arc<dyn Service>,
        ]
    }

    fn status(&self, core: &Core, iam: IamMode, freeze: bool, ahead_ms: u64) -> Status {
        Status {
            ahead_ms,
            endpoint: core.endpoint.clone(),
            region: core.region.clone(),
            account: core.account.clone(),
            credentials: self.iam.root_credentials(),
            apis: self.http_apis.apis(),
            pid: std::process::id(),
            state_dir: core.state_dir.clone(),
            iam,
            freeze,
            fidelity: self.cloudformation.fidelity().iter().map(ToString::to_string).collect(),
        }
    }

    /// Stops what runs by itself (functions, pollers, API listeners), after the front is closed.
    async fn shutdown(&self) {
        self.cloudformation.shutdown().await;
        self.rules.shutdown();
        self.http_apis.shutdown().await;
        self.lambda.shutdown().await;
        // The last lines of the functions.
        self.logs.settle();
    }
}

/// What the cloud tells about itself, and what can be done to it.
struct Own {
    core: Arc<Core>,
    engines: Engines,
    iam: IamMode,
    freeze: bool,
    clock: CloudClock,
}

impl Own {
    fn status(&self) -> Status {
        self.engines.status(&self.core, self.iam, self.freeze, self.clock.read().ahead_ms)
    }
}

impl Admin for Own {
    fn status(&self) -> Value {
        Self::status(self).public()
    }

    fn clock(&self) -> Value {
        self.clock.document()
    }

    fn advance(&self, by: Duration) -> Result<Value, Refused> {
        self.clock.advance(by).map(|reading| json!(reading))
    }

    fn is_owner(&self, secret: &str) -> bool {
        let own = self.engines.iam.root_credentials().secret_access_key;
        // Every byte is looked at, wherever they differ first.
        own.len() == secret.len() && own.bytes().zip(secret.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }
}

/// A running local cloud. Dropping it stops it at once; [`LocalCloud::shutdown`] lets requests under way end.
pub struct LocalCloud {
    core: Arc<Core>,
    engines: Engines,
    own: Arc<Own>,
    stop: watch::Sender<bool>,
    front: Option<JoinHandle<()>>,
    // Dropped in this order: the status is withdrawn before the folder is free.
    file: Option<StatusFile>,
    lock: Option<FolderLock>,
    temporary: Option<TemporaryFolder>,
}

impl LocalCloud {
    /// A builder with the defaults.
    pub fn builder() -> LocalCloudBuilder {
        LocalCloudBuilder {
            state_dir: None,
            port: None,
            api_port: None,
            region: "us-east-1".to_owned(),
            iam: IamMode::Enforce,
            freeze: true,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandomness::default()),
            ephemeral: false,
        }
    }

    /// Root URL of the AWS endpoint, for example `http://127.0.0.1:4566`.
    pub fn endpoint(&self) -> &str {
        &self.core.endpoint
    }

    /// Region of every ARN.
    pub fn region(&self) -> &str {
        &self.core.region
    }

    /// Account of every ARN.
    pub fn account(&self) -> &str {
        &self.core.account
    }

    /// The folder the state is in.
    pub fn state_dir(&self) -> &Path {
        &self.core.state_dir
    }

    /// The account's own keys.
    pub fn credentials(&self) -> Credentials {
        self.engines.iam.root_credentials()
    }

    /// Deployed HTTP APIs: name and URL.
    pub fn apis(&self) -> BTreeMap<String, String> {
        self.status().apis
    }

    /// The account's identities, for callers that need a role's credentials.
    pub fn iam(&self) -> Arc<Iam> {
        Arc::clone(&self.engines.iam)
    }

    /// Where log lines go.
    pub fn log_sink(&self) -> Arc<dyn LogSink> {
        Arc::clone(&self.engines.logs) as Arc<dyn LogSink>
    }

    /// The objects in buckets.
    pub fn object_source(&self) -> Arc<dyn ObjectSource> {
        Arc::clone(&self.engines.s3) as Arc<dyn ObjectSource>
    }

    /// Calls the deployed functions, as the account itself.
    pub fn functions(&self) -> Arc<dyn FunctionInvoker> {
        Arc::clone(&self.engines.lambda) as Arc<dyn FunctionInvoker>
    }

    /// The resource types that templates may use.
    pub fn providers(&self) -> Vec<Arc<dyn ResourceProvider>> {
        self.engines.providers.clone()
    }

    /// What `cloudcart local status` shows.
    pub fn status(&self) -> Status {
        self.own.status()
    }

    /// What time it is in this cloud.
    pub fn clock(&self) -> ClockReading {
        self.own.clock.read()
    }

    /// Moves the cloud's clock forward: what was due in between is due now.
    pub fn advance_clock(&self, by: Duration) -> Result<ClockReading, Refused> {
        self.own.clock.advance(by)
    }

    /// Stops: no new requests, those under way end, then the engines; the folder is free afterwards.
    pub async fn shutdown(mut self) {
        // Nobody listening means the front has stopped already.
        let _ = self.stop.send(true);
        if let Some(front) = self.front.take()
            && let Err(error) = front.await
        {
            tracing::warn!(%error, "the front did not stop in order");
        }
        self.engines.shutdown().await;
        drop(self.file.take());
        drop(self.lock.take());
        drop(self.temporary.take());
    }
}

impl Drop for LocalCloud {
    fn drop(&mut self) {
        if let Some(front) = self.front.take() {
            front.abort();
        }
        // Nobody is left to look at what a schedule starts.
        self.engines.rules.shutdown();
    }
}

/// Removed with all it holds when dropped.
struct TemporaryFolder(PathBuf);

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "cannot remove the temporary state folder");
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { port },
        _ => StartError::Listen { port, source },
    })
}

fn open_store(folder: &Path) -> Result<Store, StartError> {
    let path = folder.join("state.db");
    Store::open(&path).map_err(|source| StartError::State { path, source })
}

/// What a state folder belongs to.
#[derive(Serialize, Deserialize)]
struct Identity {
    version: u32,
    region: String,
}

fn check_identity(store: &Store, folder: &Path, region: &str) -> Result<(), StartError> {
    let failed = |source| StartError::State { path: folder.join("state.db"), source };
    match store.get::<Identity>("cloud", "identity").map_err(failed)? {
        None => {
            let identity = Identity { version: STATE_VERSION, region: region.to_owned() };
            store.put("cloud", "identity", &identity).map_err(failed)
        }
        Some(identity) if identity.version != STATE_VERSION => {
            Err(StartError::StateVersion { folder: folder.to_owned(), found: identity.version })
        }
        Some(identity) if identity.region != region => {
            Err(StartError::Region { folder: folder.to_owned(), found: identity.region, wanted: region.to_owned() })
        }
        Some(_) => Ok(()),
    }
}
