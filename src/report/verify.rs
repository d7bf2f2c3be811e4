//! Who signed which record of an agreement, and whether it can be relied on: for people and for scripts.

pub mod json;
#[cfg(feature = "cli")]
pub mod text;

use crate::agreement::{Trouble, Verified};
use crate::ruleset::RuleSet;
use crate::text::Lang;

/// A record that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// Its file, as people see it.
    pub file: String,
    /// What came of it.
    pub verified: Verified,
}

/// What to do about it: what is said of the case at hand, or of the rule.
fn help<'a>(trouble: &'a Trouble, rules: &'a RuleSet, lang: Lang) -> &'a str {
    let rule = rules.find(trouble.rule).map(|number| &rules.rules[number]);
    let help = trouble.help.as_ref().or_else(|| Some(&rule?.tail().help));
    help.map_or("", |help| help.get(lang))
}
