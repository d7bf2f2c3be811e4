//! What steers a check, before a change and with it: where the change makes the check milder, what was
//! there before goes on to count, and a finding says so.

mod signers;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{Config, FailOn, Level, Param};
use crate::finding::{POLICY_WEAKENED, Severity};
use crate::lint::{FileReport, Linter, about_policy};
use crate::pointer::{Pointer, Step};
use crate::rule::{EXPLAINING, Milder, Rule};
use crate::ruleset::{RuleSet, rule_id};
use crate::source::{SourceFile, Span};
use crate::suppress::{Baseline, Entry};
use crate::text::{Localized, both, shown};
use crate::value::{Length, parse_date};
use crate::vocabulary::OwnTerm;
use crate::yaml::{Documents, Limits};

pub use signers::{List, Signers};

/// What steers a check.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The configuration.
    pub config: Config,
    /// The rules of the organisation's own.
    pub rules: Vec<Arc<SourceFile>>,
    /// The folder that `exclude` is relative to.
    pub folder: PathBuf,
    /// Findings that are held back.
    pub baseline: Option<Baseline>,
    /// Who may sign agreements.
    pub signers: Option<Signers>,
}

/// Something that a change makes milder.
#[derive(Clone, Debug)]
pub struct Weakening {
    /// The file it stands in; what was removed has only its file.
    pub source: Arc<SourceFile>,
    /// Where, by name.
    pub pointer: Pointer,
    /// Where, in bytes.
    pub span: Span,
    /// What, in words.
    pub message: Localized,
    /// How serious it is: an error where nothing could be compared.
    pub severity: Severity,
}

/// The stricter of two policies in every point, and where the later one is milder. `rules` are those of each,
/// loaded. Where it cannot be told which is stricter, the earlier one counts, and that is said as well.
pub fn strictest(before: &Policy, now: &Policy, rules: [&RuleSet; 2], name: &str) -> (Policy, Vec<Weakening>) {
    // Without a configuration, what is not there stands nowhere: the file has its name all the same.
    let nowhere = || Arc::new(SourceFile::new(crate::config::NAME, ""));
    let source = now.config.source.clone().unwrap_or_else(nowhere);
    let mut comparison = Comparison {
        before,
        now,
        rules,
        name,
        result: Policy {
            config: Config {
                source: Some(Arc::clone(&source)),
                ..now.config.clone()
            },
            folder: now.folder.clone(),
            signers: now.signers.clone(),
            ..Policy::default()
        },
        source,
        weakenings: Vec::new(),
        restored: Vec::new(),
    };
    comparison.rules();
    comparison.fail_on();
    comparison.packs();
    comparison.levels();
    comparison.params();
    comparison.exclude();
    comparison.terms();
    comparison.baseline();
    comparison.signers();
    (comparison.result, comparison.weakenings)
}

/// The findings that say so, file by file.
pub fn reports(linter: &Linter, weakenings: &[Weakening]) -> Vec<FileReport> {
    let mut reports: Vec<FileReport> = Vec::new();
    for weakening in weakenings {
        let message = weakening.message.get(linter.lang).to_owned();
        let (source, pointer) = (&weakening.source, weakening.pointer.clone());
        let mut finding = about_policy(linter, POLICY_WEAKENED, source, pointer, weakening.span, message);
        if weakening.severity == Severity::Error {
            let help = linter.lang.pick(
                "Put right first, in a change of its own, what is wrong there. Until then, whoever approves this change has to compare the two.",
                "Rett først, i en egen endring, det som er galt der. Til da må den som godkjenner denne endringen, sammenligne de to.",
            );
            (finding.severity, finding.help) = (Severity::Error, help.to_owned());
        }
        match reports.iter_mut().find(|r| r.source.name() == source.name()) {
            Some(report) => report.findings.push(finding),
            None => reports.push(FileReport::about(Arc::clone(source), vec![finding])),
        }
    }
    reports
}

struct Comparison<'a> {
    before: &'a Policy,
    now: &'a Policy,
    rules: [&'a RuleSet; 2],
    name: &'a str,
    source: Arc<SourceFile>,
    result: Policy,
    weakenings: Vec<Weakening>,
    /// Ids of own rules that count as they were.
    restored: Vec<String>,
}

impl Comparison<'_> {
    /// Notes that something in a file is milder than it was.
    fn add(&mut self, source: &Arc<SourceFile>, span: Span, keys: &[&str], message: Localized) {
        self.weakenings.push(Weakening {
            source: Arc::clone(source),
            pointer: Pointer(keys.iter().map(|key| Step::Key((*key).to_owned())).collect()),
            span,
            message,
            severity: Severity::Warning,
        });
    }

    /// Notes that something in the configuration is milder than it was. What was removed stands nowhere.
    fn milder(&mut self, at: Option<Span>, keys: &[&str], en: String, nb: String) {
        let (source, name) = (Arc::clone(&self.source), shown(self.name));
        let message = both(format!("{en} than in {name}"), format!("{nb} enn i {name}"));
        self.add(&source, at.unwrap_or_default(), keys, message);
    }

    fn fail_on(&mut self) {
        let (before, now) = (self.before.config.fail_on, self.now.config.fail_on);
        // Without a value, errors make a check fail; without a level, nothing does.
        let rank = |set: Option<(FailOn, Span)>| {
            let level = set.map_or(Some(Severity::Error), |(level, _)| level);
            level.map_or(3, |severity| severity as u8)
        };
        if rank(now) > rank(before) {
            self.result.config.fail_on = before;
            self.milder(
                now.map(|(_, at)| at),
                &["fail-on"],
                "the check fails for less".to_owned(),
                "kontrollen slår ut for mindre".to_owned(),
            );
        }
    }

    fn packs(&mut self) {
        // Without a switch, each manifest says whether a pack counts.
        let rank = |switch: Option<bool>| match switch {
            Some(true) => 2,
            None => 1,
            Some(false) => 0,
        };
        let get = |policy: &Policy, pack: &str| policy.config.packs.iter().find(|(id, ..)| id == pack).cloned();
        for pack in &self.rules[1].packs {
            let (before, now) = (get(self.before, &pack.id), get(self.now, &pack.id));
            let on = |switch: &Option<(String, bool, Span)>| rank(switch.as_ref().map(|(_, on, _)| *on));
            if on(&now) >= on(&before) {
                continue;
            }
            self.result.config.packs.retain(|(id, ..)| **id != *pack.id);
            self.result.config.packs.extend(before);
            self.milder(
                now.map(|(_, _, at)| at),
                &["packs", &pack.id],
                format!("the pack `{}` counts for less", pack.id),
                format!("pakken `{}` gjelder for mindre", pack.id),
            );
        }
    }

    fn levels(&mut self) {
        let get = |policy: &Policy, rule: &Rule| {
            let level = policy.config.levels.iter().find(|(id, ..)| **id == *rule.id);
            level.cloned()
        };
        for rule in &self.rules[1].rules {
            let (before, now) = (get(self.before, rule), get(self.now, rule));
            let level = |set: &Option<(String, Level, Span)>| set.as_ref().map(|(_, level, _)| *level);
            if self.is_restored(rule) || !is_lower(level(&before), level(&now), rule) {
                continue;
            }
            self.result.config.levels.retain(|(id, ..)| **id != *rule.id);
            self.result.config.levels.extend(before);
            self.milder(
                now.map(|(_, _, at)| at),
                &["levels", &rule.id],
                format!("the level of `{}` is lower", rule.id),
                format!("nivået for `{}` er lavere", rule.id),
            );
        }
    }

    fn params(&mut self) {
        for rule in self.rules[1]
            .rules
            .iter()
            .filter(|rule| !self.is_restored(rule))
            .collect::<Vec<_>>()
        {
            let Some(number) = self.rules[0].find(&rule.id) else {
                continue;
            };
            for param in &rule.params {
                let earlier = self.rules[0].rules[number].params.iter().find(|p| p.name == param.name);
                let Some(earlier) = earlier else { continue };
                if !is_milder(earlier.value(), param.value(), param.milder) {
                    continue;
                }
                let values = self.result.config.params.entry(rule.id.to_string()).or_default();
                values.retain(|set| set.name != param.name);
                let at = param.set.as_ref().map(|(_, _, at)| *at);
                values.push(Param {
                    name: param.name.clone(),
                    name_at: Span::default(),
                    value: earlier.value().to_owned(),
                    value_at: Span::default(),
                });
                let (id, name) = (&rule.id, &param.name);
                let (old, new) = (shown(earlier.value()), shown(param.value()));
                let (en, nb) = match param.milder {
                    Some(_) => (
                        format!("the parameter `{name}` of `{id}` is milder ({new}, not {old})"),
                        format!("parameteren `{name}` for `{id}` er mildere ({new}, ikke {old})"),
                    ),
                    None => (
                        format!("the parameter `{name}` of `{id}` is another, and may be milder ({new}, not {old}),"),
                        format!(
                            "parameteren `{name}` for `{id}` er en annen, og kan være mildere ({new}, ikke {old}),"
                        ),
                    ),
                };
                self.milder(at, &["params", id, name], en, nb);
            }
        }
    }

    fn exclude(&mut self) {
        let names = |policy: &Policy| -> Vec<String> {
            policy
                .config
                .exclude
                .iter()
                .map(|(pattern, _)| pattern.clone())
                .collect()
        };
        let (before, now) = (names(self.before), names(self.now));
        // A pattern that begins with `!` takes back what others leave out, and then the order counts, too.
        let is_plain = |patterns: &[String]| !patterns.iter().any(|pattern| pattern.starts_with('!'));
        let added = self
            .now
            .config
            .exclude
            .iter()
            .find(|(pattern, _)| !before.contains(pattern));
        let is_same = self.before.folder == self.now.folder;
        let is_less = added.is_none() && is_plain(&before) && is_plain(&now);
        if now.is_empty() && is_plain(&before) || is_same && (before == now || is_less) {
            return;
        }
        let at = added.map(|(_, at)| *at);
        self.result.config.exclude.clone_from(&self.before.config.exclude);
        self.result.folder.clone_from(&self.before.folder);
        self.milder(
            at,
            &["exclude"],
            "`exclude` leaves out more, or something else,".to_owned(),
            "`exclude` utelater mer, eller noe annet,".to_owned(),
        );
    }

    fn terms(&mut self) {
        let key = |term: &OwnTerm| (term.vocabulary.clone(), term.id.clone());
        let now: HashMap<_, _> = self.now.config.terms.iter().map(|own| (key(&own.0), own)).collect();
        let before: HashMap<_, _> = self.before.config.terms.iter().map(|own| (key(&own.0), own)).collect();
        // Terms that are gone stay known: what was there before may speak of them. Each comes before those that
        // build on it, so the order is that of before.
        let mut terms = Vec::new();
        for earlier in &self.before.config.terms {
            let same = |own: &OwnTerm| own.is_a == earlier.0.is_a && own.tags == earlier.0.tags;
            match now.get(&key(&earlier.0)) {
                Some(own) if same(&own.0) => terms.push((*own).clone()),
                other => {
                    terms.push(earlier.clone());
                    let Some((term, at)) = other.copied() else { continue };
                    let id = shown(&term.id);
                    self.milder(
                        Some(*at),
                        &["vocabulary", &term.vocabulary, &term.id],
                        format!("the term `{id}` means something else"),
                        format!("ordet `{id}` betyr noe annet"),
                    );
                }
            }
        }
        let new = self
            .now
            .config
            .terms
            .iter()
            .filter(|own| !before.contains_key(&key(&own.0)));
        terms.extend(new.cloned());
        self.result.config.terms = terms;
    }

    /// Own rules: one that is gone or decides otherwise stays as it was.
    fn rules(&mut self) {
        let by_id = |policy: &Policy| -> HashMap<String, Arc<SourceFile>> {
            policy
                .rules
                .iter()
                .map(|file| (rule_id(file), Arc::clone(file)))
                .collect()
        };
        let (before, now) = (by_id(self.before), by_id(self.now));
        let mut files: Vec<Arc<SourceFile>> = Vec::new();
        for file in &self.now.rules {
            let id = rule_id(file);
            let earlier = before.get(&id);
            let Some(earlier) = earlier.filter(|earlier| may_find_less(earlier, file)) else {
                files.push(Arc::clone(file));
                continue;
            };
            files.push(Arc::clone(earlier));
            self.restore(&id);
            let (name, id) = (shown(self.name), shown(&id));
            let message = both(
                format!("the rule `{id}` decides otherwise than in {name}, and may find less"),
                format!("regelen `{id}` avgjør annerledes enn i {name}, og kan finne mindre"),
            );
            self.add(file, Span::default(), &["rules", &rule_id(file)], message);
        }
        let mut gone: Vec<&Arc<SourceFile>> = self
            .before
            .rules
            .iter()
            .filter(|file| !now.contains_key(&rule_id(file)))
            .collect();
        gone.sort_by_key(|file| Arc::clone(file.name()));
        for file in gone {
            files.push(Arc::clone(file));
            let id = rule_id(file);
            self.restore(&id);
            let (name, id) = (shown(self.name), shown(&id));
            let message = both(
                format!("the rule `{id}` of {name} is gone"),
                format!("regelen `{id}` i {name} er borte"),
            );
            let source = Arc::clone(&self.source);
            self.add(&source, Span::default(), &["rules", &rule_id(file)], message);
        }
        self.result.rules = files;
    }

    /// What was set for a rule counts with the rule, as it was.
    fn restore(&mut self, id: &str) {
        let config = &mut self.result.config;
        config.levels.retain(|(rule, ..)| rule != id);
        let levels = self.before.config.levels.iter().filter(|(rule, ..)| rule == id);
        config.levels.extend(levels.cloned());
        let params = self.before.config.params.get(id).cloned().unwrap_or_default();
        config.params.insert(id.to_owned(), params);
        self.restored.push(id.to_owned());
    }

    fn is_restored(&self, rule: &Rule) -> bool {
        self.restored.iter().any(|id| **id == *rule.id)
    }

    /// The baseline holds back what both hold back.
    fn baseline(&mut self) {
        let Some(now) = &self.now.baseline else { return };
        let before: HashMap<_, _> = self
            .before
            .baseline
            .iter()
            .flat_map(|b| &b.entries)
            .map(|e| (e.fingerprint, e))
            .collect();
        let mut kept = Vec::with_capacity(now.entries.len());
        let mut added: Vec<&Entry> = Vec::new();
        for entry in &now.entries {
            match before.get(&entry.fingerprint) {
                Some(earlier) if earlier.severity >= entry.severity => kept.push(entry.clone()),
                Some(earlier) => {
                    added.push(entry);
                    kept.push(Entry {
                        severity: earlier.severity,
                        ..entry.clone()
                    });
                }
                None => added.push(entry),
            }
        }
        if let Some(first) = added.first() {
            let (count, name) = (added.len(), shown(self.name));
            let (rule, system) = (shown(&first.rule), shown(&first.system));
            let message = both(
                format!("the baseline holds back {count} more than in {name}: `{rule}` of `{system}` is the first"),
                format!("grunnlinjen holder tilbake {count} mer enn i {name}: `{rule}` for `{system}` er den første"),
            );
            let span = first.span;
            self.add(&now.source, span, &["findings"], message);
        }
        self.result.baseline = Some(Baseline::new(Arc::clone(&now.source), kept));
    }
}

/// Whether a level makes a rule say less than another one did. Without a level, the rule says itself how
/// serious a finding is.
fn is_lower(before: Option<Level>, now: Option<Level>, rule: &Rule) -> bool {
    let (least, most) = severities(rule);
    match (before, now) {
        (_, Some(Level::Off)) => before != Some(Level::Off),
        (Some(Level::Off), _) | (None, None) => false,
        (Some(Level::At(before)), Some(Level::At(now))) => now < before,
        (Some(Level::At(before)), None) => least < before,
        (None, Some(Level::At(now))) => now < most,
    }
}

/// The least and the highest severity that a rule may give by itself.
fn severities(rule: &Rule) -> (Severity, Severity) {
    let by_basis = rule.bases.iter().filter_map(|basis| basis.severity);
    let by_case = rule
        .variants
        .iter()
        .flat_map(|v| &v.severity_when)
        .map(|(_, severity)| *severity);
    let all: Vec<Severity> = by_basis.chain(by_case).chain([rule.severity]).collect();
    let is_lowered = rule.bases.iter().any(|basis| basis.from.is_some());
    let least = all.iter().min().copied().unwrap_or(rule.severity);
    let least = if is_lowered { least.lower() } else { least };
    (least, all.iter().max().copied().unwrap_or(rule.severity))
}

/// Whether a value of a parameter makes its rule find less than another did, as far as can be told.
fn is_milder(before: &str, now: &str, milder: Option<Milder>) -> bool {
    if before == now {
        return false;
    }
    let (Some(milder), Some(order)) = (milder, compare(now, before)) else {
        return true;
    };
    match milder {
        Milder::More => order.is_gt(),
        Milder::Less => order.is_lt(),
    }
}

/// The order of two numbers, durations or dates.
fn compare(a: &str, b: &str) -> Option<std::cmp::Ordering> {
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.partial_cmp(&b);
    }
    if let (Some(a), Some(b)) = (parse_date(a), parse_date(b)) {
        return Some(a.cmp(&b));
    }
    Length::parse(a).ok()?.compare(Length::parse(b).ok()?)
}

/// Takes out what only people read.
fn without_words(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_words),
        serde_json::Value::Object(map) => {
            map.retain(|key, _| !["says", "en", "nb"].contains(&key.as_str()));
            map.values_mut().for_each(without_words);
        }
        _ => {}
    }
}

/// Whether a rule file may find less than an earlier one: it decides otherwise, and not only by being graver.
fn may_find_less(before: &SourceFile, now: &SourceFile) -> bool {
    let deciding = |file: &SourceFile| {
        let document = Documents::new(file.text(), Limits::default(), false).next()?;
        let mut json = document.to_json(document.root()?);
        let rule = json.as_object_mut()?;
        rule.retain(|key, _| !EXPLAINING.contains(&key.as_str()) && key != "background");
        for key in ["bases", "params"] {
            rule.get_mut(key).into_iter().for_each(without_words);
        }
        let severity = rule.remove("severity").and_then(|s| Severity::from_name(s.as_str()?));
        let waivable = rule.remove("waivable").and_then(|w| w.as_bool()).unwrap_or(true);
        Some((json, severity.unwrap_or(Severity::Warning), waivable))
    };
    match (deciding(before), deciding(now)) {
        (Some((a, severity, waivable)), Some((b, now, can))) => a != b || now < severity || (can && !waivable),
        (before, now) => before.is_some() || now.is_some(),
    }
}
