//! Bytes that wait until they are read again: the last ones in memory, those before them in a file that has no name, is readable
//! by nobody else, and is gone when the run ends. What is small touches no disk.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

/// So much stays in memory.
const IN_MEMORY: usize = 1 << 18;

/// Bytes one behind the other, to be read from any place. Several threads may read at once.
#[derive(Debug)]
pub struct TempStore {
    /// No other store of this run has it.
    number: u64,
    /// Made when there is too much for the memory.
    file: Option<File>,
    written: u64,
    rest: Vec<u8>,
}

impl Default for TempStore {
    fn default() -> Self {
        static STORES: AtomicU64 = AtomicU64::new(0);
        Self { number: STORES.fetch_add(1, Ordering::Relaxed), file: None, written: 0, rest: Vec::new() }
    }
}

/// Bytes of a store that have been read, with some of those behind them: what is read next mostly lies there.
#[derive(Debug)]
pub struct Window {
    /// Whose bytes they are.
    store: Option<u64>,
    at: u64,
    bytes: Vec<u8>,
    reach: usize,
}

impl Default for Window {
    fn default() -> Self {
        /// To copy so much takes about as long as to ask the system for anything.
        const REACH: usize = 1 << 14;
        Self { reach: REACH, ..Self::narrow() }
    }
}

impl Window {
    /// Reads what is asked for and no more: for who reads once.
    pub const fn narrow() -> Self {
        Self { store: None, at: 0, bytes: Vec::new(), reach: 0 }
    }

    fn find(&self, store: u64, at: u64, length: usize) -> Option<std::ops::Range<usize>> {
        (self.store == Some(store)).then_some(())?;
        let start = usize::try_from(at.checked_sub(self.at)?).ok()?;
        let end = start.checked_add(length)?;
        (end <= self.bytes.len()).then_some(start..end)
    }
}

impl TempStore {
    /// How many bytes there are.
    pub const fn len(&self) -> u64 {
        self.written + self.rest.len() as u64
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds bytes, and returns the place of the first.
    ///
    /// # Errors
    /// The file can't be made or written.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let at = self.len();
        if self.rest.len() + bytes.len() > IN_MEMORY {
            self.write()?;
        }
        self.rest.extend_from_slice(bytes);
        Ok(at)
    }

    /// Fills the buffer with the bytes from a place on.
    ///
    /// # Errors
    /// There are fewer, or the file can't be read.
    pub fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        let in_file = usize::try_from(self.written.saturating_sub(at)).unwrap_or(usize::MAX).min(buffer.len());
        let (first, others) = buffer.split_at_mut(in_file);
        if let Some(file) = self.file.as_ref().filter(|_| !first.is_empty()) {
            read_at(file, first, at)?;
        }
        let start = usize::try_from(at.saturating_sub(self.written)).map_err(io::Error::other)?;
        let found = self.rest.get(start..).and_then(|rest| rest.get(..others.len()));
        others.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    /// This many bytes from a place on, by way of a window.
    ///
    /// # Errors
    /// There are fewer, or the file can't be read.
    pub fn look<'w>(&self, at: u64, length: usize, window: &'w mut Window) -> io::Result<&'w [u8]> {
        if window.find(self.number, at, length).is_none() {
            let there = usize::try_from(self.len().saturating_sub(at)).unwrap_or(usize::MAX);
            window.bytes.resize(there.min(length.max(window.reach)), 0);
            (window.store, window.at) = (None, at);
            self.read(at, &mut window.bytes)?;
            window.store = Some(self.number);
        }
        let found = window.find(self.number, at, length).and_then(|range| window.bytes.get(range));
        found.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn write(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        // On Windows, reading moves the place at which is written.
        file.seek(SeekFrom::Start(self.written))?;
        file.write_all(&self.rest)?;
        self.written += self.rest.len() as u64;
        self.rest.clear();
        Ok(())
    }

    /// The file, with everything in it.
    #[cfg(test)]
    pub(crate) fn file(&mut self) -> &mut File {
        self.write().expect("written");
        self.file.as_mut().expect("a file")
    }
}

/// Reads without moving a place that threads would share.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = buffer.get_mut(read..).unwrap_or_default();
                at += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_read_wherever_it_is() {
        let mut store = TempStore::default();
        let part = |number: u8| vec![number; 100_000];
        let places: Vec<u64> = (0..7).map(|number| store.append(&part(number)).expect("added")).collect();
        assert_eq!(places, [0, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000]);
        assert!(store.written > 0 && !store.rest.is_empty(), "some of it is in the file");
        let mut all = vec![0; 700_000];
        store.read(0, &mut all).expect("read");
        assert_eq!(all, (0..7).flat_map(part).collect::<Vec<_>>());
        let mut few = [0; 4];
        for (at, expected) in [(99_998, [0, 0, 1, 1]), (store.written - 2, [5, 5, 6, 6]), (699_996, [6; 4])] {
            store.read(at, &mut few).expect("read");
            assert_eq!(few, expected, "{at}");
        }
        for at in [699_997, 700_000, u64::MAX] {
            store.read(at, &mut few).expect_err("there are fewer");
        }
        let mut other = TempStore::default();
        other.append(&vec![7; 700_000]).expect("added");
        for mut window in [Window::default(), Window::narrow()] {
            assert_eq!(other.look(99_998, 4, &mut window).expect("there"), [7; 4], "of another store");
            for (at, length) in [(99_998, 4), (100_000, 2), (99_997, 4), (100_001, 200_000), (699_990, 10), (5, 0)] {
                let found = store.look(at, length, &mut window).expect("there");
                let expected = usize::try_from(at).ok().and_then(|at| all.get(at..at + length));
                assert_eq!(Some(found), expected, "{at}");
            }
            for (at, length) in [(699_990, 11), (700_000, 1), (u64::MAX, 1), (0, usize::MAX)] {
                store.look(at, length, &mut window).expect_err("there are fewer");
            }
        }
    }
}
