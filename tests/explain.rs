//! The pages and the table of the rules: invariants over all of them, and snapshots of a few.

// The helpers are test code as well, which the lint does not see.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use tillit::config::Config;
use tillit::explain::{Block, Line, Page, catalogue, markdown, page};
use tillit::lint::Linter;
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::parse_date;

const LANGS: [Lang; 2] = [Lang::En, Lang::Nb];

fn load(config: &str, local: &[Arc<SourceFile>]) -> Linter {
    let config = Config::parse(&Arc::new(SourceFile::new("tillit.yaml", config))).unwrap();
    match Linter::new(&config, local, parse_date(EXAMPLE_DAY).unwrap(), Lang::En) {
        Ok(linter) => linter,
        Err(mistakes) => {
            let texts: Vec<_> = mistakes.iter().map(|m| (&m.message.en, &m.help.en)).collect();
            panic!("{texts:#?}");
        }
    }
}

fn page_of(linter: &Linter, id: &str, lang: Lang) -> Page {
    page(linter, &linter.rules.rules[linter.rules.find(id).unwrap()], lang)
}

fn all_pages() -> Vec<(Lang, Page)> {
    let linter = load("", &[]);
    let pages = |rule| LANGS.map(|lang| (lang, page(&linter, rule, lang)));
    linter.rules.rules.iter().flat_map(pages).collect()
}

/// The texts of a line and of all below it.
fn texts<'p>(line: &'p Line, out: &mut Vec<&'p str>) {
    out.push(&line.text);
    line.parts.iter().for_each(|part| texts(part, out));
}

/// Every text of a page but its examples.
fn prose(page: &Page) -> Vec<&str> {
    let mut out = vec![page.title.as_str()];
    page.facts.iter().for_each(|line| texts(line, &mut out));
    for block in page.sections.iter().flat_map(|s| &s.body) {
        match block {
            Block::Text(text) => out.push(text),
            Block::Lines(lines) => lines.iter().for_each(|line| texts(line, &mut out)),
            Block::Code(_) | Block::Output(_) => {}
        }
    }
    out
}

#[test]
fn no_page_has_an_empty_part() {
    for (lang, page) in all_pages() {
        let at = (&page.id, lang);
        // Form rules rest on no clause and have no examples.
        assert!(page.sections.len() >= 3, "{at:?}");
        for text in prose(&page) {
            assert!(
                !text.trim().is_empty() && !text.ends_with(' ') && !text.contains("  "),
                "{at:?}: {text:?}"
            );
        }
        for section in &page.sections {
            assert!(!section.body.is_empty(), "{at:?}: {}", section.heading);
            for block in &section.body {
                match block {
                    Block::Lines(lines) => assert!(!lines.is_empty(), "{at:?}: {}", section.heading),
                    Block::Code(code) | Block::Output(code) => {
                        assert!(!code.trim().is_empty(), "{at:?}: {}", section.heading)
                    }
                    Block::Text(_) => {}
                }
            }
        }
    }
}

#[test]
fn a_line_that_ends_in_a_colon_introduces_others_and_no_other_does() {
    fn check(line: &Line, at: &str) {
        assert_eq!(line.text.ends_with(':'), !line.parts.is_empty(), "{at}: {}", line.text);
        line.parts.iter().for_each(|part| check(part, at));
    }
    for (_, page) in all_pages() {
        let condition = page.sections.iter().take(1).flat_map(|s| &s.body);
        for block in condition {
            if let Block::Lines(lines) = block {
                lines.iter().for_each(|line| check(line, &page.id));
            }
        }
    }
}

#[test]
fn no_placeholder_or_name_of_the_rule_language_is_left() {
    for (_, page) in all_pages() {
        let condition = page.sections.iter().take(1).flat_map(|s| &s.body);
        for block in condition {
            let mut all = Vec::new();
            match block {
                Block::Lines(lines) => lines.iter().for_each(|line| texts(line, &mut all)),
                Block::Text(text) => all.push(text),
                Block::Code(_) | Block::Output(_) => {}
            }
            for text in all {
                for left in ["{", "}", "$", "_of", "``", "* *", "**"] {
                    let quoted = left == "_of" && text.contains('`');
                    assert!(quoted || !text.contains(left), "{}: {left} in {text}", page.id);
                }
            }
        }
    }
}

#[test]
fn norwegian_pages_are_norwegian() {
    const ENGLISH: [&str; 20] = [
        "the",
        "is",
        "are",
        "of",
        "at least",
        "at most",
        "holds",
        "entry",
        "entries",
        "answered",
        "unanswered",
        "yes",
        "before",
        "after",
        "where",
        "every",
        "this",
        "includes",
        "belongs",
        "year",
    ];
    for (_, page) in all_pages().into_iter().filter(|(lang, _)| *lang == Lang::Nb) {
        let mut all = Vec::new();
        let bodies = page.sections.iter().flat_map(|s| &s.body);
        for block in bodies {
            if let Block::Lines(lines) = block {
                lines.iter().for_each(|line| texts(line, &mut all));
            }
        }
        for text in all {
            // Fields keep their names, and sources their titles.
            if text.contains("kilde)") || text.contains("lest)") || text.contains("bekreftet)") {
                continue;
            }
            let plain: String = text.split('`').step_by(2).collect();
            let spaced = format!(" {} ", plain.replace(|c: char| !c.is_alphanumeric(), " "));
            for word in ENGLISH {
                assert!(!spaced.contains(&format!(" {word} ")), "{}: {word} in {text}", page.id);
            }
        }
    }
}

#[test]
fn policy_and_law_stand_under_headings_of_their_own() {
    for (lang, page) in all_pages() {
        let heading = |en, nb| page.sections.iter().position(|s| s.heading == lang.pick(en, nb));
        let policy = heading(
            "Policy: what the two documents ask",
            "Policy: hva de to dokumentene ber om",
        );
        let law = heading("Law and agreements", "Lov og avtaler");
        if let (Some(policy), Some(law)) = (policy, law) {
            assert_eq!(policy + 1, law, "{}", page.id);
        }
    }
}

#[test]
fn a_page_in_english_and_one_in_bokmål() {
    let rules = load(
        "params: { raw-monitoring-retention: { max_raw_retention: 3 days } }",
        &[],
    );
    insta::assert_snapshot!(
        "page_en",
        markdown(&page_of(&rules, "raw-monitoring-retention", Lang::En))
    );
    insta::assert_snapshot!(
        "page_nb",
        markdown(&page_of(&rules, "consultation-before-deployment", Lang::Nb))
    );
}

/// Everything that a condition can say, also what no built-in rule says.
const EVERYTHING: &str = r#"id: everything
category: own
severity: note
severity_when:
  - if: { any_of: [{ $.system.name: absent }, { $.system.name: { not: { matches: "^x" } } }] }
    severity: warning
bases:
  - packs: [core]
    source: seed-a
    says: { en: all of it, nb: alt }
params:
  days: { default: 3 days, en: how long, nb: hvor lenge }
  few: { default: 2, en: how few, nb: hvor få }
given: data.{inputs,generated}[]
when:
  not: { is: [live, affects-workers] }
  unless:
    identifiable: { equals: true }
    employer_access: { equals: false }
require:
  all_of:
    - not: { id: { matches: "^a" } }
    - retention: { present: true, unless: { at_most: $params.days }, any_of: [{ at_least: 1 day }, { equals: unlimited }] }
    - retention: { not: { at_least: 1 year } }
    - category: { at_least: 2, not: { is_a: [keystrokes, webcam] } }
    - category: { not: { tagged: [video, audio] }, any_of: [{ at_most: 3 }, unanswered] }
    - purposes: { count: { at_least: 1, at_most: $params.few } }
    - purposes: { count: { where: { refers_to: { told: { equals: true } } }, at_least: 1 } }
    - purposes: { none: { refers_to: { area: { is_a: discipline }, told: { equals: false } } } }
    - purposes: { not: { all: { refers_to: { told: answered } } } }
    - access_count: { not: { at_most: 3 }, answered: false }
    - $.suppliers: { count: { where: { name: answered, role: { one_of: [processor, none] } }, at_most: 3 } }
    - $.suppliers: { not: { any: { role: { equals: none } } } }
    - $.suppliers: { none: { country: { tagged: eu }, capabilities: { subset_of: [monitoring, scoring] } } }
    - $.suppliers: { all: { capabilities: { not: { overlaps: [monitoring, scoring] } } } }
    - $.suppliers: { any: { disabled: { not: { covers: [monitoring, scoring] } }, name: { equals: $given.id } } }
    - $.system.jurisdictions: { all: { unless: { one_of: ["NO", SE] } } }
    - $.lifecycle.deploy_date: { not: { before: 2026-12-01 }, after: { field: today, by: 1 month } }
    - $.lifecycle.deploy_date: { within: 1 year, not: { after: { field: $.lifecycle.end_date, by: 2 days, else: today } } }
    - $facts.intrusion.score: { at_most: 3 }
    - unless: { any_of: [{ not: { id: answered } }, { id: { equals: x } }] }
title: { en: Say everything, nb: Si alt }
message: { en: "{id} is not all of it, within {$params.days} ({$missing})", nb: "{id} er ikke alt, innen {$params.days} ({$missing})" }
help: { en: Say it., nb: Si det. }
rationale: { en: It can be said., nb: Det kan sies. }
examples:
  bad:
    - data:
        inputs:
          - id: x # finding
  good:
    - x-example:
        about: { en: nothing is said, nb: ingenting er sagt }
      data:
        inputs: []
"#;

#[test]
fn every_operator_can_be_put_in_words() {
    let local = [Arc::new(SourceFile::new("policy/everything.yaml", EVERYTHING))];
    let rules = load("", &local);
    for lang in LANGS {
        insta::assert_snapshot!(
            format!("everything_{}", lang.tag()),
            markdown(&page_of(&rules, "everything", lang))
        );
    }
}

#[test]
fn the_table_fits_its_width() {
    let Linter { rules, .. } = load("", &[]);
    let rows = catalogue::table(&rules);
    assert_eq!(rows.len(), rules.rules.len());
    for width in [60, 80, 100, 120, 200] {
        for lang in LANGS {
            for line in catalogue::text(&rows, width, lang).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn the_table_shows_what_the_configuration_says() {
    let Linter { rules, .. } = load(
        "packs: { no: true, it: false }\nlevels: { erasure-route: note, evidence-present: off }\n",
        &[],
    );
    let ids = [
        "evidence-present",
        "erasure-route",
        "private-life-inquiry-italy",
        "transfer-mechanism",
        "access-own-data",
    ];
    let mut rows = catalogue::table(&rules);
    rows.retain(|row| ids.contains(&row.id.as_str()));
    insta::assert_snapshot!("table_80", catalogue::text(&rows, 80, Lang::En));
    insta::assert_snapshot!("table_120", catalogue::text(&rows, 120, Lang::Nb));
    insta::assert_snapshot!("table_json", catalogue::json(&rows).unwrap());
}
