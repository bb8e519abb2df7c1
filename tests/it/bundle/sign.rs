//! `bundle sign`, and that headcount and ssh-keygen agree on every signature.

use std::fs;

use super::kit::{PRINCIPAL, Room, has, shell, tool};

/// What ssh-keygen says of a signature in an unpacked bundle.
fn ssh_keygen(room: &Room, folder: &str, signature: &str, options: &str) -> (bool, String) {
    let line = format!(
        "TZ=UTC ssh-keygen -Y verify {options} -f ../signers -I {PRINCIPAL} -n headcount-bundle -s signatures/{signature} \
         < tagmanifest-sha256.txt"
    );
    shell(&room.file(folder), &line)
}

#[test]
fn keys_of_every_kind_sign_and_both_verify() {
    let room = Room::new();
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let (folder, zip) = (format!("q-{kind}"), format!("q-{kind}.zip"));
        if room.key(kind, kind, PRINCIPAL, "").is_none() {
            return;
        }
        room.bundle(&folder, 4, None);
        let id = room.bundle(&zip, 4, None).to_string();
        for file in [&folder, &zip] {
            room.sign(file, kind).is(0, &["Signed", &id, "headcount bundle verify"]);
            room.verify(file).is(0, &["verified", "by iam@example.com"]);
        }
        let (good, said) = ssh_keygen(&room, &folder, "iam-example-com.sig", "");
        assert!(good && said.contains("Good \"headcount-bundle\" signature"), "{said}");
    }
}

#[test]
fn a_second_signer_is_added_and_the_first_stays() {
    let room = Room::new();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() {
        return;
    }
    room.key("auditor", "ed25519", "auditor@example.org", "");
    room.bundle("q.zip", 4, None);
    room.sign("q.zip", "iam").is(0, &[]);
    let before = fs::read(room.file("q.zip")).expect("a file");
    room.sign("q.zip", "auditor").is(2, &["has signatures/iam-example-com.sig already", "Nothing was signed"]);
    assert_eq!(fs::read(room.file("q.zip")).expect("a file"), before);
    room.run(["sign", "q.zip", "--key", "auditor", "--as", "auditor@example.org"]).is(0, &[]);
    room.verify("q.zip").is(0, &["by iam@example.com", "by auditor@example.org"]);
    // A third one that nobody knows changes nothing, and isn't told as if it were good.
    fs::copy(room.file("signers"), room.file("known")).expect("copied");
    room.key("stranger", "ed25519", "stranger", "");
    room.run(["sign", "q.zip", "--key", "stranger", "--as", "stranger"]).is(0, &[]);
    room.run(["verify", "q.zip", "--signers", "known"]).is(
        0,
        &[
            "ok signature signatures/iam-example-com.sig",
            "?? signature signatures/stranger.sig: by the key",
            "isn't in known",
        ],
    );
    let names: Vec<_> =
        fs::read_dir(room.path()).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with(".headcount")), "{names:?}");
    if has("unzip") {
        tool(room.path(), ["unzip", "-q", "q.zip", "-d", "out"]);
        assert!(room.file("out/q/signatures/auditor-example-org.sig").exists());
    }
}

#[test]
fn who_may_not_sign_is_not_believed() {
    let room = Room::new();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() {
        return;
    }
    let signers = fs::read(room.file("signers")).expect("signers");
    room.key("stranger", "ed25519", "stranger", "");
    fs::write(room.file("signers"), signers).expect("written");
    room.bundle("q", 4, None);
    room.bundle("other", 3, None);
    let alone = |name: &str| {
        for entry in fs::read_dir(room.file("q/signatures")).expect("a folder") {
            let path = entry.expect("one").path();
            if !path.ends_with(name) {
                fs::remove_file(path).expect("removed");
            }
        }
    };
    room.sign("q", "stranger").is(0, &[]);
    room.verify("q").is(3, &["intact, and not confirmed", "its key isn't in signers"]);
    room.run(["verify", "q"]).is(3, &["whose that is, --signers tells"]);
    assert!(!ssh_keygen(&room, "q", "iam-example-com.sig", "").0);
    room.sign_by_hand("q", "iam", "git", "git.sig");
    alone("git.sig");
    room.verify("q").is(1, &["it was made for \"git\""]);
    assert!(!ssh_keygen(&room, "q", "git.sig", "").0);
    room.sign_by_hand("other", "iam", "headcount-bundle", "other.sig");
    fs::copy(room.file("other/signatures/other.sig"), room.file("q/signatures/other.sig")).expect("copied");
    alone("other.sig");
    room.verify("q").is(1, &["it isn't over this bundle's seal"]);
    // A good one beside it doesn't make it good.
    room.sign("q", "iam").is(0, &[]);
    room.verify("q").is(1, &["by iam@example.com", "it isn't over this bundle's seal"]);
    alone("iam-example-com.sig");
    let path = room.file("q/signatures/iam-example-com.sig");
    let text = fs::read_to_string(&path).expect("text");
    fs::write(&path, text.replace('\n', "\r\n")).expect("written");
    room.verify("q").is(1, &["malformed: its lines end as on Windows"]);
}

#[test]
fn dates_and_purposes_of_keys_count() {
    let room = Room::new();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() {
        return;
    }
    room.bundle("q", 4, None);
    room.sign("q", "iam").is(0, &[]);
    for (options, code, said) in [
        ("valid-before=\"20200101Z\"", 3, "was valid until 2020-01-01T00:00:00Z"),
        ("valid-after=\"20990101Z\"", 3, "is valid from 2099-01-01T00:00:00Z on"),
        ("namespaces=\"git,file\"", 3, "may not sign for headcount-bundle"),
        ("cert-authority", 3, "certifies others"),
        ("namespaces=\"headcount-*\"", 0, "by iam@example.com"),
    ] {
        fs::remove_file(room.file("signers")).expect("removed");
        room.allow("iam", PRINCIPAL, options);
        room.verify("q").is(code, &[said]);
        assert_eq!(ssh_keygen(&room, "q", "iam-example-com.sig", "").0, code == 0, "{options}");
    }
    fs::write(room.file("signers"), "iam ssh-ed25519 broken\n").expect("written");
    room.verify("q").is(2, &["signers:1:1", "there is no public key"]);
}

#[test]
fn what_can_not_be_signed_is_left_as_it_was() {
    let room = Room::new();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() {
        return;
    }
    room.bundle("q.zip", 4, None);
    let before = fs::read(room.file("q.zip")).expect("a file");
    room.sign("q.zip", "nowhere").is(2, &["the public half of nowhere can't be read", "Nothing was signed"]);
    // A public half of somebody else.
    room.key("other", "ed25519", "other", "");
    fs::copy(room.file("other.pub"), room.file("iam.pub")).expect("copied");
    room.sign("q.zip", "iam").is(2, &["Nothing was signed"]);
    fs::remove_file(room.file("iam.pub")).expect("removed");
    assert_eq!(fs::read(room.file("q.zip")).expect("a file"), before);
    // Without one, ssh-keygen tells it.
    room.sign("q.zip", "iam").is(0, &[]);
    room.bundle("q", 4, None);
    fs::write(room.file("q/data/inputs/roster-1.csv"), "other").expect("written");
    room.sign("q", "iam").is(2, &["changed data/inputs/roster-1.csv", "Nothing was signed"]);
    assert!(!room.file("q/signatures").exists());
}
