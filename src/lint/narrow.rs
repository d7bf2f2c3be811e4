//! A run narrowed to a change: what stands in the manifests that it touches, and what it causes elsewhere.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::run::{LeftOut, Run};
use crate::finding::{Finding, Fingerprint, Severity};
use crate::suppress::Tally;

/// What was found before a change, and how serious it was.
pub type Known = HashMap<Fingerprint, Severity>;

/// Everything that a run found, one by one.
pub fn known(run: &Run) -> Known {
    let mut known = Known::new();
    for finding in run.findings().flat_map(single) {
        let severity = known.entry(finding.fingerprint()).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    known
}

/// Leaves out of a run what the change does not touch and what was there before. `changed` are the names of
/// the files that it touches; `since` is what it is compared with.
pub fn narrow(run: &mut Run, changed: &HashSet<Arc<str>>, known: &Known, since: String) {
    let is_new = |finding: &Finding| {
        let was = known.get(&finding.fingerprint());
        was.is_none_or(|severity| *severity < finding.severity)
    };
    let is_caused = |finding: &Finding| {
        let elsewhere = finding.secondary.iter().any(|place| changed.contains(&place.file));
        elsewhere || single(finding).into_iter().any(is_new)
    };
    let (mut manifests, mut left) = (0, Tally::default());
    for file in run
        .files
        .iter_mut()
        .filter(|file| !changed.contains(file.source.name()))
    {
        manifests += file.manifests;
        let all = std::mem::take(&mut file.findings);
        let (caused, others): (Vec<Finding>, Vec<Finding>) = all.into_iter().partition(is_caused);
        left.add_all(others.iter().map(|finding| finding.severity).collect());
        file.findings = caused;
        file.waived.clear();
        file.held_back = Tally::default();
    }
    for file in &mut run.about {
        file.findings.retain(is_new);
    }
    run.about.retain(|file| !file.findings.is_empty());
    run.loads
        .retain(|load| load.systems.iter().any(|(_, at)| changed.contains(&at.file)));
    run.left_out = Some(LeftOut {
        since,
        manifests,
        findings: left,
    });
}

/// What stands behind a finding, one by one, with itself.
fn single(finding: &Finding) -> Vec<&Finding> {
    match finding.every() {
        every if every.is_empty() => vec![finding],
        every => every,
    }
}
