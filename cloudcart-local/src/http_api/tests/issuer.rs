//! An issuer of tokens on a loopback port of its own. Its keys were made for these tests and guard nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding},
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

pub(super) const ONE: &[u8] = include_bytes!("rsa-one.pk8");
pub(super) const TWO: &[u8] = include_bytes!("rsa-two.pk8");

/// Keys by `kid`.
pub(super) type Keys = Vec<(String, &'static [u8])>;

pub(super) struct Issuer {
    pub(super) url: String,
    /// Paths that were asked for.
    pub(super) asked: Arc<Mutex<Vec<String>>>,
    /// The keys that are published, by `kid`.
    pub(super) keys: Arc<Mutex<Keys>>,
    task: JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Issuer {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/pool", listener.local_addr().unwrap().port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keys = Arc::new(Mutex::new(vec![("one".to_owned(), ONE)]));
        let task = tokio::spawn(serve(listener, url.clone(), asked.clone(), keys.clone()));
        Self { url, asked, keys, task }
    }

    pub(super) fn times_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// A token of this issuer for the audience `shop`, valid for an hour from `now`; `more` adds claims or, with null,
    /// takes them away.
    pub(super) fn token(&self, now: u64, more: &Value) -> String {
        let mut claims = json!({"iss": self.url, "aud": "shop", "sub": "u1", "iat": now, "exp": now + 3600});
        for (name, value) in more.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        sign(&json!({"alg": "RS256", "typ": "JWT", "kid": "one"}), &claims, ONE)
    }
}

/// A token with this header and these claims.
pub(super) fn sign(header: &Value, claims: &Value, key: &[u8]) -> String {
    let algorithm: &dyn RsaEncoding = match header["alg"].as_str().unwrap() {
        "RS384" => &RSA_PKCS1_SHA384,
        "RS512" => &RSA_PKCS1_SHA512,
        _ => &RSA_PKCS1_SHA256,
    };
    let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let pair = KeyPair::from_pkcs8(key).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(algorithm, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", BASE64.encode(signature))
}

fn jwk(kid: &str, key: &[u8]) -> Value {
    let pair = KeyPair::from_pkcs8(key).unwrap();
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    json!({
        "kty": "RSA", "use": "sig", "kid": kid,
        "n": BASE64.encode(public.n),
        "e": BASE64.encode(public.e),
    })
}

async fn serve(listener: TcpListener, url: String, asked: Arc<Mutex<Vec<String>>>, keys: Arc<Mutex<Keys>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut head = Vec::new();
        while !head.windows(4).any(|window| window == b"\r\n\r\n") && stream.read_buf(&mut head).await.unwrap() > 0 {}
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let document = match path.as_str() {
            "/pool/.well-known/openid-configuration" => Some(json!({"issuer": url, "jwks_uri": format!("{url}/keys")})),
            "/pool/keys" => {
                let keys: Vec<Value> = keys.lock().unwrap().iter().map(|(kid, key)| jwk(kid, key)).collect();
                Some(json!({"keys": keys}))
            }
            _ => None,
        };
        asked.lock().unwrap().push(path);
        let (status, body) = document.map_or(("404 Not Found", String::new()), |value| ("200 OK", value.to_string()));
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        // A client that has gone needs no answer.
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
