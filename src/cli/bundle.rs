//! `headcount bundle`: evidence that an auditor checks without trusting whoever made it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use url::Url;

use super::clock::now;
use super::output::{print, say, show};
use super::privacy::PrivacyLevel;
use super::redact::{self, RedactArgs};
use super::replay::{self, ReplayArgs};
use super::{Exit, Global, runtime};
use crate::bag::{Bag, BagId, add_signatures, slug};
use crate::base::diagnostic::Diagnostic;
use crate::bundle::{self, Asked, Outcome, Signers, Statement, TIME_STAMP, Verdict};

/// What nobody should take a seal for.
const LIMIT: &str =
    "A seal proves that nothing changed since it was signed, and by whom. It doesn't prove what vendors answered.";

/// What to do with a bundle.
#[derive(Debug, Subcommand)]
pub(super) enum BundleCommand {
    /// Check that nothing was altered since it was sealed, who signed it and when
    Verify(VerifyArgs),
    /// Sign its seal with an SSH key, and have it time-stamped
    Sign(SignArgs),
    /// Come to the report once more by nothing but what the bundle holds, and compare
    Replay(ReplayArgs),
    /// Make a bundle of it that tells less of people
    Redact(RedactArgs),
}

/// Options of `bundle verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The bundles: ZIPs, or folders as they are unpacked
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Who may sign: a file of `allowed_signers` as ssh-keygen reads it; dates without a zone are UTC
    #[arg(long, value_name = "FILE")]
    signers: Option<PathBuf>,
    /// The certificate of the time stamp authority, PEM; openssl checks the stamp against it
    #[arg(long, value_name = "FILE")]
    tsa_ca: Option<PathBuf>,
    /// The id that it must have, from a place where nobody could change it since
    #[arg(long, value_name = "HEX")]
    id: Option<BagId>,
    /// Hold the bundles against each other, too: each names the one before it
    #[arg(long)]
    chain: bool,
}

/// Options of `bundle sign`.
#[derive(Debug, Args)]
pub(super) struct SignArgs {
    /// The bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key, or its public half if an agent or hardware holds it; ssh-keygen signs with it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Who signs, as `allowed_signers` names them
    #[arg(long = "as", value_name = "PRINCIPAL")]
    principal: String,
    /// Have the seal stamped by this authority (RFC 3161); it learns a hash and nothing else
    #[arg(long, value_name = "URL")]
    timestamp: Option<Url>,
}

impl BundleCommand {
    /// How much of people may be told on stderr.
    pub(super) const fn privacy(&self) -> PrivacyLevel {
        match self {
            Self::Redact(args) => args.privacy,
            _ => PrivacyLevel::Full,
        }
    }
}

pub(super) fn run(command: &BundleCommand, global: &Global) -> anyhow::Result<Exit> {
    match command {
        BundleCommand::Verify(args) => verify(args),
        BundleCommand::Sign(args) => sign(args),
        BundleCommand::Replay(args) => replay::run(args, global),
        BundleCommand::Redact(args) => redact::run(args),
    }
}

fn verify(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let asked = match asked(args) {
        Ok(asked) => asked,
        Err(mistake) => {
            show(&[mistake]);
            return Ok(Exit::Unusable);
        }
    };
    let mut out = std::io::stdout().lock();
    let mut exit = Exit::Success;
    let (mut bundles, mut unread) = (Vec::new(), Vec::new());
    for file in &args.files {
        match bundle::verify(file, &asked) {
            Ok(verdict) => {
                exit = exit.and(tell(&mut out, &verdict)?);
                match verdict.bundle {
                    Some((id, description)) => bundles.push((verdict.path, id, description)),
                    None => unread.push(file.as_path()),
                }
            }
            Err(error) => {
                say(&format!("error: {error}"));
                exit = exit.and(Exit::Unusable);
                unread.push(file.as_path());
            }
        }
    }
    if args.chain {
        let statements = bundle::chain(&bundles, &unread);
        list(&mut out, &statements)?;
        exit = exit.and(worst(&statements));
    }
    if matches!(exit, Exit::Success | Exit::Unverified) {
        print(&mut out, LIMIT)?;
    }
    out.flush()?;
    Ok(exit)
}

/// What the bundles are held against, which has to be usable before anything is said of them.
fn asked(args: &VerifyArgs) -> Result<Asked, Diagnostic> {
    let signers = args.signers.as_deref().map(Signers::read).transpose()?;
    if let Some(path) = &args.tsa_ca {
        let mistake =
            |why: String| Diagnostic::of_file(path, why).help("--tsa-ca names the authority's certificate in PEM");
        let bytes = std::fs::read(path).map_err(|error| mistake(format!("can't be read: {error}")))?;
        if !String::from_utf8_lossy(&bytes).contains("-----BEGIN ") {
            return Err(mistake("holds no certificate in PEM".to_owned()));
        }
    }
    if args.id.is_some() && args.files.len() > 1 {
        return Err(Diagnostic::of_file(Path::new("--id"), "is the id of one bundle, and several are named"));
    }
    Ok(Asked { signers, authority: args.tsa_ca.clone(), id: args.id.clone(), now: now() })
}

/// Prints what was found, the file's name first.
fn tell(out: &mut dyn std::io::Write, verdict: &Verdict) -> std::io::Result<Exit> {
    let summary = match verdict.outcome() {
        Outcome::Holds | Outcome::Open => "verified",
        Outcome::Unconfirmed => "intact, and not confirmed",
        Outcome::Wrong => "ALTERED, or not what it says",
    };
    print(out, &format!("{}: {summary}", verdict.path.display()))?;
    list(out, &verdict.statements)?;
    Ok(worst(&verdict.statements))
}

fn list(out: &mut dyn std::io::Write, statements: &[Statement]) -> std::io::Result<()> {
    statements.iter().try_for_each(|statement| print(out, &format!("  {statement}")))
}

fn worst(statements: &[Statement]) -> Exit {
    match statements.iter().map(|statement| statement.outcome).max() {
        None | Some(Outcome::Holds | Outcome::Open) => Exit::Success,
        Some(Outcome::Unconfirmed) => Exit::Unverified,
        Some(Outcome::Wrong) => Exit::GateFailed,
    }
}

fn sign(args: &SignArgs) -> anyhow::Result<Exit> {
    let (bag, name) = match prepare(args) {
        Ok(prepared) => prepared,
        Err(why) => {
            say(&format!("error: {why}"));
            say("Nothing was signed");
            return Ok(Exit::Unusable);
        }
    };
    let signature = match bundle::sign(bag.seal(), &args.key) {
        Ok(signature) => signature,
        Err(error) => {
            say(&format!("error: {error}"));
            say("Nothing was signed");
            return Ok(Exit::Unusable);
        }
    };
    let stamp = match &args.timestamp {
        None => None,
        Some(url) => match runtime()?.block_on(bundle::stamp(url, bag.seal())) {
            Ok((reply, stamp)) => Some((reply, stamp.time)),
            Err(error) => {
                say(&format!("error: no time stamp: {error}"));
                say("The bundle is as it was. To do: run the same command again, or name another authority");
                return Ok(Exit::DeliveryFailed);
            }
        },
    };
    let mut files = vec![(name.as_str(), signature.as_slice())];
    files.extend(stamp.as_ref().map(|(reply, _)| (TIME_STAMP, reply.as_slice())));
    if let Err(error) = add_signatures(&args.file, &files) {
        say(&format!("error: {error}"));
        return Ok(Exit::DeliveryFailed);
    }
    say(&format!("Signed {} as {}, id {}", args.file.display(), args.principal, bag.id()));
    if let Some((_, time)) = stamp {
        say(&format!("Stamped {}", time.format("%Y-%m-%dT%H:%M:%SZ")));
    }
    say(&format!("Check it with: headcount bundle verify {} --signers allowed_signers", args.file.display()));
    Ok(Exit::Success)
}

/// The bundle, every file of which is what was sealed, and the name of the signature's file.
fn prepare(args: &SignArgs) -> Result<(Bag, String), String> {
    let name = format!("{}.sig", slug(&args.principal));
    let bag = Bag::whole(&args.file).map_err(|error| error.to_string())?;
    let there = bag.signatures().map_err(|error| error.to_string())?;
    let taken = |name: &str| format!("{} has signatures/{name} already; it stays as it is", args.file.display());
    if there.contains_key(&name) {
        return Err(taken(&name));
    }
    if args.timestamp.is_some() && there.contains_key(TIME_STAMP) {
        return Err(format!("{}; leave out --timestamp", taken(TIME_STAMP)));
    }
    Ok((bag, name))
}
