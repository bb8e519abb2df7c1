//! Signatures that OpenSSH has made, all over the same line, and what others would take for one. The keys are thrown away.

use std::path::Path;

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use sha2::{Digest as _, Sha256, Sha512};

use super::wire::packed;
use super::{Signature, SignatureError, Signers, Standing};

const SEAL: &[u8] = b"seal\n";
const ED25519: &str = include_str!("../../../tests/fixtures/ssh/ed25519.sig");
const SIGNERS: &str = include_str!("../../../tests/fixtures/ssh/allowed_signers");

fn checked(file: &str) -> Result<Signature, SignatureError> {
    let signature = Signature::parse(file.as_bytes())?;
    signature.check(SEAL).map(|()| signature)
}

#[test]
fn what_openssh_signs_is_verified() {
    let signers = Signers::parse(Path::new("allowed_signers"), SIGNERS).expect("signers");
    let now = "2026-12-01T00:00:00Z".parse().expect("a time");
    for (file, line, fingerprint) in [
        (ED25519, 1, "ED25519 SHA256:OuZM/0Qs092Sw9VIMMrVT6Ar/Vvrsl0DQ1Bn8wiPvk8"),
        (include_str!("../../../tests/fixtures/ssh/ed25519-sha256.sig"), 1, "ED25519"),
        (
            include_str!("../../../tests/fixtures/ssh/ecdsa-p256.sig"),
            2,
            "ECDSA SHA256:103t58LQZEcgddLcyjG5UT0rEitfxpNCeIvFDI4MN30",
        ),
        (
            include_str!("../../../tests/fixtures/ssh/rsa-sha2-512.sig"),
            3,
            "RSA SHA256:153RNLEpYcExGYvbWH/w45hYOvsswVPDQibC3BKN/Z0",
        ),
        (include_str!("../../../tests/fixtures/ssh/rsa-sha2-256.sig"), 3, "RSA"),
    ] {
        let signature = checked(file).expect("good");
        assert!(signature.key().to_string().starts_with(fingerprint), "{}", signature.key());
        let allowed = Standing::Allowed { principals: "iam@example.com".to_owned(), line };
        assert_eq!(signers.standing(signature.key(), now), allowed);
        assert_eq!(signature.check(b"other seal\n"), Err(SignatureError::Bad));
    }
}

#[test]
fn what_proves_nothing_is_told_apart() {
    let namespace = checked(include_str!("../../../tests/fixtures/ssh/other-namespace.sig")).expect_err("of git");
    assert_eq!(namespace, SignatureError::Namespace("git".to_owned()));
    let broken_hash = checked(include_str!("../../../tests/fixtures/ssh/rsa-sha1.sig")).expect_err("too weak");
    assert_eq!(broken_hash, SignatureError::Bad);
    let other = checked(include_str!("../../../tests/fixtures/ssh/ecdsa-p384.sig")).expect_err("another curve");
    assert!(other.to_string().starts_with("a key of the kind ecdsa-sha2-nistp384 can't be checked here"), "{other}");
    let certificate = checked(include_str!("../../../tests/fixtures/ssh/certificate.sig")).expect_err("a certificate");
    assert!(certificate.to_string().contains("ssh-ed25519-cert-v01@openssh.com"), "{certificate}");
}

#[test]
fn only_what_ssh_keygen_writes_is_read() {
    let end = "-----END SSH SIGNATURE-----\n";
    for (file, expected) in [
        (ED25519.replace('\n', "\r\n"), "end as on Windows"),
        (format!("\n{ED25519}"), "doesn't begin with"),
        (format!(" {ED25519}"), "doesn't begin with"),
        (format!("\u{feff}{ED25519}"), "doesn't begin with"),
        (format!("{ED25519}{ED25519}"), "several signatures"),
        (format!("{ED25519}trailing"), "something follows"),
        (format!("{ED25519}\n"), "something follows"),
        (ED25519.replace(end, ""), "doesn't end with"),
        (ED25519.trim_end().to_owned(), "doesn't end with"),
        (ED25519.replace(end, &format!("\n{end}")), "as ssh-keygen breaks them"),
        (ED25519.replacen("SIGNATURE-----\n", "SIGNATURE-----\n ", 1), "isn't base64"),
        (ED25519.replacen("U1NIU0lH", "U1NIU0lI", 1), "version 1"),
        (ED25519.replacen("U1NIU0lHAAAAAQ", "U1NIU0lHAAAAAg", 1), "version 1"),
        (String::new(), "doesn't begin with"),
        ("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n".to_owned(), "as ssh-keygen breaks them"),
    ] {
        let told = checked(&file).expect_err(&file).to_string();
        assert!(told.starts_with("malformed: ") && told.contains(expected), "{told}");
    }
    assert!(Signature::parse(&[0xff, 0xfe]).is_err());
}

#[test]
fn no_bit_of_a_signature_can_be_another() {
    let text = ED25519.as_bytes();
    for at in 0..text.len() {
        for bit in 0..7 {
            let mut flipped = text.to_vec();
            flipped[at] ^= 1 << bit;
            let good = Signature::parse(&flipped).is_ok_and(|signature| signature.check(SEAL).is_ok());
            assert!(!good, "byte {at}, bit {bit}");
        }
    }
}

/// No test has a security key: what one signs is put together here as OpenSSH's PROTOCOL.u2f says.
#[test]
fn keys_in_hardware_sign_with_a_counter() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key");
    let kind = b"sk-ssh-ed25519@openssh.com";
    let application = b"ssh:";
    let key = [packed(kind), packed(pair.public_key().as_ref()), packed(application)].concat();
    let fields = [b"headcount-bundle".as_slice(), b"", b"sha512", &Sha512::digest(SEAL)].map(packed).concat();
    let message = [b"SSHSIG".as_slice(), &fields].concat();
    let counter = [1, 0, 0, 0, 9];
    let signed = [&Sha256::digest(application)[..], &counter, &Sha256::digest(&message)].concat();
    let signature = [packed(kind), packed(pair.sign(&signed).as_ref()), counter.to_vec()].concat();
    let file = |signature: &[u8]| {
        let parts = [key.as_slice(), b"headcount-bundle", b"", b"sha512", signature].map(packed).concat();
        armoured(&[b"SSHSIG\0\0\0\x01".as_slice(), &parts].concat())
    };
    assert!(checked(&file(&signature)).expect("good").key().to_string().starts_with("ED25519-SK SHA256:"));
    let mut other = signature;
    *other.last_mut().expect("a counter") += 1;
    assert_eq!(checked(&file(&other)).expect_err("another counter"), SignatureError::Bad);
}

fn armoured(blob: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(blob);
    let lines: Vec<_> = text.as_bytes().chunks(70).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
}
