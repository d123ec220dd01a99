//! AWS as a test makes it: an HTTP client that answers by a function, or by a list. The SDK's own of that kind are behind a
//! feature that gives half the dependencies other features, so that `cargo run` and `cargo test` would each compile the SDK.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

type Answer = dyn Fn(&HttpRequest) -> Option<HttpResponse> + Send + Sync;

/// Answers every request, and keeps the bodies of those that came.
#[derive(Clone)]
pub(crate) struct Answering {
    answer: Arc<Answer>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Answering {
    /// By a function.
    pub(crate) fn by(answer: impl Fn(&HttpRequest) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(move |request| Some(answer(request))), bodies: Arc::default() }
    }

    /// By these, a status and a body each, in their order. Who asks for more has no connection.
    pub(crate) fn with(answers: &[(u16, &str)]) -> Self {
        let left: VecDeque<_> = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let left = Mutex::new(left);
        let answer =
            move |_: &HttpRequest| left.lock().unwrap().pop_front().map(|(status, body)| response(status, body));
        Self { answer: Arc::new(answer), bodies: Arc::default() }
    }

    /// What was asked, in its order.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

/// An answer without headers.
pub(crate) fn response(status: u16, body: impl Into<SdkBody>) -> HttpResponse {
    HttpResponse::new(status.try_into().unwrap(), body.into())
}

impl fmt::Debug for Answering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Answering").finish_non_exhaustive()
    }
}

impl HttpConnector for Answering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        self.bodies.lock().unwrap().push(body);
        let none = || ConnectorError::io("nobody answers any more".into());
        HttpConnectorFuture::ready((self.answer)(&request).ok_or_else(none))
    }
}

impl HttpClient for Answering {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
