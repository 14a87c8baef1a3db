//! A connection to a database: over TLS with a verified certificate, or within this machine.

use std::sync::Arc;
use std::time::Duration;

use onefold_shell::StageError;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::failure;
use super::target;

/// How long closing a connection may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// An open connection.
pub struct Connection {
    /// Sends statements.
    pub client: Client,
    driver: JoinHandle<()>,
}

impl Connection {
    /// Connects to the database that a connection string names. `described` is what messages call the string, such as
    /// `the secret "onefold/shop"`. `certificates` are those of further authorities, in PEM.
    ///
    /// # Errors
    /// It is no connection string, or the database refused or could not be reached. No error holds any of the string.
    pub async fn open(described: &str, target: &str, certificates: Option<&str>) -> Result<Self, StageError> {
        let target = target::parse(described, target)?;
        let connecting = |error| failure("connecting", described, &error);
        let (client, driver) = if target.get_ssl_mode() == SslMode::Disable {
            let (client, connection) = target.connect(NoTls).await.map_err(connecting)?;
            (client, tokio::spawn(async move { closed(connection.await) }))
        } else {
            let (client, connection) = target.connect(tls(certificates)?).await.map_err(connecting)?;
            (client, tokio::spawn(async move { closed(connection.await) }))
        };
        Ok(Self { client, driver })
    }

    /// Ends the connection and waits for it.
    pub async fn close(self) {
        drop(self.client);
        let _ended = tokio::time::timeout(CLOSE_TIMEOUT, self.driver).await;
    }
}

/// Errors of the connection are dropped here: the statement under way fails with them.
fn closed(result: Result<(), tokio_postgres::Error>) {
    if result.is_err() {
        tracing::debug!("the connection to the database ended early");
    }
}

/// TLS that trusts the system's authorities and those of the configuration.
fn tls(certificates: Option<&str>) -> Result<MakeRustlsConnect, StageError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in CertificateDer::pem_slice_iter(certificates.unwrap_or_default().as_bytes()) {
        let is_added = certificate.is_ok_and(|certificate| roots.add(certificate).is_ok());
        if !is_added {
            return Err(StageError::invalid_input("certificates holds something that is no certificate in PEM"));
        }
    }
    if roots.is_empty() {
        return Err(StageError::internal("the system has no certificates of authorities; set SSL_CERT_FILE"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StageError::internal("TLS could not be set up").caused_by(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
