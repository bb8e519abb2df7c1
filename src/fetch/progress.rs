//! Who is told how far fetching has come.

/// Told of every page.
pub trait Progress: Send + Sync {
    /// How many different accounts have been seen, and of how many if the vendor says.
    fn page(&self, distinct: u64, declared: Option<u64>);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Progress for Quiet {
    fn page(&self, _: u64, _: Option<u64>) {}
}
