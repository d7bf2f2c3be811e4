//! The clauses that a rule rests on, policy and law apart.

use super::condition::Group;
use super::names::severity;
use super::{Block, Line, Section, Writer};
use crate::rule::{OWN, PackKind, RuleBasis};
use crate::text::Lang;

impl<'a> Writer<'a> {
    /// Policy first and under a heading of its own, then law and agreements.
    pub(super) fn clauses(&mut self) -> Vec<Section> {
        let packs = &self.rules.packs;
        let is_policy = |basis: &RuleBasis| {
            let mut packs = basis.packs.iter().filter_map(|n| packs.get(*n));
            packs.any(|p| p.kind == PackKind::Policy)
        };
        let (policy, law): (Vec<_>, Vec<_>) = (0..).zip(&self.rule.bases).partition(|(_, basis)| is_policy(basis));
        let mut lines = |bases: Vec<(usize, &'a RuleBasis)>| -> Vec<Line> {
            bases
                .into_iter()
                .map(|(number, basis)| self.clause(basis, number))
                .collect()
        };
        let (policy, law) = (lines(policy), lines(law));
        let mut sections = Vec::new();
        let sources = &self.rules.sources;
        let is_own = self.rule.bases.iter().all(|basis| &*sources[basis.source].id == OWN);
        if is_own && !policy.is_empty() {
            let text = self.pick(
                "The organisation asks for this itself; no clause stands behind it.",
                "Dette krever virksomheten selv; det bygger ikke på noen bestemmelse.",
            );
            let heading = self.pick("The organisation's own rule", "Virksomhetens egen regel");
            return vec![Section {
                heading,
                body: vec![Block::Text(text.to_owned())],
            }];
        }
        if !policy.is_empty() {
            sections.push(Section {
                heading: self.pick(
                    "Policy: what the two documents ask",
                    "Policy: hva de to dokumentene ber om",
                ),
                body: vec![Block::Lines(policy)],
            });
        }
        if !self.rule.bases.is_empty() {
            let note = match law.is_empty() {
                true => self.pick(
                    "None: the rule rests on policy alone and makes no legal claim.",
                    "Ingen: Regelen bygger bare på policy og sier ikke noe om rettslige krav.",
                ),
                false => self.pick(
                    "A finding is no legal verdict: it says what the manifest shows or leaves open.",
                    "Et funn er ingen rettslig avgjørelse: Det sier hva manifestet viser eller lar stå åpent.",
                ),
            };
            let mut body = vec![Block::Text(note.to_owned())];
            body.extend((!law.is_empty()).then_some(Block::Lines(law)));
            sections.push(Section {
                heading: self.pick("Law and agreements", "Lov og avtaler"),
                body,
            });
        }
        sections
    }

    /// A clause: where it stands, what it asks, how far that is known, and where it counts.
    fn clause(&mut self, basis: &RuleBasis, number: usize) -> Line {
        let mut line = self.citation(basis);
        let document = self.reader.document;
        let list = document.root().and_then(|root| document.get(root, "bases"));
        let basis = list.and_then(|list| document.children(list).nth(number));
        if let Some(condition) = basis.and_then(|basis| document.get(basis, "if")) {
            let (group, lines) = self.reader.whole(condition);
            let intro = match group {
                Group::One => self.pick("counts only when this holds", "teller bare når dette er tilfellet"),
                Group::All => self.pick(
                    "counts only when all of this holds",
                    "teller bare når alt dette er tilfellet",
                ),
                Group::Any => self.pick(
                    "counts only when at least one of these holds",
                    "teller bare når minst ett av disse er tilfellet",
                ),
            };
            line.parts.push(Line::intro(intro, lines));
        }
        line
    }

    fn citation(&self, basis: &RuleBasis) -> Line {
        let source = self.rules.sources.get(basis.source);
        let citation = source.map_or("", |s| s.citation.as_str());
        let mut text = match source.and_then(|s| s.url.as_deref()) {
            Some(url) => format!("[{citation}](<{url}>)"),
            None => citation.to_owned(),
        };
        let packs = basis.packs.iter().filter_map(|n| self.rules.packs.get(*n));
        let packs: Vec<String> = packs.map(|p| format!("`{}`", p.id)).collect();
        let mut marks = Vec::new();
        if !basis.refs.is_empty() {
            marks.push(basis.refs.join(", "));
        }
        if !packs.is_empty() {
            marks.push(packs.join(", "));
        }
        marks.push(
            match source.map_or("", |s| s.verified.as_str()) {
                "stored-text" => self.pick("text read", "teksten er lest"),
                "stored-secondary" => self.pick(
                    "content confirmed in another source",
                    "innholdet er bekreftet i en annen kilde",
                ),
                _ => self.pick("not confirmed", "ikke bekreftet"),
            }
            .to_owned(),
        );
        text = format!("{text} ({}): {}", marks.join("; "), basis.says.get(self.lang));
        let mut parts = Vec::new();
        if let Some(from) = basis.from {
            parts.push(Line::new(match self.lang {
                Lang::En => format!("from {from}; until then the finding is one level lower"),
                Lang::Nb => format!("fra {from}; inntil da er funnet ett nivå lavere"),
            }));
        }
        if let Some(own) = basis.severity {
            let own = severity(own, self.lang);
            parts.push(Line::new(format!(
                "{} {own}",
                self.pick("severity under this clause:", "alvorlighet etter denne bestemmelsen:")
            )));
        }
        if !basis.requires.is_empty() {
            let required: Vec<&str> = basis.requires.iter().map(|r| r.words(self.lang)).collect();
            parts.push(Line::new(format!(
                "{}: {}",
                self.pick("requires on a change", "krever ved endring"),
                required.join(", ")
            )));
        }
        Line::new(text).with(parts)
    }

    pub(super) fn background(&self) -> Option<Section> {
        let lines: Vec<Line> = self.rule.background.iter().map(|b| self.citation(b)).collect();
        (!lines.is_empty()).then(|| Section {
            heading: self.pick("Background", "Bakgrunn"),
            body: vec![Block::Lines(lines)],
        })
    }
}
