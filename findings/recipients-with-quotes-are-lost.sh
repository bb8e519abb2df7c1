#!/usr/bin/env bash
# A recipient who gets no mail, and nobody hears of it: an address with a quoted part before the `@` (RFC 5321, 4.1.2) is
# taken, and is neither in the message nor in the envelope.
#
# Seen with lettre 0.11.23 (Rust). An `Address` parses from each of the texts below, as the RFC has it. Then
# `Message::builder().to(…)` takes it and `body(…)` builds the message without an error, but where the quotes are needed, because of
# a space or two dots in a row, only the other recipient is left in `To` and in the envelope that is sent.
#
# Whoever sends reports by mail has to refuse such addresses, or to count the envelope's recipients before sending.
#
# Needs Rust and its package registry. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"

cat >"$folder/Cargo.toml" <<'END'
[package]
name = "recipients"
version = "0.0.0"
edition = "2021"

[dependencies]
lettre = { version = "=0.11.23", default-features = false, features = ["builder"] }
END

cat >"$folder/src/main.rs" <<'END'
use lettre::message::Mailbox;
use lettre::{Address, Message};

fn main() {
    for text in ["ada@example.com", "\"ada\"@example.com", "\"ada lovelace\"@example.com", "\"ada..lovelace\"@example.com"] {
        let address: Address = text.parse().expect("an address");
        let message = Message::builder()
            .from("access@example.com".parse().expect("an address"))
            .to(Mailbox::new(None, address))
            .to("bob@example.com".parse().expect("an address"))
            .body(String::new())
            .expect("a message");
        let envelope: Vec<_> = message.envelope().to().iter().map(ToString::to_string).collect();
        println!("{text} and bob | {}", envelope.join(" "));
    }
}
END

cat >"$folder/expected" <<'END'
ada@example.com and bob | ada@example.com bob@example.com
"ada"@example.com and bob | ada@example.com bob@example.com
"ada lovelace"@example.com and bob | bob@example.com
"ada..lovelace"@example.com and bob | bob@example.com
END

(cd "$folder" && cargo run --quiet) >"$folder/seen"
diff "$folder/expected" "$folder/seen"
echo "as described"
