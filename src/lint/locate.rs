//! Findings tied to a file: from problems and hits to places with line and column.

use std::sync::Arc;

use super::agreement::named;
use super::{Checker, EvidenceState};
use crate::assess::Score;
use crate::evaluate::{Hit, bases};
use crate::examine::Examined;
use crate::finding::{Finding, Location, Severity};
use crate::pointer::Pointer;
use crate::schema::{Manifest, Place};
use crate::source::{EncodingError, SourceFile, Span};
use crate::text::{self, Lang, shown};
use crate::yaml::{Document, Limit, NodeId, Problem, ProblemKind};

/// Digits of a SHA-256.
const HASH: usize = 64;

/// Whether a text is a SHA-256 in hexadecimal.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == HASH && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A location in a source.
pub(super) fn location(source: &SourceFile, pointer: Pointer, span: Span, label: String) -> Location {
    let (start, end) = source.positions(span);
    Location {
        file: Arc::clone(source.name()),
        pointer,
        span,
        start,
        end,
        label,
        above: None,
    }
}

impl Checker<'_> {
    fn lang(&self) -> Lang {
        self.linter.lang
    }

    pub(super) fn location(&self, place: &Place, label: String) -> Location {
        Location {
            above: place.above.clone(),
            ..location(self.source, place.pointer.clone(), place.span, label)
        }
    }

    /// A finding about the form of the file or of a value in it.
    fn add(&mut self, rule: &str, severity: Severity, span: Span, message: String, help: String, see: Vec<Location>) {
        let primary = location(self.source, Pointer::default(), span, String::new());
        let mut finding = Finding {
            system: self.system.clone(),
            secondary: see,
            ..Finding::new(rule, severity, primary, message, help)
        };
        self.tell_apart(std::slice::from_mut(&mut finding));
        self.report.findings.push(finding);
    }

    pub(super) fn empty(&mut self) {
        let lang = self.lang();
        let message = lang
            .pick("the file holds no manifest", "filen inneholder ikke noe manifest")
            .to_owned();
        let help = lang.pick(
            "Write a manifest (`tillit init` helps), or remove the file.",
            "Skriv et manifest (`tillit init` hjelper), eller fjern filen.",
        );
        self.add(
            "invalid-manifest",
            Severity::Error,
            Span::default(),
            message,
            help.to_owned(),
            Vec::new(),
        );
    }

    pub(super) fn not_a_file(&mut self) {
        let lang = self.lang();
        let rules = &self.linter.rules;
        let Some(number) = rules.find("not-a-file") else { return };
        let tail = rules.rules[number].tail();
        let (message, help) = (tail.message.get(lang).to_owned(), tail.help.get(lang).to_owned());
        self.add(
            "not-a-file",
            Severity::Error,
            Span::default(),
            message,
            help,
            Vec::new(),
        );
    }

    pub(super) fn not_text(&mut self, error: EncodingError, span: Span) {
        let lang = self.lang();
        let (message, help) = text::not_text(error);
        let (message, help) = (message.get(lang).to_owned(), help.get(lang).to_owned());
        self.add("invalid-yaml", Severity::Error, span, message, help, Vec::new());
    }

    pub(super) fn yaml_problems(&mut self, document: &Document<'_>) {
        let lang = self.lang();
        for problem in &document.problems {
            let (message, help) = problem.describe(lang);
            let (rule, see) = match &problem.kind {
                ProblemKind::Limit(..) => ("limit-exceeded", Vec::new()),
                ProblemKind::DuplicateKey { first, .. } => ("invalid-yaml", vec![self.first_one(*first)]),
                _ => ("invalid-yaml", Vec::new()),
            };
            self.add(rule, Severity::Error, problem.span, message, help, see);
        }
    }

    /// The limit on findings, at the first document that was not checked.
    pub(super) fn too_many(&mut self, document: &Document<'_>) {
        let kind = ProblemKind::Limit(Limit::Findings, self.linter.limits.findings);
        let start = document.root().map_or(0, |root| document.span(root).start);
        let span = Span { start, end: start };
        let (message, help) = Problem { kind, span }.describe(self.lang());
        self.add("limit-exceeded", Severity::Error, span, message, help, Vec::new());
    }

    fn first_one(&self, span: Span) -> Location {
        let label = self.lang().pick("the first one", "den første").to_owned();
        location(self.source, Pointer::default(), span, label)
    }

    pub(super) fn schema_problems(&mut self, manifest: &Manifest<'_>) {
        let lang = self.lang();
        for problem in &manifest.problems {
            let (message, help) = problem.kind.describe(lang);
            let rule = problem.kind.rule();
            let severity = if rule == "country-as-flag" {
                Severity::Warning
            } else {
                Severity::Error
            };
            let see = problem.other.map(|span| self.first_one(span)).into_iter().collect();
            self.add(rule, severity, problem.span, message, help, see);
        }
    }

    /// Files that the manifest refers to.
    pub(super) fn records(&mut self, manifest: &Manifest<'_>) {
        let document = manifest.document;
        let lang = self.lang();
        // The record of what was agreed is looked at more closely.
        let agreement = named(manifest).map(|(_, node)| node);
        let records: Vec<NodeId> = manifest.evidence().filter(|node| Some(*node) != agreement).collect();
        for record in records {
            let text = |key: &str| document.get(record, key).and_then(|n| document.text(n));
            let Some(path) = text("file") else {
                self.report.unchecked_records += 1;
                continue;
            };
            // What is no hash at all has its own finding.
            let hash = text("sha256").filter(|hash| is_hash(hash));
            let both = |en: String, nb: String| if lang == Lang::En { en } else { nb };
            let name = shown(path);
            let (key, message, help) = match self.around.record(path, hash) {
                EvidenceState::Found => continue,
                EvidenceState::NotChecked => {
                    self.report.unchecked_records += 1;
                    continue;
                }
                EvidenceState::Missing => (
                    "file",
                    both(
                        format!("the file `{name}` is not there"),
                        format!("filen `{name}` finnes ikke"),
                    ),
                    both(
                        "The path is relative to the manifest. Add the file, or refer to it with `archive`.".into(),
                        "Stien er relativ til manifestet. Legg inn filen, eller vis til den med `archive`.".into(),
                    ),
                ),
                EvidenceState::Outside => (
                    "file",
                    both(
                        format!("`{name}` leads out of the repository and was not read"),
                        format!("`{name}` fører ut av kodelageret og ble ikke lest"),
                    ),
                    both(
                        "Put the record into the repository, or refer to it with `archive`.".into(),
                        "Legg dokumentet i kodelageret, eller vis til det med `archive`.".into(),
                    ),
                ),
                // A record may lie behind a link, as long as that stays in the repository.
                EvidenceState::NotAFile | EvidenceState::Link => (
                    "file",
                    both(
                        format!("`{name}` is not a regular file"),
                        format!("`{name}` er ikke en vanlig fil"),
                    ),
                    both("Name the file itself.".into(), "Oppgi selve filen.".into()),
                ),
                EvidenceState::WrongHash(found) => (
                    "sha256",
                    both(
                        format!("`{name}` has another SHA-256: the record was changed"),
                        format!("`{name}` har en annen SHA-256: dokumentet er endret"),
                    ),
                    both(
                        format!("Look at what changed. If the change is right, write sha256: {found}"),
                        format!("Se på hva som er endret. Er endringen riktig, skriv sha256: {found}"),
                    ),
                ),
                EvidenceState::Unreadable(reason) => (
                    "file",
                    both(
                        format!("`{name}` cannot be read: {}", shown(&reason)),
                        format!("`{name}` kan ikke leses: {}", shown(&reason)),
                    ),
                    both(
                        "Make it readable for the check.".into(),
                        "Gjør den lesbar for kontrollen.".into(),
                    ),
                ),
            };
            let node = document.get(record, key).unwrap_or(record);
            self.add(
                "evidence-file",
                Severity::Error,
                document.span(node),
                message,
                help,
                Vec::new(),
            );
        }
    }

    /// A finding from a hit of a rule.
    pub(super) fn finding_of(&mut self, hit: Hit, score: &Score, manifest: &Manifest<'_>) -> Finding {
        let lang = self.lang();
        let rule = &self.linter.rules.rules[hit.rule];
        let label = match hit.place.above {
            None => String::new(),
            Some(_) => not_here(&hit.place, lang),
        };
        let mut secondary: Vec<Location> = hit
            .see
            .iter()
            .map(|place| self.location(place, format!("`{}`", place.pointer)))
            .collect();
        if &*rule.id == "intrusiveness-threshold" {
            secondary.extend(self.intrusion_terms(score, manifest));
        }
        let primary = self.location(&hit.place, label);
        let help = rule.tail().help.get(lang).to_owned();
        Finding {
            examined: hit.examined,
            declared: hit.declared,
            system: self.system.clone(),
            secondary,
            bases: hit.bases,
            ..Finding::new(Arc::clone(&rule.id), hit.severity, primary, hit.message, help)
        }
    }

    /// Every term of the highest flow, at the place that it comes from.
    fn intrusion_terms(&self, score: &Score, manifest: &Manifest<'_>) -> Vec<Location> {
        let lang = self.lang();
        let Some(flow) = score.flows.iter().max_by_key(|f| f.score) else {
            return Vec::new();
        };
        let scope = &manifest.shape.scopes[manifest.instance(flow.item).scope];
        let category = scope.slot("category").map(|slot| manifest.place(flow.item, slot));
        let level = category.map(|place| {
            let text = match lang {
                Lang::En => format!("kind of data: {}", flow.level),
                Lang::Nb => format!("slag opplysninger: {}", flow.level),
            };
            self.location(&place, text)
        });
        let terms = flow.terms.iter().map(|(number, place)| {
            let term = &self.linter.intrusion.terms[*number];
            self.location(place, format!("{} {:+}", term.label.get(lang), term.add))
        });
        level.into_iter().chain(terms).collect()
    }

    /// Every `unknown` that no rule asks about: it may have switched off a rule that would have.
    pub(super) fn unknown_answers(&self, manifest: &Manifest<'_>, findings: &mut Vec<Finding>) {
        let rules = &self.linter.rules;
        let Some(number) = rules.find("unknown-answer") else {
            return;
        };
        let (rule, lang) = (&rules.rules[number], self.lang());
        let asked = findings.len();
        for place in manifest.unknowns() {
            if findings[..asked].iter().any(|f| f.primary.pointer == place.pointer) {
                continue;
            }
            let (message, help) = (rule.tail().message.get(lang), rule.tail().help.get(lang));
            let primary = self.location(&place, not_here(&place, lang));
            let id = Arc::clone(&rule.id);
            findings.push(Finding {
                declared: false,
                system: self.system.clone(),
                ..Finding::new(id, rule.severity, primary, message.to_owned(), help.to_owned())
            });
        }
    }

    /// A pack of policy that the configuration has switched off for a system that it would bind.
    pub(super) fn switched_off(&self, examined: &mut Examined<'_>, packs: &[bool]) -> Option<Hit> {
        let rules = &self.linter.rules;
        let manifest = examined.manifest;
        let off = rules
            .packs
            .iter()
            .zip(packs)
            .any(|(pack, on)| &*pack.id == "core" && !on);
        let definitions = &examined.rules.definitions.all;
        let affects = definitions.iter().find(|d| d.name == "affects-workers");
        let affects = affects.is_some_and(|definition| examined.truth(&definition.when).holds());
        let number = rules.find("core-pack-enabled").filter(|n| !rules.is_off(*n))?;
        let rule = &rules.rules[number];
        (off && affects).then(|| Hit {
            rule: number,
            severity: rules.level(number).unwrap_or(rule.severity),
            declared: true,
            message: rule.tail().message.get(self.lang()).to_owned(),
            place: manifest.anchor(0),
            examined: 0,
            see: Vec::new(),
            bases: bases(rules, rule, &vec![true; packs.len()], self.linter.today),
        })
    }
}

/// The label at the key above a field that is not there.
fn not_here(place: &Place, lang: Lang) -> String {
    match lang {
        Lang::En => format!("`{}` is not answered", place.pointer),
        Lang::Nb => format!("`{}` er ikke besvart", place.pointer),
    }
}
