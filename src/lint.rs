//! The pipeline, from the text of a file to its findings. No input or output, no clock.

mod agreement;
mod aside;
mod group;
mod locate;
mod narrow;
mod run;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::agreement::{Kept, Trusted};
use crate::assess::{Intrusion, Score, Summary, assess};
use crate::config::Config;
use crate::evaluate::Hit;
use crate::examine::Examined;
use crate::finding::{Finding, Mistake};
use crate::ruleset::{Loading, RuleSet};
use crate::schema::Manifest;
use crate::source::{EncodingError, SourceFile, Span};
use crate::suppress::{Baseline, Tally, Waiver, waivers};
use crate::text::Lang;
use crate::value::Value;
use crate::yaml::{Document, Documents, Limits};

use self::group::group;
pub use agreement::missing;
pub use aside::{Earlier, EarlierAgreement, EarlierSystem, Standing, Waived, about_policy};
pub use narrow::{Known, known, narrow};
pub use run::{Coverage, LeftOut, Run, Unread, finish, over_all};

/// What became of a file that a manifest refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceState {
    /// It is there, and its hash is right where one is given.
    Found,
    /// Nobody looked.
    NotChecked,
    /// There is no such file.
    Missing,
    /// The path leads out of the repository; the file was not read.
    Outside,
    /// A folder, a device or the like.
    NotAFile,
    /// The file has another hash: this one.
    WrongHash(String),
    /// It is a link or lies behind one, where that is not taken.
    Link,
    /// It cannot be read, for this reason.
    Unreadable(String),
}

/// The files around a manifest.
pub trait Around: Sync {
    /// What became of a record at a path and, where given, with a hash.
    fn record(&self, path: &str, sha256: Option<&str>) -> EvidenceState {
        let _ = (path, sha256);
        EvidenceState::NotChecked
    }

    /// The record of an agreement at a path, with the signatures beside it.
    ///
    /// # Errors
    /// It was not read; [`EvidenceState::Found`] where it is taken to be in order.
    fn agreement(&self, path: &str) -> Result<Kept, EvidenceState> {
        let _ = path;
        Err(EvidenceState::NotChecked)
    }

    /// The names of files in the folder for records beside the manifest that begin as those about a system do.
    ///
    /// # Errors
    /// Why the folder cannot be listed.
    fn agreements(&self, system: &str) -> Result<Vec<String>, String> {
        let _ = system;
        Ok(Vec::new())
    }
}

/// A manifest by itself: nobody looks around.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Around for Alone {}

/// What was found in one file.
#[derive(Debug)]
pub struct FileReport {
    /// The file.
    pub source: Arc<SourceFile>,
    /// The findings, ordered.
    pub findings: Vec<Finding>,
    /// One for each manifest with a system id, to see systems together.
    pub summaries: Vec<Summary>,
    /// Number of manifests in the file.
    pub manifests: usize,
    /// References to records that nothing was looked up for (`url`, `archive`).
    pub unchecked_records: usize,
    /// The findings that waivers set aside.
    pub waived: Vec<Waived>,
    /// How many findings the baseline holds back.
    pub held_back: Tally,
    /// The waivers that have effect.
    pub standing: Vec<Arc<Standing>>,
    /// The entries of the baseline that hold something back.
    pub matched: Vec<usize>,
}

impl FileReport {
    /// A report of what was found in a file that holds no manifest: one that steers the check.
    pub fn about(source: Arc<SourceFile>, findings: Vec<Finding>) -> FileReport {
        FileReport {
            source,
            findings,
            summaries: Vec::new(),
            manifests: 0,
            unchecked_records: 0,
            waived: Vec::new(),
            held_back: Tally::default(),
            standing: Vec::new(),
            matched: Vec::new(),
        }
    }
}

/// Rules, and what a run asks of them.
#[derive(Debug)]
pub struct Linter {
    /// The rules.
    pub rules: RuleSet,
    /// The numbers of intrusion and safeguards.
    pub intrusion: Intrusion,
    /// The day of the run.
    pub today: Date,
    /// The language of messages.
    pub lang: Lang,
    /// How much a file may ask for.
    pub limits: Limits,
    /// Findings that are held back.
    pub baseline: Option<Baseline>,
    /// What was there before, where a change is checked.
    pub earlier: Option<Earlier>,
    /// Whose signatures under agreements count.
    pub trusted: Vec<Trusted>,
}

impl Linter {
    /// Loads the rules that come with the program and `local` ones.
    ///
    /// # Errors
    /// Every mistake in the configuration and in the rule files.
    pub fn new(config: &Config, local: &[Arc<SourceFile>], today: Date, lang: Lang) -> Result<Linter, Vec<Mistake>> {
        Linter::load(config, local, Loading::Run, today, lang)
    }

    /// A linter for trying `local` rules, which take the place of built-in ones with the same id.
    ///
    /// # Errors
    /// Every mistake in the configuration and in the rule files.
    pub fn for_trial(
        config: &Config,
        local: &[Arc<SourceFile>],
        today: Date,
        lang: Lang,
    ) -> Result<Linter, Vec<Mistake>> {
        Linter::load(config, local, Loading::Trial, today, lang)
    }

    fn load(
        config: &Config,
        local: &[Arc<SourceFile>],
        how: Loading,
        today: Date,
        lang: Lang,
    ) -> Result<Linter, Vec<Mistake>> {
        let rules = RuleSet::load(config, local, how)?;
        let intrusion = Intrusion::load(rules.context().names)?;
        Ok(Linter {
            rules,
            intrusion,
            today,
            lang,
            limits: Limits::default(),
            baseline: None,
            earlier: None,
            trusted: vec![Trusted {
                revision: None,
                trust: None,
            }],
        })
    }

    /// Checks a file.
    pub fn check(&self, source: Arc<SourceFile>, around: &dyn Around) -> FileReport {
        let mut checker = Checker::new(self, &source, around);
        let mut documents = 0;
        for document in Documents::new(source.text(), self.limits, false) {
            documents += 1;
            if checker.report.findings.len() > self.limits.findings {
                checker.too_many(&document);
                break;
            }
            checker.document(&document);
        }
        if documents == 0 {
            checker.empty();
        }
        let mut report = checker.report;
        report.findings.sort_by(|a, b| a.order().cmp(&b.order()));
        // Most files hold one manifest, and a run may hold very many files.
        report.findings.shrink_to_fit();
        report.summaries.shrink_to_fit();
        report
    }

    /// The systems in a file, as they counted before a change.
    pub fn earlier(&self, source: &SourceFile) -> Vec<EarlierSystem> {
        let rules = &self.rules;
        let mut all = Vec::new();
        for document in Documents::new(source.text(), self.limits, false).filter(|d| !d.broken) {
            let manifest = Manifest::read(&document, &rules.shape, &rules.vocabularies, true);
            let mut examined = Examined::new(&manifest, rules, 0, self.today);
            let id = manifest.text_at("system.id").map(Arc::from);
            all.extend(id.map(|id| EarlierSystem {
                id,
                waivers: waivers(&mut examined),
                agreement: agreement::named(&manifest).map(|(path, _)| path.to_owned()),
                retired: self.is_retired(&manifest),
            }));
        }
        all
    }

    fn is_retired(&self, manifest: &Manifest<'_>) -> bool {
        match manifest.at("system.status") {
            Value::Term(status) => self.rules.vocabularies.term(status).id == "retired",
            _ => false,
        }
    }

    /// The report for a file that is not UTF-8 text. `source` holds what could be read of it.
    pub fn not_text(&self, source: Arc<SourceFile>, error: EncodingError) -> FileReport {
        let at = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
        self.unchecked(source, |checker| checker.not_text(error, Span { start: at, end: at }))
    }

    /// The report for something with the name of a manifest that is not a regular file.
    pub fn not_a_file(&self, source: Arc<SourceFile>) -> FileReport {
        self.unchecked(source, |checker| checker.not_a_file())
    }

    /// The report for what cannot be checked at all.
    fn unchecked(&self, source: Arc<SourceFile>, say: impl FnOnce(&mut Checker<'_>)) -> FileReport {
        let mut checker = Checker::new(self, &source, &Alone);
        say(&mut checker);
        checker.report
    }
}

/// How often a rule was heard at a place of a system.
type Heard = HashMap<(Arc<str>, Option<Arc<str>>, String), usize>;

/// Checks the documents of one file.
struct Checker<'a> {
    linter: &'a Linter,
    source: &'a Arc<SourceFile>,
    around: &'a dyn Around,
    report: FileReport,
    /// The system that is being checked.
    system: Option<Arc<str>>,
    /// How often each rule was heard at each place of each system.
    heard: Heard,
}

impl<'a> Checker<'a> {
    fn new(linter: &'a Linter, source: &'a Arc<SourceFile>, around: &'a dyn Around) -> Self {
        Checker {
            linter,
            source,
            around,
            report: FileReport::about(Arc::clone(source), Vec::new()),
            system: None,
            heard: Heard::new(),
        }
    }

    /// parse -> validate -> assess -> evaluate
    fn document(&mut self, document: &Document<'_>) {
        self.system = None;
        self.report.manifests += 1;
        if document.broken {
            self.yaml_problems(document);
            return;
        }
        let rules = &self.linter.rules;
        let mut manifest = Manifest::read(document, &rules.shape, &rules.vocabularies, true);
        self.system = manifest.text_at("system.id").map(Arc::from);
        self.yaml_problems(document);
        self.schema_problems(&manifest);
        if manifest.instance(0).node.is_none() {
            return; // Not a manifest at all: the rules have nothing to examine.
        }
        self.records(&manifest);
        let facts = assess(&mut manifest, rules, &self.linter.intrusion, self.linter.today);
        let mut examined = Examined::new(&manifest, rules, facts.instance, self.linter.today);
        let packs = examined.active_packs();
        let mut hits = examined.hits(&packs, self.linter.lang);
        hits.extend(self.switched_off(&mut examined, &packs));
        let agreement = self.agreement(&mut examined, &packs);
        self.report.findings.extend(agreement);
        let waivers = waivers(&mut examined);
        self.hits(hits, &facts.score, &manifest, &waivers, &packs);
        self.summary(&manifest, &facts.score, packs);
    }

    fn summary(&mut self, manifest: &Manifest<'_>, score: &Score, packs: Vec<bool>) {
        let summary = Summary::of(manifest, &self.linter.rules, self.source, score, packs);
        self.report.summaries.extend(summary);
    }

    /// Findings from hits; those that are not set aside are brought together where several are about one
    /// thing.
    fn hits(&mut self, hits: Vec<Hit>, score: &Score, manifest: &Manifest<'_>, waivers: &[Waiver], packs: &[bool]) {
        let mut findings: Vec<Finding> = hits
            .into_iter()
            .map(|hit| self.finding_of(hit, score, manifest))
            .collect();
        self.unknown_answers(manifest, &mut findings);
        self.tell_apart(&mut findings);
        self.set_aside(&mut findings, waivers, packs);
        let block = |name: &str| {
            let slot = manifest.shape.scopes[0].slot(name);
            let place = slot.map_or_else(|| manifest.anchor(0), |slot| manifest.place(0, slot));
            self.location(&place, String::new())
        };
        let findings = group(self.linter, findings, &block);
        self.report.findings.extend(findings);
    }
}
