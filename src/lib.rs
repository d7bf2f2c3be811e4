//! tillit: a linter for workplace AI.
//!
//! It reads declarative manifests of AI systems at work and reports, before deployment, what
//! codetermination, accountability or restraint is missing.
//!
//! The modules stand in layer order, lowest first: a module imports only from modules above it in
//! this file. `tests/architecture.rs` holds that.

pub mod assess;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
#[cfg(feature = "cli")]
pub mod discover;
pub mod evaluate;
pub mod examine;
pub mod explain;
pub mod finding;
pub mod lint;
pub mod pointer;
pub mod report;
pub mod rule;
pub mod ruleset;
pub mod schema;
pub mod shape;
pub mod source;
pub mod text;
pub mod trial;
pub mod value;
pub mod vocabulary;
pub mod yaml;
