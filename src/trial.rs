//! A rule's examples, run: they are its tests and its documentation.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::assess::assess;
use crate::evaluate::Hit;
use crate::examine::Examined;
use crate::finding::{Mistake, Severity};
use crate::lint::Linter;
use crate::rule::{Rule, is_over_all};
use crate::schema::{self, Manifest};
use crate::source::SourceFile;
use crate::text::{Lang, Localized, both};
use crate::value::parse_date;
use crate::yaml::{Document, Documents, Limits, NodeId};

/// The day on which examples run, unless they say another.
pub const EXAMPLE_DAY: &str = "2026-11-21";

/// The comment on each line that a finding must point at.
const MARK: &str = "# finding";

/// An example of a rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// True when the rule finds something in it.
    pub bad: bool,
    /// True when it shows what the rule leaves alone on purpose.
    pub guard: bool,
    /// Why the example is there; may be empty.
    pub about: Localized,
    /// The example as it stands in the file, without its indentation and its `x-example`.
    pub text: String,
    /// What the rule finds in it.
    pub found: Vec<Found>,
}

/// A finding in an example.
#[derive(Clone, Debug)]
pub struct Found {
    /// How serious it is.
    pub severity: Severity,
    /// The message, filled.
    pub message: String,
    /// The line of the example that it points at, counted from 1.
    pub line: usize,
}

/// Runs the examples of a rule.
///
/// # Errors
/// Every example that does not fit the schema, or gives other findings than it says.
pub fn run(linter: &Linter, rule: &Rule) -> Result<usize, Vec<Mistake>> {
    let document = Documents::new(rule.source.text(), Limits::default(), true)
        .next()
        .unwrap_or_default();
    let mut trial = Trial {
        linter,
        rule,
        source: &rule.source,
        mistakes: Vec::new(),
    };
    let mut count = 0;
    for (bad, key) in [(true, "bad"), (false, "good")] {
        let examples = nodes(&document, key);
        if examples.is_empty() && has_examples(rule) {
            let root = document.root().unwrap_or(NodeId(0));
            let at = document.entry(root, "examples").map_or(root, |(key, _)| key);
            let message = both(
                format!("there is no `{key}` example"),
                format!("det er ingen eksempler under `{key}`"),
            );
            let help = both(
                "Every rule has at least one example of each kind.",
                "Hver regel har minst ett eksempel av hvert slag.",
            );
            trial.mistake(&document, at, message, help);
        }
        for node in examples {
            trial.example(&document, node, bad);
            count += 1;
        }
    }
    if trial.mistakes.is_empty() {
        Ok(count)
    } else {
        Err(trial.mistakes)
    }
}

/// What the program computes, or what shows only over several manifests, has no examples.
fn has_examples(rule: &Rule) -> bool {
    !rule.variants.is_empty() && !is_over_all(&rule.given)
}

/// The examples of a rule with what it finds in them, for documentation.
pub fn examples(linter: &Linter, rule: &Rule, lang: Lang) -> Vec<Example> {
    let document = Documents::new(rule.source.text(), Limits::default(), false)
        .next()
        .unwrap_or_default();
    let line = |at: u32| rule.source.position(at).line;
    let mut out = Vec::new();
    for (bad, key) in [(true, "bad"), (false, "good")] {
        for node in nodes(&document, key) {
            let note = document.get(node, "x-example");
            let about = note.and_then(|x| document.get(x, "about"));
            let guard = note.and_then(|x| document.get(x, "guard"));
            let text = |lang: &str| {
                let node = about.and_then(|a| document.get(a, lang));
                node.and_then(|n| document.text(n)).unwrap_or_default().to_owned()
            };
            let about = Localized {
                en: text("en"),
                nb: text("nb"),
            };
            let (lines, text) = excerpt(&rule.source, &document, node);
            let subtree = document.subtree(node);
            let hits = hits(linter, rule, &subtree, day(linter, &document, node), lang).unwrap_or_default();
            let found = hits.into_iter().map(|hit| Found {
                severity: hit.severity,
                message: hit.message,
                line: lines.iter().take_while(|l| **l <= line(hit.place.span.start)).count(),
            });
            out.push(Example {
                bad,
                guard: guard.and_then(|g| document.text(g)) == Some("true"),
                about,
                text,
                found: found.collect(),
            });
        }
    }
    out
}

/// The day on which an example runs.
fn day(linter: &Linter, document: &Document<'_>, node: NodeId) -> Date {
    let today = document
        .get(node, "x-example")
        .and_then(|x| document.get(x, "today"))
        .and_then(|t| document.text(t))
        .unwrap_or(EXAMPLE_DAY);
    parse_date(today).unwrap_or(linter.today)
}

/// What a rule finds in an example, with all its packs active, or what is wrong with the example.
fn hits(
    linter: &Linter,
    rule: &Rule,
    example: &Document<'_>,
    today: Date,
    lang: Lang,
) -> Result<Vec<Hit>, Vec<schema::Problem>> {
    let rules = &linter.rules;
    let mut manifest = Manifest::read(example, &rules.shape, &rules.vocabularies, false);
    // What it finds would say little: one mistake, one message.
    if !manifest.problems.is_empty() {
        return Err(manifest.problems);
    }
    let facts = assess(&mut manifest, rules, &linter.intrusion, today);
    let mut packs = vec![false; rules.packs.len()];
    for pack in rule.bases.iter().flat_map(|b| &b.packs) {
        packs[*pack] = true;
    }
    let mut hits = Vec::new();
    let number = rules.find(&rule.id).unwrap_or_default();
    Examined::new(&manifest, rules, facts.instance, today).hits_of(number, &packs, lang, &mut hits);
    Ok(hits)
}

fn nodes(document: &Document<'_>, key: &str) -> Vec<NodeId> {
    let list = document
        .root()
        .and_then(|root| document.get(root, "examples"))
        .and_then(|examples| document.get(examples, key));
    list.map_or_else(Vec::new, |list| document.children(list).collect())
}

/// The lines of an example, moved to the left, and their numbers in the file.
fn excerpt(source: &SourceFile, document: &Document<'_>, node: NodeId) -> (Vec<u32>, String) {
    let skip = document
        .entry(node, "x-example")
        .map(|(k, v)| (document.span(k).start, document.span(v).end));
    let span = document.span(node);
    let indent = source.position(span.start).column.saturating_sub(1) as usize;
    let first = source.position(span.start).line;
    let last = source.position(span.end).line;
    let mut out = String::new();
    let mut numbers = Vec::new();
    for (number, line) in (1u32..).zip(source.text().lines()) {
        if number < first || number > last {
            continue;
        }
        let skipped =
            skip.is_some_and(|(from, to)| number >= source.position(from).line && number <= source.position(to).line);
        if !skipped {
            // The first line has the dash of the list in its indentation.
            numbers.push(number);
            out.push_str(line.get(indent.min(line.len())..).unwrap_or_default());
            out.push('\n');
        }
    }
    (numbers, out)
}

struct Trial<'a> {
    linter: &'a Linter,
    rule: &'a Rule,
    source: &'a Arc<SourceFile>,
    mistakes: Vec<Mistake>,
}

impl Trial<'_> {
    fn mistake(&mut self, document: &Document<'_>, node: NodeId, message: Localized, help: Localized) {
        let first = document.children(node).next().unwrap_or(node);
        self.mistakes.push(Mistake {
            source: Arc::clone(self.source),
            span: document.span(first),
            message,
            help,
        });
    }

    fn example(&mut self, document: &Document<'_>, node: NodeId, bad: bool) {
        let today = day(self.linter, document, node);
        let hits = match hits(self.linter, self.rule, &document.subtree(node), today, Lang::En) {
            Ok(hits) => hits,
            Err(problems) => {
                for problem in problems {
                    let (en, help_en) = problem.kind.describe(Lang::En);
                    let (nb, help_nb) = problem.kind.describe(Lang::Nb);
                    self.mistakes.push(Mistake {
                        source: Arc::clone(self.source),
                        span: problem.span,
                        message: both(en, nb),
                        help: both(help_en, help_nb),
                    });
                }
                return;
            }
        };
        let line = |at: u32| self.source.position(at).line;
        let found: BTreeSet<u32> = hits.iter().map(|h| line(h.place.span.start)).collect();
        let span = document.span(node);
        let lines = line(span.start)..=line(span.end);
        let wanted: BTreeSet<u32> = document
            .comments
            .iter()
            .filter(|c| self.source.slice(**c).starts_with(MARK))
            .map(|c| line(c.start))
            .filter(|l| lines.contains(l))
            .collect();
        if found == wanted && hits.len() == wanted.len() && bad != wanted.is_empty() {
            return;
        }
        let list = |lines: &BTreeSet<u32>| lines.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let finds = match (hits.len(), found.len()) {
            (0, _) => both("nothing is found in it", "ingenting blir funnet i det"),
            (hits, lines) if hits > lines => both(
                format!("{hits} findings point at line {}", list(&found)),
                format!("{hits} funn peker på linje {}", list(&found)),
            ),
            _ => both(
                format!("findings point at line {}", list(&found)),
                format!("funn peker på linje {}", list(&found)),
            ),
        };
        let marked = match wanted.is_empty() {
            true => both("no line is marked", "ingen linje er merket"),
            false => both(
                format!("line {} is marked", list(&wanted)),
                format!("linje {} er merket", list(&wanted)),
            ),
        };
        let message = match bad {
            true => both(
                format!("in this `bad` example {}, but {}", marked.en, finds.en),
                format!("i dette eksemplet under `bad`: {}, men {}", marked.nb, finds.nb),
            ),
            false => both(
                format!("in this `good` example {}, but {}", marked.en, finds.en),
                format!("i dette eksemplet under `good`: {}, men {}", marked.nb, finds.nb),
            ),
        };
        let help = both(
            format!("Mark each line that a finding points at with `{MARK}`, and correct the rule or the example."),
            format!("Merk hver linje et funn peker på, med `{MARK}`, og rett regelen eller eksemplet."),
        );
        self.mistake(document, node, message, help);
    }
}
