//! The status document of a running local cloud, `.cloudcart/local/cloud.json`, and whether what it tells is still so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cloudcart_deploy::http::Http;
use serde::Deserialize;
use serde_json::Value;

/// What a running cloud says about itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    #[serde(default)]
    pub(crate) apis: BTreeMap<String, String>,
    pub(crate) pid: u32,
    /// What of the deployed templates it ignores.
    #[serde(default)]
    pub(crate) fidelity: Value,
    /// All of it, as it was written.
    #[serde(skip)]
    pub(crate) whole: Value,
}

/// The key that reaches everything in this cloud, and nothing else anywhere.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

/// Where the document stands.
pub(crate) fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("cloud.json")
}

/// The document, if there is a whole one.
pub(crate) fn read(state_dir: &Path) -> Option<Document> {
    parse(&std::fs::read_to_string(path(state_dir)).ok()?)
}

pub(super) fn parse(text: &str) -> Option<Document> {
    let whole: Value = serde_json::from_str(text).ok()?;
    let mut document: Document = serde_json::from_value(whole.clone()).ok()?;
    document.whole = whole;
    Some(document)
}

/// The document, if the cloud that wrote it answers and is the very process it names. A killed cloud leaves its document
/// behind, and somebody else may have its port by now.
pub(crate) async fn alive(state_dir: &Path) -> Option<Document> {
    let document = read(state_dir)?;
    let http = Http::new(None, Duration::from_secs(2)).ok()?;
    let url = format!("{}/_cloudcart/status", document.endpoint.trim_end_matches('/'));
    let answer = http.send("GET", &url, &[], None).await.ok()?;
    let said: Value = serde_json::from_slice(&answer.body).ok()?;
    let same = answer.status == 200 && said["pid"].as_u64() == Some(u64::from(document.pid));
    same.then(|| brought_up_to_date(document, said))
}

/// The document was written when the cloud started; what was deployed since, it tells when asked. Its secret it tells nobody.
fn brought_up_to_date(document: Document, said: Value) -> Document {
    let mut whole = document.whole.clone();
    if let (Value::Object(whole), Value::Object(said)) = (&mut whole, said) {
        whole.extend(said.into_iter().filter(|(name, _)| name != "credentials"));
    }
    parse(&whole.to_string()).unwrap_or(document)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn text(endpoint: &str, pid: u32) -> String {
        serde_json::json!({
            "endpoint": endpoint, "region": "us-east-1", "account": "000000000000", "pid": pid,
            "credentials": {"accessKeyId": "A", "secretAccessKey": "S"},
            "apis": {"HttpApi": "http://127.0.0.1:3000"}, "fidelity": []
        })
        .to_string()
    }

    /// Answers every connection with a status that names this pid.
    async fn server(pid: u32) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = [0_u8; 1024];
                let _ = socket.read(&mut head).await;
                let body = format!("{{\"pid\":{pid},\"apis\":{{\"New\":\"x\"}},\"credentials\":{{}}}}");
                let head =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _ = socket.write_all(head.as_bytes()).await;
            }
        });
        endpoint
    }

    #[test]
    fn half_a_document_is_none() {
        assert!(parse("{\"endpoint\": \"http://127").is_none());
        assert!(parse("{}").is_none());
        let document = parse(&text("http://127.0.0.1:1", 7)).unwrap();
        assert_eq!((document.pid, document.apis.len()), (7, 1));
        assert_eq!(document.whole["account"], "000000000000");
    }

    #[tokio::test]
    async fn only_the_process_that_wrote_the_document_makes_it_true() {
        let folder = tempfile::tempdir().unwrap();
        assert!(alive(folder.path()).await.is_none(), "no document");
        let endpoint = server(41).await;
        std::fs::write(path(folder.path()), text(&endpoint, 41)).unwrap();
        let document = alive(folder.path()).await.unwrap();
        assert_eq!(document.pid, 41);
        assert_eq!(document.apis.keys().collect::<Vec<_>>(), ["New"], "what was deployed since is not told");
        assert_eq!(document.whole["credentials"]["secretAccessKey"], "S");
        std::fs::write(path(folder.path()), text(&endpoint, 42)).unwrap();
        assert!(alive(folder.path()).await.is_none(), "another process has the port");
        std::fs::write(path(folder.path()), text("http://127.0.0.1:9", 41)).unwrap();
        assert!(alive(folder.path()).await.is_none(), "nobody answers");
    }
}
