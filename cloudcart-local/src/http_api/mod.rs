//! HTTP APIs: the payload 2.0 front of API Gateway, one loopback listener per API.
//!
//! An API keeps the port it got when it was made, so a restarted cloud serves the same URLs. Differences from AWS: the scheme
//! is http, `requestContext.domainName` carries the port, and what this cloud does not offer (deployments, parameter mapping,
//! other integrations than Lambda's) is refused when it is made, never passed over.

mod access_log;
mod authorizer;
mod cors;
mod event;
mod front;
mod import;
mod model;
mod percent;
mod provider;
mod read_api;
mod response;
mod router;
#[cfg(test)]
mod tests;
mod throttle;
mod variables;

use crate::{
    api::{ApiRequest, Need, Service},
    core::Core,
    error::{AwsError, Protocol},
    iam::{Iam, IamMode},
    ports::{FunctionInvoker, LogSink},
    provider::ResourceProvider,
};
use async_trait::async_trait;
use bytes::Bytes;
use front::Front;
use http::Response;
use model::Api;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};
use throttle::Throttle;

/// Namespace of the stored documents, one per API.
const NAMESPACE: &str = "http_api";

/// How long requests may go on after [`HttpApis::shutdown`].
const GRACE: Duration = Duration::from_secs(5);

/// What listeners and providers share.
struct Shared {
    core: Arc<Core>,
    functions: Arc<dyn FunctionInvoker>,
    iam: Arc<Iam>,
    mode: IamMode,
    access_log: access_log::Writer,
    caches: authorizer::Caches,
    apis: RwLock<BTreeMap<String, Arc<Api>>>,
    throttle: Throttle,
}

impl Shared {
    fn api(&self, id: &str) -> Option<Arc<Api>> {
        self.apis.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn all(&self) -> Vec<Arc<Api>> {
        self.apis.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// What HTTP APIs need of other engines.
pub struct Ports {
    /// The functions that routes and authorizers lead to.
    pub functions: Arc<dyn FunctionInvoker>,
    /// Who callers of routes with `AWS_IAM` are, and what they may do.
    pub iam: Arc<Iam>,
    /// Whether such a caller without the right is refused.
    pub mode: IamMode,
    /// Where access logs go.
    pub logs: Arc<dyn LogSink>,
}

/// All HTTP APIs of this cloud.
pub struct HttpApis {
    shared: Arc<Shared>,
    first_port: u16,
    /// Held while an API is made, changed or deleted.
    fronts: Mutex<HashMap<String, Front>>,
}

fn api_not_found(id: &str) -> AwsError {
    AwsError::new(404, "NotFoundException", format!("Invalid API identifier specified {id}"))
}

impl HttpApis {
    /// Opens the stored APIs and serves each on its port. A new API gets the first port from `first_port` on that no other
    /// API of this cloud has; with 0, any free one. Must run inside a Tokio runtime.
    ///
    /// # Errors
    /// The store fails, or a stored API's port is in use.
    pub fn open(core: Arc<Core>, first_port: u16, ports: Ports) -> Result<Arc<Self>, AwsError> {
        let stored: Vec<(String, Api)> = core.store.list(NAMESPACE)?;
        let apis = stored.into_iter().map(|(id, api)| (id, Arc::new(api))).collect();
        let shared = Arc::new(Shared {
            core,
            functions: ports.functions,
            iam: ports.iam,
            mode: ports.mode,
            access_log: access_log::Writer::start(ports.logs),
            caches: authorizer::Caches::default(),
            apis: RwLock::new(apis),
            throttle: Throttle::default(),
        });
        // All or none: a port that is in use must not leave the others served by a cloud that did not open.
        let listeners: Vec<_> =
            shared.all().iter().map(|api| Ok((api.id.clone(), bind(api.port)?.0))).collect::<Result<_, AwsError>>()?;
        let fronts = listeners
            .into_iter()
            .map(|(id, listener)| (id.clone(), Front::start(shared.clone(), id, listener)))
            .collect();
        Ok(Arc::new(Self { shared, first_port, fronts: Mutex::new(fronts) }))
    }

    /// Root URL of each API by its name. Of two APIs with one name the later made one is shown.
    pub fn apis(&self) -> BTreeMap<String, String> {
        let mut apis = self.shared.all();
        apis.sort_by_key(|api| api.created);
        apis.into_iter().map(|api| (api.name.clone(), api.endpoint())).collect()
    }

    /// Stops listening, lets running requests end for a few seconds, then breaks them off.
    pub async fn shutdown(&self) {
        let fronts: Vec<Front> = self.fronts().drain().map(|(_, front)| front).collect();
        for front in fronts {
            let mut task = front.stop().await;
            if tokio::time::timeout(GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
        self.shared.access_log.flush().await;
    }

    /// Providers of `AWS::ApiGatewayV2::Api`, `Authorizer`, `Integration`, `Route` and `Stage`.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        provider::all(self)
    }

    fn fronts(&self) -> MutexGuard<'_, HashMap<String, Front>> {
        self.fronts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an API: binds its port, stores it, serves it. `make` gets the port.
    fn create(&self, make: impl FnOnce(u16) -> Api) -> Result<Arc<Api>, AwsError> {
        let mut fronts = self.fronts();
        let taken: Vec<u16> = self.shared.all().iter().map(|api| api.port).collect();
        let wanted = match self.first_port {
            0 => 0,
            first => (first..=u16::MAX).find(|port| !taken.contains(port)).ok_or_else(|| {
                AwsError::bad_request("TooManyRequestsException", "no port is left for another HTTP API")
            })?,
        };
        let (listener, port) = bind(wanted)?;
        let api = Arc::new(make(port));
        self.put(api.clone())?;
        fronts.insert(api.id.clone(), Front::start(self.shared.clone(), api.id.clone(), listener));
        Ok(api)
    }

    /// Changes an API and stores it. Requests see either the old one or the new one.
    fn change<T>(&self, id: &str, change: impl FnOnce(&mut Api) -> Result<T, AwsError>) -> Result<T, AwsError> {
        let _one_at_a_time = self.fronts();
        let mut api = Api::clone(&*self.shared.api(id).ok_or_else(|| api_not_found(id))?);
        let result = change(&mut api)?;
        self.put(Arc::new(api))?;
        Ok(result)
    }

    fn put(&self, api: Arc<Api>) -> Result<(), AwsError> {
        self.shared.core.store.put(NAMESPACE, &api.id, &*api)?;
        self.shared.apis.write().unwrap_or_else(PoisonError::into_inner).insert(api.id.clone(), api);
        Ok(())
    }

    /// Removes an API and frees its port.
    async fn remove(&self, id: &str) -> Result<(), AwsError> {
        let front = {
            let mut fronts = self.fronts();
            self.shared.core.store.delete(NAMESPACE, id)?;
            self.shared.apis.write().unwrap_or_else(PoisonError::into_inner).remove(id);
            fronts.remove(id)
        };
        if let Some(front) = front {
            // Its last requests may end on their own.
            drop(front.stop().await);
        }
        Ok(())
    }
}

/// Listens on a loopback port, 0 for any; the port that it is.
fn bind(port: u16) -> Result<(tokio::net::TcpListener, u16), AwsError> {
    let listen = || {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok((tokio::net::TcpListener::from_std(listener)?, port))
    };
    listen().map_err(|error: std::io::Error| {
        let message = if error.kind() == std::io::ErrorKind::AddrInUse {
            format!(
                "port {port} of 127.0.0.1, which the HTTP API is to be served on, is in use by another program; stop that \
                 program or choose another port"
            )
        } else {
            format!("the HTTP API cannot be served on port {port} of 127.0.0.1: {error}")
        };
        AwsError::bad_request("BadRequestException", message)
    })
}

#[async_trait]
impl Service for HttpApis {
    fn name(&self) -> &'static str {
        "apigateway"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestJson
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        Ok(read_api::needs(&self.shared.core.region, request))
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        read_api::call(&self.shared, &request)
    }
}
