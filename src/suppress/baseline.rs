//! The baseline: findings that were there when a repository began to be checked, and that are held back
//! until they are fixed. It is a JSON file with an entry a line.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::finding::{Finding, Fingerprint, Mistake, Severity};
use crate::safe_json::string;
use crate::source::{SourceFile, Span};
use crate::text::{both, shown};

/// The schema of the baseline, as it lies in the repository.
pub const BASELINE_SCHEMA: &str = include_str!("../../schemas/baseline.v1.schema.json");

/// The version of the format.
const VERSION: u32 = 1;

/// Findings that are held back.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The file.
    pub source: Arc<SourceFile>,
    /// In the order of the file.
    pub entries: Vec<Entry>,
    by_fingerprint: HashMap<Fingerprint, usize>,
}

/// A finding that is held back. Only the fingerprint and the severity decide; the rest is for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Id of the system.
    pub system: String,
    /// Id of the rule.
    pub rule: String,
    /// The place by name.
    pub place: String,
    /// What the finding is known by.
    pub fingerprint: Fingerprint,
    /// How serious it was: a graver finding is a new one.
    pub severity: Severity,
    /// Where the entry stands in the file.
    pub span: Span,
}

/// Numbers of findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([usize; 3]);

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        self.0[severity as usize] += 1;
    }

    /// Counts all of another tally.
    pub fn add_all(&mut self, other: Tally) {
        self.0.iter_mut().zip(other.0).for_each(|(n, more)| *n += more);
    }

    /// How many with a severity.
    pub fn of(self, severity: Severity) -> usize {
        self.0[severity as usize]
    }

    /// How many in all.
    pub fn total(self) -> usize {
        self.0.iter().sum()
    }
}

impl FromIterator<Severity> for Tally {
    fn from_iter<T: IntoIterator<Item = Severity>>(severities: T) -> Self {
        let mut tally = Tally::default();
        severities.into_iter().for_each(|severity| tally.add(severity));
        tally
    }
}

/// The file as it is read. `null` ends the list, so that every entry has a comma behind it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected keys and values")]
struct FileText<'a> {
    #[serde(rename = "tillit-baseline")]
    version: u32,
    #[serde(borrow)]
    findings: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected an entry with keys and values")]
struct EntryText {
    system: String,
    rule: String,
    place: String,
    severity: String,
    fingerprint: String,
}

impl Entry {
    /// The entry for a finding of a system.
    pub fn of(finding: &Finding) -> Option<Entry> {
        Some(Entry {
            system: finding.system.as_deref()?.to_owned(),
            rule: finding.rule.to_string(),
            place: finding.place(),
            fingerprint: finding.fingerprint(),
            severity: finding.severity,
            span: Span::default(),
        })
    }
}

impl Baseline {
    /// A baseline of these entries.
    pub fn new(source: Arc<SourceFile>, all: Vec<Entry>) -> Baseline {
        let mut entries: Vec<Entry> = Vec::with_capacity(all.len());
        let mut by_fingerprint: HashMap<Fingerprint, usize> = HashMap::with_capacity(all.len());
        for entry in all {
            match by_fingerprint.get(&entry.fingerprint) {
                // Lines of both sides of a merge: the graver one holds back more.
                Some(first) => entries[*first].severity = entries[*first].severity.max(entry.severity),
                None => {
                    by_fingerprint.insert(entry.fingerprint, entries.len());
                    entries.push(entry);
                }
            }
        }
        Baseline {
            source,
            entries,
            by_fingerprint,
        }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// The first thing in it that does not fit the format.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Baseline, Mistake> {
        let all = source.text();
        // A byte order mark is no part of the text.
        let text = all.strip_prefix('\u{feff}').unwrap_or(all);
        let mark = all.len() - text.len();
        let wrong = |span: Span, en: &str, nb: &str| Mistake {
            source: Arc::clone(source),
            span,
            message: both(
                format!("this is not a baseline: {en}"),
                format!("dette er ikke en grunnlinje: {nb}"),
            ),
            help: both(
                "Run `tillit baseline` to write it anew. After a merge with conflicts, keep the lines of both sides first.",
                "Kjør `tillit baseline` for å skrive den på nytt. Etter en fletting med konflikter, behold først linjene fra begge sider.",
            ),
        };
        let json = |error: &serde_json::Error, base: usize| {
            let at = base + offset(&text[base..], error.line(), error.column());
            let said = error.to_string();
            // It repeats what stands there, however long that is.
            let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
            let said = &shown(said);
            wrong(
                Span::new(mark + at, mark + at),
                said,
                "her står noe som ikke hører til i formatet",
            )
        };
        if !text.trim_start().starts_with('{') {
            let (en, nb) = ("it does not begin with `{`", "den begynner ikke med `{`");
            return Err(wrong(Span::new(mark, mark), en, nb));
        }
        let file: FileText<'_> = serde_json::from_str(text).map_err(|error| json(&error, 0))?;
        if file.version != VERSION {
            let (en, nb) = (
                format!("version {} of the format is not known", file.version),
                format!("versjon {} av formatet er ukjent", file.version),
            );
            return Err(wrong(Span::default(), &en, &nb));
        }
        let mut entries = Vec::with_capacity(file.findings.len());
        for raw in file.findings {
            // What is borrowed lies in the text.
            let start = (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let span = Span::new(mark + start, mark + start + raw.get().len());
            let Some(entry): Option<EntryText> =
                serde_json::from_str(raw.get()).map_err(|error| json(&error, start))?
            else {
                continue;
            };
            let fingerprint = Fingerprint::parse(&entry.fingerprint).ok_or_else(|| {
                let (en, nb) = (
                    "`fingerprint` is not 32 hexadecimal digits",
                    "`fingerprint` er ikke 32 heksadesimale sifre",
                );
                wrong(span, en, nb)
            })?;
            let severity = Severity::from_name(&entry.severity).ok_or_else(|| {
                let (en, nb) = (
                    "`severity` is none of error, warning, note",
                    "`severity` er ingen av error, warning, note",
                );
                wrong(span, en, nb)
            })?;
            entries.push(Entry {
                system: entry.system,
                rule: entry.rule,
                place: entry.place,
                fingerprint,
                severity,
                span,
            });
        }
        Ok(Baseline::new(Arc::clone(source), entries))
    }

    /// The entry for a finding, and whether it holds it back: a graver finding than it was is a new one.
    pub fn find(&self, finding: &Finding) -> Option<(usize, bool)> {
        let number = *self.by_fingerprint.get(&finding.fingerprint())?;
        Some((number, finding.severity <= self.entries[number].severity))
    }

    /// The file: sorted by system, rule and place, so that changes of two systems lie apart and merge.
    pub fn write(mut entries: Vec<Entry>) -> String {
        entries.sort();
        entries.dedup_by_key(|entry| entry.fingerprint);
        let mut out = format!("{{\n\"tillit-baseline\": {VERSION},\n\"findings\": [\n");
        for entry in &entries {
            out.push_str(&format!(
                "{{\"system\": {}, \"rule\": {}, \"place\": {}, \"severity\": \"{}\", \"fingerprint\": \"{}\"}},\n",
                string(&entry.system),
                string(&entry.rule),
                string(&entry.place),
                entry.severity,
                entry.fingerprint
            ));
        }
        out.push_str("null\n]\n}\n");
        out
    }
}

/// The byte at a line and a column, both from 1, of a JSON reader that counts bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
