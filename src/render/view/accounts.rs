//! The findings by the accounts that they are about, alone or in a group: for formats with a row for each account.

use super::entries::Group;
use crate::base::temp_store::Window;
use crate::finding::Findings;
use crate::render::RenderError;

/// An account: its source and its identifier there.
pub(in crate::render) type Account<'a> = (&'a str, &'a str);

/// Every account that a finding is about, with the positions of its findings.
#[derive(Debug)]
pub(in crate::render) struct Accounts<'r> {
    findings: &'r Findings,
    /// Those of one account next to each other, in the order of the report.
    positions: Vec<u32>,
    /// In the order of sources and identifiers.
    places: Vec<Place<'r>>,
}

/// Where the findings about one account are.
#[derive(Debug)]
struct Place<'r> {
    source: &'r str,
    id: Box<str>,
    start: u32,
    length: u32,
}

impl<'r> Accounts<'r> {
    /// Reads all findings, one after the other.
    pub(in crate::render) fn new(findings: &'r Findings) -> Result<Self, RenderError> {
        let (mut about, mut window): (Vec<(&str, Box<str>, u32)>, _) = (Vec::new(), Window::default());
        for (at, head) in (0..).zip(findings.heads()) {
            let finding = head.load(&mut window).map_err(RenderError::Findings)?;
            let source = head.source().unwrap_or_default();
            about.extend(finding.subject.account_id.map(|id| (source, id.into(), at)));
            about.extend(finding.subject.members().into_iter().map(|id| (source, id.into(), at)));
        }
        about.sort_unstable();
        let positions = about.iter().map(|(.., at)| *at).collect();
        let mut places: Vec<Place<'_>> = Vec::new();
        for ((source, id, _), start) in about.into_iter().zip(0..) {
            match places.last_mut().filter(|place| place.account() == (source, &id)) {
                Some(place) => place.length += 1,
                None => places.push(Place { source, id, start, length: 1 }),
            }
        }
        Ok(Self { findings, positions, places })
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// One of them, by its position.
    pub(super) fn at(&self, at: usize) -> Option<(Account<'_>, Group<'_>)> {
        self.places.get(at).map(|place| (place.account(), self.group(place)))
    }

    /// What was found about one.
    pub(in crate::render) fn get(&self, account: Account<'_>) -> Option<Group<'_>> {
        let at = self.places.binary_search_by_key(&account, Place::account).ok()?;
        self.at(at).map(|(_, group)| group)
    }

    fn group(&self, place: &Place<'_>) -> Group<'_> {
        let range = place.start as usize..(place.start + place.length) as usize;
        Group::new(self.findings, self.positions.get(range).unwrap_or_default())
    }
}

impl Place<'_> {
    const fn account(&self) -> Account<'_> {
        (self.source, &self.id)
    }
}
