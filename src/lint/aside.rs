//! What a run sets aside before findings are brought together: what the parties have waived, and what
//! the baseline holds back. And what is wrong with a waiver.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::locate::location;
use super::{Checker, Coverage, FileReport, Linter};
use crate::agreement::Content;
use crate::assess::Summary;
use crate::evaluate::{bases, is_active};
use crate::finding::{BASELINE_OUTDATED, Finding, Location, POLICY_WEAKENED, Severity};
use crate::pointer::Pointer;
use crate::rule::is_over_all;
use crate::source::{SourceFile, Span};
use crate::suppress::{Entry, State, Waiver};
use crate::text::{Lang, shown};

/// A waiver that has effect.
#[derive(Debug)]
pub struct Standing {
    /// Id of the rule.
    pub rule: Arc<str>,
    /// Id of the system.
    pub system: Option<Arc<str>>,
    /// Why.
    pub reason: String,
    /// The last day.
    pub expires: Date,
    /// Who signed for the employer.
    pub employer: String,
    /// Who signed for the workers.
    pub workers: String,
    /// Where it stands.
    pub place: Location,
    /// Whether the rule counts for this manifest.
    counts: bool,
}

/// A finding that a waiver sets aside.
#[derive(Debug)]
pub struct Waived {
    /// The finding.
    pub finding: Finding,
    /// The waiver.
    pub waiver: Arc<Standing>,
}

/// What was there before a change: a waiver that the change brings along has no effect yet.
#[derive(Debug, Default)]
pub struct Earlier {
    /// What it is compared with, as people name it.
    pub name: String,
    /// Names of the files that the change touches.
    pub changed: HashSet<Arc<str>>,
    /// The waivers of each system in them as they were.
    pub waivers: HashMap<Arc<str>, Vec<Waiver>>,
    /// The agreement about each system in them as it was.
    pub agreements: HashMap<Arc<str>, EarlierAgreement>,
}

/// A system before a change.
#[derive(Debug)]
pub struct EarlierSystem {
    /// Its id.
    pub id: Arc<str>,
    /// Its waivers, as they are written.
    pub waivers: Vec<Waiver>,
    /// The file with the record of its agreement, as the manifest names it.
    pub agreement: Option<String>,
    /// It is out of use for good.
    pub retired: bool,
}

/// An agreement that counted before a change.
#[derive(Clone, Debug)]
pub struct EarlierAgreement {
    /// The manifest that named it, by its path in the repository, where that changes.
    pub manifest: Option<String>,
    /// The file of its record, from the root of the repository.
    pub file: String,
    /// Its day.
    pub date: Date,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What was agreed.
    pub content: Content,
}

impl Checker<'_> {
    /// Makes findings of one rule at one place differ, in their order.
    pub(super) fn tell_apart(&mut self, findings: &mut [Finding]) {
        for finding in findings {
            let key = (Arc::clone(&finding.rule), finding.system.clone(), finding.place());
            let times = self.heard.entry(key).or_default();
            if *times > 0 {
                finding.apart = times.to_string();
            }
            *times += 1;
        }
    }

    /// Takes away what the baseline holds back or a waiver covers, and adds what is wrong with waivers.
    /// The baseline looks first, so that its entry for a waived finding is still in use when the waiver ends.
    pub(super) fn set_aside(&mut self, findings: &mut Vec<Finding>, waivers: &[Waiver], packs: &[bool]) {
        let standing: Vec<Arc<Standing>> = waivers.iter().filter_map(|w| self.standing(w, packs)).collect();
        let all = std::mem::take(findings);
        for finding in all {
            if let Some(finding) = set_aside(self.linter, &mut self.report, &standing, finding) {
                findings.push(finding);
            }
        }
        self.report.standing.extend(standing);
        let wrong = waivers.iter().filter_map(|w| self.no_effect(w, packs));
        let mut wrong: Vec<Finding> = wrong.collect();
        self.tell_apart(&mut wrong);
        findings.extend(wrong);
    }

    /// The waiver, if it has effect here.
    fn standing(&self, waiver: &Waiver, packs: &[bool]) -> Option<Arc<Standing>> {
        if waiver.state != State::InEffect || !self.is_known_before(waiver) {
            return None;
        }
        let rules = &self.linter.rules;
        let number = rules.find(&waiver.rule)?;
        let rule = &rules.rules[number];
        Some(Arc::new(Standing {
            rule: Arc::clone(&rule.id),
            system: self.system.clone(),
            reason: waiver.reason.clone(),
            expires: waiver.expires?,
            employer: waiver.employer.clone(),
            workers: waiver.workers.clone(),
            place: self.location(&waiver.place, String::new()),
            counts: !rules.is_off(number) && (rule.variants.is_empty() || is_active(rule, packs)),
        }))
    }

    /// Whether the waiver was there before the change that is checked, if one is.
    fn is_known_before(&self, waiver: &Waiver) -> bool {
        let Some(earlier) = &self.linter.earlier else {
            return true;
        };
        let before = self.system.as_ref().and_then(|system| earlier.waivers.get(system));
        !earlier.changed.contains(self.source.name())
            || before.is_some_and(|before| before.iter().any(|other| other.counts() && waiver.is_within(other)))
    }

    /// What keeps a waiver from having effect, beyond what the rules about waivers find.
    fn no_effect(&self, waiver: &Waiver, packs: &[bool]) -> Option<Finding> {
        let lang = self.linter.lang;
        let name = shown(&waiver.rule);
        let (rule, message) = match &waiver.state {
            State::UnknownRule(_) if waiver.rule.is_empty() => return None,
            State::UnknownRule(None) => (
                "waiver-unknown-rule",
                match lang {
                    Lang::En => format!("a waiver names `{name}`, which is no rule"),
                    Lang::Nb => format!("et unntak oppgir `{name}`, som ikke er en regel"),
                },
            ),
            State::UnknownRule(Some(near)) => (
                "waiver-unknown-rule",
                match lang {
                    Lang::En => format!("a waiver names `{name}`, which is no rule; perhaps `{near}` is meant"),
                    Lang::Nb => format!("et unntak oppgir `{name}`, som ikke er en regel; kanskje menes `{near}`"),
                },
            ),
            State::NotPossible => (
                "waiver-not-possible",
                match lang {
                    Lang::En => format!("a waiver is meant for `{name}`, which can only be fixed"),
                    Lang::Nb => format!("et unntak gjelder `{name}`, som bare kan rettes"),
                },
            ),
            State::InEffect | State::NotYet if !self.is_known_before(waiver) => {
                let before = self.linter.earlier.as_ref().map_or("", |earlier| earlier.name.as_str());
                (
                    POLICY_WEAKENED,
                    match lang {
                        Lang::En => format!("the waiver for `{name}` is not in {before} yet, and has no effect here"),
                        Lang::Nb => format!("unntaket for `{name}` er ikke i {before} ennå, og har ingen virkning her"),
                    },
                )
            }
            State::NotYet | State::Without if waiver.from > waiver.expires && waiver.expires.is_some() => (
                "waiver-unused",
                match lang {
                    Lang::En => format!("the waiver for `{name}` sets nothing aside: it ends before it begins"),
                    Lang::Nb => {
                        format!("unntaket for `{name}` setter ingenting til side: det slutter før det begynner")
                    }
                },
            ),
            State::InEffect | State::NotYet | State::Without => return None,
        };
        let primary = self.location(&waiver.place, String::new());
        own_finding(self.linter, rule, primary, message, packs).map(|finding| Finding {
            system: self.system.clone(),
            ..finding
        })
    }
}

/// A finding of a rule that the program computes, unless the rule is off.
pub(super) fn own_finding(
    linter: &Linter,
    rule: &str,
    primary: Location,
    message: String,
    packs: &[bool],
) -> Option<Finding> {
    let rules = &linter.rules;
    let number = rules.find(rule).filter(|number| !rules.is_off(*number))?;
    let rule = &rules.rules[number];
    let severity = rules.level(number).unwrap_or(rule.severity);
    let help = rule.tail().help.get(linter.lang).to_owned();
    Some(Finding {
        bases: bases(rules, rule, packs, linter.today),
        ..Finding::new(Arc::clone(&rule.id), severity, primary, message, help)
    })
}

/// A finding about what steers the check, which rests on no clause and cannot be off.
pub fn about_policy(
    linter: &Linter,
    rule: &str,
    source: &SourceFile,
    pointer: Pointer,
    span: Span,
    message: String,
) -> Finding {
    let tail = linter.rules.find(rule).map(|number| &linter.rules.rules[number]);
    let help = tail.map_or("", |rule| rule.tail().help.get(linter.lang)).to_owned();
    let primary = location(source, pointer, span, String::new());
    Finding::new(rule, Severity::Warning, primary, message, help)
}

/// The finding, unless it is set aside.
pub(super) fn set_aside(
    linter: &Linter,
    report: &mut FileReport,
    standing: &[Arc<Standing>],
    finding: Finding,
) -> Option<Finding> {
    let rules = &linter.rules;
    let rule = rules.find(&finding.rule).map(|number| &rules.rules[number]);
    if !rule.is_some_and(|rule| rule.waivable) {
        return Some(finding);
    }
    let entry = linter.baseline.as_ref().and_then(|baseline| baseline.find(&finding));
    report.matched.extend(entry.map(|(number, _)| number));
    let covers = |waiver: &&Arc<Standing>| waiver.rule == finding.rule && waiver.system == finding.system;
    if let Some(waiver) = standing.iter().find(covers) {
        let waiver = Arc::clone(waiver);
        report.waived.push(Waived { finding, waiver });
        return None;
    }
    if entry.is_some_and(|(_, held)| held) {
        report.held_back.add(finding.severity);
        return None;
    }
    Some(finding)
}

/// The waivers of a file that set nothing aside.
fn unused(linter: &Linter, file: &FileReport, standing: &[Arc<Standing>], coverage: Coverage) -> Vec<Finding> {
    // Of several waivers for one rule, as when one is renewed early, all are in use.
    let is_used = |waiver: &Arc<Standing>| {
        let mut used = file.waived.iter().map(|waived| &waived.waiver);
        used.any(|other| other.rule == waiver.rule && other.system == waiver.system)
    };
    // What shows only over several manifests may have had no chance to show.
    let had_chance = |waiver: &Standing| {
        let rule = linter.rules.find(&waiver.rule).map(|n| &linter.rules.rules[n]);
        waiver.counts && (coverage == Coverage::Whole || !rule.is_some_and(|rule| is_over_all(&rule.given)))
    };
    let finding = |waiver: &Arc<Standing>| {
        let message = match linter.lang {
            Lang::En => format!(
                "the waiver for `{}` sets nothing aside: the rule finds nothing",
                waiver.rule
            ),
            Lang::Nb => format!(
                "unntaket for `{}` setter ingenting til side: regelen finner ingenting",
                waiver.rule
            ),
        };
        let packs = vec![true; linter.rules.packs.len()];
        let finding = own_finding(linter, "waiver-unused", waiver.place.clone(), message, &packs)?;
        Some(Finding {
            system: waiver.system.clone(),
            ..finding
        })
    };
    let unused = standing.iter().filter(|w| !is_used(w) && had_chance(w));
    unused.filter_map(finding).collect()
}

/// Adds to a file what shows only over several manifests, as far as it is not set aside, and the waivers
/// that set nothing aside.
pub(super) fn over_all(linter: &Linter, file: &mut FileReport, findings: Vec<Finding>, coverage: Coverage) {
    let standing = std::mem::take(&mut file.standing);
    let left = findings
        .into_iter()
        .filter_map(|f| set_aside(linter, file, &standing, f));
    let left: Vec<Finding> = left.collect();
    file.findings.extend(left);
    file.findings.extend(unused(linter, file, &standing, coverage));
    file.findings.sort_by(|a, b| a.order().cmp(&b.order()));
}

/// What says that a change makes the check milder, taken out of a file to be shown first.
pub(super) fn milder(file: &mut FileReport) -> Option<FileReport> {
    let is_milder = |finding: &Finding| &*finding.rule == POLICY_WEAKENED;
    let (milder, others): (Vec<Finding>, Vec<Finding>) =
        std::mem::take(&mut file.findings).into_iter().partition(is_milder);
    file.findings = others;
    (!milder.is_empty()).then(|| FileReport::about(Arc::clone(&file.source), milder))
}

/// Whether a rule could find anything in this run: it is not off, and not all its packs are.
fn could_be_found(linter: &Linter, rule: &str) -> bool {
    let rules = &linter.rules;
    let Some(number) = rules.find(rule) else { return true };
    let mut packs = rules.rules[number].bases.iter().flat_map(|basis| &basis.packs);
    !rules.is_off(number) && packs.any(|pack| rules.pack_switches[*pack] != Some(false))
}

/// The entries of the baseline that hold nothing back any more: of systems that were checked, or of any
/// where everything was.
pub(super) fn outdated(
    linter: &Linter,
    files: &[FileReport],
    summaries: &[Summary],
    coverage: Coverage,
) -> Option<FileReport> {
    let baseline = linter.baseline.as_ref()?;
    let matched: HashSet<usize> = files.iter().flat_map(|f| f.matched.iter().copied()).collect();
    let systems: HashSet<&str> = summaries.iter().map(Summary::system).collect();
    let entries = baseline.entries.iter().enumerate();
    let outdated: Vec<&Entry> = entries
        .filter(|(number, entry)| {
            let is_here = coverage == Coverage::Whole || systems.contains(entry.system.as_str());
            is_here && !matched.contains(number) && could_be_found(linter, &entry.rule)
        })
        .map(|(_, entry)| entry)
        .collect();
    let first = outdated.first()?;
    let (count, rule) = (outdated.len(), shown(&first.rule));
    let system = shown(&first.system);
    let message = match (count, linter.lang) {
        (1, Lang::En) => format!("the baseline holds back `{rule}` of `{system}`, which is no longer found"),
        (1, Lang::Nb) => format!("grunnlinjen holder tilbake `{rule}` for `{system}`, som ikke lenger blir funnet"),
        (_, Lang::En) => {
            format!("{count} entries of the baseline match nothing any more: `{rule}` of `{system}` is the first")
        }
        (_, Lang::Nb) => format!(
            "{count} oppføringer i grunnlinjen passer ikke lenger til noe: `{rule}` for `{system}` er den første"
        ),
    };
    let finding = Finding {
        // With other entries, it says something else.
        apart: outdated.iter().map(|entry| entry.fingerprint.to_string()).collect(),
        ..about_policy(
            linter,
            BASELINE_OUTDATED,
            &baseline.source,
            Pointer::default(),
            first.span,
            message,
        )
    };
    Some(FileReport::about(Arc::clone(&baseline.source), vec![finding]))
}
