//! tillit: a linter for workplace AI.
//!
//! It reads declarative manifests of AI systems at work and reports, before deployment, what
//! codetermination, accountability or restraint is missing.
//!
//! The modules stand in layer order, lowest first: a module imports only from modules above it in
//! this file. `tests/architecture.rs` holds that.

pub mod source;
pub mod pointer;
pub mod text;
pub mod safe_json;
pub mod finding;
pub mod yaml;
pub mod builtin;
pub mod vocabulary;
pub mod value;
pub mod shape;
pub mod schema;
pub mod conform;
pub mod signature;
pub mod config;
pub mod rule;
pub mod ruleset;
pub mod examine;
pub mod agreement;
pub mod assess;
pub mod evaluate;
pub mod suppress;
pub mod lint;
pub mod due;
pub mod diff;
pub mod policy;
pub mod trial;
pub mod explain;
pub mod report;
#[cfg(feature = "cli")]
pub mod discover;
#[cfg(feature = "cli")]
pub mod cli;
