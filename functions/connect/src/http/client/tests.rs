//! Whom a request, and the token with it, is sent to.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;

use onefold_config::{HttpPatience, Paging};

use super::*;

/// Settings for a server on this machine.
fn settings(url: &str) -> HttpSettings {
    HttpSettings {
        url: Url::parse(url).unwrap(),
        items: String::new(),
        paging: Paging::Single,
        params: Vec::new(),
        watermark: None,
        auth: Some(HttpAuth::Bearer { secret: "onefold/crm".to_owned() }),
        requests_per_second: None,
        max_page_bytes: 100,
        patience: HttpPatience { timeout: Duration::from_secs(10), tries: 1, wait: Duration::ZERO },
    }
}

/// A server with a certificate that nobody vouches for. Gives its port, and then what it could read of a request.
fn untrusted_server() -> (u16, std::thread::JoinHandle<Vec<u8>>) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut read = Vec::new();
        // The client ends the handshake; nothing may come.
        let _ = rustls::StreamOwned::new(session, stream).read_to_end(&mut read);
        read
    });
    (port, serving)
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_request() {
    let (port, serving) = untrusted_server();
    let settings = settings(&format!("https://localhost:{port}/"));
    let client = PageClient::new(&settings, Some("t0ken")).unwrap();
    let failed = client.get(&settings.url, settings.patience.timeout).await.unwrap_err();
    let RequestFailure::Passing { what, .. } = failed else { panic!("{failed:?}") };
    assert!(what.contains("invalid peer certificate: UnknownIssuer"), "{what}");
    assert_eq!(serving.join().unwrap(), b"", "the token is not sent");
}

#[test]
fn redirects_stay_on_the_host() {
    let from = Url::parse("https://api.example.com/v1?x=1").unwrap();
    let follow = |target: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, target.parse().unwrap());
        redirect(&from, &headers).map(String::from)
    };
    assert_eq!(follow("/v2").unwrap(), "https://api.example.com/v2");
    assert_eq!(follow("https://api.example.com/v2").unwrap(), "https://api.example.com/v2");
    for other in ["https://evil.example/?token=s3cret", "http://api.example.com/v1", "//evil.example/"] {
        let Err(RequestFailure::Lasting { what }) = follow(other) else { panic!("{other}") };
        assert!(what.contains("another host") && !what.contains("s3cret"), "{what}");
    }
}

#[test]
fn secrets_are_sent_and_never_shown() {
    let bearer = HttpAuth::Bearer { secret: "onefold/crm".to_owned() };
    let (name, value) = credentials(&bearer, " t0ken\n").unwrap();
    assert_eq!((name.as_str(), value.to_str().unwrap()), ("authorization", "Bearer t0ken"));
    assert!(!format!("{value:?}").contains("t0ken"));
    let header = HttpAuth::Header { name: "x-api-key".to_owned(), secret: "onefold/crm".to_owned() };
    let (name, value) = credentials(&header, "key").unwrap();
    assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-api-key", "key"));
    for unfit in ["", " \n", "two\nlines"] {
        let error = credentials(&bearer, unfit).unwrap_err().text();
        assert!(error.contains("onefold/crm") && !error.contains("lines"), "{error}");
    }
}
