//! A rule as a page for people: what it looks for and why, what it rests on, and what to do.

pub mod catalogue;
mod clause;
mod condition;
mod field;
mod markdown;
mod names;
mod operator;
mod value;

pub use condition::Line;
pub use markdown::markdown;
pub use names::{category, pack_kind, severity};

use std::sync::Arc;

use condition::{Group, Reader, Seen};
use names::packs_of;

use crate::builtin;
use crate::finding::Severity;
use crate::lint::Linter;
use crate::rule::Rule;
use crate::ruleset::RuleSet;
use crate::shape::Kind;
use crate::text::{Lang, shown};
use crate::trial;
use crate::yaml::{Document, Documents, Limits};

/// A rule, explained.
#[derive(Clone, Debug)]
pub struct Page {
    /// Id of the rule.
    pub id: Arc<str>,
    /// What to do, in a few words.
    pub title: String,
    /// Category, severity, whether it can be waived, and packs.
    pub facts: Vec<Line>,
    /// The rest; no section is empty.
    pub sections: Vec<Section>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub struct Section {
    /// What stands above it.
    pub heading: &'static str,
    /// What stands in it.
    pub body: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph, in Markdown.
    Text(String),
    /// A list.
    Lines(Vec<Line>),
    /// An example in YAML.
    Code(String),
    /// What the program says.
    Output(String),
}

/// The page of a rule.
pub fn page(linter: &Linter, rule: &Rule, lang: Lang) -> Page {
    let rules = &linter.rules;
    let document = parse(rule.source.text());
    let mut writer = Writer {
        linter,
        rules,
        rule,
        lang,
        reader: Reader {
            rules,
            rule: Some(rule),
            document: &document,
            lang,
            levels: vec![vec![0]],
            seen: Seen::default(),
        },
    };
    let mut sections: Vec<Section> = writer.why().into_iter().collect();
    sections.push(writer.help());
    sections.push(writer.looks_for());
    sections.extend(writer.severity_when());
    sections.extend(writer.clauses());
    sections.extend(writer.background());
    sections.extend(writer.params());
    sections.push(writer.waiving());
    sections.extend(writer.limits());
    sections.extend(writer.words());
    sections.extend(writer.examples());
    Page {
        id: Arc::clone(&rule.id),
        title: rule.tail().title.get(lang).to_owned(),
        facts: writer.facts(),
        sections,
    }
}

fn parse(text: &str) -> Document<'_> {
    Documents::new(text, Limits::default(), false)
        .next()
        .unwrap_or_default()
}

struct Writer<'a> {
    linter: &'a Linter,
    rules: &'a RuleSet,
    rule: &'a Rule,
    lang: Lang,
    reader: Reader<'a>,
}

impl Writer<'_> {
    fn pick(&self, en: &'static str, nb: &'static str) -> &'static str {
        self.lang.pick(en, nb)
    }

    fn facts(&self) -> Vec<Line> {
        let rule = self.rule;
        let mut facts = vec![
            Line::new(format!("{}: `{}`", self.pick("Rule", "Regel"), shown(&rule.id))),
            Line::new(format!(
                "{}: {}",
                self.pick("Category", "Område"),
                category(&rule.category, self.lang)
            )),
            Line::new(format!(
                "{}: {}",
                self.pick("Severity", "Alvorlighet"),
                severity(rule.severity, self.lang)
            )),
            Line::new(match rule.waivable {
                true => self.pick(
                    "Can be waived: yes, with a reason and the signatures of both sides",
                    "Kan fravikes: ja, med begrunnelse og underskrift fra begge parter",
                ),
                false => self.pick("Can be waived: no, only fixed", "Kan fravikes: nei, bare rettes"),
            }),
        ];
        let packs = packs_of(rule)
            .into_iter()
            .filter_map(|n| self.rules.packs.get(n))
            .map(|pack| {
                Line::new(format!(
                    "`{}`: {} ({})",
                    pack.id,
                    pack.label.get(self.lang),
                    pack_kind(pack.kind, self.lang)
                ))
            });
        let packs: Vec<Line> = packs.collect();
        if !packs.is_empty() {
            let text = self.pick("Packs", "Pakker");
            facts.push(Line::intro(text, packs));
        }
        if !rule.covers.is_empty() {
            let general: Vec<String> = rule.covers.iter().map(|(id, _)| format!("`{id}`")).collect();
            let text = self.pick(
                "At the same place its finding stands also for",
                "På samme sted står funnet også for",
            );
            facts.push(Line::new(format!("{text}: {}", general.join(", "))));
        }
        facts
    }

    /// What is examined, when the rule applies, and what must or must not hold.
    fn looks_for(&mut self) -> Section {
        let heading = self.pick("What it looks for", "Hva den ser etter");
        let document = self.reader.document;
        let get = |key| document.root().and_then(|root| document.get(root, key));
        let (require, forbid) = (get("require"), get("forbid"));
        let mut body = Vec::new();
        if self.rule.variants.is_empty() {
            body.push(Block::Text(
                self.pick(
                    "The program itself finds this; the rule has no condition to set out.",
                    "Programmet finner dette selv; regelen har ingen betingelse å gjengi.",
                )
                .to_owned(),
            ));
        } else {
            body.push(Block::Text(self.given()));
            if let Some(when) = get("when") {
                let (group, lines) = self.reader.whole(when);
                let intro = match group {
                    Group::One => self.pick(
                        "The rule applies when this holds:",
                        "Regelen gjelder når dette er tilfellet:",
                    ),
                    Group::All => self.pick(
                        "The rule applies when all of this holds:",
                        "Regelen gjelder når alt dette er tilfellet:",
                    ),
                    Group::Any => self.pick(
                        "The rule applies when at least one of these holds:",
                        "Regelen gjelder når minst ett av disse er tilfellet:",
                    ),
                };
                body.extend([Block::Text(intro.to_owned()), Block::Lines(lines)]);
            }
            if let Some(check) = require.or(forbid) {
                let (group, lines) = self.reader.whole(check);
                let intro = match (require.is_some(), group) {
                    (true, Group::One) => self.pick(
                        "This must hold, or there is a finding:",
                        "Dette må være oppfylt, ellers blir det et funn:",
                    ),
                    (true, Group::All) => self.pick(
                        "All of this must hold, or there is a finding:",
                        "Alt dette må være oppfylt, ellers blir det et funn:",
                    ),
                    (true, Group::Any) => self.pick(
                        "At least one of these must hold, or there is a finding:",
                        "Minst ett av disse må være oppfylt, ellers blir det et funn:",
                    ),
                    (false, Group::One) => self.pick(
                        "There is a finding when this holds:",
                        "Det blir et funn når dette er tilfellet:",
                    ),
                    (false, Group::All) => self.pick(
                        "There is a finding when all of this holds:",
                        "Det blir et funn når alt dette er tilfellet:",
                    ),
                    (false, Group::Any) => self.pick(
                        "There is a finding when at least one of these holds:",
                        "Det blir et funn når minst ett av disse er tilfellet:",
                    ),
                };
                body.extend([Block::Text(intro.to_owned()), Block::Lines(lines)]);
            }
            body.push(Block::Text(self.unanswered(get("when").is_some(), require.is_some())));
        }
        let message = self.message();
        if !message.is_empty() {
            let intro = self.pick("The finding reads", "Funnet lyder");
            let [open, close] = match self.lang {
                Lang::En => ['“', '”'],
                Lang::Nb => ['«', '»'],
            };
            body.push(Block::Text(format!("{intro}: {open}{message}{close}")));
        }
        Section { heading, body }
    }

    /// How fields count that nobody has answered.
    fn unanswered(&self, has_when: bool, require: bool) -> String {
        let mut text = match require {
            true => self.pick(
                "What is required must be said: a field that is left out, empty or `unknown` does not fulfil a line that \
                 is about its value.",
                "Det som kreves, må oppgis: Et felt som er utelatt, tomt eller `unknown`, oppfyller ikke en linje som \
                 handler om verdien.",
            ),
            false => self.pick(
                "Only what the manifest declares is found: a field that is left out, empty or `unknown` gives no finding, \
                 unless a line above asks whether it is unanswered or not said.",
                "Bare det manifestet oppgir, blir funnet: Et felt som er utelatt, tomt eller `unknown`, gir ikke funn, med \
                 mindre en linje over spør om det er ubesvart eller ikke sagt.",
            ),
        }
        .to_owned();
        if has_when {
            text.push_str(self.pick(
                " Where the manifest leaves open whether the rule applies, it does not.",
                " Der manifestet lar det stå åpent om regelen gjelder, gjelder den ikke.",
            ));
        }
        text
    }

    /// What is examined; sets the level where plain paths start.
    fn given(&mut self) -> String {
        let Some(list) = self.rule.given.strip_suffix("[]") else {
            return self
                .pick(
                    "It examines the manifest as a whole.",
                    "Den undersøker manifestet som helhet.",
                )
                .to_owned();
        };
        let given = field::field(self.rules, &self.reader.levels, list, self.lang);
        self.reader.levels = vec![given.items];
        format!(
            "{} {}.",
            self.pick("It examines each entry of", "Den undersøker hver oppføring i"),
            given.shown
        )
    }

    /// The message, with its placeholders in angle quotes.
    fn message(&self) -> String {
        let mut out = String::new();
        let mut rest = self.rule.tail().message.get(self.lang);
        while let Some((before, (name, after))) = rest
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            out.push_str(before);
            let param = name
                .strip_prefix("$params.")
                .and_then(|name| self.rule.params.iter().find(|p| p.name == name));
            match (name, param) {
                (_, Some(param)) => out.push_str(&self.param_value(param.value())),
                ("$missing", _) => out.push_str(self.pick("‹what is missing›", "‹det som mangler›")),
                (path, _) => {
                    let shown = field::field(self.rules, &self.reader.levels, path, self.lang).shown;
                    out.push_str(&format!("‹{}›", shown.replace('`', "")));
                }
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn severity_when(&mut self) -> Option<Section> {
        let document = self.reader.document;
        let root = document.root()?;
        let mut body = Vec::new();
        let list = document.get(root, "severity_when");
        for node in list.into_iter().flat_map(|list| document.children(list)) {
            let level = document.get(node, "severity").and_then(|n| document.text(n));
            let (Some(level), Some(condition)) = (level.and_then(Severity::from_name), document.get(node, "if")) else {
                continue;
            };
            let (group, lines) = self.reader.whole(condition);
            let level = severity(level, self.lang);
            let intro = match group {
                Group::One => self.pick("when this holds:", "når dette er tilfellet:"),
                Group::All => self.pick("when all of this holds:", "når alt dette er tilfellet:"),
                Group::Any => self.pick(
                    "when at least one of these holds:",
                    "når minst ett av disse er tilfellet:",
                ),
            };
            body.extend([Block::Text(format!("*{level}* {intro}")), Block::Lines(lines)]);
        }
        if !body.is_empty() {
            let otherwise = self.pick(
                "The first that holds counts; otherwise the severity at the top, or that of the clause.",
                "Den første som passer, gjelder; ellers alvorligheten øverst, eller den som følger av bestemmelsen.",
            );
            body.push(Block::Text(otherwise.to_owned()));
        }
        let heading = self.pick("Severity in particular cases", "Alvorlighet i særlige tilfeller");
        (!body.is_empty()).then_some(Section { heading, body })
    }

    fn why(&self) -> Option<Section> {
        let rationale = self.rule.tail().rationale.get(self.lang);
        (!rationale.is_empty()).then(|| Section {
            heading: self.pick("Why", "Hvorfor"),
            body: vec![Block::Text(rationale.to_owned())],
        })
    }

    /// The value of a parameter in words, where it is a duration.
    fn param_value(&self, value: &str) -> String {
        match value.parse::<f64>() {
            Ok(_) => shown(value),
            Err(_) => value::literal(self.rules, &Kind::Duration, value, self.lang),
        }
    }

    fn params(&self) -> Option<Section> {
        let params = &self.rule.params;
        let first = params.first()?;
        let lines = params.iter().map(|param| {
            let origin = match param.set {
                Some(_) => self.pick("set in the configuration", "satt i konfigurasjonen"),
                None => self.pick("the default", "standardverdien"),
            };
            Line::new(format!("`{}`: {}", param.name, param.label.get(self.lang))).with(vec![
                Line::new(format!(
                    "{}: {}",
                    self.pick("default", "standardverdi"),
                    self.param_value(&param.default)
                )),
                Line::new(format!(
                    "{}: {} ({origin})",
                    self.pick("in force", "gjelder nå"),
                    self.param_value(param.value())
                )),
            ])
        });
        let how = self.pick("Set a value in `tillit.yaml`:", "Sett en verdi i `tillit.yaml`:");
        let yaml = format!("params:\n  {}:\n    {}: {}\n", self.rule.id, first.name, first.value());
        Some(Section {
            heading: self.pick("Parameters", "Parametere"),
            body: vec![
                Block::Lines(lines.collect()),
                Block::Text(how.to_owned()),
                Block::Code(yaml),
            ],
        })
    }

    fn help(&self) -> Section {
        Section {
            heading: self.pick("How to fix it", "Slik retter du det"),
            body: vec![Block::Text(self.rule.tail().help.get(self.lang).to_owned())],
        }
    }

    /// Whether and how the rule can be set aside for one system.
    fn waiving(&self) -> Section {
        let heading = self.pick("Setting it aside", "Å fravike den");
        if !self.rule.waivable {
            let text = self.pick(
                "This rule cannot be waived: what it finds can only be put right.",
                "Denne regelen kan ikke fravikes: Det den finner, kan bare rettes.",
            );
            return Section {
                heading,
                body: vec![Block::Text(text.to_owned())],
            };
        }
        let text = self.pick(
            "The employer and the workers' side can agree in writing to set the rule aside for one system and for a time. So far \
             tillit only checks the form of what they write; the finding stays.",
            "Arbeidsgiver og arbeidstakersiden kan bli skriftlig enige om å fravike regelen for ett system og for en tid. Foreløpig \
             kontrollerer tillit bare formen på det de skriver; funnet blir stående.",
        );
        let (reason, employer, workers) = match self.lang {
            Lang::En => ("why, in a sentence", "name and office", "name and office"),
            Lang::Nb => ("hvorfor, i en setning", "navn og rolle", "navn og verv"),
        };
        let yaml = format!(
            "waivers:\n  - rule: {}\n    reason: {reason}\n    signatories: {{ employer: {employer}, workers: {workers} }}\n    \
             expires: 2027-05-21\n    evidence: {{ file: protokoll.pdf }}\n",
            self.rule.id
        );
        Section {
            heading,
            body: vec![Block::Text(text.to_owned()), Block::Code(yaml)],
        }
    }

    fn limits(&self) -> Option<Section> {
        let limits = self.rule.tail().limits.get(self.lang);
        (!limits.is_empty()).then(|| Section {
            heading: self.pick("What it cannot see", "Hva den ikke kan se"),
            body: vec![Block::Text(limits.to_owned())],
        })
    }

    /// The definitions, tags and fields that the condition names.
    fn words(&mut self) -> Option<Section> {
        let mut lines = self.definitions();
        for (vocabulary, tag) in &self.reader.seen.tags {
            let terms = &self.rules.vocabularies.get(*vocabulary).terms;
            let terms = terms.iter().filter(|t| t.tags.contains(tag));
            let labels: Vec<String> = terms.map(|t| shown(t.label.get(self.lang))).collect();
            lines.push(Line::new(format!(
                "*{}*: {}",
                value::tag(tag, self.lang),
                labels.join(", ")
            )));
        }
        // Fields of two lists often have one description.
        let mut fields: Vec<(&str, Vec<String>)> = Vec::new();
        for path in &self.reader.seen.fields {
            let Some(text) = field::description(path, self.lang) else {
                continue;
            };
            match fields.iter_mut().find(|(have, _)| *have == text) {
                Some((_, paths)) => paths.push(format!("`{path}`")),
                None => fields.push((text, vec![format!("`{path}`")])),
            }
        }
        lines.extend(
            fields
                .into_iter()
                .map(|(text, paths)| Line::new(format!("{}: {text}", paths.join(", ")))),
        );
        (!lines.is_empty()).then(|| Section {
            heading: self.pick("Words and fields", "Ord og felt"),
            body: vec![Block::Lines(lines)],
        })
    }

    /// What the shared definitions mean. Their tags and fields join those of the rule.
    fn definitions(&mut self) -> Vec<Line> {
        let document = parse(builtin::file("rules/definitions.yaml").text);
        let mut seen = std::mem::take(&mut self.reader.seen);
        let mut lines = Vec::new();
        for number in std::mem::take(&mut seen.definitions) {
            let Some(definition) = self.rules.definitions.all.get(number) else {
                continue;
            };
            let body = document.root().and_then(|root| document.get(root, &definition.name));
            let Some(when) = body.and_then(|body| document.get(body, "when")) else {
                continue;
            };
            let mut reader = Reader {
                rules: self.rules,
                rule: None,
                document: &document,
                lang: self.lang,
                levels: vec![vec![0]],
                seen,
            };
            let meaning = reader.lines(when);
            seen = reader.seen;
            lines.push(Line::intro(definition.label.get(self.lang), meaning));
        }
        self.reader.seen = seen;
        lines
    }

    fn examples(&self) -> Option<Section> {
        let mut body = Vec::new();
        for example in trial::examples(self.linter, self.rule, self.lang) {
            let kind = match (example.bad, example.guard) {
                (true, _) => self.pick("Gives a finding", "Gir funn"),
                (false, true) => self.pick("Gives no finding, on purpose", "Gir med hensikt ikke funn"),
                (false, false) => self.pick("Gives no finding", "Gir ikke funn"),
            };
            let about = example.about.get(self.lang);
            let text = match about.is_empty() {
                true => format!("{kind}:"),
                false => format!("{kind} ({about}):"),
            };
            body.extend([Block::Text(text), Block::Code(example.text)]);
            let found = example.found.iter().map(|found| {
                let level = severity(found.severity, self.lang);
                let line = self.pick("line", "linje");
                format!("{line} {}: {level}[{}]: {}\n", found.line, self.rule.id, found.message)
            });
            let found: String = found.collect();
            body.extend((!found.is_empty()).then_some(Block::Output(found)));
        }
        let heading = self.pick("Examples", "Eksempler");
        (!body.is_empty()).then_some(Section { heading, body })
    }
}
