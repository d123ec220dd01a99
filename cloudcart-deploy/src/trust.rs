//! Which certificates are trusted: those of the platform, and those of a bundle.

use std::path::Path;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::error::{Error, Result, chain};

/// What to trust, with the bundle if there is one.
pub(crate) fn context(bundle: Option<&Path>) -> Result<TlsContext> {
    let mut trust = TrustStore::default();
    if let Some(path) = bundle {
        let fail = |source| Error::CaBundle { path: path.to_owned(), source };
        let text = std::fs::read(path).map_err(fail)?;
        let usable = usable(&text);
        if usable.is_empty() {
            let words = "there is no certificate in it that could be used";
            return Err(fail(std::io::Error::new(std::io::ErrorKind::InvalidData, words)));
        }
        trust = trust.with_pem_certificate(usable);
    }
    TlsContext::builder().with_trust_store(trust).build().map_err(|error| Error::NoCredentials(chain(&error)))
}

/// The certificates of a bundle that can be read. The HTTP client takes all of what it is given for readable, and a bundle
/// of a whole company has one or the other that is not.
fn usable(bundle: &[u8]) -> String {
    let mut pem = String::new();
    for certificate in CertificateDer::pem_slice_iter(bundle).filter_map(std::result::Result::ok) {
        let der = STANDARD.encode(&certificate);
        if RootCertStore::empty().add(certificate).is_ok() {
            pem.push_str("-----BEGIN CERTIFICATE-----\n");
            // Lines of 64 characters, as the format has them; base64 is ASCII.
            for line in der.as_bytes().chunks(64) {
                pem.push_str(&String::from_utf8_lossy(line));
                pem.push('\n');
            }
            pem.push_str("-----END CERTIFICATE-----\n");
        }
    }
    pem
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_bundle_without_a_certificate_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        for text in [
            "",
            "no certificate",
            "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(context(Some(&path)), Err(Error::CaBundle { .. })), "{text:?}");
        }
        assert!(matches!(context(Some(&folder.path().join("absent"))), Err(Error::CaBundle { .. })));
    }
}
