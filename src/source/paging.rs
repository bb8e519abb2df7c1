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
//! In each of them what lies behind the end is asked for as well, so a total that is too low doesn't hide anybody.
//! A user who is deleted and comes back under the same identifier during one run can't be told from one who stayed.
//!
//! Pages are asked for at the same time where their place is known, and always taken in order, so that the same
//! list gives the same records in the same order. No walk can go on for ever: pages without new accounts and a
//! repeated cursor end it, and the deadline of the source ends what is left.

use std::collections::HashSet;
use std::future::Future;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::value::RawValue;

use super::{Proof, SourceError};
use crate::model::text::counted;

/// Pages in a row that may bring nothing new. A page may be empty because its users were deleted; a vendor that
/// claims a billion pages must not keep us busy.
const MAX_BARREN_PAGES: u64 = 3;

/// Pages in line for each that may be asked for at a time: a late one holds up those behind it, because they are taken
/// in order, and meanwhile the client has to have others to ask for.
const AHEAD: usize = 3;

/// What a vendor sent as one page.
#[derive(Debug)]
pub(super) struct Page {
    /// The records, verbatim.
    pub records: Vec<Box<RawValue>>,
    /// How much there is in all, as this page says.
    pub total: Option<Total>,
}

/// How much there is in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    /// So many records.
    Records(u64),
    /// So many pages.
    Pages(u64),
}

/// Takes the pages of one reading, in order.
pub(super) trait Intake {
    /// What tells the records of a page apart; `None` for one that can't be read.
    fn ids(&self, page: &Page) -> Vec<Option<u128>>;
    /// Takes the next page. Returns how many of its accounts had not been seen in this reading.
    fn take(&mut self, page: &Page) -> Result<usize, SourceError>;
    /// Different accounts of this reading.
    fn distinct(&self) -> u64;
}

/// What is known of the order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// New records come last, the others keep their order.
    OldestFirst,
    /// Nothing.
    Unknown,
}

/// How to walk a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Records asked for at a time. Where pages are counted and not records, the vendor is known to send as many.
    pub size: u64,
    /// Pages asked for at the same time.
    pub concurrency: usize,
    /// What is known of the order.
    pub order: Order,
}

/// The place of a page, for vendors that count pages and for those that count records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Pages before it.
    pub index: u64,
    /// Records before it.
    pub offset: u64,
    /// Records to ask for.
    pub limit: u64,
}

/// Pages at known places. The size of a page is that of the first answer, whatever was asked for: servers cap
/// silently.
pub(super) async fn by_position<I, F, P>(intake: &mut I, plan: Plan, fetch: F) -> Result<Proof, SourceError>
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
    ledger.behind = behind(intake, fetch(end).await)?;
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
pub(super) async fn by_offset<I, F, P>(intake: &mut I, plan: Plan, fetch: F) -> Result<Proof, SourceError>
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
    let mut page = first;
    let mut index = 0;
    loop {
        let received = page.records.len() as u64;
        ledger.take(intake, &page)?;
        index += 1;
        if received == 0 || ledger.is_barren() {
            break;
        }
        let limit = if step < plan.size { step } else { plan.size };
        let next = fetch(Window { index, offset: index * step, limit }).await;
        if received < step {
            ledger.behind = behind(intake, next)?;
            break;
        }
        page = next?;
    }
    Ok(ledger.proof(intake, None, index > 1))
}

/// Takes what came from behind the end of a list, and counts it. Some vendors refuse to look there.
fn behind<I: Intake>(intake: &mut I, page: Result<Page, SourceError>) -> Result<u64, SourceError> {
    match page {
        Ok(page) if page.records.is_empty() => Ok(0),
        Ok(page) => Ok(intake.take(&page)? as u64),
        Err(error) if matches!(error.status(), Some(400 | 404 | 416 | 422)) => Ok(0),
        Err(error) => Err(error),
    }
}

/// A page with the cursor of the next one; `None` at the end.
pub(super) type CursorPage = (Page, Option<String>);

/// Follows cursors, one page after the other.
pub(super) async fn by_cursor<I, F, P>(intake: &mut I, fetch: F) -> Result<Proof, SourceError>
where
    I: Intake,
    F: Fn(Option<String>) -> P,
    P: Future<Output = Result<CursorPage, SourceError>>,
{
    let (mut page, mut next) = fetch(None).await?;
    let mut ledger = Ledger::new(&page);
    let mut seen = HashSet::new();
    let mut pages = 0;
    loop {
        pages += 1;
        ledger.take(intake, &page)?;
        let Some(cursor) = next.filter(|next| !next.is_empty()) else { break };
        if !seen.insert(cursor.clone()) {
            let reason = "the vendor gave the same cursor twice, so its list would never end".to_owned();
            return Ok(Proof::Incomplete { declared: ledger.declared(), reason });
        }
        if ledger.is_barren() {
            break;
        }
        (page, next) = fetch(Some(cursor)).await?;
    }
    let declared = ledger.declared();
    Ok(ledger.proof(intake, declared, pages > 1))
}

/// What one reading has brought so far, and what of it doesn't add up.
struct Ledger {
    first: Option<Total>,
    changed_to: Option<Total>,
    barren: u64,
    moved: bool,
    short: bool,
    behind: u64,
}

impl Ledger {
    const fn new(first: &Page) -> Self {
        Self { first: first.total, changed_to: None, barren: 0, moved: false, short: false, behind: 0 }
    }

    fn see(&mut self, page: &Page) {
        if page.total.is_some() && page.total != self.first {
            self.changed_to = page.total;
        }
    }

    fn take<I: Intake>(&mut self, intake: &mut I, page: &Page) -> Result<(), SourceError> {
        self.see(page);
        self.barren = if intake.take(page)? == 0 { self.barren + 1 } else { 0 };
        Ok(())
    }

    const fn is_barren(&self) -> bool {
        self.barren > MAX_BARREN_PAGES
    }

    /// Asks for pages at the same time and takes them in order.
    async fn walk<I, F, P>(
        &mut self,
        intake: &mut I,
        plan: Plan,
        windows: impl Iterator<Item = Window>,
        fetch: &F,
    ) -> Result<(), SourceError>
    where
        I: Intake,
        F: Fn(Window) -> P,
        P: Future<Output = Result<Page, SourceError>>,
    {
        let mut pages = stream::iter(windows).map(fetch).buffered(plan.concurrency.saturating_mul(AHEAD));
        while let Some(page) = pages.try_next().await? {
            self.take(intake, &page)?;
            if self.is_barren() {
                break;
            }
        }
        Ok(())
    }

    const fn declared(&self) -> Option<u64> {
        match self.first {
            Some(Total::Records(total)) => Some(total),
            _ => None,
        }
    }

    /// What the reading proves. `expected` is how many accounts there have to be; `again` tells that it needs a
    /// second reading to be sure.
    fn proof<I: Intake>(&self, intake: &I, expected: Option<u64>, again: bool) -> Proof {
        let declared = self.declared();
        let distinct = intake.distinct();
        let reason = if let (Some(first), Some(other)) = (self.first, self.changed_to) {
            format!("the vendor's total changed from {} to {} while the list was read", first.text(), other.text())
        } else if self.is_barren() {
            let pages = counted(self.barren, "page", "pages in a row");
            format!("{pages} brought no new account, though the vendor says that there is more")
        } else if self.short {
            "the first page isn't full, though the vendor says that there are more".to_owned()
        } else if self.behind > 0 {
            format!("{} came from behind the end that the vendor declares", counted(self.behind, "account", "accounts"))
        } else if self.moved {
            "users moved from page to page while the list was read".to_owned()
        } else if let Some(expected) = expected.filter(|expected| *expected != distinct) {
            let expected = counted(expected, "account", "accounts");
            format!("the vendor declares {expected}, and {distinct} different ones arrived")
        } else if again {
            return Proof::Unconfirmed { declared };
        } else {
            return Proof::Complete { declared };
        };
        Proof::Incomplete { declared, reason }
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
