//! What it costs to get records in, before anything is judged, compared with the least that it can cost:
//! `cargo bench --bench decode [RECORDS…]`.
//!
//! The floor of each line is serde's typed decoder in one thread over the same bytes in the same run: five fields of each
//! record, and nothing kept. Decoding is one thread, too; fetching and unpacking are what an audit waits for, on all cores.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use headcount::bag::{BagWriter, Description, Run};
use headcount::config::{Config, SourceConfig};
use headcount::fetch::{self, Decoder, Population, Quiet, Spool, record};
use headcount::model::{SourceStatus, Timestamp};
use headcount::snapshot::{self, Snapshot};
use serde::Deserialize;

const CONFIG: &str = r#"
[hr]
file = "hr.csv"
[[source]]
name = "lines"
vendor = "file"
file = "lines.ndjson"
[[source]]
name = "cells"
vendor = "file"
file = "cells.csv"
[[source]]
name = "phones"
vendor = "file"
file = "phones.ndjson"
[source.columns]
email = "mail"
[[source]]
name = "voiso"
vendor = "voiso"
base_url = "https://voiso.example"
api_key = "env:VOISO_API_KEY"
"#;

/// Decodes all records in one thread, and says how many there are.
type Floor = fn(&[u8]) -> Result<u64, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<u32> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    for records in if asked.is_empty() { vec![10_000, 200_000] } else { asked } {
        println!("{:<28} {records:>9} records", "");
        measure(records)?;
    }
    Ok(())
}

fn measure(records: u32) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    write(&folder.path().join("lines.ndjson"), records, "", line)?;
    write(&folder.path().join("cells.csv"), records, HEADINGS, row)?;
    write(&folder.path().join("phones.ndjson"), records, "", phone)?;
    let config = Config::parse(&folder.path().join("headcount.toml"), CONFIG)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<String>())?;
    let [lines, cells, phones, voiso] = config.sources.as_slice() else { return Err("four sources".into()) };
    let fetched_lines = fetched("fetch NDJSON", lines, folder.path(), "lines.ndjson", floor_of_lines)?;
    let fetched_cells = fetched("fetch CSV", cells, folder.path(), "cells.csv", floor_of_cells)?;
    let mut phones = fetched("fetch a vendor's, exported", phones, folder.path(), "phones.ndjson", floor_of_phones)?;
    let mut populations = vec![fetched_lines, fetched_cells];
    let kept = [("decode NDJSON", lines, floor_of_lines as Floor), ("decode CSV", cells, floor_of_kept_cells)];
    for ((what, source, floor), population) in kept.into_iter().zip(&mut populations) {
        decoded(what, source.decoder().as_ref(), spool(population)?, floor)?;
    }
    decoded("decode a vendor's record", voiso.decoder().as_ref(), spool(&mut phones)?, floor_of_phones)?;
    unpacked(&config, folder.path(), &mut populations)
}

fn spool(population: &mut Population) -> Result<&mut Spool, &'static str> {
    population.spool.as_mut().ok_or("no records")
}

/// Fetches a source whole, as an audit does.
fn fetched(
    what: &str,
    source: &SourceConfig,
    folder: &Path,
    file: &str,
    floor: Floor,
) -> Result<Population, Box<dyn Error>> {
    let connector = source.connector().map_err(|mistake| mistake.to_string())?;
    let decoder = source.decoder();
    let runtime = tokio::runtime::Runtime::new()?;
    let clock = || Timestamp::UNIX_EPOCH;
    let fetch = || runtime.block_on(fetch::fetch(source.wanted(), connector.as_ref(), decoder.as_ref(), clock, &Quiet));
    let (elapsed, population) = timed(|| Ok(fetch()))?;
    if population.certificate.status != SourceStatus::Complete {
        return Err(format!("{:#?}", population.certificate).into());
    }
    let bytes = fs::read(folder.join(file))?;
    let (least, records) = timed(|| floor(&bytes))?;
    tell(what, bytes.len(), records, elapsed, least);
    Ok(population)
}

/// Decodes the kept records, as the audit does.
fn decoded(what: &str, decoder: &dyn Decoder, spool: &mut Spool, floor: Floor) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    spool.for_each(|_, record| writeln!(bytes, "{}", record.get()))?;
    let text = std::str::from_utf8(&bytes)?;
    let (elapsed, ()) = timed(|| {
        for line in text.lines() {
            black_box(decoder.decode(record(line)?)?);
        }
        Ok(())
    })?;
    let (least, records) = timed(|| floor(&bytes))?;
    tell(what, bytes.len(), records, elapsed, least);
    Ok(())
}

/// Stores a snapshot, opens it, checks it, and reads its records.
fn unpacked(config: &Config, folder: &Path, populations: &mut [Population]) -> Result<(), Box<dyn Error>> {
    let out = folder.join("snapshot");
    let at = Timestamp::UNIX_EPOCH;
    let run = Run { id: None, as_of: None, started_at: at, finished_at: at, tool_version: String::new() };
    let (storing, _) = timed(|| {
        let mut bag = BagWriter::beside(&out)?;
        let inputs = snapshot::store(&mut bag, config, populations, (at, at))?;
        Ok(bag.seal(&Description::of_snapshot(run, inputs))?.into_folder()?)
    })?;
    let (elapsed, mut unpacked) = timed(|| {
        let snapshot = Snapshot::open(&out)?;
        Ok(config.sources.iter().take(2).map(|source| snapshot.population(source)).collect::<Result<Vec<_>, _>>()?)
    })?;
    let mut bytes = Vec::new();
    for population in &mut unpacked {
        spool(population)?.for_each(|_, record| writeln!(bytes, "{}", record.get()))?;
    }
    let (least, records) = timed(|| {
        each_line(&bytes, |line| {
            black_box(serde_json::from_str::<Id<'_>>(line)?);
            Ok(())
        })
    })?;
    tell("store a snapshot", bytes.len(), records, storing, least);
    tell("read a snapshot", bytes.len(), records, elapsed, least);
    Ok(())
}

fn tell(what: &str, bytes: usize, records: u64, elapsed: Duration, least: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let per_second = |count: u64| count as f64 / elapsed.as_secs_f64() / 1e6;
    println!(
        "{what:<28} {elapsed:>9.2?} {:>7.0} MB/s {:>6.2} million/s {:>6.2} times serde",
        per_second(bytes as u64),
        per_second(records),
        elapsed.as_secs_f64() / least.as_secs_f64()
    );
}

fn timed<T>(job: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<(Duration, T), Box<dyn Error>> {
    let start = Instant::now();
    let done = job()?;
    Ok((start.elapsed(), done))
}

/// The roles are a list in JSON, and one cell in CSV.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, and that is all")]
struct Row<'r, R> {
    id: &'r str,
    external_id: Option<&'r str>,
    email: Option<&'r str>,
    last_login_at: Option<&'r str>,
    roles: R,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, and that is all")]
struct Id<'r> {
    id: &'r str,
    email: Option<&'r str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded, and that is all")]
struct Phone<'r> {
    id: u64,
    employee_id: &'r str,
    mail: &'r str,
    name: &'r str,
    created_at: &'r str,
}

fn floor_of_lines(bytes: &[u8]) -> Result<u64, Box<dyn Error>> {
    each_line(bytes, |line| {
        black_box(serde_json::from_str::<Row<'_, Vec<&str>>>(line)?);
        Ok(())
    })
}

fn floor_of_kept_cells(bytes: &[u8]) -> Result<u64, Box<dyn Error>> {
    each_line(bytes, |line| {
        black_box(serde_json::from_str::<Row<'_, &str>>(line)?);
        Ok(())
    })
}

fn floor_of_phones(bytes: &[u8]) -> Result<u64, Box<dyn Error>> {
    each_line(bytes, |line| {
        black_box(serde_json::from_str::<Phone<'_>>(line)?);
        Ok(())
    })
}

fn floor_of_cells(bytes: &[u8]) -> Result<u64, Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let headings = reader.byte_headers()?.clone();
    let (mut row, mut records) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut row)? {
        black_box(row.deserialize::<Row<'_, &str>>(Some(&headings))?);
        records += 1;
    }
    Ok(records)
}

fn each_line(bytes: &[u8], read: fn(&str) -> Result<(), serde_json::Error>) -> Result<u64, Box<dyn Error>> {
    let mut records = 0;
    for line in std::str::from_utf8(bytes)?.lines() {
        read(line)?;
        records += 1;
    }
    Ok(records)
}

fn write(path: &Path, records: u32, first: &str, record: fn(u32) -> String) -> std::io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    out.write_all(first.as_bytes())?;
    (0..records).try_for_each(|number| writeln!(out, "{}", record(number)))?;
    out.flush()
}

fn line(n: u32) -> String {
    let person = n / 5;
    let external = if n.is_multiple_of(4) { "null".to_owned() } else { format!("\"E{person:07}\"") };
    format!(
        "{{\"id\":\"u-{n:09}\",\"external_id\":{external},\"email\":\"ada.person{person}@corp.example\",\
         \"username\":\"aperson{person}\",\"display_name\":\"Ada Person{person}\",\"active\":true,\"locked\":false,\
         \"created_at\":\"2020-05-02T09:30:00Z\",\"last_login_at\":\"2026-11-{:02}T08:15:00Z\",\
         \"roles\":[\"member\",\"editor\"]}}",
        n % 28 + 1
    )
}

const HEADINGS: &str = "id,external_id,email,username,display_name,active,locked,created_at,last_login_at,roles\n";

fn row(n: u32) -> String {
    let person = n / 5;
    format!(
        "u-{n:09},E{person:07},ada.person{person}@corp.example,aperson{person},\"Person{person}, Ada\",true,no,\
         2020-05-02T09:30:00Z,2026-11-{:02}T08:15:00Z,member;editor",
        n % 28 + 1
    )
}

/// A user as Voiso sends it, with one key of another name, by which the export's floor tells it from the others.
fn phone(n: u32) -> String {
    let person = n / 5;
    format!(
        "{{\"id\":{n},\"name\":\"Ada Person{person}\",\"mail\":\"ada.person{person}@corp.example\",\
         \"email\":\"ada.person{person}@corp.example\",\"employee_id\":\"E{person:07}\",\"status\":\"offline\",\
         \"security_access_group\":{{\"id\":{},\"name\":\"Agents\"}},\"sip_account\":\"sip-{n}\",\"extension\":\"{}\",\
         \"caller_id\":null,\"created_at\":\"2020-05-02T09:30:00.000Z\",\"updated_at\":\"2026-05-02T09:30:00Z\",\
         \"deleted_at\":null,\"skills\":[{{\"id\":1,\"level\":3}},{{\"id\":2,\"level\":1}}]}}",
        n % 7,
        n % 10_000
    )
}
