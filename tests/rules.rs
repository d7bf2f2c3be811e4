//! Every rule that comes with the program: loaded whole, and every example of it run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::fmt::Write as _;

use tillit::config::Config;
use tillit::finding::Mistake;
use tillit::lint::Linter;
use tillit::rule::{LOGIC, OPERATORS, WORDS, is_over_all};
use tillit::ruleset::{Loading, RuleSet};
use tillit::text::Lang;
use tillit::trial;
use tillit::value::parse_date;

fn shown(mistakes: &[Mistake]) -> String {
    let mut out = String::new();
    for m in mistakes {
        let at = m.source.position(m.span.start);
        let _ = writeln!(
            out,
            "{}:{}:{}: {} ({})",
            m.source.name(),
            at.line,
            at.column,
            m.message.en,
            m.help.en
        );
    }
    out
}

#[test]
fn every_rule_loads_whole() {
    if let Err(mistakes) = RuleSet::load(&Config::default(), &[], Loading::Whole) {
        panic!("{} mistakes\n{}", mistakes.len(), shown(&mistakes));
    }
}

#[test]
fn every_example_gives_what_it_says() {
    let today = parse_date(trial::EXAMPLE_DAY).unwrap();
    let linter = match Linter::new(&Config::default(), &[], today, Lang::En) {
        Ok(linter) => linter,
        Err(mistakes) => panic!("{}", shown(&mistakes)),
    };
    let mut examples = 0;
    let mut mistakes = Vec::new();
    for rule in &linter.rules.rules {
        match trial::run(&linter, rule) {
            Ok(count) => examples += count,
            Err(more) => mistakes.extend(more),
        }
    }
    assert!(mistakes.is_empty(), "{} mistakes\n{}", mistakes.len(), shown(&mistakes));
    println!("{} rules, {examples} examples", linter.rules.rules.len());
    assert!(examples >= 2 * linter.rules.rules.iter().filter(|r| !r.variants.is_empty()).count());
}

/// What a rule leaves alone on purpose is shown by one of its examples.
#[test]
fn every_rule_shows_what_it_leaves_alone() {
    let linter = Linter::new(
        &Config::default(),
        &[],
        parse_date(trial::EXAMPLE_DAY).unwrap(),
        Lang::En,
    );
    let linter = linter.unwrap_or_else(|m| panic!("{}", shown(&m)));
    let without: Vec<&str> = linter
        .rules
        .rules
        .iter()
        .filter(|rule| !rule.variants.is_empty() && !is_over_all(&rule.given))
        .filter(|rule| {
            !trial::examples(&linter, rule, Lang::En)
                .iter()
                .any(|example| example.guard)
        })
        .map(|rule| &*rule.id)
        .collect();
    assert!(without.is_empty(), "{} rules: {without:?}", without.len());
}

/// An operator that no rule uses is one that nobody has tried.
#[test]
fn every_operator_is_in_use() {
    let heads: String = tillit::builtin::rules()
        .iter()
        .map(|rule| rule.text.split("\ntitle:").next().unwrap_or_default())
        .collect();
    let unused: Vec<&str> = LOGIC
        .into_iter()
        .chain(WORDS)
        .chain(OPERATORS)
        .filter(|word| {
            let as_key = [format!(" {word}: "), format!(" {word}:\n")];
            let as_word = [format!(": {word}\n"), format!(": {word} "), format!(": {word},")];
            !as_key.iter().chain(&as_word).any(|text| heads.contains(text.as_str()))
        })
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
