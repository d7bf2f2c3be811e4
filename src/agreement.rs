//! What the parties agreed to: the material content of a manifest, the record of it, and what has changed since.

mod change;
mod content;
mod direction;
mod record;
mod rename;
mod summary;
mod verify;
mod words;

pub use change::{Change, What, changes, changes_beside};
pub use content::{Content, Line, NotCanonical, name_of};
pub use direction::Direction;
pub use record::{AGREEMENT_SCHEMA, Agreed, Broken, FOLDER, LARGEST, Party, Record, Step, Summary};
pub use rename::{Renames, names};
pub use verify::{Kept, Signature, Signer, Trouble, Trusted, Verified, day_of, verify};
