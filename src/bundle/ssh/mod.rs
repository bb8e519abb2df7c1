//! Signatures of `ssh-keygen -Y sign`, and files of `allowed_signers`, read as strictly as `ssh-keygen -Y verify` reads them.
//! Keys, passphrases, agents and hardware are ssh-keygen's business: nothing here ever sees a private key.

mod key;
mod signature;
mod signers;
#[cfg(test)]
mod tests;
mod wire;

pub use key::PublicKey;
pub(super) use signature::{NAMESPACE, Signature, SignatureError};
pub use signers::Signers;
pub(super) use signers::Standing;
