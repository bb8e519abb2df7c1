//! Whose signature is on a time stamp: `openssl ts -verify`, at the time that the stamp tells. Today's time would be wrong: an
//! authority's certificate ends long before the evidence isn't needed any more.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Stamp;

/// What openssl says of a stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is of the authority.
    Good,
    /// It isn't, in openssl's words.
    Bad(String),
    /// There is no openssl here.
    NotHere,
}

/// The command by which anybody can check it, in the folder of the unpacked bundle.
pub(crate) fn command(stamp: &Stamp, authority: &Path) -> String {
    let words = arguments(stamp, Path::new("tagmanifest-sha256.txt"), Path::new("signatures/time.tsr"), authority);
    format!("openssl {}", words.join(" "))
}

fn arguments(stamp: &Stamp, seal: &Path, reply: &Path, authority: &Path) -> Vec<String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let words = ["ts", "-verify", "-attime"].map(str::to_owned);
    let options = [("-data", path(seal)), ("-in", path(reply)), ("-CAfile", path(authority))];
    let options = options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
    words.into_iter().chain([stamp.time.timestamp().to_string()]).chain(options).collect()
}

/// Asks openssl whether a stamp over a seal is of the authority whose certificate is in that file.
///
/// # Errors
/// The two can't be laid before it.
pub(crate) fn verify(stamp: &Stamp, reply: &[u8], seal: &[u8], authority: &Path) -> io::Result<Checked> {
    let room = tempfile::tempdir()?;
    let (seal_file, reply_file) = (room.path().join("seal"), room.path().join("reply"));
    std::fs::write(&seal_file, seal)?;
    std::fs::write(&reply_file, reply)?;
    let mut openssl = Command::new("openssl");
    openssl.args(arguments(stamp, &seal_file, &reply_file, authority)).stdin(Stdio::null());
    match openssl.output() {
        Ok(output) if output.status.success() => Ok(Checked::Good),
        Ok(output) => Ok(Checked::Bad(why(&String::from_utf8_lossy(&output.stderr)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Checked::NotHere),
        Err(error) => Err(error),
    }
}

/// The line that says it; the others say where in openssl that is.
fn why(words: &str) -> String {
    let line = words.lines().rev().find(|line| line.contains(":error:") || line.contains("rror"));
    let line = line.and_then(|line| line.rsplit(':').next().filter(|end| !end.is_empty())).unwrap_or("it says no more");
    line.trim().escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY: &[u8] = include_bytes!("../../../tests/fixtures/time/granted.tsr");

    /// The authority's certificate ended 20 seconds after it.
    #[test]
    fn a_stamp_outlives_its_authority() {
        let stamp = Stamp::parse(REPLY).expect("a stamp");
        let authority = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/time/authority.pem"));
        let asked = |stamp: &Stamp, seal: &[u8]| verify(stamp, REPLY, seal, authority).expect("asked");
        if asked(&stamp, b"seal\n") == Checked::NotHere {
            return;
        }
        assert_eq!(asked(&stamp, b"seal\n"), Checked::Good);
        assert_eq!(asked(&stamp, b"other\n"), Checked::Bad("message imprint mismatch".to_owned()));
        let mut late = stamp;
        late.time += chrono::TimeDelta::days(3);
        assert_eq!(asked(&late, b"seal\n"), Checked::Bad("certificate has expired".to_owned()));
    }

    #[test]
    fn anybody_can_run_the_command() {
        let stamp = Stamp::parse(REPLY).expect("a stamp");
        let expected = "openssl ts -verify -attime 1796026328 -data tagmanifest-sha256.txt -in signatures/time.tsr -CAfile tsa.pem";
        assert_eq!(command(&stamp, Path::new("tsa.pem")), expected);
    }
}
