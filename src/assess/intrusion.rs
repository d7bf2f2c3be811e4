//! Intrusion and safeguards: two numbers that are never set off against each other.
//!
//! Weights and conditions stand in `rules/intrusion.yaml`. Every term of the sum is kept with the
//! place that it comes from, so that a reader can follow and dispute it.

use std::sync::Arc;

use crate::builtin;
use crate::examine::Examined;
use crate::finding::Mistake;
use crate::rule::{Compiler, Condition, FieldRef, Names};
use crate::schema::{InstanceId, Place};
use crate::shape::{Kind, SlotId};
use crate::source::{SourceFile, Span};
use crate::text::Localized;
use crate::value::Value;
use crate::yaml::{Document, NodeId};

/// Highest number on the scale of intrusion.
const HIGHEST: i64 = 10;

/// A term that is added to a flow when its condition holds.
#[derive(Debug)]
pub struct IntrusionTerm {
    /// What is added.
    pub add: i64,
    /// What people read.
    pub label: Localized,
    /// For the items of each list of flows.
    when: Vec<Condition>,
}

/// Something that protects.
#[derive(Debug)]
pub struct Safeguard {
    /// Its name.
    pub id: String,
    /// What people read.
    pub label: Localized,
    when: Condition,
}

#[derive(Debug)]
struct Band {
    from: i64,
    safeguards: Vec<usize>,
}

/// `rules/intrusion.yaml`, compiled.
#[derive(Debug)]
pub struct Intrusion {
    /// The lists of flows, with the slot of the category of their items.
    flows: Vec<(FieldRef, SlotId)>,
    /// The terms.
    pub terms: Vec<IntrusionTerm>,
    /// Flows with at least this score count for the breadth.
    counts: i64,
    /// From so many flows, so much is added; the highest step first.
    steps: Vec<(usize, i64)>,
    /// The safeguards.
    pub safeguards: Vec<Safeguard>,
    bands: Vec<Band>,
}

/// One flow of data and its sum.
#[derive(Debug)]
pub struct Flow {
    /// The item.
    pub item: InstanceId,
    /// The level of its category, where the sum starts.
    pub level: i64,
    /// The terms that were added, by number, with what decided.
    pub terms: Vec<(usize, Place)>,
    /// The sum, 0-10.
    pub score: i64,
}

/// The numbers of a system.
#[derive(Debug, Default)]
pub struct Score {
    /// Every flow.
    pub flows: Vec<Flow>,
    /// Added once, because there are many.
    pub breadth: i64,
    /// 0-10.
    pub total: i64,
    /// Number of the band, the lowest first.
    pub band: u16,
    /// Numbers of the safeguards that are there.
    pub safeguards: Vec<usize>,
    /// Numbers of those that the band asks for and that are not.
    pub missing: Vec<usize>,
}

impl Intrusion {
    /// Compiles `rules/intrusion.yaml`.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn load(names: Names<'_>) -> Result<Intrusion, Vec<Mistake>> {
        let file = builtin::file("rules/intrusion.yaml");
        let source = Arc::new(SourceFile::new(file.name, file.text));
        let document = file.document();
        let root = document.root().unwrap_or(NodeId(0));
        let reader = Reader { document: &document };
        let mut compiler = Compiler::new(names, &document, &source, &[]);
        let flows = reader.flows(root, &mut compiler);
        let mut scopes = Vec::new();
        for at in &flows {
            if let Kind::Items(scope) = compiler.kind(*at) {
                scopes.push((*at, scope));
            }
        }
        let mut terms = Vec::new();
        for node in reader.list(root, "terms") {
            let mut when = Vec::new();
            for (_, scope) in &scopes {
                let others = scopes.iter().map(|(_, s)| *s).filter(|s| s != scope).collect();
                compiler.examine(*scope, others);
                when.extend(document.get(node, "when").map(|n| compiler.condition(n)));
            }
            terms.push(IntrusionTerm {
                add: reader.number(node, "add"),
                label: reader.label(node),
                when,
            });
        }
        compiler.examine(0, Vec::new());
        let mut safeguards = Vec::new();
        for node in reader.list(root, "safeguards") {
            let Some(when) = document.get(node, "when") else {
                continue;
            };
            let when = compiler.condition(when);
            safeguards.push(Safeguard {
                id: reader.text(node, "id").to_owned(),
                label: reader.label(node),
                when,
            });
        }
        let mut bands = Vec::new();
        for node in reader.list(root, "bands") {
            let mut needed = Vec::new();
            for name in reader.list(node, "safeguards") {
                match safeguards
                    .iter()
                    .position(|s| Some(s.id.as_str()) == document.text(name))
                {
                    Some(number) => needed.push(number),
                    None => compiler.mistake(
                        document.span(name),
                        Localized {
                            en: "unknown safeguard".into(),
                            nb: "ukjent vern".into(),
                        },
                        Localized::default(),
                    ),
                }
            }
            bands.push(Band {
                from: reader.number(node, "from"),
                safeguards: needed,
            });
        }
        let breadth = document.get(root, "breadth").unwrap_or(root);
        let steps = reader
            .list(breadth, "steps")
            .into_iter()
            .map(|n| {
                (
                    usize::try_from(reader.number(n, "flows")).unwrap_or(usize::MAX),
                    reader.number(n, "add"),
                )
            })
            .collect();
        if !compiler.mistakes.is_empty() {
            return Err(compiler.mistakes);
        }
        let level = reader.text(root, "level");
        let flows = scopes
            .into_iter()
            .filter_map(|(at, scope)| Some((at, names.shape.scopes[scope].slot(level)?)))
            .collect();
        Ok(Intrusion {
            flows,
            terms,
            counts: reader.number(breadth, "counts"),
            steps,
            safeguards,
            bands,
        })
    }

    /// The numbers of a manifest.
    pub fn score<'d>(&'d self, examined: &mut Examined<'d>) -> Score {
        let mut score = Score::default();
        for (list, (at, category)) in self.flows.iter().enumerate() {
            for item in examined.manifest.items(examined.slot(*at).value) {
                let level = match examined.manifest.value(item, *category) {
                    Value::Term(id) => examined.rules.vocabularies.term(id).level.unwrap_or(0),
                    _ => 0,
                };
                let mut flow = Flow {
                    item,
                    level,
                    terms: Vec::new(),
                    score: level,
                };
                for (number, term) in self.terms.iter().enumerate() {
                    let Some(condition) = term.when.get(list) else { continue };
                    let place = examined.inside(item, |e| {
                        e.truth(condition).holds().then(|| match e.why(condition, true) {
                            Some(decider) => e.place_of(decider),
                            None => e.manifest.anchor(item),
                        })
                    });
                    if let Some(place) = place {
                        flow.score += term.add;
                        flow.terms.push((number, place));
                    }
                }
                flow.score = flow.score.clamp(0, HIGHEST);
                score.flows.push(flow);
            }
        }
        let many = score.flows.iter().filter(|f| f.score >= self.counts).count();
        score.breadth = self
            .steps
            .iter()
            .find(|(from, _)| many >= *from)
            .map_or(0, |(_, add)| *add);
        let highest = score.flows.iter().map(|f| f.score).max();
        score.total = highest.map_or(0, |h| (h + score.breadth).clamp(0, HIGHEST));
        let band = self.bands.iter().rposition(|b| score.total >= b.from).unwrap_or(0);
        score.band = u16::try_from(band).unwrap_or(0);
        for (number, safeguard) in self.safeguards.iter().enumerate() {
            if examined.truth(&safeguard.when).holds() {
                score.safeguards.push(number);
            }
        }
        let needed = self.bands.get(band).map_or(&[][..], |b| &b.safeguards);
        // A system without any flow of data asks for no safeguard.
        if !score.flows.is_empty() {
            score.missing = needed
                .iter()
                .copied()
                .filter(|n| !score.safeguards.contains(n))
                .collect();
        }
        score
    }
}

struct Reader<'a> {
    document: &'a Document<'a>,
}

impl<'a> Reader<'a> {
    fn text(&self, node: NodeId, key: &str) -> &'a str {
        self.document
            .get(node, key)
            .and_then(|n| self.document.text(n))
            .unwrap_or_default()
    }

    fn number(&self, node: NodeId, key: &str) -> i64 {
        self.text(node, key).parse().unwrap_or(0)
    }

    fn label(&self, node: NodeId) -> Localized {
        Localized {
            en: self.text(node, "en").to_owned(),
            nb: self.text(node, "nb").to_owned(),
        }
    }

    fn list(&self, node: NodeId, key: &str) -> Vec<NodeId> {
        self.document
            .get(node, key)
            .map_or_else(Vec::new, |n| self.document.children(n).collect())
    }

    fn flows(&self, root: NodeId, compiler: &mut Compiler<'_>) -> Vec<FieldRef> {
        let paths = self.text(root, "flows");
        let span = self
            .document
            .get(root, "flows")
            .map_or(Span::default(), |n| self.document.span(n));
        compiler.places(paths, span)
    }
}
