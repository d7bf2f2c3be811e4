//! What the rules share: definitions, packs and sources.

use std::sync::Arc;

use super::compile::{Compiler, Definition, Definitions, Names};
use super::file::localized;
use super::{Pack, PackKind, Source};
use crate::finding::Mistake;
use crate::source::SourceFile;
use crate::text::both;
use crate::yaml::{Document, NodeId};

/// Loads `rules/definitions.yaml`.
///
/// # Errors
/// Every mistake in the file.
pub fn load_definitions(
    source: &Arc<SourceFile>,
    document: &Document<'_>,
    names: Names<'_>,
) -> Result<Definitions, Vec<Mistake>> {
    let mut definitions = Definitions::default();
    let mut mistakes = Vec::new();
    for (name, body) in document.entries(document.root().unwrap_or(NodeId(0))) {
        if let Some(when) = document.get(body, "when") {
            // A definition sees those above it and no others, so that none can go in a circle.
            let names = Names {
                definitions: &definitions,
                ..names
            };
            let mut compiler = Compiler::new(names, document, source, &[]);
            let when = compiler.condition(when);
            mistakes.append(&mut compiler.mistakes);
            let name = document.text(name).unwrap_or_default().to_owned();
            definitions.all.push(Definition {
                name,
                label: localized(document, body),
                when,
            });
        }
    }
    if mistakes.is_empty() {
        Ok(definitions)
    } else {
        Err(mistakes)
    }
}

/// Loads `rules/packs.yaml`.
///
/// # Errors
/// Every mistake in the file.
pub fn load_packs(
    source: &Arc<SourceFile>,
    document: &Document<'_>,
    names: Names<'_>,
) -> Result<Vec<Pack>, Vec<Mistake>> {
    let mut compiler = Compiler::new(names, document, source, &[]);
    let mut packs = Vec::new();
    for (name, body) in document.entries(document.root().unwrap_or(NodeId(0))) {
        let kind = document
            .get(body, "kind")
            .and_then(|n| document.text(n))
            .and_then(PackKind::from_name);
        if kind.is_none() {
            compiler.mistake(
                document.span(name),
                both(
                    "`kind` is policy, law or agreement",
                    "`kind` er policy, law eller agreement",
                ),
                both("Say what the pack is.", "Si hva pakken er."),
            );
        }
        packs.push(Pack {
            id: document.text(name).unwrap_or_default().into(),
            kind: kind.unwrap_or(PackKind::Law),
            label: localized(document, body),
            active: document.get(body, "active").map(|n| compiler.condition(n)),
        });
    }
    if compiler.mistakes.is_empty() {
        Ok(packs)
    } else {
        Err(compiler.mistakes)
    }
}

/// Loads `rules/sources.yaml`.
pub fn load_sources(document: &Document<'_>) -> Vec<Source> {
    let get = |body, key: &str| {
        document
            .get(body, key)
            .and_then(|n| document.text(n))
            .map(str::to_owned)
    };
    document
        .entries(document.root().unwrap_or(NodeId(0)))
        .map(|(id, body)| Source {
            id: document.text(id).unwrap_or_default().into(),
            kind: get(body, "kind").unwrap_or_default(),
            citation: get(body, "citation").unwrap_or_default(),
            url: get(body, "url"),
            verified: get(body, "verified").unwrap_or_default(),
        })
        .collect()
}
