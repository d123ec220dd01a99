//! An HTTP client that passes requests on, notes them, and answers some itself with a fault.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use cloudcart_handlers::config::Env;
use cloudcart_handlers::transport::Transport;

/// Stands for the body of the request in the body of a fault.
pub(crate) const QUOTE: &str = "{request}";

/// What `Faults` does and has seen.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    inner: SharedHttpClient,
    planned: Arc<Mutex<Vec<(String, String)>>>,
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

impl Faults {
    pub(crate) fn new() -> Self {
        let inner = SharedHttpClient::new(Transport::from_env(&Env::new(|_| None)).unwrap());
        Self { inner, planned: Arc::default(), seen: Arc::default() }
    }

    /// Answers the next `times` calls of a DynamoDB operation with a 400 of this body. In it, [`QUOTE`] stands for the request.
    pub(crate) fn plan(&self, operation: &str, times: usize, body: &str) {
        let fault = (operation.to_owned(), body.to_owned());
        self.planned.lock().unwrap().extend(std::iter::repeat_n(fault, times));
    }

    /// Plans nothing any more.
    pub(crate) fn forget(&self) {
        self.planned.lock().unwrap().clear();
    }

    /// The calls so far: operation and body. Forgets them.
    pub(crate) fn seen(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl HttpClient for Faults {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, faults: self.clone() })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let quoted = serde_json::to_string(&body).unwrap();
        self.faults.seen.lock().unwrap().push((operation.clone(), body));
        let mut planned = self.faults.planned.lock().unwrap();
        let Some(at) = planned.iter().position(|(wanted, _)| *wanted == operation) else {
            return self.inner.call(request);
        };
        let (_, body) = planned.remove(at);
        let body = body.replace(QUOTE, quoted.trim_matches('"'));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body))))
    }
}
