//! Waivers as a manifest states them, and whether one has effect.

use jiff::civil::Date;

use crate::examine::Examined;
use crate::schema::{InstanceId, Place};
use crate::text::nearest;
use crate::value::Value;

/// The rules that say what a waiver needs to have effect.
const NEEDED: [&str; 3] = ["waiver-needs-both-parties", "waiver-one-name", "waiver-too-long"];

/// A rule that the parties have set aside for a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Id of the rule, as written.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// First day; `None` for any day.
    pub from: Option<Date>,
    /// Last day.
    pub expires: Option<Date>,
    /// Who signed for the employer.
    pub employer: String,
    /// Who signed for the workers.
    pub workers: String,
    /// The record of it, as written.
    pub evidence: String,
    /// Where the rule is named.
    pub place: Place,
    /// Whether it has effect.
    pub state: State,
}

/// Whether a waiver has effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It sets aside what the rule finds.
    InEffect,
    /// It does not, and a rule about waivers says why: something is missing, or it has ended.
    Without,
    /// Its first day is still to come.
    NotYet,
    /// There is no such rule; the nearest one.
    UnknownRule(Option<String>),
    /// The rule can only be fixed.
    NotPossible,
}

impl Waiver {
    /// Whether it has effect, or will have it.
    pub fn counts(&self) -> bool {
        matches!(self.state, State::InEffect | State::NotYet)
    }

    /// Whether it allows no more than another one: the same rule, signatures and record, for days that the
    /// other one covers as well.
    pub fn is_within(&self, other: &Waiver) -> bool {
        let same = |w: &Waiver| {
            (
                w.rule.clone(),
                w.employer.clone(),
                w.workers.clone(),
                w.evidence.clone(),
            )
        };
        same(self) == same(other) && other.from <= self.from && self.expires <= other.expires
    }
}

/// The waivers of a manifest, in their order.
pub fn waivers(examined: &mut Examined<'_>) -> Vec<Waiver> {
    let value = examined.manifest.at("waivers");
    let items = examined.manifest.items(value);
    items.filter_map(|item| waiver(examined, item)).collect()
}

fn waiver(examined: &mut Examined<'_>, item: InstanceId) -> Option<Waiver> {
    let (manifest, rules, today) = (examined.manifest, examined.rules, examined.today);
    let text = |path: &str| match manifest.field(item, path) {
        Value::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    };
    let date = |path: &str| match manifest.field(item, path) {
        Value::Date(date) => Some(date),
        _ => None,
    };
    let rule = text("rule");
    let slot = manifest.shape.scopes[manifest.instance(item).scope].slot("rule")?;
    // A waiver that names no rule sets nothing aside, and has a finding about what it lacks.
    let known = rules.find(&rule);
    let is_complete = NEEDED
        .into_iter()
        .all(|id| rules.find(id).is_some_and(|number| !examined.falls_short(number, item)));
    let (from, expires) = (date("from"), date("expires"));
    let state = match known {
        None => State::UnknownRule(nearest(&rule, rules.rules.iter().map(|r| &*r.id)).map(str::to_owned)),
        Some(number) if !rules.rules[number].waivable => State::NotPossible,
        Some(_) if !is_complete || expires.is_none_or(|day| day < today) => State::Without,
        Some(_) if from.is_some_and(|day| day > today) => State::NotYet,
        Some(_) => State::InEffect,
    };
    let evidence = match manifest.field(item, "evidence") {
        Value::Evidence(node) => manifest.document.to_json(node).to_string(),
        _ => String::new(),
    };
    Some(Waiver {
        rule,
        reason: text("reason"),
        from,
        expires,
        employer: text("signatories.employer"),
        workers: text("signatories.workers"),
        evidence,
        place: manifest.place(item, slot),
        state,
    })
}
