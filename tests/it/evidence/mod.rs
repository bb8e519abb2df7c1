//! Evidence: what an audit rests on is kept with it, and leads to the same report once more, wherever that is.

mod basis;
mod replay;
#[cfg(unix)]
mod sealing;
