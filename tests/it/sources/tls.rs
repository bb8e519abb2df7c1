//! Who isn't proven to be the vendor gets no request: over real TLS on loopback, with an authority of the test's own.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use headcount::model::SourceStatus;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::source::{Fetched, Source};

/// A private authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What a server for this name shows, valid until the end of that year.
    fn server(&self, name: &str, last_year: i32) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        versions.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
}

/// A contact centre without users, over TLS.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Its thread ends with the test.
    fn start(config: ServerConfig) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (connected, requested, config) = (Arc::clone(&connections), Arc::clone(&requests), Arc::new(config));
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                connected.fetch_add(1, Ordering::SeqCst);
                let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), socket.unwrap());
                let mut head = [0; 4096];
                // A client that doesn't trust the certificate hangs up before it sends anything.
                if let Ok(1..) = stream.read(&mut head) {
                    requested.fetch_add(1, Ordering::SeqCst);
                    let body = r#"{"users":[],"metadata":{"total":0}}"#;
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(answer.as_bytes()).unwrap();
                    stream.conn.send_close_notify();
                    stream.flush().unwrap();
                }
            }
        });
        Self { url, connections, requests }
    }

    /// Fetches from it, trusting this authority besides the machine's.
    async fn fetch(&self, trusted: Option<&Authority>) -> Fetched {
        let pem = trusted.map_or("", |authority| &authority.pem);
        let lines =
            if trusted.is_some() { "api_key = \"file:key\"\nca_file = \"ca.pem\"" } else { "api_key = \"file:key\"" };
        Source::new("voiso", &self.url, lines, &[("key", "voiso-key-1"), ("ca.pem", pem)]).fetch().await
    }

    /// Refused at the first look, and not one byte of a request was sent.
    fn was_refused(&self, fetched: &Fetched, reason: &str) {
        let error = fetched.error();
        assert_eq!(fetched.certificate.status, SourceStatus::Failed);
        assert!(error.contains("the certificate of localhost can't be trusted"), "{error}");
        assert!(error.contains(reason), "{reason}: {error}");
        assert!(error.contains("name the certificate of a private authority in ca_file"), "{error}");
        assert_eq!(self.connections.load(Ordering::SeqCst), 1, "trust doesn't come by asking again");
        assert_eq!(self.requests.load(Ordering::SeqCst), 0, "credentials were sent to somebody unproven");
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named() {
    let authority = Authority::new();
    let stranger = Server::start(authority.server("localhost", 2099));
    stranger.was_refused(&stranger.fetch(None).await, "UnknownIssuer");
    let other = Server::start(authority.server("localhost", 2099));
    other.was_refused(&other.fetch(Some(&Authority::new())).await, "");
    let vendor = Server::start(authority.server("localhost", 2099));
    vendor.fetch(Some(&authority)).await.complete();
    assert!(vendor.requests.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn a_certificate_for_another_host_or_out_of_date_is_refused() {
    let authority = Authority::new();
    let elsewhere = Server::start(authority.server("elsewhere.example", 2099));
    elsewhere.was_refused(&elsewhere.fetch(Some(&authority)).await, "elsewhere.example");
    let expired = Server::start(authority.server("localhost", 2020));
    expired.was_refused(&expired.fetch(Some(&authority)).await, "expired");
}

#[test]
fn a_broken_ca_file_is_told_before_anything_is_asked() {
    let lines = "api_key = \"file:key\"\nca_file = \"ca.pem\"";
    let source = |pem| Source::new("voiso", "https://localhost:9", lines, &[("key", "voiso-key-1"), ("ca.pem", pem)]);
    let broken = Authority::new().pem.replace("MII", "!!!");
    for pem in ["", "no certificate at all\n", broken.as_str()] {
        let mistake = source(pem).connector().err().unwrap_or_else(|| panic!("{pem:?} was taken")).to_string();
        assert!(mistake.contains("ca.pem"), "{mistake}");
    }
    let missing = Source::new("voiso", "https://localhost:9", lines, &[("key", "voiso-key-1")]);
    let mistake = missing.connector().err().unwrap().to_string();
    let (place, what) = mistake.split_once(": ").unwrap();
    assert!(place.ends_with("headcount.toml:8:11") && what.contains("ca.pem can't be read"), "{mistake}");
}
