//! What a report says of systems that are not as they were. Every text is on one line and safe to print.

use std::collections::BTreeSet;

use crate::agreement::Direction;
use crate::diff::{About, Diff, Fate, Mark, Note, Required, SystemDiff};
use crate::lint::Linter;
use crate::report::basis::Clause;
use crate::report::summary::{few, number};
use crate::report::words::clause_text;
use crate::rule::{PackKind, Requirement};
use crate::text::{Lang, one_line, shown};

/// How a format writes what comes from outside.
pub(super) struct Marks {
    /// Text of a manifest, and our own beside it.
    pub(super) text: fn(&str) -> String,
    /// What happens.
    pub(super) verb: fn(&str) -> String,
    /// People.
    pub(super) people: fn(&str) -> String,
}

/// A direction in a word.
pub(super) fn direction(direction: Direction, lang: Lang) -> &'static str {
    match direction {
        Direction::Widens => lang.pick("widens", "utvider"),
        Direction::Narrows => lang.pick("narrows", "innskrenker"),
        Direction::Neutral => lang.pick("neutral", "nøytralt"),
    }
}

/// The system by its name and id.
pub(super) fn name(system: &SystemDiff) -> String {
    match system.name == system.id {
        true => shown(&system.id),
        false => format!("{} ({})", shown(&system.name), shown(&system.id)),
    }
}

/// `planner.tillit.yaml:7`
pub(super) fn place(at: &Mark) -> String {
    format!("{}:{}", at.file, at.line)
}

/// The essence of what became of a system, in one sentence without its end.
pub(super) fn essence(system: &SystemDiff, lang: Lang, marks: &Marks) -> String {
    let text = marks.text;
    let was = system.was.as_ref().map(|was| {
        let (was, now) = (shown(was), shown(&system.id));
        match lang {
            Lang::En => format!("the id `{now}` instead of `{was}`"),
            Lang::Nb => format!("id-en `{now}` i stedet for `{was}`"),
        }
    });
    if let Some(id) = was.as_ref().filter(|_| system.changes.is_empty()) {
        let name = shown(&system.name);
        let said = match lang {
            Lang::En => format!("{name} {id}, and changes nothing that is material"),
            Lang::Nb => format!("{name} {id}, og endrer ikke noe vesentlig"),
        };
        return format!("{} {}", (marks.verb)(lang.pick("gives", "gir")), text(&said));
    }
    let mut out = format!("{} {}", (marks.verb)(verb(system, lang)), subject(system, lang, marks));
    let said = match system.fate {
        Fate::Changed => system.phrases.clone(),
        _ => system.about.iter().map(|part| about(part, lang)).collect(),
    };
    let said: Vec<String> = said.iter().chain(&was).map(|one| text(one)).collect();
    let of_these = system
        .changes
        .iter()
        .filter(|placed| placed.change.direction == system.direction);
    let more = match system.fate {
        Fate::Changed => of_these.count().saturating_sub(system.phrases.len()),
        _ => 0,
    };
    if !said.is_empty() {
        out.push_str(": ");
        out.push_str(&said.join("; "));
    }
    if more > 0 {
        out.push_str(&match lang {
            Lang::En => format!(" and {more} more"),
            Lang::Nb => format!(" og {more} til"),
        });
    }
    for part in demanded(system, lang) {
        out.push_str("; ");
        out.push_str(&text(&part));
    }
    out
}

fn verb(system: &SystemDiff, lang: Lang) -> &'static str {
    match (system.fate, system.direction) {
        (Fate::Added, _) => lang.pick("adds", "tar inn"),
        (Fate::Removed, Direction::Neutral) => lang.pick("no longer describes", "beskriver ikke lenger"),
        (Fate::Removed, _) => lang.pick("removes", "tar bort"),
        (Fate::Changed, Direction::Widens) => lang.pick("widens", "utvider"),
        (Fate::Changed, Direction::Narrows) => lang.pick("narrows", "innskrenker"),
        (Fate::Changed, Direction::Neutral) => {
            lang.pick("neither widens nor narrows", "verken utvider eller innskrenker")
        }
    }
}

/// What is widened or narrowed, and for whom.
fn subject(system: &SystemDiff, lang: Lang, marks: &Marks) -> String {
    let groups = few(system.groups.iter().map(|group| shown(group)).collect());
    let name = (marks.text)(&shown(&system.name));
    let groups = (!groups.is_empty()).then(|| (marks.people)(&groups));
    match (system.fate, system.monitors, groups, lang) {
        (Fate::Changed, true, Some(groups), Lang::En) => format!("the monitoring of {groups} by {name}"),
        (Fate::Changed, true, Some(groups), Lang::Nb) => format!("overvåkingen av {groups} med {name}"),
        (Fate::Changed, true, None, Lang::En) => format!("the monitoring by {name}"),
        (Fate::Changed, true, None, Lang::Nb) => format!("overvåkingen med {name}"),
        (Fate::Changed, false, Some(groups), Lang::En) => format!("the use of {name} among {groups}"),
        (Fate::Changed, false, Some(groups), Lang::Nb) => format!("bruken av {name} blant {groups}"),
        (Fate::Changed, false, None, Lang::En) => format!("the use of {name}"),
        (Fate::Changed, false, None, Lang::Nb) => format!("bruken av {name}"),
        // What it is for follows with its purposes.
        (_, _, Some(groups), Lang::En) => format!("{name}, for use among {groups}"),
        (_, _, Some(groups), Lang::Nb) => format!("{name}, til bruk blant {groups}"),
        (_, _, None, _) => name,
    }
}

/// What there is of a list of a system that is new or gone.
pub(super) fn about(about: &About, lang: Lang) -> String {
    let names = few(about.names.iter().map(|name| one_line(name)).collect());
    let label = match about.list {
        "purposes" => lang.pick("for", "for"),
        "data.inputs" => lang.pick("with", "med"),
        "data.generated" => lang.pick("makes", "lager"),
        "decisions" => lang.pick("takes part in", "er med på"),
        _ => lang.pick("supplied by", "levert av"),
    };
    format!("{label} {names}")
}

/// What is to be done before the gravest changes take effect: what law and agreements demand, then what policy asks.
fn demanded(system: &SystemDiff, lang: Lang) -> Vec<String> {
    let in_force = system
        .required
        .iter()
        .filter(|clause| clause.of == system.direction && clause.from.is_none() && clause.depends_on.is_empty());
    // Law or policy, and whether it counts only for what was before.
    type Ground = (bool, bool);
    let mut demands: Vec<(Ground, BTreeSet<Requirement>, Vec<&str>)> = Vec::new();
    let mut packs: Vec<(Ground, &str, BTreeSet<Requirement>)> = Vec::new();
    for clause in in_force {
        let ground = (clause.kind == PackKind::Policy, clause.before);
        for pack in &clause.packs {
            match packs
                .iter_mut()
                .find(|(of, known, _)| (*of, *known) == (ground, &**pack))
            {
                Some((.., requires)) => requires.extend(&clause.requires),
                None => packs.push((ground, pack, clause.requires.iter().copied().collect())),
            }
        }
    }
    for (ground, pack, requires) in &packs {
        let requires = gravest(requires);
        let now = packs
            .iter()
            .find(|(of, known, _)| (*of, known) == ((ground.0, false), pack));
        if ground.1 && now.is_some_and(|(.., now)| requires.is_subset(&gravest(now))) {
            continue;
        }
        match demands
            .iter_mut()
            .find(|(of, known, _)| of == ground && *known == requires)
        {
            Some((.., packs)) => packs.push(pack),
            None => demands.push((*ground, requires, vec![pack])),
        }
    }
    demands.sort_by_key(|(ground, ..)| *ground);
    let by_law: BTreeSet<Requirement> = demands
        .iter()
        .filter(|((is_policy, _), ..)| !is_policy)
        .flat_map(|(_, requires, _)| requires.clone())
        .collect();
    let said = demands.iter().map(|((is_policy, before), requires, packs)| {
        let names: Vec<String> = packs.iter().map(|pack| format!("`{pack}`")).collect();
        let (mut names, many) = (listed(&names, lang), names.len() > 1);
        if *before {
            names.push_str(lang.pick(", as things were before the change,", ", slik det var før endringen,"));
        }
        let is_told = *is_policy && requires.is_subset(&by_law);
        let before = match system.direction {
            Direction::Widens if !is_told => lang.pick(" before it is used", " før det tas i bruk"),
            _ => "",
        };
        let parts = requires.iter().enumerate().map(|(number, one)| match one {
            Requirement::Assess => demand(*one, *is_policy, number == 0, lang).to_owned(),
            _ => format!("{}{before}", demand(*one, *is_policy, number == 0, lang)),
        });
        let parts = listed(&parts.collect::<Vec<_>>(), lang);
        match (is_policy, is_told, lang) {
            (true, true, Lang::En) => format!("the policy {names} also asks that {parts}"),
            (true, true, Lang::Nb) => format!("policyen {names} ber også om at {parts}"),
            (true, false, Lang::En) => format!("the policy {names} asks that {parts}"),
            (true, false, Lang::Nb) => format!("policyen {names} ber om at {parts}"),
            (false, _, Lang::En) => format!("under the pack{} {names} {parts}", if many { "s" } else { "" }),
            (false, _, Lang::Nb) => format!("etter {} {names} {parts}", if many { "pakkene" } else { "pakken" }),
        }
    });
    said.collect()
}

/// The furthest that the parties are to go together, and whether there is an assessment to be made.
fn gravest(requires: &BTreeSet<Requirement>) -> BTreeSet<Requirement> {
    let together = requires.iter().filter(|one| **one != Requirement::Assess).max();
    let assess = requires.get(&Requirement::Assess);
    together.into_iter().chain(assess).copied().collect()
}

/// What is to be done. Policy asks; law and agreements demand. In Norwegian the words behind the first stand otherwise.
fn demand(requirement: Requirement, is_policy: bool, is_first: bool, lang: Lang) -> &'static str {
    let (en, nb) = match (requirement, is_policy) {
        (Requirement::Inform, false) => (
            "the representatives must be told of it",
            "skal de tillitsvalgte få vite om det",
        ),
        (Requirement::Inform, true) => ("the representatives are told of it", "de tillitsvalgte får vite om det"),
        (Requirement::Discuss, false) => ("it must be discussed", "skal det drøftes"),
        (Requirement::Discuss, true) => ("it is discussed", "det drøftes"),
        (Requirement::Negotiate, false) => ("it must be negotiated", "skal det forhandles"),
        (Requirement::Negotiate, true) => ("it is negotiated", "det forhandles"),
        (Requirement::Agree, false) => ("the worker side must agree to it", "skal arbeidstakersiden si ja"),
        (Requirement::Agree, true) => ("the worker side agrees to it", "arbeidstakersiden sier ja"),
        (Requirement::Assess, false) => (
            "what it means for the people concerned must be assessed",
            match is_first {
                true => "skal det vurderes hva det betyr for dem det gjelder",
                false => "det skal vurderes hva det betyr for dem det gjelder",
            },
        ),
        (Requirement::Assess, true) => (
            "what it means for the people concerned is assessed",
            "det vurderes hva det betyr for dem det gjelder",
        ),
    };
    lang.pick(en, nb)
}

/// `a, b and c`
fn listed(words: &[String], lang: Lang) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {} {end}", all.join(", "), lang.pick("and", "og")),
    }
}

/// What stands above the clauses about changes in a direction.
pub(super) fn requires(system: &SystemDiff, of: Direction, lang: Lang) -> &'static str {
    match (system.fate, of) {
        (Fate::Added, _) => lang.pick("A new system requires", "Et nytt system krever"),
        (Fate::Removed, Direction::Neutral) => lang.pick(
            "That it is no longer described requires",
            "At det ikke lenger er beskrevet, krever",
        ),
        (Fate::Removed, _) => lang.pick("That it is gone requires", "At det er borte, krever"),
        (Fate::Changed, Direction::Widens) => lang.pick("What widens requires", "Det som utvider, krever"),
        (Fate::Changed, Direction::Narrows) => lang.pick("What narrows requires", "Det som innskrenker, krever"),
        (Fate::Changed, Direction::Neutral) => lang.pick("What is neutral requires", "Det som er nøytralt, krever"),
    }
}

/// A clause: what it requires, what it says, and where it stands.
pub(super) fn clause(linter: &Linter, system: &SystemDiff, required: &Required) -> String {
    let lang = linter.lang;
    let words = required.requires.iter().map(|one| match (one, system.fate) {
        // Nothing was assessed that could be assessed anew.
        (Requirement::Assess, Fate::Added) => lang.pick("assess", "vurdering"),
        _ => one.words(lang),
    });
    let words: Vec<&str> = words.collect();
    let clause = Clause {
        kind: required.kind,
        packs: &required.packs,
        source: &linter.rules.sources[required.source],
        refs: required.refs.iter().map(String::as_str).collect(),
        from: required.from,
    };
    let cited = clause_text(&clause, lang);
    let cited = match required.before {
        true => format!(
            "{cited}; {}",
            lang.pick("as things were before the change", "slik det var før endringen")
        ),
        false => cited,
    };
    let open: Vec<String> = required.depends_on.iter().map(|field| format!("`{field}`")).collect();
    let cited = match open.as_slice() {
        [] => cited,
        open => {
            let may = lang.pick("may count, depending on", "kan gjelde, avhengig av");
            format!("{cited}; {may} {}", listed(open, lang))
        }
    };
    match system.fate {
        Fate::Changed => format!("{}: {} – {cited}", words.join(", "), one_line(&required.says)),
        // What the clause says there is about a change of something that is in use.
        _ => format!("{}: {cited}", words.join(", ")),
    }
}

/// Where nothing is said of what changes require, why that is.
pub(super) fn nothing_required(system: &SystemDiff, lang: Lang) -> Option<&'static str> {
    match (&system.packs, system.changes.is_empty() && system.fate == Fate::Changed) {
        (_, true) => None,
        (None, _) => Some(lang.pick(
            "What this requires cannot be told from the record of an agreement; compare with the manifest.",
            "Hva dette krever, går ikke fram av dokumentet om en avtale. Sammenlign med manifestet.",
        )),
        (Some(_), _) if system.required.is_empty() => Some(lang.pick(
            "No clause of the packs that count here requires anything.",
            "Ingen bestemmelse i pakkene som gjelder her, krever noe.",
        )),
        _ => None,
    }
}

/// How many systems are not as they were, and how many are.
pub(super) fn counts(diff: &Diff, lang: Lang) -> String {
    let systems = |n: usize| number(n, lang, ["system", "systems"], ["system", "systemer"]);
    let troubles = match diff.troubles.len() {
        0 => String::new(),
        n => format!(" {}: {n}.", lang.pick("Not compared", "Ikke sammenlignet")),
    };
    if diff.systems.is_empty() {
        let same = match (diff.same, lang) {
            (0, Lang::En) => "No system could be compared.".to_owned(),
            (0, Lang::Nb) => "Ingen systemer kunne sammenlignes.".to_owned(),
            (same, Lang::En) => format!("No material change in {}.", systems(same)),
            (same, Lang::Nb) => format!("Ingen vesentlig endring i {}.", systems(same)),
        };
        return format!("{same}{troubles}");
    }
    let count = |fate: Fate, directions: &[Direction]| {
        let is_it = |s: &&SystemDiff| s.fate == fate && directions.contains(&s.direction);
        diff.systems.iter().filter(is_it).count()
    };
    let new = count(Fate::Added, &[Direction::Widens, Direction::Neutral]);
    let parts = [
        (count(Fate::Changed, &[Direction::Widens]), ["widened", "utvidet"]),
        (new, ["new", if new == 1 { "nytt" } else { "nye" }]),
        (count(Fate::Changed, &[Direction::Narrows]), ["narrowed", "innskrenket"]),
        (count(Fate::Removed, &[Direction::Narrows]), ["gone", "borte"]),
        (
            count(Fate::Removed, &[Direction::Neutral]),
            ["no longer described", "ikke lenger beskrevet"],
        ),
        (
            count(Fate::Changed, &[Direction::Neutral]),
            ["changed otherwise", "endret på annet vis"],
        ),
        (diff.same, ["without material change", "uten vesentlig endring"]),
    ];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0);
    let parts: Vec<String> = parts
        .map(|(n, [en, nb])| format!("{n} {}", lang.pick(en, nb)))
        .collect();
    format!("{}: {}.{troubles}", lang.pick("Systems", "Systemer"), parts.join(", "))
}

/// What was not looked at, and what the words are worth.
pub(super) fn advice(diff: &Diff, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if diff.alike > 0 {
        let files = number(
            diff.alike,
            lang,
            ["file that was not compared is", "files that were not compared are"],
            [
                "fil som ikke er sammenlignet, er lik",
                "filer som ikke er sammenlignet, er like",
            ],
        );
        lines.push(match lang {
            Lang::En => format!("{files} the same on both sides."),
            Lang::Nb => format!("{files} på begge sider."),
        });
    }
    lines.push(
        lang.pick(
            "Only what is material was compared: wording, comments and contact persons were not.",
            "Bare det vesentlige er sammenlignet, ikke ordvalg, kommentarer og kontaktpersoner.",
        )
        .to_owned(),
    );
    if diff.systems.iter().any(|system| !system.required.is_empty()) {
        lines.push(
            lang.pick(
                "What the clauses require is a pointer and no legal verdict; `core` is policy, not law.",
                "Det bestemmelsene krever, er en veiviser og ingen juridisk vurdering; `core` er policy, ikke lov.",
            )
            .to_owned(),
        );
    }
    lines
}

/// Where the configuration is milder than it was.
pub(super) fn milder(note: &Note, lang: Lang) -> String {
    let place = note_place(&note.file, note.line);
    let message = one_line(&note.message);
    match lang {
        Lang::En => format!("The configuration is milder, and counts here as it was: {place}: {message}"),
        Lang::Nb => format!("Konfigurasjonen er mildere, og gjelder her slik den var: {place}: {message}"),
    }
}

fn note_place(file: &str, line: Option<u32>) -> String {
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}

/// What was not compared, and why.
pub(super) fn trouble(trouble: &crate::diff::Trouble, lang: Lang) -> String {
    let place = note_place(&trouble.file, trouble.line);
    let reason = one_line(&trouble.reason);
    match lang {
        Lang::En => format!("Not compared: {place}: {reason}"),
        Lang::Nb => format!("Ikke sammenlignet: {place}: {reason}"),
    }
}
