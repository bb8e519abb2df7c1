//! The answers of a source whose fetching isn't finished, in one file: a line of JSON before each, then its body,
//! compressed. What stands behind the last whole answer was cut off by the interruption and is dropped.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::base::text::hex;
use crate::claim::open_private;
use crate::http::{Journal, Response};

/// What stands before the body of an answer.
#[derive(Serialize, Deserialize)]
struct Head {
    request: String,
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(default)]
    redactions: u64,
    /// Of the compressed body.
    length: usize,
    sha256: String,
}

/// A journal on disk.
#[derive(Debug)]
pub(super) struct Answers {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Where the answers to a request begin, in the order in which they came.
    kept: HashMap<String, VecDeque<u64>>,
    recalled: u64,
    /// An answer could not be kept, so those after it aren't either: a resumed fetch needs them without a gap.
    broken: bool,
}

impl Answers {
    /// Opens the file or makes it, and finds the answers in it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = open_private(path)?;
        let mut kept: HashMap<_, VecDeque<_>> = HashMap::new();
        let mut end = 0;
        let mut input = BufReader::new(&file);
        while let Some((head, _)) = read(&mut input)? {
            kept.entry(head.request).or_default().push_back(end);
            end = input.stream_position()?;
        }
        file.set_len(end)?;
        Ok(Self { state: Mutex::new(State { file, kept, recalled: 0, broken: false }) })
    }

    /// How many answers were taken from here.
    pub(super) fn recalled(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).recalled
    }
}

/// The next answer with its compressed body; `None` at the end, and where the file was cut off.
fn read(input: &mut BufReader<&File>) -> io::Result<Option<(Head, Vec<u8>)>> {
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line)?;
    let Ok(head) = serde_json::from_slice::<Head>(&line) else { return Ok(None) };
    let mut packed = Vec::new();
    input.take(head.length as u64).read_to_end(&mut packed)?;
    let is_whole = hex(&Sha256::digest(&packed)) == head.sha256;
    Ok(is_whole.then_some((head, packed)))
}

impl State {
    fn recall(&mut self, request: &str) -> io::Result<Option<Response>> {
        let Some(start) = self.kept.get_mut(request).and_then(VecDeque::pop_front) else { return Ok(None) };
        let mut input = BufReader::new(&self.file);
        input.seek(SeekFrom::Start(start))?;
        let Some((head, packed)) = read(&mut input)? else { return Ok(None) };
        let mut body = Vec::new();
        ZlibDecoder::new(packed.as_slice()).read_to_end(&mut body)?;
        self.recalled += 1;
        Ok(Some(Response::restored(head.status, head.headers, body, head.redactions)))
    }

    fn record(&mut self, request: &str, response: &Response) -> io::Result<()> {
        let mut packed = Vec::new();
        // Small enough for what lives as long as a fetch.
        ZlibEncoder::new(response.body.as_slice(), Compression::fast()).read_to_end(&mut packed)?;
        let head = Head {
            request: request.to_owned(),
            status: response.status,
            headers: response.header_pairs(),
            redactions: response.redactions,
            length: packed.len(),
            sha256: hex(&Sha256::digest(&packed)),
        };
        let mut frame = serde_json::to_vec(&head)?;
        frame.push(b'\n');
        frame.extend(packed);
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(&frame)
    }
}

impl Journal for Answers {
    fn recall(&self, request: &str) -> Option<Response> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // What can't be read back is asked for again.
        state.recall(request).unwrap_or_default()
    }

    fn record(&self, request: &str, response: &Response) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.broken {
            return;
        }
        if let Err(error) = state.record(request, response) {
            state.broken = true;
            tracing::warn!(%error, "answers can't be kept any more, so this source can't be resumed from here");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Response {
        Response::new(200, &[("x-total-pages", "3"), ("set-cookie", "session=1")], body.as_bytes().to_vec())
    }

    #[test]
    fn answers_come_back_once_and_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.answers");
        let answers = Answers::open(&path).expect("open");
        for (request, body, redactions) in [("GET /1", "a", 0), ("GET /2", "b\nc", 2), ("GET /1", "d", 0)] {
            let mut answer = answer(body);
            answer.redactions = redactions;
            answers.record(request, &answer);
        }
        let answers = Answers::open(&path).expect("open again");
        let body = |request| answers.recall(request).map(|answer| String::from_utf8(answer.body).expect("text"));
        assert_eq!(body("GET /1").as_deref(), Some("a"));
        let second = answers.recall("GET /2").expect("an answer");
        assert_eq!(
            (second.status, second.header("x-total-pages"), second.body.as_slice()),
            (200, Some("3"), &b"b\nc"[..])
        );
        assert_eq!((second.header("set-cookie"), second.redactions), (None, 2));
        assert_eq!(body("GET /1").as_deref(), Some("d"));
        assert_eq!(body("GET /1"), None);
        assert_eq!(answers.recalled(), 3);
    }

    #[test]
    fn wherever_it_is_cut_off_the_whole_answers_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.answers");
        let answers = Answers::open(&path).expect("open");
        answers.record("GET /1", &answer("first"));
        let first = std::fs::metadata(&path).expect("a file").len();
        answers.record("GET /2", &answer("second"));
        let whole = std::fs::read(&path).expect("readable");
        for length in first..whole.len() as u64 {
            std::fs::write(&path, &whole[..usize::try_from(length).expect("small")]).expect("cut");
            let answers = Answers::open(&path).expect("open");
            assert_eq!(std::fs::metadata(&path).expect("a file").len(), first, "{length}");
            assert!(answers.recall("GET /2").is_none());
            answers.record("GET /2", &answer("again"));
            let answers = Answers::open(&path).expect("open");
            assert!(answers.recall("GET /1").is_some() && answers.recall("GET /2").is_some(), "{length}");
        }
    }
}
