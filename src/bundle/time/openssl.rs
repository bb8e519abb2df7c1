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
    /// There is no openssl here that can tell: none at all, or one that doesn't know `-attime`.
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
        Ok(output) => Ok(why(&String::from_utf8_lossy(&output.stderr)).map_or(Checked::NotHere, Checked::Bad)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Checked::NotHere),
        Err(error) => Err(error),
    }
}

/// What its last error is: `THREAD:error:CODE:LIBRARY:FUNCTION:REASON:FILE:LINE:DETAIL`, in which the detail, if there is one,
/// says more than the reason. `None` if it tells of no error, but how it is used.
fn why(words: &str) -> Option<String> {
    const REASON: usize = 3;
    let error = words.lines().rev().find_map(|line| line.split_once(":error:"));
    let Some((_, error)) = error else {
        let line = words.lines().rev().find(|line| line.contains("rror"))?;
        return Some(line.trim().escape_debug().to_string());
    };
    let detail = error.rsplit(':').next().filter(|detail| !detail.trim().is_empty());
    let why = detail.or_else(|| error.split(':').nth(REASON)).unwrap_or(error);
    Some(why.trim().escape_debug().to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const REPLY: &[u8] = include_bytes!("../../../tests/fixtures/time/granted.tsr");

    /// The authority's certificate ended 20 seconds after it. What openssl calls that differs between its versions.
    #[test]
    fn a_stamp_outlives_its_authority() {
        let stamp = Stamp::parse(REPLY).expect("a stamp");
        let authority = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/time/authority.pem"));
        let asked = |stamp: &Stamp, seal: &[u8]| verify(stamp, REPLY, seal, authority).expect("asked");
        if asked(&stamp, b"seal\n") == Checked::NotHere {
            writeln!(io::stderr(), "SKIPPED: no openssl here knows -attime").ok();
            return;
        }
        assert_eq!(asked(&stamp, b"seal\n"), Checked::Good);
        let is_bad = |checked: Checked| matches!(checked, Checked::Bad(why) if !why.is_empty());
        assert!(is_bad(asked(&stamp, b"other\n")));
        let mut late = stamp;
        late.time += chrono::TimeDelta::days(3);
        assert!(is_bad(asked(&late, b"seal\n")));
    }

    #[test]
    fn openssl_is_told_in_its_own_words() {
        for (words, expected) in [
            (
                "Using configuration from /etc/openssl.cnf\n40C7:error:17800067:time stamp routines:ts_check_imprints:\
                 message imprint mismatch:../crypto/ts/ts_rsp_verify.c:508:\n",
                Some("message imprint mismatch"),
            ),
            (
                "40E7:error:17800064:time stamp routines:ts_verify_cert:certificate verify error:\
                 ../crypto/ts/ts_rsp_verify.c:188:Verify error:certificate has expired\n",
                Some("certificate has expired"),
            ),
            ("Error loading file ca.pem\n", Some("Error loading file ca.pem")),
            ("unknown option '-attime'\nusage: ts -verify\n", None),
        ] {
            assert_eq!(why(words).as_deref(), expected, "{words}");
        }
    }

    #[test]
    fn anybody_can_run_the_command() {
        let stamp = Stamp::parse(REPLY).expect("a stamp");
        let expected = "openssl ts -verify -attime 1796026328 -data tagmanifest-sha256.txt -in signatures/time.tsr -CAfile tsa.pem";
        assert_eq!(command(&stamp, Path::new("tsa.pem")), expected);
    }
}
