//! What one reading of a list has brought, and what it proves.

use std::future::Future;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::{Intake, Page, Plan, Total, Window};
use crate::base::text::counted;
use crate::fetch::{Proof, SourceError};

/// Pages in a row that may bring nothing new. A page may be empty because its users were deleted; a vendor that
/// claims a billion pages must not keep us busy.
const MAX_BARREN_PAGES: u64 = 3;

/// Pages in line for each that may be asked for at a time: a late one holds up those behind it, because they are taken
/// in order, and meanwhile the client has to have others to ask for.
const AHEAD: usize = 3;

/// What is said of cursors that end without a word.
const ENDLESS: &str = "neither a total nor an empty nextCursor says that the list has ended where it did; with another \
                       page_size it may, and of a list that comes in one answer you can say so: paging = \"none\" with \
                       expect_min";

/// What one reading has brought so far, and what of it doesn't add up.
pub(crate) struct Ledger {
    first: Option<Total>,
    changed_to: Option<Total>,
    barren: u64,
    /// Records of accounts that an earlier page had.
    repeated: u64,
    pub(crate) moved: bool,
    pub(crate) short: bool,
    /// Accounts from behind the end.
    pub(crate) behind: u64,
    /// What is to be said of a server that knows no places.
    pub(crate) stuck: Option<&'static str>,
    /// Nothing says that the list has ended where it did.
    pub(crate) endless: bool,
}

impl Ledger {
    pub(crate) const fn new(first: &Page) -> Self {
        Self {
            first: first.total,
            changed_to: None,
            barren: 0,
            repeated: 0,
            moved: false,
            short: false,
            behind: 0,
            stuck: None,
            endless: false,
        }
    }

    pub(crate) fn see(&mut self, page: &Page) {
        if page.total.is_some() && page.total != self.first {
            self.changed_to = page.total;
        }
    }

    pub(crate) fn take<I: Intake>(&mut self, intake: &mut I, page: &Page) -> Result<(), SourceError> {
        self.see(page);
        let taken = intake.take(page)?;
        self.barren = if taken.new == 0 { self.barren + 1 } else { 0 };
        self.repeated += taken.repeated;
        Ok(())
    }

    pub(crate) const fn is_barren(&self) -> bool {
        self.barren > MAX_BARREN_PAGES
    }

    /// Asks for pages at the same time and takes them in order.
    pub(crate) async fn walk<I, F, P>(
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

    pub(crate) const fn declared(&self) -> Option<u64> {
        match self.first {
            Some(Total::Records(total)) => Some(total),
            _ => None,
        }
    }

    /// Where the records went that brought nobody.
    fn overlap(&self) -> String {
        let records = counted(self.repeated, "record repeats an account", "records repeat accounts");
        if self.repeated > 0 {
            format!("; {records} of an earlier page, so that the pages overlap")
        } else {
            String::new()
        }
    }

    /// What the reading proves. `expected` is how many accounts there have to be; `again` tells that it needs a
    /// second reading to be sure.
    pub(crate) fn proof<I: Intake>(&self, intake: &I, expected: Option<u64>, again: bool) -> Proof {
        let declared = self.declared();
        let distinct = intake.distinct();
        let reason = if let (Some(first), Some(other)) = (self.first, self.changed_to) {
            format!("the vendor's total changed from {} to {} while the list was read", first.text(), other.text())
        } else if let Some(reason) = self.stuck {
            reason.to_owned()
        } else if self.is_barren() {
            let pages = counted(self.barren, "page", "pages in a row");
            let more = if self.first.is_some() { "the vendor says that there is more" } else { "the list goes on" };
            format!("{pages} brought no new account, though {more}{}", self.overlap())
        } else if self.short {
            "the first page isn't full, though the vendor says that there are more".to_owned()
        } else if self.behind > 0 {
            let accounts = counted(self.behind, "account", "accounts");
            format!("{accounts} came from behind the end that the vendor declares{}", self.overlap())
        } else if self.moved {
            "users moved from page to page while the list was read".to_owned()
        } else if let Some(expected) = expected.filter(|expected| *expected != distinct) {
            let expected = counted(expected, "account", "accounts");
            format!("the vendor declares {expected}, and {distinct} different ones arrived{}", self.overlap())
        } else if self.endless {
            ENDLESS.to_owned()
        } else if again {
            return Proof::Unconfirmed { declared };
        } else {
            return Proof::Complete { declared };
        };
        Proof::Incomplete { declared, reason }
    }
}
