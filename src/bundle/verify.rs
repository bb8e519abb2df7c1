//! Everything that can be told of a bundle, in one pass: what is wrong never hides what else is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::ssh::{Signature, SignatureError, Signers, Standing};
use super::time::{Checked, Stamp, command, verify as ask_openssl};
use super::{Outcome, Statement, TIME_STAMP, contents};
use crate::bag::{Bag, BagError, BagId, Description, Examination};
use crate::base::text::counted;
use crate::model::Timestamp;

/// What a bundle is held against.
#[derive(Debug)]
pub struct Asked {
    /// Who may sign.
    pub signers: Option<Signers>,
    /// The certificate of the time stamp authority.
    pub authority: Option<PathBuf>,
    /// The id that it has to have.
    pub id: Option<BagId>,
    /// The time at which keys have to be valid, where no time stamp tells another.
    pub now: Timestamp,
}

/// What is so with a bundle.
#[derive(Debug)]
pub struct Verdict {
    /// The file or folder.
    pub path: PathBuf,
    /// In the order in which it was looked at.
    pub statements: Vec<Statement>,
    /// Its identity and what it is of, if that can be read.
    pub bundle: Option<(BagId, Description)>,
}

impl Verdict {
    /// The worst of it.
    pub fn outcome(&self) -> Outcome {
        self.statements.iter().map(|statement| statement.outcome).max().unwrap_or(Outcome::Holds)
    }
}

/// Looks at everything.
///
/// # Errors
/// It is no bundle at all, can't be read, or is larger than any.
pub fn verify(path: &Path, asked: &Asked) -> Result<Verdict, BagError> {
    let Examination { defects, bag } = Examination::of(path)?;
    let mut statements: Vec<_> = defects.iter().map(|defect| Statement::wrong("files", defect.to_string())).collect();
    let Some(bag) = bag.map(Arc::new) else {
        return Ok(Verdict { path: path.to_owned(), statements, bundle: None });
    };
    if defects.is_empty() {
        let files = counted(bag.names().count() as u64, "file is", "files are");
        statements.push(Statement::holds("files", format!("{files} what was sealed")));
    }
    statements.extend(contents::check(&bag)?);
    statements.push(identity(&bag, asked));
    let (told, stamped) = time(&bag, asked)?;
    statements.extend(told);
    statements.extend(signatures(&bag, asked, stamped)?);
    let bundle = Some((bag.id(), bag.description().clone()));
    Ok(Verdict { path: path.to_owned(), statements, bundle })
}

fn identity(bag: &Bag, asked: &Asked) -> Statement {
    match &asked.id {
        Some(id) if *id != bag.id() => Statement::wrong("id", format!("{}, and it should be {id}", bag.id())),
        Some(id) => Statement::holds("id", format!("{id}, as it should be")),
        None => Statement::holds("id", bag.id().to_string()),
    }
}

/// What its time stamp says, and when the seal was certainly there.
fn time(bag: &Bag, asked: &Asked) -> Result<(Option<Statement>, Option<Timestamp>), BagError> {
    let signatures = bag.signatures()?;
    let Some(reply) = signatures.get(TIME_STAMP) else {
        let asks = asked.authority.as_ref().map(|_| Statement::unconfirmed("time", "it has no time stamp"));
        return Ok((asks, None));
    };
    let imprint = Sha256::digest(bag.seal()).into();
    let stamp = match Stamp::parse(reply).and_then(|stamp| stamp.is_over(&imprint).map(|()| stamp)) {
        Ok(stamp) => stamp,
        Err(error) => return Ok((Some(Statement::wrong("time", format!("signatures/{TIME_STAMP}: {error}"))), None)),
    };
    let at = stamp.time.format("%Y-%m-%dT%H:%M:%SZ");
    let Some(authority) = &asked.authority else {
        let text = format!("stamped {at}, not verified here: --tsa-ca names the authority's certificate");
        return Ok((Some(Statement::open("time", text)), None));
    };
    let checked = ask_openssl(&stamp, reply, bag.seal(), authority);
    Ok(match checked.map_err(|error| BagError::Read { path: bag.path().to_owned(), error })? {
        Checked::Good => {
            let text = format!("stamped {at} by the authority of {}", authority.display());
            (Some(Statement::holds("time", text)), Some(stamp.time))
        }
        Checked::Bad(why) => {
            let text = format!("stamped {at}, but not by the authority of {}: {why}", authority.display());
            (Some(Statement::wrong("time", text)), None)
        }
        Checked::NotHere => {
            let command = command(&stamp, authority);
            let text = format!(
                "stamped {at}, not verified here: there is no openssl that can. In the unpacked bundle: {command}"
            );
            (Some(Statement::unconfirmed("time", text)), None)
        }
    })
}

/// What each signature is worth. One of somebody who may sign is enough; one that proves nothing is always wrong.
fn signatures(bag: &Bag, asked: &Asked, stamped: Option<Timestamp>) -> Result<Vec<Statement>, BagError> {
    const TOPIC: &str = "signature";
    let signatures = bag.signatures()?;
    let files = signatures.iter().filter(|(name, _)| name.as_str() != TIME_STAMP);
    let judged = files.map(|(name, file)| (name, judge(file, bag.seal(), asked, stamped)));
    let judged: Vec<_> = judged.collect();
    let is_vouched = judged.iter().any(|(_, judgement)| matches!(judgement, Judgement::Allowed(_)));
    // Whoever names the id has it from where nobody could change it since.
    let is_enough = is_vouched || asked.signers.is_none() && asked.id.is_some();
    if judged.is_empty() {
        let text = "unsigned: `headcount bundle sign` signs it, and nothing else tells who sealed it";
        return Ok(vec![if is_enough { Statement::open(TOPIC, text) } else { Statement::unconfirmed(TOPIC, text) }]);
    }
    let statement = |(name, judgement): (&String, Judgement)| match judgement {
        Judgement::Allowed(text) => Statement::holds(TOPIC, format!("signatures/{name}: {text}")),
        Judgement::Open(text) if is_enough => Statement::open(TOPIC, format!("signatures/{name}: {text}")),
        Judgement::Open(text) => Statement::unconfirmed(TOPIC, format!("signatures/{name}: {text}")),
        Judgement::Wrong(text) => Statement::wrong(TOPIC, format!("signatures/{name}: {text}")),
    };
    Ok(judged.into_iter().map(statement).collect())
}

enum Judgement {
    /// It is of somebody who may sign.
    Allowed(String),
    /// It is a signature, and whose isn't known.
    Open(String),
    /// It proves nothing.
    Wrong(String),
}

fn judge(file: &[u8], seal: &[u8], asked: &Asked, stamped: Option<Timestamp>) -> Judgement {
    let checked = Signature::parse(file).and_then(|signature| signature.check(seal).map(|()| signature));
    let key = match &checked {
        Ok(signature) => signature.key(),
        Err(error @ SignatureError::Unknown(_)) => return Judgement::Open(error.to_string()),
        Err(error) => return Judgement::Wrong(error.to_string()),
    };
    let Some(signers) = &asked.signers else {
        return Judgement::Open(format!("by the key {key}; whose that is, --signers tells"));
    };
    match signers.standing(key, stamped.unwrap_or(asked.now)) {
        Standing::Allowed { principals, line } => {
            Judgement::Allowed(format!("by {principals} ({key}, {}:{line})", signers.file().display()))
        }
        Standing::Refused(why) => Judgement::Open(format!("by the key {key}, and {why}")),
    }
}
