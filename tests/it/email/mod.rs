//! Mail as it is written and sent: against a mail server in this process, over TLS with a private authority.

mod audit;
mod form;
mod managers;
mod news;
mod refusals;
mod sending;
mod trust;
