//! Verifies AWS Signature Version 4, in the `Authorization` header and in the query of a presigned URL.
//!
//! The algorithm: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>; what S3
//! does differently (path encoded once, payload declared in `x-amz-content-sha256`):
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.

use http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use ring::{digest, hmac};
use std::fmt::Write as _;

/// How far a request's time may be from ours.
const MAX_SKEW_MS: i64 = 15 * 60 * 1000;
/// The longest life of a presigned URL, in seconds: seven days.
const MAX_EXPIRES: i64 = 7 * 24 * 60 * 60;
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSUPPORTED: &str = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256 (Signature Version 4).";
/// SHA-256 of nothing, as chunk signatures name it.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// Why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    /// The authentication parameters cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// The request's time is too far from ours, or its presigned life is over.
    #[error("{0}")]
    Time(String),
    /// The signature is not the one that the secret key gives.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
         and signing method."
    )]
    Mismatch,
    /// `x-amz-content-sha256` is not the body's digest.
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    Content,
}

/// What a request says about who signed it, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) access_key_id: String,
    /// `YYYYMMDD` of the scope.
    date: String,
    pub(crate) region: String,
    pub(crate) service: String,
    covered_headers: Vec<String>,
    signature: String,
    /// `YYYYMMDDTHHMMSSZ`.
    timestamp: String,
    pub(crate) token: Option<String>,
    /// Seconds a presigned URL lives; `None` for the header form.
    expires: Option<i64>,
}

/// How the body is protected, once the signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payload {
    /// As it is.
    Plain,
    /// `aws-chunked`: with a signature per chunk, or without.
    Chunked {
        /// Each chunk carries a signature.
        signed: bool,
        /// Headers follow the last chunk.
        trailer: bool,
    },
}

/// The parts of a request that a signature covers, as they came.
pub(crate) struct Parts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl Signed {
    /// Reads the signature's parameters; `None` when the request is not signed.
    pub(crate) fn read(headers: &HeaderMap, query: &str) -> Result<Option<Self>, SignatureError> {
        if let Some(value) = headers.get(http::header::AUTHORIZATION) {
            let value = value.to_str().map_err(|_| malformed("the Authorization header is not text"))?;
            return Self::from_header(value, headers).map(Some);
        }
        if query_pairs(query).any(|(name, _)| name == "AWSAccessKeyId") {
            // Signature Version 2, which some clients still presign with unless told otherwise.
            return Err(malformed(UNSUPPORTED));
        }
        let presigned = query_pairs(query).any(|(name, _)| name == "X-Amz-Signature");
        if presigned { Self::from_query(query).map(Some) } else { Ok(None) }
    }

    fn from_header(value: &str, headers: &HeaderMap) -> Result<Self, SignatureError> {
        let fields = value.strip_prefix(ALGORITHM).ok_or_else(|| malformed(UNSUPPORTED))?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            match field.trim().split_once('=') {
                Some(("Credential", value)) => credential = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                _ => return Err(malformed("the Authorization header has a field that is not known")),
            }
        }
        let missing = |name: &str| malformed(format!("Authorization header requires '{name}' parameter."));
        let timestamp = text(headers, "x-amz-date").or_else(|| text(headers, "date")).ok_or_else(|| {
            malformed("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        })?;
        Self::new(
            credential.ok_or_else(|| missing("Credential"))?,
            signed_headers.ok_or_else(|| missing("SignedHeaders"))?,
            signature.ok_or_else(|| missing("Signature"))?,
            timestamp,
            text(headers, "x-amz-security-token"),
            None,
        )
    }

    fn from_query(query: &str) -> Result<Self, SignatureError> {
        let parameter = |wanted: &str| query_pairs(query).find(|(name, _)| name == wanted).map(|(_, value)| value);
        let required = |name: &str| {
            parameter(name).ok_or_else(|| malformed(format!("the presigned URL lacks the parameter {name}")))
        };
        if required("X-Amz-Algorithm")? != ALGORITHM {
            return Err(malformed(UNSUPPORTED));
        }
        // Only S3 demands a life time; other services' presigned URLs (STS) live for the allowed skew when they name none.
        let expires = match parameter("X-Amz-Expires") {
            Some(seconds) => seconds
                .parse()
                .ok()
                .filter(|seconds| (1..=MAX_EXPIRES).contains(seconds))
                .ok_or_else(|| malformed("X-Amz-Expires must be between 1 and 604800 seconds"))?,
            None => MAX_SKEW_MS / 1000,
        };
        Self::new(
            &required("X-Amz-Credential")?,
            &required("X-Amz-SignedHeaders")?,
            &required("X-Amz-Signature")?,
            required("X-Amz-Date")?,
            parameter("X-Amz-Security-Token"),
            Some(expires),
        )
    }

    fn new(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        timestamp: String,
        token: Option<String>,
        expires: Option<i64>,
    ) -> Result<Self, SignatureError> {
        // Access key ids have no slash; the scope is read from the right all the same.
        let scope: Vec<&str> = credential.rsplitn(5, '/').collect();
        let [terminator, service, region, date, access_key_id] = scope[..] else {
            return Err(malformed("the credential must be <access key>/<date>/<region>/<service>/aws4_request"));
        };
        if terminator != "aws4_request" {
            return Err(malformed("the credential's scope must end in aws4_request"));
        }
        let signed_headers: Vec<String> = signed_headers.split(';').map(str::to_ascii_lowercase).collect();
        if !signed_headers.iter().any(|name| name == "host") {
            return Err(malformed("'Host' must be a 'SignedHeader' in the AWS Authorization."));
        }
        if !timestamp.starts_with(date) {
            return Err(malformed(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: {timestamp}"
            )));
        }
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            covered_headers: signed_headers,
            signature: signature.to_owned(),
            timestamp,
            token,
            expires,
        })
    }

    /// Whether the request is signed with `secret`, now. Answers how the body is to be read.
    pub(crate) fn verify(&self, parts: &Parts<'_>, secret: &str, now_ms: i64) -> Result<Payload, SignatureError> {
        self.check_time(now_ms)?;
        let s3 = self.service == "s3";
        let declared = text(parts.headers, "x-amz-content-sha256").or_else(|| {
            let presigned = self.expires.is_some();
            query_pairs(parts.query)
                .find(|(name, _)| presigned && name == "X-Amz-Content-Sha256")
                .map(|(_, value)| value)
        });
        let declared_nothing = declared.is_none();
        let declared = declared.unwrap_or_else(|| {
            if s3 && self.expires.is_some() { "UNSIGNED-PAYLOAD".to_owned() } else { sha256_hex(parts.body) }
        });
        let canonical = self.canonical_request(parts, &declared, s3);
        let to_sign =
            format!("{ALGORITHM}\n{}\n{}\n{}", self.timestamp, self.scope(), sha256_hex(canonical.as_bytes()));
        check(&self.key(secret), &to_sign, &self.signature)?;

        match declared.as_str() {
            "UNSIGNED-PAYLOAD" => Ok(Payload::Plain),
            // The signature over the body's own digest holds.
            _ if declared_nothing => Ok(Payload::Plain),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Payload::Chunked { signed: false, trailer: true }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Payload::Chunked { signed: true, trailer: false }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Ok(Payload::Chunked { signed: true, trailer: true }),
            digest if digest.eq_ignore_ascii_case(&sha256_hex(parts.body)) => Ok(Payload::Plain),
            digest if digest.starts_with("STREAMING-") => {
                Err(malformed(format!("the local cloud does not offer the payload form {digest}")))
            }
            _ => Err(SignatureError::Content),
        }
    }

    /// The chain of chunk signatures that starts at this request's own.
    pub(crate) fn chunks(&self, secret: &str) -> ChunkSignatures {
        ChunkSignatures {
            key: self.key(secret),
            prefix: format!("{}\n{}", self.timestamp, self.scope()),
            previous: self.signature.clone(),
        }
    }

    fn check_time(&self, now_ms: i64) -> Result<(), SignatureError> {
        let signed_ms = parse_timestamp(&self.timestamp)
            .ok_or_else(|| malformed(format!("the date {} is not YYYYMMDDTHHMMSSZ", self.timestamp)))?;
        let latest = signed_ms + self.expires.map_or(MAX_SKEW_MS, |seconds| seconds * 1000);
        if now_ms > latest {
            let what = if self.expires.is_some() { "Request has expired" } else { "Signature expired" };
            return Err(SignatureError::Time(format!(
                "{what}: {} is now earlier than {} (this machine's clock)",
                self.timestamp,
                format_timestamp(now_ms)
            )));
        }
        if signed_ms > now_ms + MAX_SKEW_MS {
            return Err(SignatureError::Time(format!(
                "Signature not yet current: {} is still later than {} (this machine's clock + 15 min.)",
                self.timestamp,
                format_timestamp(now_ms)
            )));
        }
        Ok(())
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }

    fn key(&self, secret: &str) -> hmac::Key {
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{secret}").as_bytes());
        for part in [self.date.as_str(), &self.region, &self.service, "aws4_request"] {
            key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
        }
        key
    }

    fn canonical_request(&self, parts: &Parts<'_>, payload: &str, s3: bool) -> String {
        let path = if s3 { encode_once(parts.path) } else { encode_twice(parts.path) };
        let mut query: Vec<(String, String)> = query_pairs(parts.query)
            .filter(|(name, _)| !(self.expires.is_some() && name == "X-Amz-Signature"))
            .map(|(name, value)| (encode(&name), encode(&value)))
            .collect();
        query.sort();
        let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let mut canonical = format!("{}\n{path}\n{query}\n", parts.method);
        for name in &self.covered_headers {
            let values: Vec<String> = parts
                .headers
                .get_all(name)
                .iter()
                .map(|value| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
                })
                .collect();
            // Writing to a String does not fail.
            let _ = writeln!(canonical, "{name}:{}", values.join(","));
        }
        let _ = write!(canonical, "\n{}\n{payload}", self.covered_headers.join(";"));
        canonical
    }
}

/// Verifies the chunks of a signed `aws-chunked` body, in order. Each signature covers the one before.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
pub(crate) struct ChunkSignatures {
    key: hmac::Key,
    prefix: String,
    previous: String,
}

impl ChunkSignatures {
    /// The next chunk's data.
    pub(crate) fn chunk(&mut self, data: &[u8], signature: &str) -> Result<(), SignatureError> {
        let to_sign =
            format!("{ALGORITHM}-PAYLOAD\n{}\n{}\n{EMPTY_SHA256}\n{}", self.prefix, self.previous, sha256_hex(data));
        check(&self.key, &to_sign, signature)?;
        signature.clone_into(&mut self.previous);
        Ok(())
    }

    /// The trailing headers, as `name:value` lines, each ended by a line feed.
    pub(crate) fn trailer(&mut self, lines: &str, signature: &str) -> Result<(), SignatureError> {
        let to_sign =
            format!("AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}", self.prefix, self.previous, sha256_hex(lines.as_bytes()));
        check(&self.key, &to_sign, signature)
    }
}

/// Compares in constant time.
fn check(key: &hmac::Key, to_sign: &str, signature: &str) -> Result<(), SignatureError> {
    let signature = hex::decode(signature).map_err(|_| SignatureError::Mismatch)?;
    hmac::verify(key, to_sign.as_bytes(), &signature).map_err(|_| SignatureError::Mismatch)
}

fn malformed(message: impl Into<String>) -> SignatureError {
    SignatureError::Malformed(message.into())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Names and values of a query, percent-decoded. A plus sign stays one: SigV4 clients write a space as `%20`.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    percent_encode(text.as_bytes(), COMPONENT).to_string()
}

/// S3: the path's own encoding, made canonical. Object keys keep their dots and doubled slashes.
fn encode_once(path: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    let encoded = percent_encode(&decoded, PATH).to_string();
    if encoded.is_empty() { "/".to_owned() } else { encoded }
}

/// Everything else: dot segments and doubled slashes removed, and what was encoded is encoded again.
fn encode_twice(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let slash = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    percent_encode(format!("/{}{slash}", segments.join("/")).as_bytes(), PATH).to_string()
}

/// Lower-case hexadecimal SHA-256.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, data))
}

fn parse_timestamp(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('Z')?;
    let (date, time) = digits.split_once('T')?;
    if date.len() != 8 || time.len() != 6 || !date.bytes().chain(time.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let two = |text: &str, at: usize| text[at..at + 2].parse::<i8>().ok();
    let moment = jiff::civil::DateTime::new(
        date[..4].parse().ok()?,
        two(date, 4)?,
        two(date, 6)?,
        two(time, 0)?,
        two(time, 2)?,
        two(time, 4)?,
        0,
    )
    .ok()?;
    Some(jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()?.as_millisecond())
}

fn format_timestamp(now_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(now_ms)
        .map_or_else(|_| now_ms.to_string(), |moment| moment.strftime("%Y%m%dT%H%M%SZ").to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use http::HeaderValue;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const SUITE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn verify(
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
        secret: &str,
        at: &str,
    ) -> Result<Payload, SignatureError> {
        let signed = Signed::read(headers, query)?.unwrap();
        signed.verify(&Parts { method, path, query, headers, body }, secret, parse_timestamp(at).unwrap())
    }

    /// `get-vanilla` of AWS's Signature Version 4 test suite.
    #[test]
    fn the_plainest_request_of_the_test_suite_verifies() {
        let headers = headers(&[
            ("host", "example.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders=host;x-amz-date, \
                 Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
        ]);
        let at = "20150830T123600Z";
        assert_eq!(verify(&Method::GET, "/", "", &headers, b"", SUITE_SECRET, at), Ok(Payload::Plain));
        assert_eq!(verify(&Method::GET, "/", "", &headers, b"", SECRET, at), Err(SignatureError::Mismatch));
        assert_eq!(verify(&Method::GET, "/x", "", &headers, b"", SUITE_SECRET, at), Err(SignatureError::Mismatch));
        assert_eq!(verify(&Method::GET, "/", "", &headers, b"x", SUITE_SECRET, at), Err(SignatureError::Mismatch));
        assert!(matches!(
            verify(&Method::GET, "/", "", &headers, b"", SUITE_SECRET, "20150830T125101Z"),
            Err(SignatureError::Time(_))
        ));
        assert!(matches!(
            verify(&Method::GET, "/", "", &headers, b"", SUITE_SECRET, "20150830T122059Z"),
            Err(SignatureError::Time(_))
        ));
    }

    /// The example of a ranged GET in the S3 API reference.
    #[test]
    fn the_s3_reference_get_verifies() {
        let headers = headers(&[
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", EMPTY_SHA256),
            ("x-amz-date", "20130524T000000Z"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                 SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
                 Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
        ]);
        let at = "20130524T000100Z";
        assert_eq!(verify(&Method::GET, "/test.txt", "", &headers, b"", SECRET, at), Ok(Payload::Plain));
        assert_eq!(verify(&Method::GET, "/test.txt", "", &headers, b"x", SECRET, at), Err(SignatureError::Content));
    }

    /// The example of a presigned URL in the S3 API reference.
    #[test]
    fn the_s3_reference_presigned_url_verifies_until_it_expires() {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F\
                     aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
                     &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let headers = headers(&[("host", "examplebucket.s3.amazonaws.com")]);
        assert_eq!(
            verify(&Method::GET, "/test.txt", query, &headers, b"", SECRET, "20130524T235959Z"),
            Ok(Payload::Plain)
        );
        assert!(matches!(
            verify(&Method::GET, "/test.txt", query, &headers, b"", SECRET, "20130525T000001Z"),
            Err(SignatureError::Time(_))
        ));
    }

    /// The chunked upload of the S3 API reference: 64 KiB and 1 KiB of the letter a.
    #[test]
    fn the_s3_reference_chunks_verify_in_order_only() {
        let headers = headers(&[
            ("host", "s3.amazonaws.com"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("content-encoding", "aws-chunked"),
            ("content-length", "66824"),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                 SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                 x-amz-decoded-content-length;x-amz-storage-class,\
                 Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
            ),
        ]);
        let path = "/examplebucket/chunkObject.txt";
        assert_eq!(
            verify(&Method::PUT, path, "", &headers, b"", SECRET, "20130524T000000Z"),
            Ok(Payload::Chunked { signed: true, trailer: false })
        );
        let signed = Signed::read(&headers, "").unwrap().unwrap();
        let first = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
        let second = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
        let last = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
        let mut chunks = signed.chunks(SECRET);
        chunks.chunk(&vec![b'a'; 65536], first).unwrap();
        chunks.chunk(&[b'a'; 1024], second).unwrap();
        chunks.chunk(&[], last).unwrap();
        assert_eq!(signed.chunks(SECRET).chunk(&[b'a'; 1024], second), Err(SignatureError::Mismatch));
    }

    #[test]
    fn paths_are_encoded_as_each_service_signs_them() {
        assert_eq!(encode_once("/bucket/a%20b/%C3%A4+(1)//x/../y"), "/bucket/a%20b/%C3%A4%2B%281%29//x/../y");
        assert_eq!(
            encode_twice("/2015-03-31/functions/a%3Ab/invocations"),
            "/2015-03-31/functions/a%253Ab/invocations"
        );
        assert_eq!(encode_twice("//a/./b/../c/"), "/a/c/");
        assert_eq!(encode_twice(""), "/");
        assert_eq!(encode_once(""), "/");
    }
}
