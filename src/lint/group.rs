//! One finding where several are about one thing: a special rule stands for a general one at the same
//! place, and one finding for all that the rules ask of a part of the manifest that is not there.

use crate::finding::{Finding, Location, UNANSWERED_BLOCK};
use crate::pointer::{Pointer, Step};
use crate::ruleset::RuleSet;
use crate::text::Lang;

use super::Linter;

/// Most fields that a finding names.
const MOST_FIELDS: usize = 12;

/// Most blocks that a message names.
const MOST_BLOCKS: usize = 5;

/// More parts than this that are not there at all are one finding: somebody has only begun to answer.
const MOST_ABSENT: usize = 3;

/// Brings the findings of one manifest together. Nothing is lost: what another finding stands for is
/// in its `related`. `block` gives the place of the key of a top-level block.
pub(super) fn group(linter: &Linter, mut findings: Vec<Finding>, block: &dyn Fn(&str) -> Location) -> Vec<Finding> {
    let rules = &linter.rules;
    // What is about one thing begins at one place.
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut special = Vec::with_capacity(findings.len());
    let mut here: Vec<Finding> = Vec::new();
    for finding in findings {
        if here
            .first()
            .is_some_and(|f| f.primary.span.start != finding.primary.span.start)
        {
            special.extend(special_for_general(rules, std::mem::take(&mut here)));
        }
        here.push(finding);
    }
    special.extend(special_for_general(rules, here));
    let one_by_one = rules.find(UNANSWERED_BLOCK).is_some_and(|rule| rules.is_off(rule));
    match one_by_one {
        true => special,
        false => open_questions(linter, special, block),
    }
}

/// One finding for all that the rules ask of a block.
fn open_questions(linter: &Linter, findings: Vec<Finding>, block: &dyn Fn(&str) -> Location) -> Vec<Finding> {
    let mut out = Vec::with_capacity(findings.len());
    let mut blocks: Vec<(Step, Vec<Finding>)> = Vec::new();
    for finding in findings {
        let is_open = !finding.declared && finding.primary.above.is_some();
        match finding.primary.pointer.0.first().filter(|_| is_open) {
            Some(name) => match blocks.iter_mut().find(|(block, _)| block == name) {
                Some((_, group)) => group.push(finding),
                None => blocks.push((name.clone(), vec![finding])),
            },
            None => out.push(finding),
        }
    }
    let mut absent = Vec::new();
    for (name, mut group) in blocks {
        let is_absent = group.iter().any(is_in_absent_block);
        let finding = match group.len() {
            1 => group.remove(0),
            _ => of_part(linter, Pointer(vec![name]), group, block),
        };
        if is_absent {
            absent.push(finding)
        } else {
            out.push(finding)
        }
    }
    match absent.len() > MOST_ABSENT {
        true => out.push(of_absent(linter, absent)),
        false => out.append(&mut absent),
    }
    out
}

/// Whether not even the block of a field is there.
fn is_in_absent_block(finding: &Finding) -> bool {
    finding.primary.above.as_ref().is_some_and(|above| above.0.is_empty())
}

/// Lets one finding stand for those at its place whose rules cover one another: the gravest, and of equally
/// grave ones the most special.
fn special_for_general(rules: &RuleSet, findings: Vec<Finding>) -> Vec<Finding> {
    let rule = |finding: &Finding| rules.find(&finding.rule).map(|number| &rules.rules[number]);
    let covers = |a: &Finding, b: &Finding| rule(a).is_some_and(|rule| rule.covers(&b.rule));
    let belong = |a: &Finding, b: &Finding| a.primary.pointer == b.primary.pointer && (covers(a, b) || covers(b, a));
    let special = |finding: &Finding| rule(finding).map_or(0, |rule| rule.covers.len());
    if findings.iter().all(|finding| special(finding) == 0) {
        return findings;
    }
    let mut groups: Vec<Vec<Finding>> = Vec::new();
    for finding in findings {
        let (joined, apart): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(|other| belong(other, &finding)));
        groups = apart;
        let mut group: Vec<Finding> = joined.into_iter().flatten().collect();
        group.push(finding);
        groups.push(group);
    }
    let of_group = |mut group: Vec<Finding>| {
        group.sort_by_key(|f| std::cmp::Reverse((f.severity, special(f))));
        let mut group = group.into_iter();
        let mut first = group.next()?;
        for other in group {
            first.declared |= other.declared;
            add_bases(&mut first, &other);
            first.related.push(other);
        }
        Some(first)
    };
    groups.into_iter().filter_map(of_group).collect()
}

/// One finding for what the rules ask of one block, or of what lies nearest to all of it.
fn of_part(linter: &Linter, name: Pointer, group: Vec<Finding>, block: &dyn Fn(&str) -> Location) -> Finding {
    let lang = linter.lang;
    let first = &group[0].primary;
    let is_absent = is_in_absent_block(&group[0]);
    let is_near = group.iter().all(|f| f.primary.above == first.above);
    let (part, place) = match (&first.above, is_absent) {
        (Some(above), false) if is_near => (above.clone(), first.clone()),
        (_, false) => {
            let above = Some(name.clone());
            (
                name.clone(),
                Location {
                    above,
                    ..block(&name.to_string())
                },
            )
        }
        (_, true) => (name, first.clone()),
    };
    let (count, shown) = (group.len(), part.stable());
    let message = match (lang, is_absent) {
        (Lang::En, true) => format!("nothing is said under `{shown}`; {count} rules ask for it"),
        (Lang::Nb, true) => format!("ingenting er sagt under `{shown}`; {count} regler spør etter det"),
        (Lang::En, false) => format!("`{shown}` leaves {count} questions open"),
        (Lang::Nb, false) => format!("`{shown}` lar {count} spørsmål stå åpne"),
    };
    let label = match (lang, is_absent) {
        (Lang::En, true) => format!("`{shown}` is not answered in this manifest"),
        (Lang::Nb, true) => format!("`{shown}` er ikke besvart i dette manifestet"),
        (_, false) => {
            let fields = group.iter().map(|f| below(&part, &f.primary.pointer));
            format!(
                "{} {}",
                lang.pick("not answered:", "ikke besvart:"),
                some(fields.collect(), MOST_FIELDS)
            )
        }
    };
    let todo = |finding: &Finding| {
        let rules = &linter.rules;
        let title = rules.find(&finding.rule).map(|n| rules.rules[n].tail().title.get(lang));
        format!(
            "`{}`: {}",
            below(&part, &finding.primary.pointer),
            title.unwrap_or_default()
        )
    };
    let todo: Vec<String> = group.iter().map(todo).collect();
    let todo = todo.join("; ");
    let help = match (lang, is_absent) {
        (Lang::En, true) => format!("Add `{shown}:` and answer {todo}."),
        (Lang::Nb, true) => format!("Legg til `{shown}:` og svar på {todo}."),
        (Lang::En, false) => format!("Answer {todo}."),
        (Lang::Nb, false) => format!("Svar på {todo}."),
    };
    let primary = Location {
        pointer: part,
        label,
        ..place
    };
    standing_for(group, message, help, primary)
}

/// One finding for all the blocks that are not there.
fn of_absent(linter: &Linter, blocks: Vec<Finding>) -> Finding {
    let lang = linter.lang;
    let names = some(
        blocks.iter().map(|f| f.primary.pointer.block().to_string()).collect(),
        MOST_BLOCKS,
    );
    let count = blocks.len();
    let message = match lang {
        Lang::En => format!("nothing is said yet about {count} parts: {names}"),
        Lang::Nb => format!("ingenting er sagt ennå om {count} deler: {names}"),
    };
    let help = match lang {
        Lang::En => "Begin with the first: add the key, and answer what the rules behind it ask for.",
        Lang::Nb => "Begynn med den første: Legg til nøkkelen, og svar på det reglene bak den spør etter.",
    };
    let label = match lang {
        Lang::En => format!("{count} parts are not answered in this manifest"),
        Lang::Nb => format!("{count} deler er ikke besvart i dette manifestet"),
    };
    let place = blocks[0].primary.clone();
    let primary = Location {
        pointer: Pointer::default(),
        label,
        ..place
    };
    standing_for(blocks, message, help.to_owned(), primary)
}

/// A finding for others: as grave as the gravest, with the clauses of all.
fn standing_for(mut related: Vec<Finding>, message: String, help: String, primary: Location) -> Finding {
    related.sort_by(|a, b| (b.severity, &a.rule).cmp(&(a.severity, &b.rule)));
    let mut finding = Finding {
        declared: false,
        system: related[0].system.clone(),
        ..Finding::new(UNANSWERED_BLOCK, related[0].severity, primary, message, help)
    };
    for each in &related {
        add_bases(&mut finding, each);
    }
    finding.related = related;
    finding
}

/// A field of a part, by its name within it.
fn below(part: &Pointer, field: &Pointer) -> String {
    let rest: Vec<Step> = field.0.iter().skip(part.0.len()).cloned().collect();
    match rest.is_empty() {
        true => field.stable(),
        false => Pointer(rest).stable(),
    }
}

/// Some names, each once.
fn some(names: Vec<String>, most: usize) -> String {
    let mut out: Vec<String> = Vec::new();
    for name in names.into_iter().map(|name| format!("`{name}`")) {
        if !out.contains(&name) {
            out.push(name);
        }
        if out.len() > most {
            out[most] = "…".to_owned();
            break;
        }
    }
    out.join(", ")
}

fn add_bases(to: &mut Finding, from: &Finding) {
    for basis in &from.bases {
        if !to.bases.contains(basis) {
            to.bases.push(basis.clone());
        }
    }
}
