//! What severities, categories and packs are called, and which packs a rule belongs to.

use crate::finding::Severity;
use crate::rule::{PackKind, Rule};
use crate::text::{Lang, shown};

/// A severity in words.
pub fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Error => lang.pick("error", "feil"),
        Severity::Warning => lang.pick("warning", "advarsel"),
        Severity::Note => lang.pick("note", "merknad"),
    }
}

/// A category in words; that of an organisation's own rules is shown as it is.
pub fn category(id: &str, lang: Lang) -> String {
    let (en, nb) = match id {
        "accountability" => ("accountability", "ansvar"),
        "codetermination" => ("codetermination", "medbestemmelse"),
        "data-rights" => ("rights over own data", "rettigheter til egne data"),
        "evidence" => ("records", "dokumentasjon"),
        "fairness" => ("fairness", "likebehandling"),
        "form" => ("form of the manifest", "manifestets form"),
        "lifecycle" => ("life of the system", "systemets livsløp"),
        "oversight" => ("human oversight", "menneskelig tilsyn"),
        "privacy" => ("privacy", "personvern"),
        "supplier" => ("suppliers", "leverandører"),
        "surveillance" => ("surveillance", "overvåking"),
        "transparency" => ("transparency", "åpenhet"),
        "own" => ("own rules", "egne regler"),
        own => return shown(own),
    };
    lang.pick(en, nb).to_owned()
}

/// The kind of a pack in words.
pub fn pack_kind(kind: PackKind, lang: Lang) -> &'static str {
    match kind {
        PackKind::Policy => lang.pick("policy", "policy"),
        PackKind::Law => lang.pick("law", "lov"),
        PackKind::Agreement => lang.pick("agreement", "avtale"),
    }
}

/// The numbers of a rule's packs: those of its bases, in the order of the pack file.
pub(super) fn packs_of(rule: &Rule) -> Vec<usize> {
    let mut packs: Vec<usize> = rule.bases.iter().flat_map(|b| b.packs.iter().copied()).collect();
    packs.sort_unstable();
    packs.dedup();
    packs
}
