//! Evidence: what its seal, its signatures and its time stamp prove, to headcount and to everybody without it.

mod instructions;
mod kit;
mod packed;
mod redacted;
mod sign;
mod time;
mod verify;
