//! Values that a rule compares with, in words: terms and tags by their labels.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::builtin;
use crate::ruleset::RuleSet;
use crate::shape::{Kind, Shape};
use crate::text::{Lang, Localized, shown};
use crate::value::Length;

/// The names of the tags.
static TAGS: LazyLock<HashMap<String, Localized>> = LazyLock::new(|| {
    let document = builtin::file("rules/tags.yaml").document();
    let text = |node, key| document.get(node, key).and_then(|n| document.text(n));
    let Some(root) = document.root() else {
        return HashMap::new();
    };
    let entries = document.entries(root).filter_map(|(tag, names)| {
        let name = Localized {
            en: text(names, "en")?.to_owned(),
            nb: text(names, "nb")?.to_owned(),
        };
        Some((document.text(tag)?.to_owned(), name))
    });
    entries.collect()
});

/// What a tag is called: one without a name, as in an organisation's own terms, is shown as it is.
pub(super) fn tag(tag: &str, lang: Lang) -> String {
    TAGS.get(tag)
        .map_or_else(|| shown(tag), |name| name.get(lang).to_owned())
}

/// The vocabulary of a field with tags: its own, or that of the countries.
pub(super) fn vocabulary(rules: &RuleSet, kind: &Kind) -> u16 {
    match kind {
        Kind::Term(number) => *number,
        _ => Shape::countries(&rules.vocabularies),
    }
}

/// The highest level of the terms that a field holds.
pub(super) fn highest_level(rules: &RuleSet, kind: &Kind) -> i64 {
    let terms = &rules.vocabularies.get(vocabulary(rules, kind)).terms;
    terms.iter().filter_map(|t| t.level).max().unwrap_or_default()
}

/// A literal for a field of this kind.
pub(super) fn literal(rules: &RuleSet, kind: &Kind, text: &str, lang: Lang) -> String {
    match kind {
        Kind::Flag => match text {
            "true" => lang.pick("*yes*", "*ja*").to_owned(),
            _ => lang.pick("*no*", "*nei*").to_owned(),
        },
        Kind::Duration => Length::parse(text).map_or_else(|_| shown(text), |length| length.shown(lang)),
        Kind::Term(_) | Kind::Country => {
            let words = rules.vocabularies.get(vocabulary(rules, kind));
            let term = words.find(text).and_then(|term| words.terms.get(term as usize));
            term.map_or_else(|| shown(text), |term| format!("*{}*", shown(term.label.get(lang))))
        }
        Kind::Text | Kind::Id => match lang {
            Lang::En => format!("“{}”", shown(text)),
            Lang::Nb => format!("«{}»", shown(text)),
        },
        _ => shown(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Vocabularies;

    #[test]
    fn every_tag_has_a_name() {
        for vocabulary in Vocabularies::builtin().iter() {
            for tag in vocabulary.terms.iter().flat_map(|t| &t.tags) {
                let named = TAGS.contains_key(tag) || tag.starts_with("declares-");
                assert!(named, "{}: {tag}", vocabulary.name);
            }
        }
    }

    #[test]
    fn every_name_belongs_to_a_tag() {
        let vocabularies = Vocabularies::builtin();
        for tag in TAGS.keys() {
            assert!(vocabularies.iter().any(|v| v.has_tag(tag)), "{tag}");
        }
    }
}
