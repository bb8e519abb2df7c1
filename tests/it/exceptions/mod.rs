//! Exceptions and the gate, through the binary and against the simulators: a check that teams keep switched on.

mod files;
mod gate;
mod recycled;
mod story;
mod waivers;
