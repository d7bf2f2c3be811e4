//! What sets a finding aside: a waiver in its manifest, or an entry of the baseline.

mod baseline;
mod waiver;

pub use baseline::{BASELINE_SCHEMA, Baseline, Entry, Tally};
pub use waiver::{State, Waiver, waivers};
