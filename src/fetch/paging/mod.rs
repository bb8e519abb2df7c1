//! Walks a list to its end, by position or by cursor, and says whether anything can have been missed.
//!
//! A list may change while it is read, and counts alone don't tell: delete one user of a page that was read
//! already and add another at the end, and the total stays while somebody slips from one page to the one before.
//! So there is a rule for each kind of list:
//!
//! - One page is one moment: it is whole if it holds as many accounts as the vendor declares.
//! - Where users are listed oldest first, a deletion moves all users after it to the front, and nothing moves
//!   them back. So the last page is read first of all and once more after all others: if it still holds the same
//!   users, nobody was deleted meanwhile, and the counts prove the rest. This relies on the vendor keeping the
//!   order that it was asked for.
//! - Where the order is unknown, or a cursor leads from page to page, the list is read twice. Accounts that came in
//!   both readings existed between them, so if they are as many as the vendor declares, they are all. This relies
//!   on nothing but the total.
//!
//! In each of them what lies behind the end is asked for as well, so a total that is too low doesn't hide anybody. Where
//! that answer is the first page again, or there is none behind a single page that is full, and the vendor's documents don't
//! promise otherwise, places may mean nothing to the server: another place has to be answered with something else before
//! anything is believed. A cursor leads behind no end,
//! so there the total or the server itself has to say that the list has ended.
//! A user who is deleted and comes back under the same identifier during one run can't be told from one who stayed.
//!
//! Pages are asked for at the same time where their place is known, and always taken in order, so that the same
//! list gives the same records in the same order. No walk can go on for ever: pages without new accounts and a
//! repeated cursor end it, and the deadline of the source ends what is left.

mod cursor;
mod ledger;

use std::collections::HashSet;
use std::future::Future;

use serde_json::value::RawValue;

use super::{Proof, SourceError};
use crate::base::text::counted;
use ledger::Ledger;

pub(crate) use cursor::{CursorPage, Next, by_cursor};

/// What a vendor sent as one page.
#[derive(Debug)]
pub(crate) struct Page {
    /// The records, verbatim.
    pub records: Vec<Box<RawValue>>,
    /// How much there is in all, as this page says.
    pub total: Option<Total>,
}

/// How much there is in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    /// This many records.
    Records(u64),
    /// This many pages.
    Pages(u64),
}

/// Takes the pages of one reading, in order.
pub(crate) trait Intake {
    /// What tells the records of a page apart; `None` for one that can't be read.
    fn ids(&self, page: &Page) -> Vec<Option<u128>>;
    /// Takes the next page.
    fn take(&mut self, page: &Page) -> Result<Taken, SourceError>;
    /// Whether a record with this identifier was taken in this reading.
    fn knows(&self, id: u128) -> bool;
    /// Different accounts of this reading.
    fn distinct(&self) -> u64;
}

/// What came of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Accounts that had not been seen in this reading.
    pub new: u64,
    /// Records of accounts that had.
    pub repeated: u64,
}

/// What is known of the order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// New records come last, the others keep their order.
    OldestFirst,
    /// Nothing.
    Unknown,
}

/// How to walk a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Records asked for at a time; none where that is left to the server. Where pages are counted and not records, the
    /// vendor is known to send as many.
    pub size: u64,
    /// Pages asked for at the same time.
    pub concurrency: usize,
    /// What is known of the order.
    pub order: Order,
    /// What is to be said of a server that answers every place with the first page. Where nothing is, the vendor's
    /// documents promise that it doesn't.
    pub if_stuck: Option<&'static str>,
}

/// The place of a page, for vendors that count pages and for those that count records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Pages before it.
    pub index: u64,
    /// Records before it.
    pub offset: u64,
    /// Records to ask for.
    pub limit: u64,
}

/// Pages at known places. The size of a page is that of the first answer, whatever was asked for: servers cap
/// silently.
pub(crate) async fn by_position<I, F, P>(intake: &mut I, plan: Plan, fetch: F) -> Result<Proof, SourceError>
where
    I: Intake,
    F: Fn(Window) -> P,
    P: Future<Output = Result<Page, SourceError>>,
{
    let first = fetch(Window { index: 0, offset: 0, limit: plan.size }).await?;
    let step = first.records.len() as u64;
    let pages = match first.total {
        None => return without_total(intake, plan, first, fetch).await,
        Some(Total::Pages(pages)) => pages,
        Some(Total::Records(total)) => total.div_ceil(step.max(1)),
    };
    let mut ledger = Ledger::new(&first);
    ledger.short = pages > 1 && (step == 0 || step < plan.size && matches!(first.total, Some(Total::Pages(_))));
    let at = |index: u64| Window { index, offset: index.saturating_mul(step), limit: step.max(1) };
    let mut last_page = step;
    if pages <= 1 || step == 0 {
        ledger.take(intake, &first)?;
    } else if plan.order == Order::Unknown {
        ledger.take(intake, &first)?;
        ledger.walk(intake, plan, (1..pages).map(at), &fetch).await?;
    } else {
        let last = fetch(at(pages - 1)).await?;
        last_page = last.records.len() as u64;
        ledger.walk(intake, plan, (0..pages - 1).map(at), &fetch).await?;
        ledger.take(intake, &last)?;
        let again = fetch(at(pages - 1)).await?;
        ledger.see(&again);
        ledger.moved = intake.ids(&again) != intake.ids(&last);
    }
    let end = match first.total {
        Some(Total::Records(total)) => Window { offset: total, ..at(pages.max(1)) },
        _ => at(pages.max(1)),
    };
    let behind = behind(intake, plan, fetch(end).await, &first)?;
    ledger.behind = behind.accounts();
    let proves_nothing = behind == Behind::FirstPage || behind == Behind::Refused && step >= plan.size;
    if let Some(reason) = plan.if_stuck.filter(|_| proves_nothing && step > 0 && all_are_of(&first, intake)) {
        ledger.stuck = (!moves(intake, &first, &fetch).await?).then_some(reason);
    }
    let expected = match first.total {
        Some(Total::Records(total)) => Some(total),
        // All pages are full but the last; where the order is unknown, how full that was isn't known.
        _ if plan.order == Order::OldestFirst || pages <= 1 => {
            Some(pages.saturating_sub(1).saturating_mul(step).saturating_add(last_page))
        }
        _ => None,
    };
    Ok(ledger.proof(intake, expected, pages > 1 && plan.order == Order::Unknown))
}

/// The same for vendors that count records. A page that comes short is filled up from where it ended.
pub(crate) async fn by_offset<I, F, P>(intake: &mut I, plan: Plan, fetch: F) -> Result<Proof, SourceError>
where
    I: Intake,
    F: Fn(u64, u64) -> P,
    P: Future<Output = Result<Page, SourceError>>,
{
    let fetch = &fetch;
    by_position(intake, plan, |window| async move {
        let mut page = fetch(window.offset, window.limit).await?;
        // Only the first window asks for more than a page is known to hold, and nothing is known to lie behind it.
        let Some(Total::Records(total)) = page.total.filter(|_| window.index > 0) else { return Ok(page) };
        loop {
            let received = page.records.len() as u64;
            if received == 0 || received >= window.limit || window.offset.saturating_add(received) >= total {
                return Ok(page);
            }
            let rest = fetch(window.offset.saturating_add(received), window.limit - received).await?;
            if rest.records.is_empty() {
                return Ok(page);
            }
            page.records.extend(rest.records);
        }
    })
    .await
}

/// One page after the other until one comes short, where the vendor doesn't say how much there is.
async fn without_total<I, F, P>(intake: &mut I, plan: Plan, first: Page, fetch: F) -> Result<Proof, SourceError>
where
    I: Intake,
    F: Fn(Window) -> P,
    P: Future<Output = Result<Page, SourceError>>,
{
    let mut ledger = Ledger::new(&first);
    let step = first.records.len() as u64;
    let mut later = None;
    let mut index = 0;
    loop {
        let page = later.as_ref().unwrap_or(&first);
        let received = page.records.len() as u64;
        ledger.take(intake, page)?;
        index += 1;
        if received == 0 || ledger.is_barren() {
            break;
        }
        let limit = step.min(plan.size);
        let next = fetch(Window { index, offset: index * step, limit }).await;
        if received < step {
            ledger.behind = behind(intake, plan, next, &first)?.accounts();
            break;
        }
        later = Some(next?);
    }
    if later.is_some_and(|last| is_again(intake, &last, &first)) && all_are_of(&first, intake) {
        ledger.stuck = plan.if_stuck;
    }
    Ok(ledger.proof(intake, None, index > 1))
}

/// A list that comes in one answer, as whoever configured it says.
pub(crate) fn in_one_answer<I: Intake>(intake: &mut I, (page, next): &CursorPage) -> Result<Proof, SourceError> {
    let mut ledger = Ledger::new(page);
    ledger.take(intake, page)?;
    if matches!(next, Next::Cursor(_)) {
        let reason = "it was to come in one answer, and the answer names a further one".to_owned();
        return Ok(Proof::Incomplete { declared: ledger.declared(), reason });
    }
    Ok(ledger.proof(intake, ledger.declared(), false))
}

/// What came from behind the end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// Nothing, or nothing but what lies before the end.
    Nothing,
    /// The whole first page again.
    FirstPage,
    /// This many accounts that hadn't come before.
    Accounts(u64),
    /// No answer.
    Refused,
}

impl Behind {
    const fn accounts(self) -> u64 {
        match self {
            Self::Accounts(accounts) => accounts,
            Self::Nothing | Self::FirstPage | Self::Refused => 0,
        }
    }
}

/// Takes what came from behind the end of a list. Some vendors refuse to look there, and some repeat what lies before
/// the end: that changes nothing. Some fail there, which changes nothing either where all that is declared has come.
fn behind<I: Intake>(
    intake: &mut I,
    plan: Plan,
    page: Result<Page, SourceError>,
    first: &Page,
) -> Result<Behind, SourceError> {
    match page {
        Ok(page) if page.records.is_empty() => Ok(Behind::Nothing),
        Ok(page) if is_again(intake, &page, first) => Ok(Behind::FirstPage),
        Ok(page) if intake.ids(&page).into_iter().all(|id| id.is_some_and(|id| intake.knows(id))) => {
            Ok(Behind::Nothing)
        }
        Ok(page) => Ok(Behind::Accounts(intake.take(&page)?.new)),
        Err(error) if is_refused(&error) => Ok(Behind::Refused),
        Err(error) => {
            let all_came = first.total == Some(Total::Records(intake.distinct()));
            if plan.if_stuck.is_some() && all_came && fails(&error) { Ok(Behind::Refused) } else { Err(error) }
        }
    }
}

const fn is_refused(error: &SourceError) -> bool {
    matches!(error.status(), Some(400 | 404 | 416 | 422))
}

/// What servers answer whose documents don't say what lies behind the end.
const fn fails(error: &SourceError) -> bool {
    matches!(error.status(), Some(500 | 501))
}

/// Whether a page is the whole first page again, in whatever order.
fn is_again<I: Intake>(intake: &I, page: &Page, first: &Page) -> bool {
    let sorted = |page: &Page| {
        let mut ids = intake.ids(page);
        ids.sort_unstable();
        ids
    };
    page.records.len() == first.records.len() && sorted(page) == sorted(first)
}

/// Whether nothing has come but what the first page has.
fn all_are_of<I: Intake>(first: &Page, intake: &I) -> bool {
    let ids: HashSet<u128> = intake.ids(first).into_iter().flatten().collect();
    intake.distinct() <= ids.len() as u64
}

/// Whether the place is honoured after all: asked for the second half of the first page, a server that knows places
/// sends nobody of the first half.
async fn moves<I, F, P>(intake: &I, first: &Page, fetch: &F) -> Result<bool, SourceError>
where
    I: Intake,
    F: Fn(Window) -> P,
    P: Future<Output = Result<Page, SourceError>>,
{
    let ids = intake.ids(first);
    let (first_half, _) = ids.split_at(ids.len() / 2);
    let half = first_half.len() as u64;
    if half == 0 {
        return Ok(false);
    }
    match fetch(Window { index: 1, offset: half, limit: half }).await {
        Ok(page) => {
            Ok(!page.records.is_empty() && intake.ids(&page).iter().all(|id| id.is_some() && !first_half.contains(id)))
        }
        Err(error) if is_refused(&error) || fails(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

impl Total {
    fn text(self) -> String {
        match self {
            Self::Records(records) => counted(records, "account", "accounts"),
            Self::Pages(pages) => counted(pages, "page", "pages"),
        }
    }
}
