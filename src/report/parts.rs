//! Parts that the JSON formats of several commands have alike.

use serde::Serialize;

use crate::lint::Unread;

/// The program that wrote it.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// This program.
pub(super) const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
};

/// Something that could not be read.
#[derive(Serialize)]
pub(super) struct UnreadEntry<'a> {
    path: &'a str,
    reason: &'a str,
}

impl<'a> UnreadEntry<'a> {
    pub(super) fn of(unread: &'a Unread) -> Self {
        UnreadEntry {
            path: &unread.path,
            reason: &unread.reason,
        }
    }
}
