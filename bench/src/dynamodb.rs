//! A DynamoDB that answers over TLS with what a file says: enough for a handler to read, and too little to tell it from the real
//! one by its cost. The certificate hangs on an authority of its own over an intermediate, as those of AWS do.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Map, Value, json};

use crate::http;

/// Rows by table, in DynamoDB's JSON.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(transparent)]
pub struct Tables(BTreeMap<String, Vec<Map<String, Value>>>);

impl Tables {
    /// The row that has all attributes of a key.
    fn find(&self, table: &str, key: &Value) -> Option<&Map<String, Value>> {
        let key = key.as_object()?;
        self.0.get(table)?.iter().find(|row| key.iter().all(|(name, value)| row.get(name) == Some(value)))
    }

    /// The answer to an operation: reads find their rows, writes succeed and change nothing.
    fn answer(&self, operation: &str, request: &Value) -> Value {
        match operation {
            "GetItem" => {
                let table = request["TableName"].as_str().unwrap_or_default();
                self.find(table, &request["Key"]).map_or_else(|| json!({}), |row| json!({ "Item": row }))
            }
            "BatchGetItem" => {
                let tables = request["RequestItems"].as_object().cloned().unwrap_or_default();
                let found: Map<String, Value> = tables
                    .iter()
                    .map(|(table, asked)| {
                        let keys = asked["Keys"].as_array().map(Vec::as_slice).unwrap_or_default();
                        let rows = keys.iter().filter_map(|key| self.find(table, key)).cloned().map(Value::Object);
                        (table.clone(), Value::Array(rows.collect()))
                    })
                    .collect();
                json!({ "Responses": found, "UnprocessedKeys": {} })
            }
            "Query" | "Scan" => {
                let table = request["TableName"].as_str().unwrap_or_default();
                let rows = self.0.get(table).map(Vec::as_slice).unwrap_or_default();
                json!({ "Items": rows, "Count": rows.len(), "ScannedCount": rows.len() })
            }
            _ => json!({}),
        }
    }
}

/// The endpoint.
#[derive(Debug)]
pub struct DynamoDb {
    address: SocketAddr,
    root_pem: String,
    calls: Arc<AtomicU64>,
    handshakes: Arc<AtomicU64>,
}

impl DynamoDb {
    /// Starts one on a free port of the loopback, for as long as this process lives.
    pub fn start(tables: Tables) -> Result<Self> {
        let (root_pem, tls) = tls()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for DynamoDB")?;
        let address = listener.local_addr()?;
        let (calls, handshakes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counters = (Arc::clone(&calls), Arc::clone(&handshakes));
        let tables = Arc::new(tables);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, tables) = (Arc::clone(&tls), Arc::clone(&tables));
                let (calls, handshakes) = (Arc::clone(&counters.0), Arc::clone(&counters.1));
                std::thread::spawn(move || {
                    // A handler that ends closes its connections in its own way; what matters was answered before.
                    let _ = converse(stream, tls, &tables, &calls, &handshakes);
                });
            }
        });
        Ok(Self { address, root_pem, calls, handshakes })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The certificate of its authority.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// How many calls it answered and how many connections it had, since the start.
    pub fn counts(&self) -> (u64, u64) {
        (self.calls.load(Ordering::SeqCst), self.handshakes.load(Ordering::SeqCst))
    }
}

fn converse(
    stream: TcpStream,
    tls: Arc<rustls::ServerConfig>,
    tables: &Tables,
    calls: &AtomicU64,
    handshakes: &AtomicU64,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let connection = rustls::ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut stream = BufReader::new(rustls::StreamOwned::new(connection, stream));
    handshakes.fetch_add(1, Ordering::SeqCst);
    while let Some(request) = http::read(&mut stream)? {
        calls.fetch_add(1, Ordering::SeqCst);
        let operation = request.header("x-amz-target").and_then(|target| target.split('.').nth(1)).unwrap_or_default();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let answer = tables.answer(operation, &body).to_string();
        let headers = [
            ("server", "Server"),
            ("content-type", "application/x-amz-json-1.0"),
            ("connection", "keep-alive"),
            ("x-amzn-requestid", "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG"),
        ];
        write(stream.get_mut(), &headers, answer.as_bytes())?;
    }
    Ok(())
}

fn write<S: Read + Write>(stream: &mut S, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
    http::write(stream, "200 OK", headers, body)
}

/// An authority, an intermediate and a server's certificate on P-256, and a server's TLS with them.
fn tls() -> Result<(String, Arc<rustls::ServerConfig>)> {
    let authority = |name: &str| -> Result<CertificateParams> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(params)
    };
    let root_key = KeyPair::generate()?;
    let root = authority("Bench Root")?;
    let root_cert = root.self_signed(&root_key)?;
    let root_issuer = Issuer::new(root, root_key);
    let middle_key = KeyPair::generate()?;
    let middle = authority("Bench Intermediate")?;
    let middle_cert = middle.signed_by(&middle_key, &root_issuer)?;
    let middle_issuer = Issuer::new(middle, middle_key);
    let leaf_key = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&leaf_key, &middle_issuer)?;
    let chain: Vec<CertificateDer<'static>> = vec![leaf.der().clone(), middle_cert.der().clone()];
    let key = PrivateKeyDer::try_from(leaf_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((root_cert.pem(), Arc::new(config)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn reads_find_the_rows_of_the_file() {
        let tables: Tables =
            serde_json::from_value(json!({ "p": [{ "id": { "S": "1" }, "n": { "N": "2" } }], "i": [] })).unwrap();
        let key = json!({ "id": { "S": "1" } });
        let got = tables.answer("GetItem", &json!({ "TableName": "p", "Key": key }));
        assert_eq!(got["Item"]["n"]["N"], "2");
        assert_eq!(tables.answer("GetItem", &json!({ "TableName": "i", "Key": key })), json!({}));
        let batch = json!({ "RequestItems": { "p": { "Keys": [key] }, "i": { "Keys": [key] } } });
        let got = tables.answer("BatchGetItem", &batch);
        assert_eq!(got["Responses"]["p"][0]["n"]["N"], "2");
        assert_eq!(got["Responses"]["i"], json!([]));
        assert_eq!(tables.answer("Scan", &json!({ "TableName": "p" }))["Count"], 1);
    }
}
