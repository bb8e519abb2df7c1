//! What has changed since an earlier report: which findings are new, persist, came back, are resolved, or can't be told; and since
//! when each has been there. Between the judging and the report; the earlier report is the only memory.
//!
//! A finding is *new* only if it would have been in the earlier report, had it been true then, and *resolved* only if it would be in
//! this one, were it still true. Where a source wasn't seen whole, or a rule isn't the same, it is *unknown* or *unseen*.

mod accounts;
mod anew;
mod changes;
mod comparable;
mod earlier;
mod follow;
mod gone;
mod ground;
mod known;
mod lines;
mod lists;
mod parts;
mod rename;
mod spell;
#[cfg(test)]
mod tests;

pub use accounts::{Later, List, Listed, each};
pub use anew::Anew;
pub use changes::{Changes, FindingCounts, NotComparable, PreviousRun, TrendPoint};
pub use earlier::Earlier;
pub use follow::{Follow, Naming, Present};
pub use gone::{Gone, GoneSubject, Remembered};
pub use ground::{CellGround, Ground, RuleGround, SourceGround};
pub use known::Kind;
pub use lists::{AccountChanges, ListChanges, PeopleChanges};
pub use rename::NamesOf;
pub use spell::{History, HistoryLine, State};
