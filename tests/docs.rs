//! Documentation that is generated or shows real runs: compared, or written with `TILLIT_BLESS=1`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod fresh;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use tillit::config::Config;
use tillit::explain::{category, markdown, page, severity};
use tillit::lint::Linter;
use tillit::rule::PackKind;
use tillit::ruleset::{Loading, RuleSet};
use tillit::text::Lang;
use tillit::trial::EXAMPLE_DAY;
use tillit::value::parse_date;

fn rules() -> RuleSet {
    RuleSet::load(&Config::default(), &[], Loading::Whole).unwrap_or_else(|m| panic!("{m:?}"))
}

#[test]
fn every_rule_has_its_page() {
    let today = parse_date(EXAMPLE_DAY).unwrap();
    let linter = Linter::new(&Config::default(), &[], today, Lang::En).unwrap_or_else(|m| panic!("{m:?}"));
    let rules = &linter.rules;
    for rule in &rules.rules {
        let english = markdown(&page(&linter, rule, Lang::En));
        let norwegian = markdown(&page(&linter, rule, Lang::Nb));
        let note = "<!-- Generated from the rule; write it anew with TILLIT_BLESS=1 cargo test --test docs -->";
        let text = format!("{note}\n\n[Norsk](#norsk)\n\n{english}\n<a id=\"norsk\"></a>\n\n---\n\n{norwegian}");
        fresh::check(&format!("docs/rules/{}.md", rule.id), &text);
    }
    let folder = std::fs::read_dir(fresh::path("docs/rules")).unwrap().flatten();
    for file in folder.map(|e| e.file_name().to_string_lossy().into_owned()) {
        let id = file.trim_end_matches(".md");
        assert!(
            id == "README" || rules.find(id).is_some(),
            "docs/rules/{file} belongs to no rule"
        );
    }
}

#[test]
fn the_list_of_rules_is_fresh() {
    let rules = rules();
    let mut out = String::from(
        "<!-- Generated from the rules; write it anew with TILLIT_BLESS=1 cargo test --test docs -->\n\n# Rules · Regler\n\n\
         Every rule rests on one or more packs. `core` is policy: what the two documents ask, with no legal claim. The \
         others are law or agreements and follow the countries that a manifest names.\n\n\
         Hver regel hviler på én eller flere pakker. `core` er policy: det de to dokumentene ber om, uten rettslig \
         påstand. De andre er lov eller avtaler og følger landene som manifestet oppgir.\n\n## Packs · Pakker\n\n\
         | Pack | Kind | What | Hva | Rules |\n|---|---|---|---|---|\n",
    );
    for (number, pack) in rules.packs.iter().enumerate() {
        let count = rules
            .rules
            .iter()
            .filter(|r| r.bases.iter().any(|b| b.packs.contains(&number)))
            .count();
        let kind = match pack.kind {
            PackKind::Policy => "policy",
            PackKind::Law => "law · lov",
            PackKind::Agreement => "agreement · avtale",
        };
        let _ = writeln!(
            out,
            "| `{}` | {kind} | {} | {} | {count} |",
            pack.id, pack.label.en, pack.label.nb
        );
    }
    for (number, pack) in rules.packs.iter().enumerate() {
        let of_pack = rules
            .rules
            .iter()
            .filter(|r| r.bases.iter().any(|b| b.packs.contains(&number)));
        let links: Vec<String> = of_pack.map(|rule| format!("[`{id}`]({id}.md)", id = rule.id)).collect();
        let _ = write!(out, "\n### {}\n\n{}\n", pack.id, links.join(" · "));
    }
    let mut by_category: BTreeMap<&str, Vec<&tillit::rule::Rule>> = BTreeMap::new();
    for rule in &rules.rules {
        by_category.entry(&rule.category).or_default().push(rule);
    }
    for (id, list) in by_category {
        let (en, nb) = (category(id, Lang::En), category(id, Lang::Nb));
        let _ = write!(
            out,
            "\n## {en} · {nb}\n\n| Rule | Severity | Packs | What to do | Hva du gjør |\n|---|---|---|---|---|\n"
        );
        for rule in list {
            let mut packs: Vec<&str> = rule
                .bases
                .iter()
                .flat_map(|b| &b.packs)
                .map(|p| &*rules.packs[*p].id)
                .collect();
            packs.sort_unstable();
            packs.dedup();
            packs.sort_by_key(|p| *p != "core");
            let tail = rule.tail();
            let _ = writeln!(
                out,
                "| [`{id}`]({id}.md) | {} | {} | {} | {} |",
                severity(rule.severity, Lang::En),
                packs.join(", "),
                tail.title.en,
                tail.title.nb,
                id = rule.id,
            );
        }
    }
    fresh::check("docs/rules/README.md", &out);
}

/// Blocks that begin with ```console show commands behind `$ ` and what they print.
#[test]
fn screens_come_from_real_runs() {
    let mut screens = 0;
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/rule-language.md",
        "docs/configuration.md",
    ] {
        let text = fresh::read(name);
        let mut out = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let _ = writeln!(out, "{line}");
            if line != "```console" {
                continue;
            }
            for line in lines.by_ref() {
                if let Some(command) = line.strip_prefix("$ ") {
                    screens += 1;
                    let _ = write!(out, "$ {command}\n{}", run(command));
                } else if line == "```" {
                    let _ = writeln!(out, "{line}");
                    break;
                }
            }
        }
        fresh::check(name, &out);
    }
    assert!(screens >= 3, "{screens} screens");
}

/// A file that is shown behind its name is shown as it is.
#[test]
fn files_are_shown_as_they_are() {
    let text = fresh::read("docs/configuration.md");
    let mut shown = 0;
    for (before, block) in text
        .match_indices("```yaml\n")
        .map(|(at, mark)| (&text[..at], &text[at + mark.len()..]))
    {
        let name = before
            .trim_end()
            .strip_suffix("`:")
            .and_then(|text| text.rsplit_once('`'));
        if let Some((_, name)) = name {
            assert_eq!(block.split_once("```").unwrap().0, fresh::read(name), "{name}");
            shown += 1;
        }
    }
    assert_eq!(shown, 2);
}

/// What a command prints, standard error first, and its exit code when it is not 0.
fn run(command: &str) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("tillit"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_tillit"))
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("SOURCE_DATE_EPOCH", "1795219200") // 2026-11-21
        .env("LC_ALL", "C")
        .env("LANG", "C")
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stderr).unwrap();
    text.push_str(&String::from_utf8(output.stdout).unwrap());
    if let Some(code) = output.status.code().filter(|c| *c != 0) {
        let _ = writeln!(text, "(exit code {code})");
    }
    text
}

/// Which rules answer which sentence of the two documents, generated from the rules' bases.
#[test]
fn every_demand_of_the_two_documents_has_a_rule() {
    let rules = rules();
    let document = tillit::builtin::file("rules/demands.yaml").document();
    let mut out = String::from(
        "<!-- Generated from the rules; write it anew with TILLIT_BLESS=1 cargo test --test docs -->\n\n# The two documents and \
         the rules\n\nA: resolution of the Negotia congress, 2021. B: news item on the declaration on responsible AI in working \
         life, 2019. Own words; the documents themselves are the authority. Context is answered where a rule can.\n\n\
         | Ref | What it says | Hva den sier | Kind | Rules |\n|---|---|---|---|---|\n",
    );
    let mut unanswered = Vec::new();
    for (key, body) in document.entries(document.root().unwrap()) {
        let id = document.text(key).unwrap();
        let text = |key: &str| document.text(document.get(body, key).unwrap()).unwrap();
        let answer = |rule: &tillit::rule::Rule| {
            let basis = rule.bases.iter().find(|b| b.refs.iter().any(|r| r == id))?;
            let required: Vec<&str> = basis.requires.iter().map(|r| r.words(Lang::En)).collect();
            let required = match required.is_empty() {
                true => String::new(),
                false => format!(" (requires on a change: {})", required.join(", ")),
            };
            Some(format!("[`{0}`](rules/{0}.md){required}", rule.id))
        };
        let list: Vec<String> = rules.rules.iter().filter_map(answer).collect();
        if list.is_empty() && text("kind") == "demand" {
            unanswered.push(id.to_owned());
        }
        let _ = writeln!(
            out,
            "| {id} | {} | {} | {} | {} |",
            text("en"),
            text("nb"),
            text("kind"),
            list.join(", ")
        );
    }
    assert!(unanswered.is_empty(), "no rule for {unanswered:?}");
    fresh::check("docs/seed-mapping.md", &out);
}
