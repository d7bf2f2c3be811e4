//! What has changed about systems: nothing where nothing has, whatever names say, and every format says the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};
use serde_json::Value;
use tillit::agreement::Direction;
use tillit::config::Config;
use tillit::diff::{Diff, Fate, Given, Side, compare, read};
use tillit::lint::Linter;
use tillit::report::diff::{json, markdown, text};
use tillit::report::text::Style;
use tillit::text::{Lang, guarded, is_unsafe};
use tillit::value::parse_date;

/// Text that means something to a terminal, a build runner, Markdown or HTML.
const HOSTILE: [&str; 14] = [
    "a\u{1b}[31m\u{202e}b ##[error]x",
    "\n::error::NL\r::error::CR",
    "![i](http://evil.example) [l](javascript:x)",
    "@octocat #1 GH-1 deadbeef",
    "<img src=x onerror=alert(1)><!-- c -->",
    "*b* _e_ ~~s~~ `c` ``",
    "# heading",
    "- item",
    "1. item",
    "| a | b |",
    "$x$ :tada: &amp; \\",
    "www.evil.example",
    "]]> ${{ secrets.X }}",
    "(_*",
];

fn linter(lang: Lang) -> &'static Linter {
    static LINTERS: [OnceLock<Linter>; 2] = [OnceLock::new(), OnceLock::new()];
    LINTERS[lang as usize].get_or_init(|| {
        let today = parse_date("2026-11-21").unwrap();
        Linter::new(&Config::default(), &[], today, lang).unwrap()
    })
}

fn given(name: &str, text: &str) -> Given {
    Given {
        name: name.into(),
        inside: name.into(),
        bytes: Ok(text.as_bytes().to_owned()),
    }
}

fn side(lang: Lang, files: &[(&str, &str)]) -> Side {
    let mut side = Side::default();
    for (name, text) in files {
        side.extend(read(linter(lang), given(name, text), false));
    }
    side
}

fn diff(lang: Lang, old: &[(&str, &str)], new: &[(&str, &str)]) -> Diff {
    compare(linter(lang), side(lang, old), side(lang, new))
}

/// Every format of a comparison: text, JSON, Markdown.
fn written(lang: Lang, diff: &Diff) -> [String; 3] {
    let style = Style {
        color: false,
        links: false,
        width: 100,
        quiet: false,
    };
    let linter = linter(lang);
    let mut outs = [Vec::new(), Vec::new(), Vec::new()];
    text::render(linter, diff, style, &mut outs[0]).unwrap();
    json::render(linter, diff, &mut outs[1]).unwrap();
    markdown::render(linter, diff, &mut outs[2]).unwrap();
    outs.map(|out| String::from_utf8(out).unwrap())
}

fn examples() -> Vec<(String, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => walk(&path, out),
                path => out.push(path),
            }
        }
    }
    let mut paths = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &mut paths);
    paths.retain(|path| path.to_string_lossy().ends_with(".tillit.yaml"));
    // It has a mistake of form, on purpose.
    paths.retain(|path| path.file_name().is_some_and(|name| name != "monitoring.tillit.yaml"));
    paths.sort();
    assert!(paths.len() > 25, "{}", paths.len());
    let read = |path: PathBuf| (path.to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap());
    paths.into_iter().map(read).collect()
}

/// A manifest with a text from outside wherever one can stand.
fn hostile(text: &str, retention: &str, more: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    format!(
        "tillit: 1
system: {{id: s, name: {quoted}, version: {quoted}, status: deployed, affects_workers: true, jurisdictions: [\"NO\"]}}
purposes: [{{id: control, area: monitoring}}{more}]
subjects: {{groups: [{{id: g, name: {quoted}, type: employees}}]}}
data: {{inputs: [{{id: doors, category: badge-access, retention: {retention}, access_roles: [{quoted}]}}]}}
decisions: [{{id: d, effect: moderate, criteria: [{quoted}]}}]
suppliers: [{{name: {quoted}, country: DE}}]
"
    )
}

#[test]
fn an_example_is_as_it_is_and_all_of_it_is_new_beside_nothing() {
    let examples = examples();
    for (name, text) in &examples {
        let files = [(name.as_str(), text.as_str())];
        let same = diff(Lang::En, &files, &files);
        assert!(same.systems.is_empty() && same.troubles.is_empty(), "{name}: {same:?}");
        assert_eq!(same.same, 1, "{name}");
        let [new] = &diff(Lang::En, &[], &files).systems[..] else {
            panic!("{name}");
        };
        assert_eq!((new.fate, new.direction), (Fate::Added, Direction::Widens), "{name}");
        let [gone] = &diff(Lang::En, &files, &[]).systems[..] else {
            panic!("{name}");
        };
        // None of the examples is out of use.
        assert_eq!(
            (gone.fate, gone.direction),
            (Fate::Removed, Direction::Neutral),
            "{name}"
        );
        assert!(
            gone.required.iter().all(|clause| clause.of == Direction::Neutral),
            "{name}"
        );
    }
}

#[test]
fn every_format_fits_and_says_the_same() {
    let schema = include_str!("../schemas/diff.v1.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let examples = examples();
    let mut kinds = std::collections::BTreeSet::new();
    // Two different systems under one id differ in almost everything.
    let under_one_id = |text: &str| {
        let id = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("id: "))
            .unwrap()
            .to_owned();
        text.replacen(&format!("id: {id}"), "id: one", 1)
    };
    for pair in examples.windows(2) {
        let (old, new) = (under_one_id(&pair[0].1), under_one_id(&pair[1].1));
        for lang in [Lang::En, Lang::Nb] {
            let diff = diff(lang, &[("a", &old), ("broken", "a: [")], &[("b", &new)]);
            assert_eq!(diff.troubles.len(), 1);
            let [text, json, markdown] = written(lang, &diff);
            let json: Value = serde_json::from_str(&json).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&json)
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = plain(&text);
            for system in json["systems"].as_array().unwrap() {
                assert!(text.contains(&plain(system["sentence"].as_str().unwrap())));
                for change in system["changes"].as_array().unwrap() {
                    kinds.insert(change["kind"].as_str().unwrap().to_owned());
                    assert!(text.contains(&plain(change["message"].as_str().unwrap())));
                    assert!(change["location"].is_object(), "{change}");
                }
                let count = system["changes"].as_array().unwrap().len();
                let shown = markdown.matches('\n').count();
                assert!(shown > count, "{markdown}");
            }
        }
    }
    let kinds: Vec<String> = kinds.into_iter().collect();
    assert_eq!(kinds, ["added", "removed", "renamed", "set", "values"]);
}

/// What a page of Markdown has that is not text, a list, a heading of the program's own or emphasis.
fn wrong(page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut heading = false;
    for event in Parser::new_ext(page, Extensions::all() - Extensions::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::Text(text) if heading => {
                if !text.starts_with("tillit: ") {
                    wrong.push(text.to_string());
                }
            }
            Event::End(_) => heading = false,
            Event::Start(Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong | Tag::Emphasis) => {}
            Event::Code(_) | Event::SoftBreak if !heading => {}
            Event::Text(text) if !text.contains(['@', '#', '<', '>', '|', '$', '[', '*', '_', '~', '\\', '&']) => {}
            other => wrong.push(format!("{other:?}")),
        }
    }
    wrong
}

#[test]
fn nothing_hostile_gets_through() {
    for text in HOSTILE {
        let (old, new) = (
            hostile("x", "90 days", ""),
            hostile(text, "1 year", ", {id: pay, area: pay}"),
        );
        for lang in [Lang::En, Lang::Nb] {
            for (old, new) in [(&old, &new), (&new, &old)] {
                let name = text;
                let gone = hostile(text, "1 day", "").replace("id: s,", "id: gone,");
                // It has too little in common with what is gone to be the same under another id.
                let come = hostile(&format!("{text}x"), "2 days", "").replace("id: s,", "id: come,");
                let come = come.replace("monitoring", "pay").replace("moderate", "significant");
                let come = come
                    .replace("badge-access", "keystrokes")
                    .replace("DE", "SE")
                    .replace("id: g,", "id: h,");
                let diff = diff(
                    lang,
                    &[("a", old), (name, &gone)],
                    &[("b", new), ("d", &come), ("c", text)],
                );
                assert_eq!(diff.systems.len(), 3, "{diff:?}");
                let outs = written(lang, &diff);
                for out in &outs {
                    let outside = |line: &&str| guarded(line) != *line;
                    let commands: Vec<&str> = out.split(['\n', '\r']).filter(outside).collect();
                    assert!(commands.is_empty(), "{commands:?}");
                    assert_eq!(out.find(|c| is_unsafe(c) && c != '\n'), None, "{out}");
                }
                assert!(serde_json::from_str::<Value>(&outs[1]).is_ok());
                let wrong = wrong(&outs[2]);
                assert!(wrong.is_empty(), "{wrong:#?}\n{}", outs[2]);
            }
        }
    }
}

#[test]
fn a_page_stays_short_and_says_what_did_not_fit() {
    let many = |retention: &str| {
        let items: Vec<String> = (0..3_000)
            .map(|n| format!("{{id: data-{n}, category: badge-access, retention: {retention}}}"))
            .collect();
        format!(
            "tillit: 1\nsystem: {{id: s, name: S, status: planned}}\ndata: {{inputs: [{}]}}\n",
            items.join(", ")
        )
    };
    let diff = diff(Lang::En, &[("a", &many("1 day"))], &[("a", &many("2 days"))]);
    assert_eq!(diff.systems[0].changes.len(), 3_000);
    let [text, json, page] = written(Lang::En, &diff);
    assert!((50_000..60_000).contains(&page.len()), "{}", page.len());
    let shown = page.matches("\n- **widens** `a:3`").count();
    assert!(shown > 100, "{shown}");
    // The clauses did not fit either.
    let hidden = page
        .split_once("… and ")
        .unwrap()
        .1
        .split_once(" more lines")
        .unwrap()
        .0;
    assert!(hidden.parse::<usize>().unwrap() >= 3_000 - shown, "{hidden}");
    assert!(
        text.contains("… and 2800 more; `--format json` shows them all."),
        "{text}"
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["systems"][0]["changes"].as_array().unwrap().len(), 3_000);
}

#[test]
fn no_number_of_changes_hides_what_was_not_compared() {
    let many = |retention: &str| {
        let documents = (0..1_000).map(|n| {
            format!(
                "tillit: 1\nsystem: {{id: s{n}, name: System number {n}, status: planned}}\ndata: {{inputs: [{{id: a, retention: {retention}}}]}}\n---\n"
            )
        });
        documents.collect::<String>()
    };
    let broken = (0..20).map(|n| (format!("broken-{n}"), "a: ["));
    let mut files: Vec<(String, String)> = broken.map(|(name, text)| (name, text.to_owned())).collect();
    let old = many("1 day");
    files.push(("a".to_owned(), many("2 days")));
    let new: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let diff = diff(Lang::En, &[("a", &old)], &new);
    assert_eq!(diff.systems.len(), 1_000);
    let [_, _, page] = written(Lang::En, &diff);
    assert!(page.contains("Systems: 1000 widened. Not compared: 20."), "{page}");
    let before = page.split_once("**widens**").unwrap().0;
    assert_eq!(before.matches("Not compared: `broken-").count(), 10, "{page}");
    assert!(page.contains(" more lines, which did not fit here."), "{page}");
}

#[test]
fn many_systems_of_one_file_take_no_longer_than_they_should() {
    let many = |retention: &str| {
        let documents = (0..2_000).map(|n| {
            format!(
                "tillit: 1\nsystem: {{id: s{n}, name: S, status: planned}}\ndata: {{inputs: [{{id: a, retention: {retention}}}]}}\n---\n"
            )
        });
        documents.collect::<String>()
    };
    let start = std::time::Instant::now();
    let diff = diff(Lang::En, &[("a", &many("1 day"))], &[("b", &many("2 days"))]);
    assert_eq!(diff.systems.len(), 2_000);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// The places that a manifest can be changed at: its lines.
fn changed(text: &str, line: usize, with: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = line % lines.len();
    lines[line] = with;
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is done to an example: it is as it is, words beside it change nothing, and no change goes both ways.
    #[test]
    fn a_side_does_not_differ_from_itself(
        which in 0_usize..40,
        line in 0_usize..200,
        with in prop::sample::select(vec!["", "# words", "  colour: blue", "  status: planned", "  - {id: new}", "a: [", "---"]),
    ) {
        let examples = examples();
        let text = changed(&examples[which % examples.len()].1, line, with);
        let files = [("a", text.as_str())];
        let same = diff(Lang::En, &files, &files);
        prop_assert!(same.systems.is_empty(), "{:?}", same);
        let alike = read(linter(Lang::En), given("a", &text), true);
        let again = read(linter(Lang::En), given("a", &text), true);
        let same = compare(linter(Lang::En), alike, again);
        prop_assert!(same.systems.is_empty() && same.troubles.is_empty(), "{:?}", same);
        let original = [("b", examples[which % examples.len()].1.as_str())];
        let forth = diff(Lang::En, &original, &files);
        let back = diff(Lang::En, &files, &original);
        prop_assert_eq!(forth.systems.len(), back.systems.len());
        prop_assert_eq!(forth.troubles.len(), back.troubles.len());
    }
}
