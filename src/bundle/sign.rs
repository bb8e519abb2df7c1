//! Signing: `ssh-keygen` makes the signature, because keys, passphrases, agents and hardware are its business, and what it
//! answers is only taken after it proves true.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::ssh::{NAMESPACE, PublicKey, Signature};

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It can't be started.
    #[error("ssh-keygen can't be started: {0}; it comes with OpenSSH, which Linux, macOS and Windows have")]
    NoProgram(io::Error),
    /// It refused, in its own words on stderr.
    #[error("ssh-keygen didn't sign with {}", .0.display())]
    Refused(PathBuf),
    /// Nobody knows what the signature should be of.
    #[error("the public half of {} can't be read; put it beside it: ssh-keygen -y -f {} > {}.pub", .0.display(), .0.display(), .0.display())]
    NoPublicKey(PathBuf),
    /// It isn't what was asked for.
    #[error("what ssh-keygen wrote is no signature of {} over this bundle: {why}", key.display())]
    Worthless {
        /// The key that should have signed.
        key: PathBuf,
        /// What it is instead.
        why: String,
    },
}

/// Signs a seal with the key in a file; for a key in an agent or in hardware, that is its public half.
///
/// # Errors
/// There is no signature, or it isn't one that verifies.
pub fn sign(seal: &[u8], key: &Path) -> Result<Vec<u8>, SignError> {
    let public = public_half(key)?;
    // Through stdin and stdout: beside a file of that name, ssh-keygen ends with 0 and has signed nothing.
    let arguments = ["-Y", "sign", "-n", NAMESPACE, "-f"];
    let output = ssh_keygen(Command::new("ssh-keygen").args(arguments).arg(key), seal).map_err(SignError::NoProgram)?;
    if !output.status.success() {
        return Err(SignError::Refused(key.to_owned()));
    }
    let worthless = |why: String| SignError::Worthless { key: key.to_owned(), why };
    let signature = Signature::parse(&output.stdout).map_err(|error| worthless(error.to_string()))?;
    signature.check(seal).map_err(|error| worthless(error.to_string()))?;
    if *signature.key() == public {
        Ok(output.stdout)
    } else {
        Err(worthless(format!("it is by {}, and the public half is {public}", signature.key())))
    }
}

fn ssh_keygen(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ends early says why by itself.
        stdin.write_all(input).ok();
    }
    child.wait_with_output()
}

/// From the file itself, from the one beside it, or from ssh-keygen, which may ask for the passphrase.
fn public_half(key: &Path) -> Result<PublicKey, SignError> {
    let read = |path: &Path| std::fs::read_to_string(path).ok().and_then(|text| PublicKey::of_line(&text));
    let mut beside = key.as_os_str().to_owned();
    beside.push(".pub");
    let found = read(key).or_else(|| read(Path::new(&beside)));
    if let Some(found) = found {
        return Ok(found);
    }
    let output =
        ssh_keygen(Command::new("ssh-keygen").args(["-y", "-f"]).arg(key), b"").map_err(SignError::NoProgram)?;
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    PublicKey::of_line(&line).ok_or_else(|| SignError::NoPublicKey(key.to_owned()))
}
