//! TLS: verified, or refused.
//!
//! The server that the tests start may have been built without TLS, so a proxy before it speaks PostgreSQL's
//! `SSLRequest` and TLS.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use onefold_shell::ErrorKind;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::shop::{SECRET, Shop};

const CUSTOMERS: &str = "CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers VALUES (1), (2)";

/// The message by which a client asks for TLS (section 55.7 of PostgreSQL's manual).
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A port that speaks TLS with a certificate for a name, and the certificate of the authority that signed it.
fn proxy(to: u16, name: &str) -> (u16, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, to, TlsAcceptor::from(Arc::new(config.clone()))));
            }
        });
    });
    (port, authority.pem())
}

async fn forward(mut client: TcpStream, to: u16, acceptor: TlsAcceptor) -> std::io::Result<()> {
    let mut request = [0; 8];
    client.read_exact(&mut request).await?;
    assert_eq!(request, SSL_REQUEST, "nothing is said in the clear");
    client.write_all(b"S").await?;
    let mut client = acceptor.accept(client).await?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// A source behind a proxy that shows a certificate for a name.
fn shop_behind(name: &str, trusts_authority: bool) -> Shop {
    let shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"");
    let (port, authority) = proxy(shop.database.port(), name);
    shop.secrets.store(SECRET, &shop.database.secret_with_tls(port));
    if trusts_authority {
        shop.configure(&format!("table = \"public.customers\"\nkey = \"id\"\ncertificates = '''{authority}'''"));
    }
    shop
}

#[test]
fn reads_through_tls_that_an_authority_of_the_configuration_vouches_for() {
    let shop = shop_behind("localhost", true);
    shop.read();
    assert_eq!(shop.ids(), ["1", "2"]);
}

#[test]
fn refuses_hosts_that_nobody_vouches_for() {
    let error = shop_behind("localhost", false).plan().unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{error}");
    assert!(error.text().contains("UnknownIssuer") && error.text().contains("certificates"), "{error}");
}

#[test]
fn refuses_certificates_of_other_hosts() {
    let error = shop_behind("elsewhere.example", true).plan().unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{error}");
    assert!(error.text().contains("TLS"), "{error}");
}

#[test]
fn refuses_to_talk_in_the_clear() {
    let shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"");
    shop.secrets.store(SECRET, &shop.database.secret_with_tls(shop.database.port()));
    let error = shop.plan().unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{error}");
    assert!(error.text().contains("offers no TLS"), "{error}");
    shop.secrets.store(SECRET, "postgresql://a:b@db.example/shop?sslmode=disable");
    assert!(shop.plan().unwrap_err().text().contains("another machine"));
}
