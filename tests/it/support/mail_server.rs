//! A mail server on loopback that does as it is told: with implicit TLS or STARTTLS under a private authority, logins,
//! and whatever goes wrong at a server.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(crate) const USER: &str = "mailer";
pub(crate) const PASSWORD: &str = "s3cret of the mailer";

/// When TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    Implicit,
    Upgraded,
    /// STARTTLS isn't offered, as when somebody on the line takes it out.
    Stripped,
    /// More than the answer to STARTTLS comes before TLS.
    Injected,
}

/// What the server does at a command that starts with some words.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers so.
    Say(&'static str),
    /// Answers nothing, and keeps the connection.
    Stall,
    /// Hangs up.
    HangUp,
}

/// At which command, after how many of them, how often; `END` is the end of a message.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) at: &'static str,
    pub(crate) act: Act,
    pub(crate) after: usize,
    pub(crate) times: usize,
}

/// Always.
pub(crate) fn at(at: &'static str, act: Act) -> Script {
    Script { at, act, after: 0, times: usize::MAX }
}

/// What was seen.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    /// Every command, with whether it came over TLS.
    pub(crate) commands: Vec<(bool, String)>,
    /// Whole messages that were accepted, with their recipients.
    pub(crate) messages: Vec<(Vec<String>, String)>,
}

#[derive(Debug)]
struct State {
    tls: Tls,
    mechanism: &'static str,
    script: Mutex<Vec<Script>>,
    seen: Mutex<Seen>,
}

/// The server. It ends with its runtime.
pub(crate) struct Server {
    state: Arc<State>,
    pub(crate) port: u16,
    folder: TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub(crate) fn start(tls: Tls, script: &[Script]) -> Self {
        Self::with_login(tls, "PLAIN LOGIN", script)
    }

    pub(crate) fn with_login(tls: Tls, mechanism: &'static str, script: &[Script]) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let acceptor = acceptor(&folder);
        let state = State { tls, mechanism, script: Mutex::new(script.to_vec()), seen: Mutex::default() };
        let state = Arc::new(state);
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let serving = Arc::clone(&state);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.seen.lock().expect("not poisoned").connections += 1;
                tokio::spawn(connection(stream, acceptor.clone(), Arc::clone(&serving)));
            }
        });
        Self { state, port, folder, _runtime: runtime }
    }

    /// Its certificate authority.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub(crate) fn seen(&self) -> Seen {
        self.state.seen.lock().expect("not poisoned").clone()
    }

    /// From now on.
    pub(crate) fn behave(&self, script: &[Script]) {
        *self.state.script.lock().expect("not poisoned") = script.to_vec();
    }
}

/// An authority, and a certificate of it for `localhost`.
fn acceptor(folder: &TempDir) -> TlsAcceptor {
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(authority, key).expect("an authority");
    std::fs::write(folder.path().join("ca.pem"), authority.pem()).expect("written");
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let leaf = leaf.signed_by(&key, &authority).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .expect("a certificate");
    TlsAcceptor::from(Arc::new(config))
}

async fn connection(mut stream: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) {
    if state.tls == Tls::Implicit {
        if let Ok(mut stream) = acceptor.accept(stream).await {
            say(&mut stream, "220 test").await;
            talk(&mut stream, true, &state).await;
        }
        return;
    }
    say(&mut stream, "220 test").await;
    if !talk(&mut stream, false, &state).await {
        return;
    }
    let injected = if state.tls == Tls::Injected { "\r\n250-test\r\n250 AUTH PLAIN" } else { "" };
    say(&mut stream, &format!("220 go ahead{injected}")).await;
    if let Ok(mut stream) = acceptor.accept(stream).await {
        talk(&mut stream, true, &state).await;
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), line: &str) {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.ok();
    stream.flush().await.ok();
}

async fn line(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut line = Vec::new();
    loop {
        let byte = stream.read_u8().await.ok()?;
        match byte {
            b'\n' => return Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()),
            byte => line.push(byte),
        }
    }
}

/// The conversation; true, if TLS is to start now.
async fn talk(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), tls: bool, state: &State) -> bool {
    let mut recipients = Vec::new();
    while let Some(command) = line(stream).await {
        state.seen.lock().expect("not poisoned").commands.push((tls, command.clone()));
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match scripted(state, &command) {
            Some(Act::Say(answer)) => {
                say(stream, answer).await;
                continue;
            }
            Some(Act::Stall) => {
                tokio::time::sleep(Duration::from_mins(1)).await;
                return false;
            }
            Some(Act::HangUp) => return false,
            None => {}
        }
        match verb.as_str() {
            "EHLO" => {
                let offers = match (tls, state.tls) {
                    (false, Tls::Upgraded | Tls::Injected) => "250 STARTTLS".to_owned(),
                    // Whoever strips STARTTLS hopes for the password.
                    _ => format!("250 AUTH {}", state.mechanism),
                };
                say(stream, &format!("250-test\r\n{offers}")).await;
            }
            "STARTTLS" => return true,
            "AUTH" => {
                let answer = login(stream, &command).await;
                say(stream, answer).await;
            }
            "MAIL" => {
                recipients.clear();
                say(stream, "250 ok").await;
            }
            "RCPT" => {
                recipients.push(command.split(['<', '>']).nth(1).unwrap_or_default().to_owned());
                say(stream, "250 ok").await;
            }
            "DATA" => {
                say(stream, "354 go ahead").await;
                let Some(message) = message(stream).await else { return false };
                match scripted(state, "END") {
                    None => {
                        let whole = (recipients.clone(), message);
                        state.seen.lock().expect("not poisoned").messages.push(whole);
                        say(stream, "250 queued").await;
                    }
                    Some(Act::Say(answer)) => say(stream, answer).await,
                    Some(Act::Stall) => tokio::time::sleep(Duration::from_mins(1)).await,
                    Some(Act::HangUp) => return false,
                }
            }
            "QUIT" => {
                say(stream, "221 bye").await;
                return false;
            }
            _ => say(stream, "250 ok").await,
        }
    }
    false
}

fn scripted(state: &State, command: &str) -> Option<Act> {
    let mut script = state.script.lock().expect("not poisoned");
    let entry = script.iter_mut().find(|entry| command.starts_with(entry.at) && entry.times > 0)?;
    if entry.after > 0 {
        entry.after -= 1;
        return None;
    }
    entry.times -= 1;
    Some(entry.act.clone())
}

async fn message(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut message = String::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(message);
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
        message.push_str("\r\n");
    }
}

/// The answer to a login with PLAIN or LOGIN.
async fn login(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), command: &str) -> &'static str {
    let decoded = |text: &str| STANDARD.decode(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let right = if let Some(given) = command.strip_prefix("AUTH PLAIN ") {
        decoded(given).ok().as_deref() == Some(&format!("\0{USER}\0{PASSWORD}"))
    } else {
        let mut given = Vec::new();
        for prompt in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
            say(stream, prompt).await;
            given.extend(line(stream).await.and_then(|answer| decoded(&answer).ok()));
        }
        given == [USER, PASSWORD]
    };
    if right { "235 welcome" } else { "535 wrong: s3cret of the mailer" }
}
