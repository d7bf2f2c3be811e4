//! What all files that steer the program have in common: one document, texts in two languages.

use std::sync::Arc;

use super::{TAIL_BEGINS, Tail};
use crate::finding::Mistake;
use crate::source::{SourceFile, Span};
use crate::text::{Lang, Localized, both};
use crate::yaml::{Document, Documents, Kind as NodeKind, Limits, NodeId};

/// The only document of a rule file.
///
/// # Errors
/// What is wrong with its YAML.
pub fn parse(source: &Arc<SourceFile>) -> Result<Document<'_>, Vec<Mistake>> {
    let mut documents = Documents::new(source.text(), Limits::default(), false);
    let document = documents.next().unwrap_or_default();
    let mut mistakes: Vec<Mistake> = document
        .problems
        .iter()
        .map(|problem| {
            let (en, help_en) = problem.describe(Lang::En);
            let (nb, help_nb) = problem.describe(Lang::Nb);
            Mistake {
                source: Arc::clone(source),
                span: problem.span,
                message: both(en, nb),
                help: both(help_en, help_nb),
            }
        })
        .collect();
    let is_map = document
        .root()
        .is_some_and(|r| matches!(document.node(r).kind, NodeKind::Map));
    if mistakes.is_empty() && (!is_map || documents.next().is_some()) {
        mistakes.push(Mistake {
            source: Arc::clone(source),
            span: Span::default(),
            message: both(
                "one mapping belongs in this file",
                "det skal stå ett nivå med nøkler i denne filen",
            ),
            help: both(
                "Write keys and values; one document to a file.",
                "Skriv nøkler og verdier, ett dokument i hver fil.",
            ),
        });
    }
    if mistakes.is_empty() {
        Ok(document)
    } else {
        Err(mistakes)
    }
}

/// `{en: …, nb: …}`, or one text for both.
pub(super) fn localized(document: &Document<'_>, node: NodeId) -> Localized {
    if let Some(text) = document.text(node) {
        return both(text.trim(), text.trim());
    }
    let text = |key: &str| {
        document
            .get(node, key)
            .and_then(|n| document.text(n))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    Localized {
        en: text("en"),
        nb: text("nb"),
    }
}

/// The explaining part of a file that was loaded before. Of a built-in rule it stands between the head and the
/// examples; an organisation may write its keys in any order.
pub(super) fn tail(source: &SourceFile, builtin: bool) -> Tail {
    let text = source.text();
    let start = text.find(TAIL_BEGINS).filter(|_| builtin).map_or(0, |at| at + 1);
    // The examples come last and are read by those who need them.
    let end = text
        .find("\nexamples:")
        .filter(|end| builtin && *end > start)
        .unwrap_or(text.len());
    let document = Documents::new(&text[start..end], Limits::default(), false)
        .next()
        .unwrap_or_default();
    let Some(root) = document.root() else {
        return Tail::default();
    };
    let get = |key: &str| {
        document
            .get(root, key)
            .map(|n| localized(&document, n))
            .unwrap_or_default()
    };
    let title = get("title");
    Tail {
        // An organisation's own rule may do without a title; then its id says what it is about.
        title: if title.en.is_empty() { get("id") } else { title },
        message: get("message"),
        help: get("help"),
        rationale: get("rationale"),
        limits: get("limits"),
    }
}
