//! The clauses that a rule rests on, policy and law apart.

use super::names::severity;
use super::{Block, Line, Section, Writer};
use crate::rule::{PackKind, RuleBasis};
use crate::text::Lang;

impl Writer<'_> {
    /// Policy first and under a heading of its own, then law and agreements.
    pub(super) fn clauses(&self) -> Vec<Section> {
        let is_policy = |basis: &&RuleBasis| {
            let packs = basis.packs.iter().filter_map(|n| self.rules.packs.get(*n));
            packs.into_iter().any(|p| p.kind == PackKind::Policy)
        };
        let lines = |bases: Vec<&RuleBasis>| bases.into_iter().map(|b| self.clause(b)).collect::<Vec<_>>();
        let (policy, law) = self.rule.bases.iter().partition::<Vec<_>, _>(is_policy);
        let (policy, law) = (lines(policy), lines(law));
        let mut sections = Vec::new();
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

    /// A clause: where it stands, what it asks, and how far that is known.
    fn clause(&self, basis: &RuleBasis) -> Line {
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
        Line::new(text).with(parts)
    }

    pub(super) fn background(&self) -> Option<Section> {
        let lines: Vec<Line> = self.rule.background.iter().map(|b| self.clause(b)).collect();
        (!lines.is_empty()).then(|| Section {
            heading: self.pick("Background", "Bakgrunn"),
            body: vec![Block::Lines(lines)],
        })
    }
}
