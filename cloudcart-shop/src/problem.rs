//! What goes wrong, as RFC 9457 `application/problem+json`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// What kind of problem it is. Clients may match on its text; the list only grows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A short text, always the same for a code.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is no JSON object, or not what its encoding says.
    MalformedBody = "malformed_body", 400, "The body cannot be read";
    /// A member of the body, or a header, is missing or ill-typed.
    InvalidRequest = "invalid_request", 400, "The request is not valid";
    /// `limit` is not 1..=100.
    InvalidLimit = "invalid_limit", 400, "The limit is not valid";
    /// The cursor was not made here, or for another list.
    InvalidCursor = "invalid_cursor", 400, "The cursor is not valid";
    /// Nobody is signed in.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// No such route.
    NotFound = "not_found", 404, "Not found";
    /// No such product.
    ProductNotFound = "product_not_found", 404, "Product not found";
    /// No such order, or not the caller's.
    OrderNotFound = "order_not_found", 404, "Order not found";
    /// The goods cost more than the client showed its customer.
    TotalExceedsExpected = "total_exceeds_expected", 409, "The total is higher than expected";
    /// Less is in stock than was asked for.
    OutOfStock = "out_of_stock", 409, "Out of stock";
    /// `If-Match` names another version.
    PreconditionFailed = "precondition_failed", 412, "It has changed since you read it";
    /// The body is over 64 KiB.
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body must be application/json";
    /// Nothing to order.
    EmptyOrder = "empty_order", 422, "The order is empty";
    /// A line names no product.
    UnknownProduct = "unknown_product", 422, "Unknown product";
    /// A line would hold more than 99.
    QtyLimit = "qty_limit", 422, "Too many of one product";
    /// There would be more than 50 lines.
    LineLimit = "line_limit", 422, "Too many lines";
    /// Prices in more than one currency.
    MixedCurrency = "mixed_currency", 422, "More than one currency";
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used for another request";
    /// Our fault. The log knows more.
    Internal = "internal", 500, "Something went wrong";
    /// A dependency is busy.
    Busy = "busy", 503, "Busy, try again";
}

/// One thing wrong with one member of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON pointer into the body, as a URI fragment: `#/items/0/qty` (RFC 6901, section 6). Outside of the body the name of the
    /// parameter.
    pub pointer: String,
    /// One of [`FieldError::CODES`].
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

impl FieldError {
    /// What can be wrong with a member.
    pub const CODES: [&'static str; 6] = ["required", "type", "range", "format", "duplicate", "unknown"];

    /// One thing wrong.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pointer.strip_prefix("#/") {
            Some(path) => write!(f, "{path}: {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

/// A problem, ready to be answered with.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// This occurrence, in words, for the client's developer. Never internals.
    pub detail: String,
    /// What exactly is wrong with the request.
    pub errors: Vec<FieldError>,
    /// Seconds for `Retry-After`.
    pub retry_after: Option<u32>,
    extra: Vec<(&'static str, Box<RawValue>)>,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let retry_after = (code.status() == 503).then_some(1);
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after, extra: Vec::new() }
    }

    /// A request with these errors. The detail is the first of them.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = errors.first().map_or_else(String::new, ToString::to_string);
        Self { errors, ..Self::new(Code::InvalidRequest, detail) }
    }

    /// Something went wrong here. The cause goes to the log, not to the client.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "the request could not be completed; the log has its requestId")
    }

    /// Adds one error.
    #[must_use]
    pub fn with_error(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// Adds a member of this kind of problem, such as `currentTotal`. A value that JSON cannot hold is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        self.extra.extend(serde_json::value::to_raw_value(value).ok().map(|value| (name, value)));
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The body.
    pub fn to_json(&self, request_id: &str) -> String {
        let body = Body { problem: self, request_id };
        serde_json::to_string(&body).unwrap_or_else(|_| r#"{"status":500}"#.to_owned())
    }
}

/// The schema of a problem's body, with the members that only some codes have.
pub(crate) fn schema() -> Value {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "requestId", "error"],
        "properties": {
            "type": { "type": "string", "pattern": "^urn:cloudcart:problem:[a-z_]+$" },
            "title": { "type": "string", "description": "Always the same for a code." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "This occurrence, in words, for a developer." },
            "code": { "type": "string", "enum": codes, "description": "What programs match on. The list only grows." },
            "requestId": { "type": "string", "description": "Finds the request in the shop's log." },
            "error": { "type": "string", "description": "The detail once more, for clients of the original shop." },
            "errors": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/FieldError" } },
            "currentTotal": { "$ref": "#/components/schemas/Amount" },
            "currentTotalMinor": { "$ref": "#/components/schemas/MinorAmount" },
            "currency": { "$ref": "#/components/schemas/Currency" },
            "items": { "type": "array", "items": { "$ref": "#/components/schemas/PricedLine" } },
            "products": {
                "type": "array",
                "description": "The products that there are too few of.",
                "items": { "$ref": "#/components/schemas/ProductId" },
            },
        },
    })
}

/// The schema of one entry of a problem's `errors`.
pub(crate) fn field_error_schema() -> Value {
    json!({
        "type": "object",
        "description": "One thing that is wrong with one member of the request.",
        "required": ["pointer", "code", "detail"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "Into the body, a JSON pointer as a URI fragment; elsewhere the parameter's name.",
            },
            "code": { "type": "string", "enum": FieldError::CODES },
            "detail": { "type": "string" },
        },
    })
}

struct Body<'a> {
    problem: &'a Problem,
    request_id: &'a str,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Problem { code, detail, errors, extra, .. } = self.problem;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &format!("urn:cloudcart:problem:{}", code.as_str()))?;
        map.serialize_entry("title", code.title())?;
        map.serialize_entry("status", &code.status())?;
        map.serialize_entry("detail", detail)?;
        map.serialize_entry("code", code.as_str())?;
        map.serialize_entry("requestId", self.request_id)?;
        // Clients of the original shop read `error`.
        map.serialize_entry("error", detail)?;
        if !errors.is_empty() {
            map.serialize_entry("errors", errors)?;
        }
        for (name, value) in extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_every_member_of_the_contract() {
        let problem = Problem::invalid(vec![FieldError::new("#/qty", "range", "1..=99")]);
        assert_eq!(
            problem.to_json("r-1"),
            r##"{"type":"urn:cloudcart:problem:invalid_request","title":"The request is not valid","status":400,"detail":"qty: 1..=99","code":"invalid_request","requestId":"r-1","error":"qty: 1..=99","errors":[{"pointer":"#/qty","code":"range","detail":"1..=99"}]}"##
        );
    }

    #[test]
    fn codes_are_distinct_and_503_says_when_to_return() {
        let mut texts: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(Problem::new(*code, "").retry_after.is_some(), code.status() == 503, "{code:?}");
        }
    }
}
