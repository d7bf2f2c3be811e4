//! The clauses that a rule rests on, from its file.

use super::Loader;
use crate::builtin;
use crate::rule::{Condition, OWN, Requirement, RuleBasis};
use crate::text::{Localized, both};
use crate::value::parse_date;
use crate::yaml::NodeId;

use super::super::file::localized;

impl Loader<'_> {
    pub(super) fn bases(&mut self, key: &str, with_packs: bool) -> Vec<RuleBasis> {
        const BASIS: [&str; 7] = ["packs", "source", "refs", "from", "if", "severity", "says"];
        let document = self.document;
        let Some(list) = self.get(key) else { return Vec::new() };
        let mut bases = Vec::new();
        for node in document.children(list) {
            let mut basis = RuleBasis {
                packs: Vec::new(),
                source: 0,
                refs: Vec::new(),
                from: None,
                severity: None,
                requires: Vec::new(),
                says: Localized::default(),
            };
            for (key, value) in document.entries(node) {
                match self.text(key) {
                    "packs" => basis.packs = document.children(value).filter_map(|n| self.pack(n)).collect(),
                    "source" => {
                        let sources = self.context.sources;
                        match sources.iter().position(|s| &*s.id == self.text(value)) {
                            Some(number) => basis.source = number,
                            None => self.unknown(value, ("source", "kilde"), sources.iter().map(|s| &*s.id)),
                        }
                    }
                    "refs" => basis.refs = document.children(value).map(|n| self.reference(n)).collect(),
                    "from" => {
                        basis.from = parse_date(self.text(value));
                        if basis.from.is_none() {
                            self.wrong(
                                value,
                                both("not a date", "ikke en dato"),
                                both("Write it as 2026-12-01.", "Skriv den slik: 2026-12-01."),
                            );
                        }
                    }
                    "severity" => basis.severity = Some(self.severity(value)),
                    // Compiled with the rest of the rule, once for each list of `given`.
                    "if" => {}
                    "requires" if self.get("computed").is_some() => {
                        basis.requires = document.children(value).filter_map(|n| self.requirement(n)).collect();
                    }
                    "says" => {
                        self.keys(value, &["en", "nb"]);
                        basis.says = localized(document, value);
                    }
                    _ => self.unknown(key, ("key", "nøkkel"), BASIS),
                }
            }
            let named = document.get(node, "packs").map(|n| document.children(n).count());
            if with_packs && named.unwrap_or(0) == 0 {
                self.wrong(
                    node,
                    both("a basis names its packs", "et grunnlag oppgir pakkene sine"),
                    both(
                        "Write `packs: [core]`, or move it to `background`.",
                        "Skriv `packs: [core]`, eller flytt det til `background`.",
                    ),
                );
            }
            bases.push(basis);
        }
        bases
    }

    fn requirement(&mut self, node: NodeId) -> Option<Requirement> {
        let found = Requirement::from_name(self.text(node));
        if found.is_none() {
            self.unknown(node, ("requirement", "krav"), Requirement::ALL.map(Requirement::name));
        }
        found
    }

    /// A sentence of one of the two documents.
    fn reference(&mut self, node: NodeId) -> String {
        let name = self.text(node);
        // The rules that come with the program are read whole by the tests.
        let demands = if self.whole {
            builtin::file("rules/demands.yaml").keys()
        } else {
            Vec::new()
        };
        if self.whole && !demands.iter().any(|demand| demand == name) {
            self.unknown(
                node,
                ("sentence of the two documents", "setning i de to dokumentene"),
                demands.iter().map(String::as_str),
            );
        }
        name.to_owned()
    }

    /// What an organisation's own rule rests on when it names nothing.
    pub(super) fn own_basis(&self) -> Option<RuleBasis> {
        let pack = self.context.packs.iter().position(|pack| &*pack.id == OWN)?;
        let source = self.context.sources.iter().position(|source| &*source.id == OWN)?;
        Some(RuleBasis {
            packs: vec![pack],
            source,
            refs: Vec::new(),
            from: None,
            severity: None,
            requires: Vec::new(),
            says: Localized::default(),
        })
    }

    fn pack(&mut self, node: NodeId) -> Option<usize> {
        let packs = self.context.packs;
        let found = packs.iter().position(|p| &*p.id == self.text(node));
        if found.is_none() {
            self.unknown(node, ("pack", "pakke"), packs.iter().map(|p| &*p.id));
        }
        found
    }

    /// Under which condition each basis counts.
    pub(super) fn basis_if(&mut self) -> Vec<Option<Condition>> {
        let document = self.document;
        let Some(list) = self.get("bases") else {
            return Vec::new();
        };
        let conditions = document.children(list).map(|node| document.get(node, "if"));
        conditions
            .map(|node| node.map(|n| self.compiler.condition(n)))
            .collect()
    }
}
