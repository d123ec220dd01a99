//! Events as API Gateway and SQS write them, and short ways to look at answers.

use cloudcart_handlers::event::HttpEvent;
use cloudcart_handlers::http::GatewayResponse;
use serde_json::{Value, json};

/// A request on its way into an event.
#[derive(Clone)]
pub(crate) struct Call(Value);

/// `route` is a route key, such as `GET /products/{id}`.
pub(crate) fn call(route: &str) -> Call {
    let (method, path) = route.split_once(' ').unwrap();
    Call(json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-length": "0",
            "host": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "user-agent": "curl/8.5.0",
            "x-amzn-trace-id": "Root=1-6924e1b2-0123456789abcdef01234567",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https"
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8.5.0"
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": "24/Nov/2026:00:00:00 +0000",
            "timeEpoch": 1_795_478_400_000_u64
        },
        "isBase64Encoded": false
    }))
}

impl Call {
    pub(crate) fn path(mut self, name: &str, value: &str) -> Self {
        self.0["pathParameters"][name] = value.into();
        self
    }

    pub(crate) fn query(mut self, raw: &str) -> Self {
        self.0["rawQueryString"] = raw.into();
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = value.into();
        self
    }

    pub(crate) fn cookie(mut self, line: &str) -> Self {
        self.0["cookies"] = json!([line]);
        self
    }

    pub(crate) fn from(mut self, ip: &str) -> Self {
        self.0["requestContext"]["http"]["sourceIp"] = ip.into();
        self
    }

    pub(crate) fn signed_in(mut self, subject: &str) -> Self {
        self.0["requestContext"]["authorizer"]["jwt"] =
            json!({ "claims": { "sub": subject, "iss": "x" }, "scopes": null });
        self
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.body(&body.to_string()).header("content-type", "application/json")
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.0["body"] = body.into();
        self
    }

    /// Any other member of the event, by its pointer.
    pub(crate) fn member(mut self, pointer: &str, value: Value) -> Self {
        *self.0.pointer_mut(pointer).unwrap() = value;
        self
    }

    pub(crate) fn base64(mut self, body: &str) -> Self {
        self.0["isBase64Encoded"] = true.into();
        self.body(body)
    }

    pub(crate) fn event(&self) -> HttpEvent {
        serde_json::from_value(self.0.clone()).unwrap()
    }
}

/// An SQS batch of these bodies, with message ids `m0`, `m1`, …
pub(crate) fn batch(bodies: &[String]) -> Value {
    let record = |(at, body): (usize, &String)| {
        json!({
            "messageId": format!("m{at}"),
            "receiptHandle": "AQEB",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795478400000",
                "SenderId": "AIDA",
                "ApproximateFirstReceiveTimestamp": "1795478400001"
            },
            "messageAttributes": {},
            "md5OfBody": "0",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:checkout",
            "awsRegion": "eu-west-1"
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// What an answer says.
pub(crate) trait Answer {
    fn value(&self) -> Value;
    fn code(&self) -> String;
}

impl Answer for GatewayResponse {
    fn value(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn code(&self) -> String {
        let body = self.value();
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(body["status"], self.status_code, "{self:?}");
        assert_eq!(body["requestId"], "JKJaXmPLvHcESHA=", "{self:?}");
        assert_eq!(body["error"], body["detail"], "{self:?}");
        body["code"].as_str().unwrap().to_owned()
    }
}
