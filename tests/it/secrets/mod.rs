//! No secret is ever shown: not by what talks to vendors, and not by what an audit leaves behind.

mod outputs;
mod vendors;
