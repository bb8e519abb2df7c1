//! Time stamps, of an authority that is made here: its certificate is still good, or ended long ago.

use std::fs;
use std::path::Path;

use axum::response::{IntoResponse as _, Response};
use tokio::runtime::Runtime;

use super::kit::{PRINCIPAL, Room, has, shell, tool};
use crate::support::stub::Stub;

const SETTINGS: &str = "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=authority\n[dn]\nCN=Test stamps\n\
    [authority]\nbasicConstraints=critical,CA:false\nextendedKeyUsage=critical,timeStamping\nkeyUsage=digitalSignature\n\
    [stamps]\nserial=serial\nsigner_cert=authority.pem\nsigner_key=authority.key\nsigner_digest=sha256\n\
    default_policy=1.2.3.4.1\ndigests=sha256\ness_cert_id_alg=sha256\n";

/// An authority in a folder.
fn authority(folder: &Path) {
    fs::write(folder.join("stamps.cnf"), SETTINGS).expect("written");
    fs::write(folder.join("serial"), "01\n").expect("written");
    let key = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "authority.key"];
    tool(folder, key);
    let words = "openssl req -x509 -new -key authority.key -config stamps.cnf -days 2 -sha256 -out authority.pem";
    tool(folder, words.split(' '));
}

/// What it answers to a request.
fn answer(folder: &Path, request: &[u8]) -> Vec<u8> {
    fs::write(folder.join("request"), request).expect("written");
    let words = "openssl ts -reply -queryfile request -config stamps.cnf -section stamps -out reply";
    tool(folder, words.split(' '));
    fs::read(folder.join("reply")).expect("a reply")
}

fn reply(bytes: Vec<u8>) -> Response {
    ([("content-type", "application/timestamp-reply")], bytes).into_response()
}

/// A room with a key and an authority, if the programs for both are here.
fn room() -> Option<Room> {
    let room = Room::new();
    room.key("iam", "ed25519", PRINCIPAL, "")?;
    has("openssl").then(|| authority(room.path()))?;
    Some(room)
}

fn sign(room: &Room, file: &str, answer: impl Fn(&[u8]) -> Response + Send + Sync + 'static) -> super::kit::Did {
    let runtime = Runtime::new().expect("a runtime");
    let stub = runtime.block_on(Stub::start(move |seen, _| {
        assert_eq!((seen.method.as_str(), seen.header("content-type")), ("POST", "application/timestamp-query"));
        assert_eq!(seen.body.len(), 69);
        answer(&seen.body)
    }));
    room.run(["sign", file, "--key", "iam", "--as", PRINCIPAL, "--timestamp", &stub.url])
}

#[test]
fn a_bundle_is_stamped_and_the_stamp_verified() {
    let Some(room) = room() else { return };
    room.bundle("q.zip", 4, None);
    let folder = room.path().to_owned();
    sign(&room, "q.zip", move |request| reply(answer(&folder, request))).is(0, &["Signed", "Stamped 20"]);
    room.verify("q.zip").is(0, &["stamped 20", "not verified here: --tsa-ca names"]);
    let with = ["verify", "q.zip", "--signers", "signers", "--tsa-ca", "authority.pem"];
    room.run(with).is(0, &["by the authority of authority.pem"]);
    sign(&room, "q.zip", |_| reply(Vec::new())).is(2, &["already"]);
    // Without openssl nobody can tell whose stamp it is, and the command is told.
    let tools = room.file("tools");
    fs::create_dir(&tools).expect("made");
    let mut headcount = crate::support::process::headcount();
    let output = headcount.arg("bundle").args(with).current_dir(room.path()).env("PATH", &tools).output().expect("ran");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("there is no openssl that can. In the unpacked bundle: openssl ts -verify -attime "),
        "{said}"
    );
}

#[test]
fn a_foreign_stamp_is_wrong() {
    let Some(room) = room() else { return };
    room.bundle("q", 4, None);
    room.bundle("other", 3, None);
    let folder = room.path().to_owned();
    for file in ["q", "other"] {
        let folder = folder.clone();
        sign(&room, file, move |request| reply(answer(&folder, request))).is(0, &[]);
    }
    fs::rename(room.file("authority.pem"), room.file("first.pem")).expect("renamed");
    authority(room.path());
    let with = |authority: &str| room.run(["verify", "q", "--signers", "signers", "--tsa-ca", authority]);
    with("first.pem").is(0, &["verified"]);
    with("authority.pem").is(1, &["but not by the authority of authority.pem"]);
    fs::copy(room.file("other/signatures/time.tsr"), room.file("q/signatures/time.tsr")).expect("copied");
    with("first.pem").is(1, &["signatures/time.tsr: it isn't over this bundle's seal"]);
    room.verify("q").is(1, &["it isn't over this bundle's seal"]);
    fs::write(room.file("q/signatures/time.tsr"), "nonsense").expect("written");
    room.verify("q").is(1, &["no answer of a time stamp authority"]);
    fs::remove_file(room.file("q/signatures/time.tsr")).expect("removed");
    with("first.pem").is(3, &["it has no time stamp"]);
}

#[test]
fn an_answer_that_is_no_stamp_leaves_the_bundle_as_it_was() {
    let Some(room) = room() else { return };
    room.bundle("q.zip", 4, None);
    let before = fs::read(room.file("q.zip")).expect("a file");
    let old = {
        let folder = room.path().to_owned();
        move |request: &[u8]| {
            let mut other = request.to_vec();
            // Another nonce: the answer to somebody else's question.
            other[60] ^= 1;
            reply(answer(&folder, &other))
        }
    };
    let bare = {
        let folder = room.path().to_owned();
        move |request: &[u8]| {
            let mut other = request.to_vec();
            // The last three bytes ask for the certificate.
            other.truncate(66);
            other[1] -= 3;
            reply(answer(&folder, &other))
        }
    };
    sign(&room, "q.zip", old).is(4, &["it answers another request", "The bundle is as it was"]);
    sign(&room, "q.zip", bare).is(4, &["without the authority's certificate"]);
    sign(&room, "q.zip", |_| reply(b"<html>".to_vec())).is(4, &["no answer of a time stamp authority"]);
    let rejected = include_bytes!("../../fixtures/time/rejected.tsr");
    sign(&room, "q.zip", |_| reply(rejected.to_vec())).is(4, &["the authority refused (status 2)"]);
    assert_eq!(fs::read(room.file("q.zip")).expect("a file"), before);
}

/// A key that has ended since signs for what it signed before, if a stamp says when that was.
#[test]
fn a_rotated_key_is_good_by_the_stamp_alone() {
    let Some(room) = room() else { return };
    room.bundle("q", 4, None);
    let folder = room.path().to_owned();
    sign(&room, "q", move |request| reply(answer(&folder, request))).is(0, &[]);
    let stamp = fs::read(room.file("q/signatures/time.tsr")).expect("a stamp");
    let time = headcount::bundle::Stamp::parse(&stamp).expect("a stamp").time;
    fs::remove_file(room.file("signers")).expect("removed");
    room.allow("iam", PRINCIPAL, &format!("valid-before=\"{}\"", time.format("%Y%m%d%H%M%SZ")));
    std::thread::sleep(std::time::Duration::from_millis(2100));
    room.verify("q").is(3, &["this key was valid until", "--tsa-ca"]);
    let with = ["verify", "q", "--signers", "signers", "--tsa-ca", "authority.pem"];
    room.run(with).is(0, &["verified", "by iam@example.com"]);
}

/// The stamp in the fixture is over the line `seal`, and its authority's certificate ended 20 seconds later.
#[test]
fn a_stamp_outlives_its_authority() {
    if !has("openssl") {
        return;
    }
    let room = Room::new();
    fs::write(room.file("tagmanifest-sha256.txt"), "seal\n").expect("written");
    fs::create_dir(room.file("signatures")).expect("made");
    fs::write(room.file("signatures/time.tsr"), include_bytes!("../../fixtures/time/granted.tsr")).expect("written");
    fs::write(room.file("authority.pem"), include_bytes!("../../fixtures/time/authority.pem")).expect("written");
    let seconds = "1796026328";
    let command = format!(
        "openssl ts -verify -attime {seconds} -data tagmanifest-sha256.txt -in signatures/time.tsr -CAfile authority.pem"
    );
    let (good, said) = shell(room.path(), &command);
    assert!(good && said.contains("Verification: OK"), "{said}");
    let (good, said) = shell(room.path(), &command.replace(&format!("-attime {seconds} "), ""));
    assert!(!good, "today is none of its days: {said}");
}
