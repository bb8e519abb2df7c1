//! An export as records: its file opened, its headings found and checked against the configuration.

use std::collections::BTreeMap;

use super::config::FileConfig;
use super::decoder::MappedDecoder;
use super::headings::{ID, SLOTS, slot, slot_name};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::model::FactName;
use crate::table::{Cells, Opened, Purposes as _, Records, Remark, Seen, Source, open};

/// An export whose headings are understood.
pub(in crate::vendor) struct Export {
    pub(in crate::vendor) records: Records,
    /// What the reader of the report should know of it.
    pub(in crate::vendor) notes: Vec<String>,
    /// What its headings have shown.
    pub(in crate::vendor) seen: Seen,
    /// How it is read, for `sources --check`.
    pub(in crate::vendor) told: Vec<String>,
}

impl Export {
    /// Opens a file.
    ///
    /// # Errors
    /// The message, which begins with the file and the place.
    pub(super) fn open(config: &FileConfig, decoder: &MappedDecoder) -> Result<Self, String> {
        let FileConfig { path, shown, options, .. } = config;
        let told = |diagnostic: Diagnostic| Diagnostic { file: shown.clone(), ..diagnostic }.to_string();
        let opened = open(path, options, decoder).map_err(told)?;
        Self::new(&shown.display().to_string(), opened, decoder)
    }

    /// Understands what was opened.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(in crate::vendor) fn new(
        origin: &str,
        opened: Opened<'static>,
        decoder: &MappedDecoder,
    ) -> Result<Self, String> {
        match opened {
            Opened::Lines(lines) => Ok(Self::of_records(Records::Lines(lines), "NDJSON".to_owned(), &[])),
            Opened::Records(records, encoding, remarks) => {
                Ok(Self::of_records(Records::Json(records), encoding, &remarks))
            }
            Opened::Sources(sources) => Self::of_sources(origin, sources, decoder),
        }
    }

    fn of_records(records: Records, kind: String, remarks: &[Remark]) -> Self {
        Self { records, notes: remarks.iter().map(noted).collect(), seen: Seen::default(), told: vec![kind] }
    }

    fn of_sources(origin: &str, sources: Vec<Source<'static>>, decoder: &MappedDecoder) -> Result<Self, String> {
        let (mut tables, mut notes, mut told, mut seen) = (Vec::new(), Vec::new(), Vec::new(), Seen::default());
        let several = sources.len() > 1;
        for mut source in sources {
            if source.is_blank().map_err(|error| format!("{origin}: {error}"))? {
                if several {
                    continue;
                }
                return Err(format!("{origin}: the file is empty; its first line has to hold the headings"));
            }
            let header = match source.header(decoder) {
                Some(header) => header,
                None => source
                    .first_line()
                    .map_err(|misquoted| format!("{origin}:{}: {misquoted}", misquoted.line))?
                    .ok_or_else(|| format!("{origin}: there is no line of headings"))?,
            };
            seen.quotes.append(header.quotes);
            let (line, delimiter) = (header.line, char::from(header.delimiter));
            let headings = named(&header.headings);
            let sheet = source.sheet.clone().filter(|_| several);
            let checked = check(&headings, decoder, source.is_delimited.then_some(delimiter));
            notes.extend(checked.map_err(|message| format!("{origin}:{line}: {message}"))?);
            notes.extend(source.remarks.iter().map(noted));
            let separated =
                if source.is_delimited { format!(", fields separated by {delimiter:?}") } else { String::new() };
            told.push(format!("{}{separated}, headings in line {line}", source.encoding));
            told.extend(serving(&headings, decoder));
            let moments = |at: &usize| headings.get(*at).and_then(|heading| decoder.of(heading)).is_some_and(is_moment);
            let from_1904 = if source.is_1904 { (0..headings.len()).filter(moments).collect() } else { Vec::new() };
            tables.push(Cells::new(source.table(header), &headings, sheet, from_1904));
        }
        Ok(Self { records: Records::Cells(tables), notes, seen, told })
    }
}

fn noted(remark: &Remark) -> String {
    match remark.line {
        Some(line) => format!("line {line}: {}", remark.text),
        None => remark.text.clone(),
    }
}

fn is_moment(of: usize) -> bool {
    use FactName::{CreatedAt, DeletedAt, LastLoginAt, UpdatedAt};
    [CreatedAt, UpdatedAt, LastLoginAt, DeletedAt].into_iter().any(|fact| slot(fact) == of)
}

/// Headings as the records have them; a blank one is called by its position.
fn named(headings: &[String]) -> Vec<String> {
    let name =
        |(at, heading): (usize, &String)| if heading.is_empty() { format!("column {at}") } else { heading.clone() };
    (1..).zip(headings).map(name).collect()
}

/// Which headings tell what, and which nothing.
pub(super) fn serving(headings: &[String], decoder: &MappedDecoder) -> Vec<String> {
    let quoted = |heading: &String| format!("\"{heading}\"");
    let used = headings
        .iter()
        .filter_map(|heading| Some(format!("{} = {}", slot_name(decoder.of(heading)?), quoted(heading))));
    let used: Vec<String> = used.collect();
    let unused: Vec<String> = headings.iter().filter(|heading| decoder.of(heading).is_none()).map(quoted).collect();
    let line = |what: &str, list: Vec<String>| (!list.is_empty()).then(|| format!("{what}: {}", list.join(", ")));
    [line("used", used), line("not used", unused)].into_iter().flatten().collect()
}

/// Every configured heading is there, and none that matters stands twice. Returns what stays unused because it
/// could be read in two ways. No heading is shown that the configuration doesn't name or nearly name: a file
/// without headings has a person in its first line.
fn check(headings: &[String], decoder: &MappedDecoder, delimiter: Option<char>) -> Result<Vec<String>, String> {
    let mut columns: BTreeMap<usize, (u8, Vec<&str>)> = BTreeMap::new();
    for (at, heading) in headings.iter().enumerate() {
        for target in decoder.find(heading).iter().filter(|target| target.path.is_empty()) {
            if headings.iter().take(at).any(|earlier| earlier == heading) {
                return Err(format!("two columns are headed \"{heading}\"; rename one of them"));
            }
            let (rank, names) = columns.entry(target.slot).or_insert((target.rank, Vec::new()));
            if target.rank < *rank {
                (*rank, *names) = (target.rank, Vec::new());
            }
            if target.rank == *rank {
                names.push(heading);
            }
        }
    }
    for (slot, heading) in (0..SLOTS).filter_map(|slot| Some((slot, decoder.configured(slot)?))) {
        if !columns.contains_key(&slot) {
            let meant = did_you_mean(heading, headings.iter().map(String::as_str));
            let help = meant.map_or_else(
                || "check [source.columns] and delimiter".to_owned(),
                |meant| format!("did you mean \"{meant}\"?"),
            );
            return Err(format!("none of the {} headings is \"{heading}\"; {help}", headings.len()));
        }
    }
    let several = |(slot, (_, names)): (&usize, &(u8, Vec<&str>))| {
        let names = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ");
        format!("{names} could each be {}; name one of them in [source.columns]", slot_name(*slot))
    };
    match columns.get(&ID).map(|(_, names)| names.len()) {
        Some(1) => Ok(columns.iter().filter(|(_, (_, names))| names.len() > 1).map(several).collect()),
        Some(_) => Err(columns.iter().next().map(several).unwrap_or_default()),
        None => {
            let read = delimiter.map_or_else(String::new, |delimiter| {
                format!(" (read as {} fields separated by {delimiter:?})", headings.len())
            });
            Err(format!("no heading is known to be that of the id{read}; name it as id in [source.columns]"))
        }
    }
}
