//! The fields that a condition names: what they hold, and how people read them.

use std::sync::LazyLock;

use crate::ruleset::RuleSet;
use crate::shape::{Kind, MANIFEST_SCHEMA, ScopeId};
use crate::text::Lang;

/// What the facts are called, by path.
const FACTS: [(&str, &str, &str); 31] = [
    ("today", "the day of the check", "dagen for kontrollen"),
    (
        "due.evaluation",
        "the computed day of the next joint evaluation",
        "den beregnede dagen for neste felles evaluering",
    ),
    (
        "due.test",
        "the computed day of the next test for unfair outcomes",
        "den beregnede dagen for neste test av urettferdige utslag",
    ),
    (
        "due.deletions",
        "the computed days by which data of the ended system is to be gone",
        "de beregnede dagene da opplysningene i det avsluttede systemet skal være borte",
    ),
    (
        "intrusion.score",
        "the computed intrusion score",
        "den beregnede inngrepspoengsummen",
    ),
    (
        "intrusion.band",
        "the computed degree of intrusion",
        "den beregnede graden av inngrep",
    ),
    (
        "intrusion.flows",
        "the computed intrusion score of each kind of data",
        "den beregnede inngrepspoengsummen for hver opplysning",
    ),
    (
        "safeguards.score",
        "the computed safeguards score",
        "den beregnede poengsummen for vern",
    ),
    (
        "safeguards.missing",
        "the safeguards found missing",
        "vernet som er funnet å mangle",
    ),
    (
        "undeclared_capabilities",
        "the capabilities found undeclared",
        "egenskapene som er funnet uoppgitt",
    ),
    (
        "load",
        "the computed load on each group",
        "den beregnede belastningen på hver gruppe",
    ),
    (
        "reuse",
        "data that goes on to another system",
        "opplysninger som går videre til et annet system",
    ),
    (
        "roles",
        "names in roles that do not go together",
        "navn i roller som ikke går sammen",
    ),
    (
        "suppliers",
        "suppliers with different answers",
        "leverandører med ulike svar",
    ),
    ("load.group", "the group", "gruppen"),
    ("load.systems", "the systems", "systemene"),
    (
        "load.flows",
        "the number of data flows that weigh on the group",
        "antallet dataflyter som tynger gruppen",
    ),
    (
        "load.assessed",
        "that they are assessed together",
        "at de er vurdert samlet",
    ),
    ("reuse.data", "the data", "opplysningene"),
    ("reuse.system", "the system that uses them", "systemet som bruker dem"),
    ("reuse.from", "the other system", "det andre systemet"),
    (
        "reuse.areas",
        "the purposes that only this system has",
        "formålene som bare dette systemet har",
    ),
    (
        "reuse.stated",
        "that `from_system` names the other system",
        "at `from_system` oppgir det andre systemet",
    ),
    ("roles.name", "the name", "navnet"),
    (
        "roles.systems",
        "the systems in which it stands",
        "systemene det står i",
    ),
    (
        "roles.both_sides",
        "that the name stands on both sides",
        "at navnet står på begge sider",
    ),
    (
        "roles.data_protection_officer",
        "that a data protection officer answers for a system or a decision",
        "at et personvernombud svarer for et system eller en beslutning",
    ),
    ("suppliers.name", "the supplier", "leverandøren"),
    (
        "suppliers.systems",
        "the systems that use it",
        "systemene som bruker den",
    ),
    (
        "suppliers.fields",
        "the fields with different answers",
        "feltene med ulike svar",
    ),
    (
        "suppliers.product_named",
        "that the product is named",
        "at produktet er oppgitt",
    ),
];

/// The schema of a manifest, for its descriptions.
static SCHEMA: LazyLock<serde_json::Value> =
    LazyLock::new(|| serde_json::from_str(MANIFEST_SCHEMA).unwrap_or_default());

/// What a path in a condition stands for.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// How people read it.
    pub(super) shown: String,
    /// What it holds.
    pub(super) kind: Kind,
    /// The list that its id or ids refer to.
    pub(super) refers_to: Option<ScopeId>,
    /// The scopes of its items, if it is a list of mappings.
    pub(super) items: Vec<ScopeId>,
    /// Full paths from the top of the manifest; none for a fact.
    pub(super) full: Vec<String>,
}

/// The scopes that a path can start in: one list of alternatives for each level, outermost first.
pub(super) type Levels = Vec<Vec<ScopeId>>;

/// What a path stands for. Rules are checked when they are loaded, so every path is known.
pub(super) fn field(rules: &RuleSet, levels: &Levels, path: &str, lang: Lang) -> Field {
    let mut out = Field {
        shown: String::new(),
        kind: Kind::Block,
        refers_to: None,
        items: Vec::new(),
        full: Vec::new(),
    };
    let mut names: Vec<String> = Vec::new();
    for path in alternatives(path) {
        let (scopes, owner, rest) = start(rules, levels, &path, lang);
        let of_fact = |scope: &ScopeId| rules.shape.scopes.get(*scope)?.path.strip_prefix("$facts");
        let fact = scopes.first().and_then(of_fact).map(|list| format!("{list}.{rest}"));
        let fact = fact.as_deref().map(|path| path.trim_start_matches('.'));
        let label = FACTS.iter().find(|(id, ..)| fact == Some(*id));
        let name = match (label, owner) {
            (Some((_, en, nb)), _) => lang.pick(en, nb).to_owned(),
            (None, None) => format!("`{rest}`"),
            (None, Some(owner)) => format!("`{rest}` {owner}"),
        };
        if !names.contains(&name) {
            names.push(name);
        }
        for scope in scopes.iter().filter_map(|s| rules.shape.scopes.get(*s)) {
            let Some(field) = scope.slot(rest).and_then(|slot| scope.fields.get(slot)) else {
                continue;
            };
            out.kind = field.kind.clone();
            out.refers_to = field.refers_to;
            if let Kind::Items(items) = field.kind {
                out.items.push(items);
            }
            if !scope.path.starts_with('$') {
                out.full.push(match scope.path.as_str() {
                    "" => rest.to_owned(),
                    list => format!("{list}[].{rest}"),
                });
            }
        }
    }
    out.shown = list(&names, lang.pick("and", "og"));
    out
}

/// The paths behind one with braces.
pub(super) fn alternatives(path: &str) -> Vec<String> {
    let braces = path
        .split_once('{')
        .and_then(|(before, rest)| rest.split_once('}').map(|(inside, after)| (before, inside, after)));
    match braces {
        Some((before, inside, after)) => inside.split(',').map(|part| format!("{before}{part}{after}")).collect(),
        None => vec![path.to_owned()],
    }
}

/// Where a path starts, whose field it is if that must be said, and what is left of the path.
fn start<'p>(rules: &RuleSet, levels: &Levels, path: &'p str, lang: Lang) -> (Vec<ScopeId>, Option<String>, &'p str) {
    let level = |from_inside: usize| {
        let number = levels.len().checked_sub(1 + from_inside);
        number.and_then(|n| levels.get(n)).cloned().unwrap_or_default()
    };
    let Some(rest) = path.strip_prefix('$') else {
        return (level(0), None, path);
    };
    let (word, rest) = rest.split_once('.').unwrap_or((rest, ""));
    match word {
        "facts" => (vec![rules.facts.top], None, rest),
        "given" if levels.len() > 1 && levels.first().is_some_and(|scopes| *scopes != [0]) => {
            let owner = lang.pick("of the entry examined", "i oppføringen som undersøkes");
            (level(levels.len() - 1), Some(owner.to_owned()), rest)
        }
        "given" => (levels.first().cloned().unwrap_or_default(), None, rest),
        "outer" => {
            let scopes = level(1);
            let lists: Vec<String> = scopes
                .iter()
                .filter_map(|s| rules.shape.scopes.get(*s))
                .filter(|s| !s.path.is_empty())
                .map(|s| format!("`{}`", s.path))
                .collect();
            let owner = format!(
                "{} {}",
                lang.pick("of the entry in", "i oppføringen i"),
                list(&lists, lang.pick("or", "eller"))
            );
            (scopes, Some(owner).filter(|_| !lists.is_empty()), rest)
        }
        _ => (vec![0], None, rest),
    }
}

/// What the schema says of a field, by its full path.
pub(super) fn description(path: &str, lang: Lang) -> Option<&'static str> {
    let mut node = &*SCHEMA;
    for part in path.split('.') {
        node = node.get("properties")?.get(part.trim_end_matches("[]"))?;
        if part.ends_with("[]") {
            node = node.get("items")?;
        }
    }
    node.get(lang.pick("description", "x-tillit-nb"))?.as_str()
}

/// `a, b and c`
pub(super) fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::ruleset::Loading;

    #[test]
    fn every_field_has_a_description_and_every_fact_a_name() {
        let rules = RuleSet::load(&Config::default(), &[], Loading::Run).unwrap();
        for path in rules.shape.paths().iter().filter(|p| !p.starts_with('$')) {
            for lang in [Lang::En, Lang::Nb] {
                assert!(description(path, lang).is_some_and(|d| !d.is_empty()), "{path}");
            }
        }
        let facts = &rules.shape.scopes[rules.facts.top].fields;
        for fact in facts.iter().filter(|f| f.kind != Kind::Block) {
            assert!(FACTS.iter().any(|(path, ..)| *path == fact.path), "{}", fact.path);
        }
    }
}
