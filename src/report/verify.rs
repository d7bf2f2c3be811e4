//! Who signed which record of an agreement, and whether it can be relied on: for people and for scripts.

pub mod json;
#[cfg(feature = "cli")]
pub mod text;

use crate::agreement::{Trouble, Verified};
use crate::finding::Severity;
use crate::ruleset::RuleSet;
use crate::signature::Side;
use crate::text::Lang;

/// A record that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// Its file, as people see it.
    pub file: String,
    /// SHA-256 of the file, for the manifest's `sha256`.
    pub sha256: String,
    /// What came of it.
    pub verified: Verified,
}

impl Looked {
    /// Whether it holds together and both sides have signed it.
    pub fn is_relied_on(&self, rules: &RuleSet) -> bool {
        let mut troubles = self.verified.troubles.iter();
        troubles.all(|trouble| severity(trouble, rules) < Severity::Error)
    }
}

/// How serious something is, whatever a configuration says.
fn severity(trouble: &Trouble, rules: &RuleSet) -> Severity {
    let rule = rules.find(trouble.rule).map(|number| &rules.rules[number]);
    rule.map_or(Severity::Error, |rule| rule.severity)
}

/// What to do about it: what is said of the case at hand, or of the rule.
fn help<'a>(trouble: &'a Trouble, rules: &'a RuleSet, lang: Lang) -> &'a str {
    let rule = rules.find(trouble.rule).map(|number| &rules.rules[number]);
    let help = trouble.help.as_ref().or_else(|| Some(&rule?.tail().help));
    help.map_or("", |help| help.get(lang))
}

fn side(side: Side, lang: Lang) -> &'static str {
    match side {
        Side::Worker => lang.pick("worker side", "arbeidstakersiden"),
        Side::Employer => lang.pick("employer", "arbeidsgiver"),
    }
}
