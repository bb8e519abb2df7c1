//! `vendor = "command"`: a program of the user's own that prints accounts, so that any system can be a source
//! without a line of Rust.
//!
//! It runs without a shell, in the folder of the configuration, with the environment that headcount has. It prints
//! one JSON object for each account, a line each, in headcount's own shape: `id`, and every fact of
//! [`FactName::OF_RECORDS`](crate::model::FactName) by its name. A key that is absent is a fact that this system can't tell; null says
//! that there is no value; every other key is kept as an attribute. A last line `{"total": 17}` may tell how many
//! accounts there are. What it writes to stderr is shown. Both are without the secrets of its environment. Its exit
//! status decides whether the list is whole.
//!
//! With `columns` it may have its own keys, and with `format` it prints any table that a file can be.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, select};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use toml::Spanned;
use url::Url;

use super::file::{Export, MappedDecoder, Mapping, RawColumns, RawMapping, Tally, Words, remarks, told_of_records};
use super::{Around, Checked, RawVendor, Reach, Tenant, VendorConfig, VendorSpec, Whereabouts, read};
use crate::base::diagnostic::Diagnostic;
use crate::fetch::{Collector, Connector, Decoder, Proof, SourceError};
use crate::http::{Redactor, Usage};
use crate::model::SourceName;
use crate::setting::{ConfigText, OneOrMany};
use crate::table::{Format, Line, Options, Quotes, of_bytes};

/// A line that is longer is no account.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// A program that prints more than this has lost its way.
const MOST_OUTPUT: u64 = 4 * 1024 * 1024 * 1024;

/// A table that is no NDJSON is kept in memory until its end.
const LARGEST_TABLE: u64 = 1024 * 1024 * 1024;

const NOT_JSON: &str = "not JSON; if it prints another table, say which: format = \"csv\", \"ldif\" or \"json\"";

/// Of its messages, how much of each line and how many lines are shown.
const LONGEST_MESSAGE: u64 = 2000;
const MOST_MESSAGES: usize = 1000;

/// Its place in the list of vendors.
pub(super) static SPEC: VendorSpec = VendorSpec {
    kind: "command",
    init: r#"[[source]]
name = "own-system"                   # a program of your own that prints accounts, one JSON object a line
vendor = "command"
command = ["./export-accounts", "--all"]
"#,
    exposes: &[],
    reach: Reach::Here,
    schema: RawCommand::json_schema,
    read: read::<RawCommand>,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCommand {
    /// Program and arguments. No shell takes them apart.
    #[schemars(with = "Vec<String>")]
    command: Spanned<Vec<String>>,
    /// What it prints, if that isn't a JSON object a line.
    format: Option<Format>,
    /// How moments are written, where that can't be seen: "day-first", "month-first", "iso", "unix", "unix-ms", "filetime",
    /// "ldap", "excel", or chrono's notation; one or several.
    #[schemars(with = "Option<OneOrMany>")]
    dates: Option<Spanned<OneOrMany>>,
    /// The zone of times that don't name one, for example "Europe/Berlin"; UTC otherwise.
    #[schemars(with = "Option<String>")]
    timezone: Option<Spanned<String>>,
    /// What separates several roles in one text; `;`, `|`, line breaks and brackets otherwise.
    list_separator: Option<String>,
    /// Fact = heading, JSON key or dotted path; headcount's own names otherwise.
    #[serde(default)]
    columns: RawColumns,
    /// The organisation's own words.
    #[schemars(with = "Option<Words>")]
    values: Option<Spanned<Words>>,
}

impl RawVendor for RawCommand {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic> {
        let Self { command, format, dates, timezone, list_separator, columns, values } = self;
        let mut mapping = RawMapping { dates, timezone, list_separator, columns, values }.check(around.text)?;
        // Without a word about what it prints, that is headcount's own shape.
        mapping.is_own = format.is_none();
        let config = CommandConfig { format, mapping, ..check_command(&command, around.text)? };
        Checked::here(&config.folder.clone(), around, config)
    }
}

/// A program with a slash in its name is relative to the configuration's folder; any other is found in `PATH`.
fn check_command(command: &Spanned<Vec<String>>, text: &ConfigText) -> Result<CommandConfig, Diagnostic> {
    let unusable = |message: &str| {
        let help = "for example command = [\"./export-accounts\", \"--all\"]";
        text.error(command.span(), message).help(help)
    };
    let (name, arguments) = match command.get_ref().split_first() {
        Some((name, arguments)) if !name.trim().is_empty() => (name, arguments),
        _ => return Err(unusable("command names no program")),
    };
    let folder = std::path::absolute(Path::new(".").join(text.folder()))
        .map_err(|error| unusable(&format!("the configuration's folder is unknown: {error}")))?;
    let program = if name.contains(std::path::is_separator) { folder.join(name) } else { name.into() };
    let (format, mapping) = (None, Mapping::default());
    Ok(CommandConfig { name: name.clone(), program, arguments: arguments.to_vec(), folder, format, mapping })
}

/// How a program is called.
#[derive(Debug, Clone)]
struct CommandConfig {
    /// As the configuration names it.
    name: String,
    /// A path, or a name to be found in `PATH`.
    program: PathBuf,
    arguments: Vec<String>,
    /// Where it runs: the configuration's folder.
    folder: PathBuf,
    /// What it prints, if that isn't a JSON object a line.
    format: Option<Format>,
    /// From its columns to facts.
    mapping: Mapping,
}

impl VendorConfig for CommandConfig {
    fn whereabouts(&self, _: &Url) -> Whereabouts<'_> {
        Whereabouts::Name(self.name.clone())
    }

    fn decoder(&self) -> Box<dyn Decoder> {
        Box::new(MappedDecoder::new(&self.mapping))
    }

    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic> {
        Ok(Box::new(Program::new(tenant.name.clone(), self.clone(), tenant.connection.timeout)))
    }
}

/// A program that prints accounts.
#[derive(Debug)]
struct Program {
    source: SourceName,
    config: CommandConfig,
    timeout: Duration,
    decoder: MappedDecoder,
    messages: Redactor,
    records: Redactor,
    redactions: AtomicU64,
}

/// The last line of a program that knows how many accounts it prints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LastLine {
    total: u64,
}

impl Program {
    fn new(source: SourceName, config: CommandConfig, timeout: Duration) -> Self {
        Self {
            decoder: MappedDecoder::new(&config.mapping),
            source,
            config,
            timeout,
            messages: secrets_of(environment()),
            records: secrets_of(environment().filter(|(_, value)| is_no_word(value))),
            redactions: AtomicU64::new(0),
        }
    }

    fn start(&self) -> Result<Running, SourceError> {
        let mut command = Command::new(&self.config.program);
        command.args(&self.config.arguments).current_dir(&self.config.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| {
            self.failed(&format!("can't be started: {error}; check its path and that it is executable"))
        })?;
        Ok(Running(child))
    }

    /// Runs it to its end, or to the end of its time.
    async fn within_time<T>(&self, work: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
            let limit = humantime::format_duration(self.timeout);
            Err(self.failed(&format!("was still running after {limit} and was stopped; raise timeout")))
        })
    }

    async fn run(&self, collector: &mut Collector<'_>) -> Result<Proof, SourceError> {
        let mut running = self.start()?;
        let (stdout, stderr) = (running.0.stdout.take(), running.0.stderr.take());
        let messages = async {
            self.show(stderr).await;
            Ok(())
        };
        let (listed, ()) = tokio::try_join!(self.read(stdout, collector), messages)?;
        self.end(running).await?;
        listed
    }

    /// Takes the accounts that it prints. The inner result is what they prove, if the program ends well.
    async fn read(
        &self,
        stdout: Option<impl AsyncRead + Unpin>,
        collector: &mut Collector<'_>,
    ) -> Result<Result<Proof, SourceError>, SourceError> {
        let mut tally = Tally::new(self.config.name.clone(), self.advice(), &self.decoder);
        let Some(stdout) = stdout else { return Ok(tally.proof(None, &collector.told())) };
        if self.config.format.is_some_and(|format| format != Format::Ndjson) {
            self.read_table(stdout, &mut tally, collector).await?;
            return Ok(tally.proof(None, &collector.told()));
        }
        let mut input = BufReader::with_capacity(1 << 16, stdout).take(MOST_OUTPUT);
        let (mut line, mut total) = (Vec::new(), None);
        for number in 1.. {
            line.clear();
            let length = (&mut input).take(LONGEST_LINE + 1).read_until(b'\n', &mut line).await;
            let length = length.map_err(|error| self.failed(&format!("can't be listened to: {error}")))?;
            if length == 0 {
                break;
            }
            if length as u64 > LONGEST_LINE || input.limit() == 0 {
                return Err(self.failed("prints more than any list of accounts; was a line break forgotten?"));
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.redactions.fetch_add(self.records.purge(&mut line), Ordering::Relaxed);
            if let Some(declared) = total {
                return Err(
                    self.failed(&format!("prints line {number} after its last line, {{\"total\": {declared}}}"))
                );
            }
            total = serde_json::from_slice(&line).ok().map(|LastLine { total }| total);
            if total.is_none() {
                let record = serde_json::from_slice::<&RawValue>(&line);
                let record = record.map_err(|error| (Some(error.column()), NOT_JSON.to_owned()));
                tally.take(Line::new(number, record), collector)?;
            }
        }
        Ok(tally.proof(total, &collector.told()))
    }

    /// What fixes a row without an identifier.
    const fn advice(&self) -> &'static str {
        if self.config.mapping.is_own { "every line needs one" } else { "name its column as id in [source.columns]" }
    }

    /// Takes the accounts of a table that it prints, when it has printed all of it.
    async fn read_table(
        &self,
        stdout: impl AsyncRead + Unpin,
        tally: &mut Tally<'_>,
        collector: &mut Collector<'_>,
    ) -> Result<(), SourceError> {
        let mut bytes = Vec::new();
        let read = BufReader::new(stdout).take(LARGEST_TABLE).read_to_end(&mut bytes).await;
        let length = read.map_err(|error| self.failed(&format!("can't be listened to: {error}")))?;
        if length as u64 >= LARGEST_TABLE {
            return Err(self.failed("prints more than any list of accounts; let it print a JSON object on each line"));
        }
        self.redactions.fetch_add(self.records.purge(&mut bytes), Ordering::Relaxed);
        let Export { mut records, notes, mut seen, .. } = self.export(bytes)?;
        while let Some(piece) = records.next()? {
            let mut outcome = Ok(());
            seen.append(piece.for_each(|line| {
                if outcome.is_ok() {
                    outcome = tally.take(line, collector);
                }
            }));
            outcome?;
        }
        notes.into_iter().chain(remarks(&seen)).for_each(|note| collector.warn(note));
        match seen.quotes.swallowed() {
            None => Ok(()),
            Some(line) => Err(self.failed(&format!("prints in line {line} what can't be read: {}", Quotes::SWALLOWED))),
        }
    }

    fn export(&self, bytes: Vec<u8>) -> Result<Export, SourceError> {
        let options = Options { format: self.config.format, ..Options::default() };
        let name = &self.config.name;
        let opened = of_bytes(Path::new(name), Cow::Owned(bytes), &options, &self.decoder);
        let opened = opened.map_err(|diagnostic| SourceError::Protocol(diagnostic.to_string()))?;
        Export::new(name, opened, &self.decoder).map_err(SourceError::Protocol)
    }

    /// Shows its messages while it runs.
    async fn show(&self, stderr: Option<impl AsyncRead + Unpin>) {
        let Some(stderr) = stderr else { return };
        let mut input = BufReader::new(stderr);
        let mut line = Vec::new();
        let mut shown = 0;
        // A message that can't be received is none; what counts is the exit status.
        while matches!((&mut input).take(LONGEST_MESSAGE).read_until(b'\n', &mut line).await, Ok(1..)) {
            let message = self.messages.clean(&String::from_utf8_lossy(&line));
            let message = message.trim_end();
            if shown < MOST_MESSAGES && !message.is_empty() {
                tracing::warn!(source = %self.source, said = %harmless(message), "a message of the program");
                shown += 1;
            }
            line.clear();
        }
    }

    async fn end(&self, mut running: Running) -> Result<(), SourceError> {
        match running.0.wait().await {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.failed(&format!("ended with {}; its messages say why", describe(status)))),
            Err(error) => Err(self.failed(&format!("can't be waited for: {error}"))),
        }
    }

    fn failed(&self, what: &str) -> SourceError {
        SourceError::Protocol(format!("{} {what}", self.config.name))
    }
}

/// The variables that are text.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The secrets among the variables of an environment, by their names: a program that is asked to show what it does
/// shows those, too.
fn secrets_of(variables: impl Iterator<Item = (String, String)>) -> Redactor {
    const NAMES: [&str; 6] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIALS"];
    let redactor = Redactor::default();
    for (name, value) in variables {
        if NAMES.iter().any(|secret| name.to_ascii_uppercase().ends_with(secret)) {
            redactor.add(&value.into());
        }
    }
    redactor
}

/// Nobody would take it for a word of a record. `PRIMARY_KEY=employee_id` is no secret.
fn is_no_word(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit()) && value.contains(|c: char| c.is_ascii_alphabetic())
}

/// A message that moves no cursor, changes no colour and reorders nothing, with its quotes as they were.
fn harmless(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    for c in message.chars() {
        if matches!(c, '\'' | '"' | '\\') { shown.push(c) } else { shown.extend(c.escape_debug()) }
    }
    shown
}

fn describe(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

impl Connector for Program {
    fn list<'a>(&'a self, collector: &'a mut Collector<'_>) -> BoxFuture<'a, Result<Proof, SourceError>> {
        Box::pin(self.within_time(self.run(collector)))
    }

    /// Waits for its first line, and stops it then.
    fn probe(&self) -> BoxFuture<'_, Result<(), SourceError>> {
        Box::pin(self.within_time(async {
            let mut running = self.start()?;
            let (stdout, stderr) = (running.0.stdout.take(), running.0.stderr.take());
            let prints = pin!(async {
                let Some(stdout) = stdout else { return false };
                let mut line = Vec::new();
                let read = BufReader::new(stdout).take(LONGEST_LINE).read_until(b'\n', &mut line).await;
                // What it has said of the first account tells which columns there are.
                if let Ok(record) = serde_json::from_slice::<&RawValue>(&line) {
                    self.decoder.decode(record.into()).ok();
                }
                matches!(read, Ok(1..))
            });
            let prints = match select(prints, pin!(self.show(stderr))).await {
                Either::Left((false, messages)) => {
                    messages.await;
                    false
                }
                Either::Left((true, _)) => true,
                Either::Right(((), prints)) => prints.await,
            };
            if prints { Ok(()) } else { self.end(running).await }
        }))
    }

    fn recognised(&self) -> Vec<String> {
        told_of_records(&self.decoder)
    }

    /// It is run once for an audit.
    fn may_change(&self) -> bool {
        false
    }

    fn usage(&self) -> Usage {
        Usage { redactions: self.redactions.load(Ordering::Relaxed), ..Usage::default() }
    }

    /// Without its arguments, among which somebody may have put a secret.
    fn request(&self) -> String {
        self.config.name.clone()
    }
}

/// A running program. Dropping it stops it with everything that it has started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Without an id it has ended and was waited for, and its number may be somebody else's by now.
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?)) {
            rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_the_names_of_their_variables() {
        let environment =
            [("VOISO_API_KEY", "key-0123456"), ("db_password", "hunter2-hunter2"), ("HOME", "/home/me-me")];
        let redactor = secrets_of(environment.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(
            redactor.clean("+ curl -u me:hunter2-hunter2 -H key-0123456 /home/me-me"),
            "+ curl -u me:[redacted] -H [redacted] /home/me-me"
        );
    }

    #[test]
    fn messages_have_no_power_over_a_terminal() {
        assert_eq!(harmless("can't read \"a\\b\"; é 字"), "can't read \"a\\b\"; é 字");
        assert_eq!(harmless("\u{1b}]0;x\u{7}\r\u{202e}\u{9b}31m"), "\\u{1b}]0;x\\u{7}\\r\\u{202e}\\u{9b}31m");
    }
}
