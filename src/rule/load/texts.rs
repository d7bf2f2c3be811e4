//! What people read of a rule: both languages, the same placeholders, short messages.

use super::Loader;
use crate::rule::file::localized;
use crate::rule::template::placeholders;
use crate::text::both;
use crate::yaml::NodeId;

/// Longest message before its placeholders are filled, in characters.
const LONGEST_MESSAGE: usize = 160;

impl Loader<'_> {
    pub(super) fn check_texts(&mut self, own: bool) {
        let document = self.document;
        for key in ["title", "message", "help", "rationale", "limits"] {
            let Some(node) = self.get(key) else { continue };
            let text = localized(document, node);
            let is_one = document.text(node).is_some();
            if !text.en.is_empty() && !text.nb.is_empty() && (own || !is_one) {
                self.keys(node, &["en", "nb"]);
            } else {
                self.wrong(
                    node,
                    both(
                        format!("`{key}` needs a text in `en` and in `nb`"),
                        format!("`{key}` må ha en tekst i `en` og i `nb`"),
                    ),
                    both("Write both languages.", "Skriv begge språkene."),
                );
            }
        }
        let Some(node) = self.get("message") else { return };
        let message = localized(document, node);
        if placeholders(&message.en) != placeholders(&message.nb) {
            self.wrong(
                node,
                both(
                    "the two languages have different placeholders",
                    "de to språkene har ulike plassholdere",
                ),
                both("Use the same ones in both.", "Bruk de samme i begge."),
            );
        }
        let texts: Vec<(NodeId, NodeId)> = match document.text(node) {
            Some(_) => vec![(node, node)],
            None => document.entries(node).collect(),
        };
        for (key, value) in texts {
            if self.text(value).chars().count() > LONGEST_MESSAGE {
                self.wrong(
                    key,
                    both(
                        format!("longer than {LONGEST_MESSAGE} characters"),
                        format!("lengre enn {LONGEST_MESSAGE} tegn"),
                    ),
                    both(
                        "Say it shorter; move advice to `help`.",
                        "Si det kortere. Flytt råd til `help`.",
                    ),
                );
            }
        }
    }
}
