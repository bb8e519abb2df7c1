//! What has changed since an earlier report: nothing is resolved that nobody could see, and nothing new that may be old.

mod accounts;
mod compare;
mod gate;
mod hostile;
mod states;
