//! What the parties agreed to: the material content of a manifest, the record of it, and what has changed since.

mod content;

pub use content::{Content, Line, NotCanonical};
