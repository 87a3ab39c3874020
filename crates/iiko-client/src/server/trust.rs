//! Which certificates of a server are believed.
//!
//! A restaurant's server often has a certificate of its own making, and the usual check refuses it even where it is
//! known: `openssl req -x509` makes an authority's certificate, which no server may show, and the name in it is rarely the
//! one it is called by. So what is known to the byte is believed as it is, and only the rest goes through the usual check.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

/// Which certificates are believed.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trust {
    /// Those that the system's authorities signed.
    #[default]
    System,
    /// Beside them these, in PEM, and what they signed.
    Also(Vec<u8>),
    /// Any at all.
    Anybody,
}

impl Trust {
    /// What is wrong with the certificates, where something is.
    pub(crate) fn apply(
        &self,
        http: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, String> {
        Ok(match self {
            Self::System => http,
            Self::Also(pem) => http.tls_backend_preconfigured(configuration(pem)?),
            Self::Anybody => http
                .tls_danger_accept_invalid_certs(true)
                .tls_danger_accept_invalid_hostnames(true),
        })
    }
}

/// As the HTTP client would have it, but for who checks the certificates.
fn configuration(pem: &[u8]) -> Result<ClientConfig, String> {
    let known: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("no certificates in PEM: {error}"))?;
    if known.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()));
    let usual = Verifier::new_with_extra_roots(known.iter().cloned(), Arc::clone(&provider))
        .map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot start: {error}"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(KnownOrSigned { known, usual }))
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// Believes what it knows to the byte, and leaves the rest to the usual check. That whoever shows a certificate also has
/// its key, the handshake proves in either case.
#[derive(Debug)]
struct KnownOrSigned {
    known: Vec<CertificateDer<'static>>,
    usual: Verifier,
}

impl ServerCertVerifier for KnownOrSigned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.known.iter().any(|known| known == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.usual
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
