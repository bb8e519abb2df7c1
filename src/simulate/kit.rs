//! Writes everything that an audit of the simulated organisation needs: configuration, roster, crosswalk, secrets,
//! and what the audit must find.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use chrono::{NaiveTime, TimeDelta};

use super::world::{DOMAIN, DOORS, FORMER_DOMAIN, has_doors};
use super::{Secrets, Simulators, Vendor, World};

/// Writes `headcount.toml`, `declared-accounts.toml`, `waivers.toml`, `doors.csv`, `hr.csv`, `voxmind-people.csv`, `voximplant-credentials.json`, `secrets/` and
/// `expected.json` into `dir`, for the vendors that run. Paths in the configuration are relative to `dir`.
pub fn write_kit(dir: &Path, world: &World, simulators: &Simulators) -> io::Result<()> {
    fs::create_dir_all(dir.join("secrets"))?;
    with_file(&dir.join("hr.csv"), |out| world.roster_csv(out))?;
    let exported = world.options().today.and_time(NaiveTime::MIN).and_utc() - EXPORT_AGE;
    File::options().append(true).open(dir.join("hr.csv"))?.set_modified(exported.into())?;
    with_file(&dir.join("voxmind-people.csv"), |out| world.crosswalk_csv(out))?;
    with_file(&dir.join("declared-accounts.toml"), |out| world.declared_toml(&simulators.vendors(), out))?;
    if has_doors(&simulators.vendors()) {
        with_file(&dir.join("doors.csv"), |out| world.doors_csv(out))?;
        with_file(&dir.join("waivers.toml"), |out| world.waivers_toml(out))?;
    }
    write_secrets(dir, simulators.secrets())?;
    let mut expected = world.expected();
    expected.retain(&simulators.vendors());
    fs::write(dir.join("expected.json"), serde_json::to_string_pretty(&expected)? + "\n")?;
    fs::write(dir.join("headcount.toml"), configuration(world, simulators))
}

/// How old the roster is at the beginning of the day.
const EXPORT_AGE: TimeDelta = TimeDelta::days(2);

fn with_file(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write(&mut out)?;
    out.flush()
}

fn write_secrets(dir: &Path, secrets: &Secrets) -> io::Result<()> {
    let mut files = Vendor::ALL.into_iter().flat_map(|vendor| vendor.files(secrets));
    files.try_for_each(|(name, secret)| write_private(&dir.join(name), &secret))
}

/// Writes a file that only its owner can read. An old file is replaced, so that its mode can't linger.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")
}

fn configuration(world: &World, simulators: &Simulators) -> String {
    let sources = simulators.vendors().into_iter().filter_map(|vendor| {
        let base_url = simulators.base_url(vendor)?;
        Some(source(vendor, &base_url, simulators.secrets()))
    });
    let sources: String = sources.collect();
    let (doors, waivers) =
        if has_doors(&simulators.vendors()) { (doors(), "waivers = \"waivers.toml\"\n") } else { (String::new(), "") };
    let rules = rules(world, &simulators.vendors());
    format!(
        r#"# Audits the simulated vendors of `headcount simulate`. They listen on this machine only.

[report]
organisation = "Example Ltd"
title = "Access review of the simulated organisation"

[hr]
file = "hr.csv"

[hr.columns]
employee_id = "Worker ID"

[hr.status]
active = ["Active"]
leave = ["On Leave"]
terminated = ["Terminated"]

[match]
domains = {{ "{FORMER_DOMAIN}" = "{DOMAIN}" }}
plus_addressing = "strip"

[exceptions]
declared = "declared-accounts.toml"
{waivers}
[gate]
fail_on = ["orphaned", "leaver-active", "ambiguous-match", "identity-conflict", "declared-no-owner", "declared-too-broad", "severity:critical"]
{rules}{sources}{doors}"#
    )
}

/// The `[[source]]` of the system without an API.
fn doors() -> String {
    format!(
        r#"
[[source]]
name = "{DOORS}"
vendor = "file"
file = "doors.csv"
[source.columns]
id = "Badge"
display_name = "Holder"
email = "Mail"
status = "State"
created_at = "Issued"
last_login_at = "Last used"
[source.values]
active = ["Valid"]
"#
    )
}

/// What the organisation says of single rules: its domains, and who may be an administrator.
fn rules(world: &World, vendors: &[Vendor]) -> String {
    let approved = world.approved();
    // Voximplant has nothing but login names, which HR assigns there.
    let weak = if vendors.contains(&Vendor::Vonage) { "sources = [\"vcc\"]" } else { "enabled = false" };
    format!(
        r#"
[rules.override.email-domain]
params = {{ domains = ["{DOMAIN}", "{FORMER_DOMAIN}"] }}

[rules.override.privileged-external]
params = {{ domains = ["{DOMAIN}", "{FORMER_DOMAIN}"] }}

[rules.override.privileged-unapproved]
params = {{ approved = {approved:?} }}

[rules.override.weak-match]
{weak}
"#
    )
}

/// The `[[source]]` of a vendor.
fn source(vendor: Vendor, base_url: &str, secrets: &Secrets) -> String {
    let (name, kind, login) = (vendor.source_name(), vendor.kind(), vendor.login(secrets, base_url));
    let settings = vendor.spec().settings;
    format!("\n[[source]]\nname = \"{name}\"\nvendor = \"{kind}\"\nbase_url = \"{base_url}\"\n{login}\n{settings}\n")
}
