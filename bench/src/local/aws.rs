//! As much of AWS's protocols as the measurements speak, signed (Signature Version 4), without an SDK: what a client computes would be
//! a part of every figure.

use std::fmt::Write as _;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use ring::{digest, hmac};
use serde_json::Value;

use super::wire::{Answer, Connection};

/// An endpoint and who calls it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
    /// Access key id.
    pub key: String,
    /// Secret access key.
    pub secret: String,
    /// Region.
    pub region: String,
}

/// What is called.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Name of the service in the scope of the signature.
    pub service: &'a str,
    /// HTTP method.
    pub method: &'a str,
    /// Path, of characters that need no escape.
    pub path: &'a str,
    /// `X-Amz-Target`, of the JSON protocols.
    pub target: Option<&'a str>,
    /// Media type of the body.
    pub media: &'a str,
}

impl Call<'_> {
    /// Of a service with a JSON protocol.
    fn json(target: &str) -> Result<Call<'_>> {
        let (service, media) = match target.split('.').next() {
            Some("AmazonSQS") => ("sqs", "application/x-amz-json-1.0"),
            Some("DynamoDB_20120810") => ("dynamodb", "application/x-amz-json-1.0"),
            _ => bail!("no service has the target {target}"),
        };
        Ok(Call { service, method: "POST", path: "/", target: Some(target), media })
    }
}

impl Endpoint {
    /// The `Host` that is signed.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// A request of a JSON protocol, signed now, to be sent as it is any number of times within some minutes.
    pub fn json(&self, target: &str, body: &Value) -> Result<Vec<u8>> {
        Ok(self.signed(Call::json(target)?, body.to_string().as_bytes(), Timestamp::now()))
    }

    /// Calls a JSON protocol once.
    pub fn ask(&self, connection: &mut Connection, target: &str, body: &Value) -> Result<Value> {
        let answer = connection.call(&self.json(target, body)?)?;
        let answer = success(answer).with_context(|| target.to_owned())?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body).with_context(|| format!("{target}: the answer is no JSON"))
    }

    /// Calls CloudFormation, whose answer is XML.
    pub fn form(&self, connection: &mut Connection, action: &str, members: &[(String, String)]) -> Result<String> {
        let mut body = format!("Action={action}&Version=2010-05-15");
        for (name, value) in members {
            let _ = write!(body, "&{name}={}", escaped(value));
        }
        let media = "application/x-www-form-urlencoded";
        let call = Call { service: "cloudformation", method: "POST", path: "/", target: None, media };
        let answer = connection.call(&self.signed(call, body.as_bytes(), Timestamp::now()))?;
        Ok(success(answer).with_context(|| action.to_owned())?.text())
    }

    /// Calls a REST protocol.
    pub fn rest(&self, to: &mut Connection, service: &str, method: &str, path: &str, body: &[u8]) -> Result<Vec<u8>> {
        let media = if service == "s3" { "application/octet-stream" } else { "application/json" };
        let call = Call { service, method, path, target: None, media };
        let answer = to.call(&self.signed(call, body, Timestamp::now()))?;
        Ok(success(answer).with_context(|| format!("{method} {path}"))?.body)
    }

    /// A signed request as it goes over the wire.
    pub fn signed(&self, call: Call<'_>, body: &[u8], now: Timestamp) -> Vec<u8> {
        let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &stamp[..8];
        let payload = hex::encode(digest::digest(&digest::SHA256, body));
        let host = self.host();
        let mut headers = format!("host:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{stamp}\n");
        let mut names = "host;x-amz-content-sha256;x-amz-date".to_owned();
        if let Some(target) = call.target {
            let _ = writeln!(headers, "x-amz-target:{target}");
            names.push_str(";x-amz-target");
        }
        let Call { service, method, path, media, .. } = call;
        let canonical = format!("{method}\n{path}\n\n{headers}\n{names}\n{payload}");
        let region = &self.region;
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let canonical = hex::encode(digest::digest(&digest::SHA256, canonical.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{canonical}");
        let mut key = mac(format!("AWS4{}", self.secret).as_bytes(), day.as_bytes());
        for part in [region.as_str(), service, "aws4_request"] {
            key = mac(key.as_ref(), part.as_bytes());
        }
        let signature = hex::encode(mac(key.as_ref(), text.as_bytes()));
        let target = call.target.map(|target| format!("x-amz-target: {target}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {media}\r\ncontent-length: {}\r\n{target}\
             x-amz-date: {stamp}\r\nx-amz-content-sha256: {payload}\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential={}/{scope}, SignedHeaders={names}, Signature={signature}\r\n\r\n",
            body.len(),
            self.key,
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        request
    }
}

fn success(answer: Answer) -> Result<Answer> {
    if !(200..300).contains(&answer.status) {
        bail!("status {}: {}", answer.status, answer.text());
    }
    Ok(answer)
}

fn mac(key: &[u8], text: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text)
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

/// The text of the first element of that name.
pub fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

/// An output of the one stack that a `DescribeStacks` answer tells of.
pub fn output(xml: &str, key: &str) -> Option<String> {
    let outputs = element(xml, "Outputs")?;
    let found = outputs.split("<member>").find(|member| element(member, "OutputKey") == Some(key))?;
    let text = element(found, "OutputValue")?;
    Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn outputs_are_found_by_their_key_whatever_the_order() {
        let xml = "<Stacks><member><Outputs><member><OutputKey>A</OutputKey><OutputValue>1</OutputValue></member>\
                   <member><OutputValue>x&amp;y</OutputValue><OutputKey>B</OutputKey></member></Outputs></member></Stacks>";
        assert_eq!(output(xml, "A").as_deref(), Some("1"));
        assert_eq!(output(xml, "B").as_deref(), Some("x&y"));
        assert_eq!(output(xml, "C"), None);
    }

    #[test]
    fn forms_escape_all_that_is_not_plain() {
        assert_eq!(escaped("a b&c=é~"), "a%20b%26c%3D%C3%A9~");
    }
}
