//! A listener that hands requests to a service without checking signatures, so that a real SDK can talk to it.

use crate::api::{ApiRequest, Caller, Service};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, sync::Arc};
use tokio::net::TcpListener;

/// Serves `service` until the runtime ends.
pub(super) fn serve(listener: TcpListener, service: Arc<dyn Service>) {
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let handler = service_fn(move |request| answer(service.clone(), request));
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), handler).await;
            });
        }
    });
}

async fn answer(service: Arc<dyn Service>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let target = parts.headers.get("x-amz-target").map_or("", |value| value.to_str().unwrap());
    let request = ApiRequest {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
        caller: Caller::Root,
        request_id: "test-request".into(),
    };
    let answer = match service.needs(&request) {
        Ok(_) => service.call(request).await,
        Err(error) => Err(error),
    };
    Ok(answer.unwrap_or_else(|error| error.into_response(service.protocol(), "test-request")).map(Full::new))
}
