//! What falls due by a manifest, and who sees to it: evaluations, reviews, tests, ends and deletions.
//!
//! A rule warns before each of these days and finds it when it has passed; an entry names that rule. No input or
//! output, no clock.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use crate::assess::Dates;
use crate::examine::Examined;
use crate::finding::Fingerprint;
use crate::lint::{Linter, Unread};
use crate::schema::{InstanceId, Manifest, Problem};
use crate::source::{SourceFile, Span};
use crate::text::{Lang, cut};
use crate::value::Value;
use crate::yaml::{Document, Documents};

/// The parts of a manifest that days are read from; of a retired system also the data.
const PARTS: [&str; 6] = [
    "system",
    "codetermination",
    "assessments",
    "fairness",
    "lifecycle",
    "waivers",
];

/// Longest name, in characters, that an entry keeps: many entries may name the same.
const LONGEST_NAME: usize = 200;

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The joint evaluation.
    Evaluation,
    /// The review of the impact assessment for privacy.
    DpiaReview,
    /// The test for unfair outcomes.
    FairnessTest,
    /// The end of a pilot.
    PilotEnd,
    /// The end of a measure in use.
    MeasureEnd,
    /// The end of a waiver.
    WaiverEnd,
    /// The deletion of a retired system's data.
    Deletion,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] = [
        Kind::Evaluation,
        Kind::DpiaReview,
        Kind::FairnessTest,
        Kind::PilotEnd,
        Kind::MeasureEnd,
        Kind::WaiverEnd,
        Kind::Deletion,
    ];

    /// Its name for programs.
    pub fn id(self) -> &'static str {
        match self {
            Kind::Evaluation => "evaluation",
            Kind::DpiaReview => "dpia-review",
            Kind::FairnessTest => "fairness-test",
            Kind::PilotEnd => "pilot-end",
            Kind::MeasureEnd => "measure-end",
            Kind::WaiverEnd => "waiver-end",
            Kind::Deletion => "deletion",
        }
    }

    /// Its name for people.
    pub fn label(self, lang: Lang) -> &'static str {
        let (en, nb) = match self {
            Kind::Evaluation => ("joint evaluation", "felles evaluering"),
            Kind::DpiaReview => (
                "review of the impact assessment (DPIA)",
                "ny gjennomgang av personvernkonsekvensene (DPIA)",
            ),
            Kind::FairnessTest => ("test for unfair outcomes", "test av urettferdige utslag"),
            Kind::PilotEnd => ("end of the pilot", "slutt på piloten"),
            Kind::MeasureEnd => ("end of the measure", "slutt på tiltaket"),
            Kind::WaiverEnd => ("last day of a waiver", "siste dag for et unntak"),
            Kind::Deletion => ("deletion of data", "sletting av opplysninger"),
        };
        lang.pick(en, nb)
    }

    /// The rule that finds it when the day has passed.
    pub fn rule(self) -> &'static str {
        match self {
            Kind::Evaluation | Kind::DpiaReview | Kind::FairnessTest => "review-overdue",
            Kind::PilotEnd | Kind::MeasureEnd => "dates-fit-status",
            Kind::WaiverEnd => "waiver-expired",
            Kind::Deletion => "retired-data-deleted",
        }
    }
}

/// Something that falls due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is known by from run to run: kind, system and place by name, not the day.
    pub id: Fingerprint,
    /// The last day on which it is in time.
    pub date: Date,
    /// What it is.
    pub kind: Kind,
    /// What it is about, by name: the rule that is waived, the data that is to be deleted.
    pub about: Vec<String>,
    /// Id of the system, where it has one.
    pub system: Option<String>,
    /// Name of the system, where it has one.
    pub name: Option<String>,
    /// Who sees to it, as the manifest names them; nobody, where it names none.
    pub responsible: Vec<String>,
    /// The rule that finds it when the day has passed, if that is asked here.
    pub rule: Option<Arc<str>>,
    /// Name of the file.
    pub file: Arc<str>,
    /// The place by name.
    pub pointer: String,
    /// Its line, counted from 1.
    pub line: u32,
    /// Its column, counted from 1.
    pub column: u32,
}

impl Entry {
    /// Whether the day has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.date < today
    }

    fn known_by(&self, number: usize) -> Fingerprint {
        let (of, name) = match &self.system {
            Some(system) => ("system", system.as_str()),
            None => ("file", &*self.file),
        };
        Fingerprint::of(&[self.kind.id(), of, name, &self.pointer, &number.to_string()])
    }
}

/// What falls due by the manifests of one file.
#[derive(Debug, Default)]
pub struct Listed {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Number of manifests in the file.
    pub manifests: usize,
    /// Something that days are read from is not understood, so some may be missing.
    pub unclear: bool,
}

/// What falls due over all manifests of a run.
#[derive(Debug, Default)]
pub struct Due {
    /// The entries, by day.
    pub entries: Vec<Entry>,
    /// How many were left out because they come later than was asked for.
    pub later: usize,
    /// Number of manifests.
    pub manifests: usize,
    /// What could not be read, or not all of it.
    pub unread: Vec<Unread>,
}

impl Due {
    /// Brings together what falls due. Entries after `last` are only counted.
    pub fn new(files: Vec<Listed>, unread: Vec<Unread>, last: Option<Date>) -> Due {
        let manifests = files.iter().map(|file| file.manifests).sum();
        let mut entries: Vec<Entry> = files.into_iter().flat_map(|file| file.entries).collect();
        // The same of one system twice is told apart by where it stands, as far as that can be.
        entries.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        let mut seen: HashMap<Fingerprint, usize> = HashMap::new();
        for entry in &mut entries {
            let number = seen.entry(entry.id).or_default();
            entry.id = entry.known_by(*number);
            *number += 1;
        }
        let all = entries.len();
        entries.retain(|entry| last.is_none_or(|last| entry.date <= last));
        entries.sort_by(|a, b| (a.date, &a.system, a.kind, &a.pointer).cmp(&(b.date, &b.system, b.kind, &b.pointer)));
        Due {
            later: all - entries.len(),
            entries,
            manifests,
            unread,
        }
    }

    /// How many days have passed.
    pub fn overdue(&self, today: Date) -> usize {
        self.entries.iter().filter(|entry| entry.is_overdue(today)).count()
    }
}

/// What falls due by the manifests in a file.
pub fn of_file(linter: &Linter, source: &SourceFile) -> Listed {
    let mut listed = Listed::default();
    for document in Documents::new(source.text(), linter.limits, false) {
        listed.manifests += 1;
        match document.broken {
            true => listed.unclear = true,
            false => of_document(linter, source, &document, &mut listed),
        }
    }
    listed.unclear |= listed.manifests == 0;
    listed
}

fn of_document(linter: &Linter, source: &SourceFile, document: &Document<'_>, listed: &mut Listed) {
    let (rules, today) = (&linter.rules, linter.today);
    let manifest = Manifest::read(document, &rules.shape, &rules.vocabularies, true);
    // What is wrong with ids and references hides no day.
    let hides = |problem: &&Problem| matches!(problem.kind.rule(), "invalid-manifest" | "limit-exceeded");
    let wrong = manifest.problems.iter().filter(hides).map(|problem| problem.span);
    let mut wrong = wrong.chain(document.problems.iter().map(|problem| problem.span));
    let status = status(&manifest, linter);
    let is_read = |part: &str| PARTS.contains(&part) || (part == "data" && status == "retired");
    listed.unclear |= wrong.any(|span| part_of(document, span).is_none_or(is_read));
    let mut examined = Examined::new(&manifest, rules, 0, today);
    let packs = examined.active_packs();
    let asked = Kind::ALL.map(|kind| {
        let number = rules.find(kind.rule())?;
        let is_asked = examined.is_asked(number, &packs);
        is_asked.then(|| Arc::clone(&rules.rules[number].id))
    });
    let mut writer = Writer {
        linter,
        source,
        manifest: &manifest,
        asked,
        entries: &mut listed.entries,
    };
    writer.all();
}

/// The top-level part that a place is in; none for what stands at the top itself.
fn part_of<'d>(document: &'d Document<'_>, place: Span) -> Option<&'d str> {
    let mut parts = document.entries(document.root()?);
    let (key, _) = parts.find(|(_, value)| document.span(*value).range().contains(&(place.start as usize)))?;
    document.text(key)
}

/// Where the system stands, by the id of the term.
fn status<'l>(manifest: &Manifest<'_>, linter: &'l Linter) -> &'l str {
    match manifest.at("system.status") {
        Value::Term(id) => &linter.rules.vocabularies.term(id).id,
        _ => "",
    }
}

struct Writer<'a, 'd> {
    linter: &'a Linter,
    source: &'a SourceFile,
    manifest: &'a Manifest<'d>,
    /// The rule behind each kind, if it is asked.
    asked: [Option<Arc<str>>; Kind::ALL.len()],
    entries: &'a mut Vec<Entry>,
}

impl Writer<'_, '_> {
    fn all(&mut self) {
        let vocabularies = &self.linter.rules.vocabularies;
        let dates = Dates::of(self.manifest, vocabularies, self.linter.today);
        match status(self.manifest, self.linter) {
            "pilot" => self.in_use(&dates, Kind::PilotEnd),
            "deployed" => self.in_use(&dates, Kind::MeasureEnd),
            "retired" => self.deletions(&dates),
            _ => {}
        }
        for waiver in self.manifest.items(self.manifest.at("waivers")) {
            let text = |path: &str| self.text(waiver, path);
            let about = text("rule").into_iter().collect();
            let both = ["signatories.employer", "signatories.workers"];
            let signed = both.into_iter().filter_map(text).collect();
            self.stated(Kind::WaiverEnd, (waiver, "expires"), about, signed);
        }
    }

    /// What falls due while a system is in use.
    fn in_use(&mut self, dates: &Dates, end: Kind) {
        let owner = self.owner();
        let or_owner = |named: Vec<String>| if named.is_empty() { owner.clone() } else { named };
        if let Some((date, field)) = dates.evaluation {
            let with = or_owner(self.evaluators());
            self.add(Kind::Evaluation, date, (0, field), Vec::new(), with);
        }
        let officer = or_owner(self.data_protection_officer());
        self.stated(
            Kind::DpiaReview,
            (0, "assessments.dpia.review_date"),
            Vec::new(),
            officer,
        );
        if let Some(date) = dates.fairness_test {
            let field = "fairness.retest_interval";
            self.add(Kind::FairnessTest, date, (0, field), Vec::new(), owner.clone());
        }
        self.stated(end, (0, "lifecycle.end_date"), Vec::new(), owner);
    }

    /// One entry for each day, for all the data that is to be gone by then.
    fn deletions(&mut self, dates: &Dates) {
        let mut by_date: BTreeMap<Date, Vec<InstanceId>> = BTreeMap::new();
        for (date, item) in &dates.deletions {
            by_date.entry(*date).or_default().push(*item);
        }
        for (date, items) in by_date {
            let names = items.iter().filter_map(|item| self.manifest.name_of(*item));
            let (names, owner) = (names.map(|name| kept(&name)).collect(), self.owner());
            self.add(Kind::Deletion, date, (items[0], "retention"), names, owner);
        }
    }

    /// What a field says the day of.
    fn stated(&mut self, kind: Kind, at: (InstanceId, &str), about: Vec<String>, responsible: Vec<String>) {
        if let Value::Date(date) = self.manifest.field(at.0, at.1) {
            self.add(kind, date, at, about, responsible);
        }
    }

    fn add(&mut self, kind: Kind, date: Date, at: (InstanceId, &str), about: Vec<String>, responsible: Vec<String>) {
        let manifest = self.manifest;
        let scope = &manifest.shape.scopes[manifest.instance(at.0).scope];
        let place = scope
            .slot(at.1)
            .map_or_else(|| manifest.anchor(at.0), |slot| manifest.place(at.0, slot));
        let position = self.source.position(place.span.start);
        let mut entry = Entry {
            id: Fingerprint::of(&[]),
            date,
            kind,
            about,
            system: self.text(0, "system.id"),
            name: self.text(0, "system.name"),
            responsible,
            rule: self.asked[kind as usize].clone(),
            file: Arc::clone(self.source.name()),
            pointer: kept(&place.pointer.stable()),
            line: position.line,
            column: position.column,
        };
        entry.id = entry.known_by(0);
        self.entries.push(entry);
    }

    /// Who takes part in the joint evaluation, by kind of party.
    fn evaluators(&self) -> Vec<String> {
        let with = self.manifest.list(self.manifest.at("codetermination.evaluation.with"));
        let terms = with.iter().filter_map(|(value, _)| match value {
            Value::Term(id) => Some(self.linter.rules.vocabularies.label(*id, self.linter.lang)),
            _ => None,
        });
        terms.map(str::to_owned).collect()
    }

    /// The data protection officer, by name where it is given.
    fn data_protection_officer(&self) -> Vec<String> {
        let vocabularies = &self.linter.rules.vocabularies;
        let parties = self.manifest.items(self.manifest.at("codetermination.parties"));
        let officers = parties.filter_map(|party| match self.manifest.field(party, "type") {
            Value::Term(id) if vocabularies.term(id).id == "dpo" => {
                let label = || vocabularies.label(id, self.linter.lang).to_owned();
                Some(self.text(party, "name").unwrap_or_else(label))
            }
            _ => None,
        });
        officers.collect()
    }

    /// The role that answers for the system.
    fn owner(&self) -> Vec<String> {
        self.text(0, "accountability.owner.role").into_iter().collect()
    }

    fn text(&self, instance: InstanceId, path: &str) -> Option<String> {
        match self.manifest.field(instance, path) {
            value @ Value::Text(text) if value.is_answered() => Some(kept(text.trim())),
            _ => None,
        }
    }
}

fn kept(name: &str) -> String {
    cut(name, LONGEST_NAME).into_owned()
}
