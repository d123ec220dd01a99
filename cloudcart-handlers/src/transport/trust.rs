//! Whom a function believes to be AWS.
//!
//! AWS's endpoints have certificates of Amazon Trust Services, whose roots are five and stand in `roots/`
//! (<https://www.amazontrust.com/repository/>). The platform's bundle has some hundred and fifty: reading it takes a quarter of a
//! function's start. So it is read only when a certificate does not lead to one of the five, as in partitions with roots of
//! their own. `AWS_CA_BUNDLE` adds to the five and is read at once.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::config::{ConfigError, Env};

/// The roots that Amazon Trust Services names for trust stores.
const AMAZON: [&[u8]; 5] = [
    include_bytes!("../../roots/amazon-root-ca-1.der"),
    include_bytes!("../../roots/amazon-root-ca-2.der"),
    include_bytes!("../../roots/amazon-root-ca-3.der"),
    include_bytes!("../../roots/amazon-root-ca-4.der"),
    include_bytes!("../../roots/starfield-services-root-ca-g2.der"),
];

/// TLS as a client, by ring.
pub(super) fn client_config(env: &Env<'_>) -> Result<Arc<ClientConfig>, ConfigError> {
    // ring: aws-lc takes 33 ms of CPU for its first handshake, half a second on a small function.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(Arc::clone(&provider), roots(env)?, || rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Amazon's roots, and those of `AWS_CA_BUNDLE`.
fn roots(env: &Env<'_>) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(AMAZON.into_iter().map(CertificateDer::from));
    debug_assert_eq!(added, AMAZON.len());
    if let Some(path) = env.get("AWS_CA_BUNDLE") {
        let wrong = || ConfigError::Invalid {
            name: "AWS_CA_BUNDLE",
            value: path.clone(),
            expected: "a file of certificates (PEM) that can be read",
        };
        let certificates = CertificateDer::pem_file_iter(&path).map_err(|_| wrong())?;
        let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(|_| wrong())?;
        if roots.add_parsable_certificates(certificates).0 == 0 {
            return Err(wrong());
        }
    }
    Ok(roots)
}

fn unusable(reason: String) -> ConfigError {
    ConfigError::Invalid { name: "TLS", value: reason, expected: "a usable configuration" }
}

/// Believes the roots it is given and, where they do not help, those of the platform.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    /// Reads the platform's.
    read: fn() -> Vec<CertificateDer<'static>>,
    first: OnceLock<Result<Arc<WebPkiServerVerifier>, Error>>,
    platform: OnceLock<Result<Arc<WebPkiServerVerifier>, Error>>,
}

impl Verifier {
    fn new(provider: Arc<CryptoProvider>, roots: RootCertStore, read: fn() -> Vec<CertificateDer<'static>>) -> Self {
        Self { provider, roots: Arc::new(roots), read, first: OnceLock::new(), platform: OnceLock::new() }
    }

    fn by(&self, roots: Arc<RootCertStore>) -> Result<Arc<WebPkiServerVerifier>, Error> {
        WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&self.provider))
            .build()
            .map_err(|error| Error::General(format!("no roots to verify a certificate with: {error}")))
    }

    fn first(&self) -> Result<&Arc<WebPkiServerVerifier>, Error> {
        self.first.get_or_init(|| self.by(Arc::clone(&self.roots))).as_ref().map_err(Clone::clone)
    }

    fn platform(&self) -> Result<&Arc<WebPkiServerVerifier>, Error> {
        let made = self.platform.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates((self.read)());
            self.by(Arc::new(roots))
        });
        made.as_ref().map_err(Clone::clone)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match verify(self.first()?) {
            Err(unknown @ Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                // Without a bundle on the platform the first answer is the one that says what is wrong.
                self.platform().map_err(|_| unknown).and_then(|platform| verify(platform))
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use crate::crypto::sha256;

    /// SHA-256 of the subject's public key info, as <https://www.amazontrust.com/repository/> names it.
    const PUBLISHED: [&str; 5] = [
        "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
        "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
        "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
        "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
        "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
    ];

    /// A DER sequence of these contents.
    fn sequence(contents: &[u8]) -> Vec<u8> {
        let length = contents.len();
        let mut der = match u8::try_from(length) {
            Ok(short) if short < 128 => vec![0x30, short],
            Ok(byte) => vec![0x30, 0x81, byte],
            Err(_) => vec![0x30, 0x82, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 0xff).unwrap()],
        };
        der.extend_from_slice(contents);
        der
    }

    #[test]
    fn the_roots_are_those_that_amazon_publishes() {
        let roots = roots(&Env::new(|_| None)).unwrap();
        let digests: Vec<String> =
            roots.roots.iter().map(|root| sha256(&sequence(&root.subject_public_key_info))).collect();
        assert_eq!(digests, PUBLISHED);
    }

    #[test]
    fn a_bundle_that_cannot_be_read_or_holds_no_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "nothing").unwrap();
        for path in [empty, folder.path().join("absent.pem")] {
            let path = path.to_str().unwrap().to_owned();
            let env = Env::new(|name| (name == "AWS_CA_BUNDLE").then(|| path.clone()));
            assert!(roots(&env).unwrap_err().to_string().contains("AWS_CA_BUNDLE"), "{path}");
        }
    }

    fn verify(
        issued: &Issued,
        first: RootCertStore,
        read: fn() -> Vec<CertificateDer<'static>>,
        name: &str,
    ) -> Result<(), Error> {
        let verifier = Verifier::new(Arc::new(rustls::crypto::ring::default_provider()), first, read);
        let name = ServerName::try_from(name.to_owned()).unwrap();
        verifier.verify_server_cert(&issued.leaf, &[], &name, &[], UnixTime::now()).map(drop)
    }

    struct Issued {
        root: CertificateDer<'static>,
        leaf: CertificateDer<'static>,
    }

    fn issued() -> Issued {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().clone();
        let issuer = rcgen::Issuer::new(params, key);
        let key = rcgen::KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::new(vec!["aws.test".to_owned()]).unwrap();
        Issued { root, leaf: leaf.signed_by(&key, &issuer).unwrap().der().clone() }
    }

    #[test]
    fn the_platform_is_asked_only_about_an_unknown_issuer() {
        static PLATFORM: OnceLock<Issued> = OnceLock::new();
        let issued = PLATFORM.get_or_init(issued);
        let amazon = || roots(&Env::new(|_| None)).unwrap();
        let bundle = || {
            let mut roots = amazon();
            roots.add(issued.root.clone()).unwrap();
            roots
        };
        let platform = || vec![PLATFORM.get().unwrap().root.clone()];
        assert_eq!(verify(issued, amazon(), platform, "aws.test"), Ok(()));
        assert_eq!(verify(issued, bundle(), || panic!("asked"), "aws.test"), Ok(()));
        // Of another name: no other root could help.
        assert!(verify(issued, bundle(), || panic!("asked"), "other.test").is_err());
        let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        assert_eq!(verify(issued, amazon(), Vec::new, "aws.test"), unknown);
    }
}
