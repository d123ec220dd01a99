//! `GET /products/{id}` of the shop behind an HTTP API (payload 2.0): the same checks, tables, answer, headers and log line as
//! the `products` function has. The features choose the client and the runtime.

#[cfg(feature = "aws")]
mod catalogue;
mod log;

use std::sync::Arc;
use std::time::Instant;

use lambda_http::http::StatusCode;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use serde_json::json;
use sha2::{Digest, Sha256};

#[cfg(feature = "aws")]
use catalogue::Catalogue;

/// What is answered with when there is no product to answer with.
struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    cause: Option<String>,
}

impl Problem {
    fn missing() -> Self {
        let detail = "there is no such product".to_owned();
        Self {
            status: StatusCode::NOT_FOUND,
            code: "product_not_found",
            title: "Product not found",
            detail,
            cause: None,
        }
    }

    #[cfg(feature = "aws")]
    fn busy(cause: &str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let detail = "a dependency is busy; try again".to_owned();
        Self { status, code: "busy", title: "Busy, try again", detail, cause: Some(cause.to_owned()) }
    }

    #[cfg(feature = "aws")]
    fn internal(cause: String) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let detail = "the request could not be completed; the log has its requestId".to_owned();
        Self { status, code: "internal", title: "Something went wrong", detail, cause: Some(cause) }
    }

    fn response(&self, request_id: &str) -> Result<Response<Body>, Error> {
        let body = json!({
            "type": format!("urn:cloudcart:problem:{}", self.code), "title": self.title, "status": self.status.as_u16(),
            "detail": self.detail, "code": self.code, "requestId": request_id, "error": self.detail,
        });
        let mut response = Response::builder()
            .status(self.status)
            .header(CACHE_CONTROL, "no-store")
            .header(CONTENT_TYPE, "application/problem+json");
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response = response.header(RETRY_AFTER, "1");
        }
        Ok(response.header("x-request-id", request_id).body(body.to_string().into())?)
    }
}

/// Without any SDK: one answer for everybody.
#[cfg(not(feature = "aws"))]
struct Catalogue;

#[cfg(not(feature = "aws"))]
impl Catalogue {
    async fn connect() -> Result<Self, Error> {
        Ok(Self)
    }

    async fn product(&self, id: &str) -> Result<Option<serde_json::Value>, Problem> {
        Ok(Some(json!({
            "id": id, "name": "Wireless Headphones", "price": 99.99, "priceMinor": 9999, "currency": "USD",
            "category": "electronics", "availability": "in_stock",
        })))
    }
}

/// Of the characters that mean the same in every part of a URL.
fn legal(id: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(legal) && id != "." && id != ".."
}

async fn product(catalogue: &Catalogue, request: &Request, request_id: &str) -> Result<Response<Body>, Problem> {
    let parameters = request.path_parameters();
    let id = parameters.first("id").filter(|id| legal(id)).ok_or_else(Problem::missing)?;
    let product = catalogue.product(id).await?.ok_or_else(Problem::missing)?;
    let body = product.to_string();
    let digest = Sha256::digest(body.as_bytes());
    let etag = format!("W/\"{}\"", digest[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let known = known.is_some_and(|value| value.trim() == "*" || value.split(',').any(|tag| bare(tag) == bare(&etag)));
    let response =
        Response::builder().header(CACHE_CONTROL, "no-cache").header(ETAG, etag).header("x-request-id", request_id);
    let response = if known {
        response.status(StatusCode::NOT_MODIFIED).body(Body::Empty)
    } else {
        response.header(CONTENT_TYPE, "application/json").body(body.into())
    };
    response.map_err(|error| Problem { cause: Some(error.to_string()), ..Problem::missing() })
}

async fn handler(catalogue: &Catalogue, request: Request) -> Result<Response<Body>, Error> {
    let started = Instant::now();
    let lambda_http::request::RequestContext::ApiGatewayV2(context) = request.request_context() else {
        return Err("not a request of an HTTP API".into());
    };
    let request_id = context.request_id.unwrap_or_default();
    let route = context.route_key.unwrap_or_default();
    let (response, outcome, cause) = match product(catalogue, &request, &request_id).await {
        Ok(response) => (response, "ok", None),
        Err(problem) => (problem.response(&request_id)?, problem.code, problem.cause),
    };
    log::answered(&log::Line {
        request_id: &request_id,
        route: &route,
        status: response.status().as_u16(),
        outcome,
        cause: cause.as_deref(),
        milliseconds: started.elapsed().as_millis(),
    });
    Ok(response)
}

#[cfg_attr(feature = "stock", tokio::main)]
#[cfg_attr(not(feature = "stock"), tokio::main(flavor = "current_thread"))]
async fn main() -> Result<(), Error> {
    log::start();
    let catalogue = Arc::new(Catalogue::connect().await?);
    run(service_fn(|request: Request| {
        let catalogue = Arc::clone(&catalogue);
        async move { handler(&catalogue, request).await }
    }))
    .await
}
