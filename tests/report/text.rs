use std::sync::Arc;

use tillit::finding::{Finding, Location, Mistake, Severity};
use tillit::lint::{FileReport, Linter, Run};
use tillit::pointer::Pointer;
use tillit::report::Options;
use tillit::report::text::{Style, render, render_mistakes};
use tillit::source::{SourceFile, Span};
use tillit::text::{Lang, Localized, is_unsafe};

use crate::{HOSTILE, SMALL, TOGETHER, linter, run};

const PLAIN: Style = Style {
    color: false,
    links: false,
    width: 80,
    quiet: false,
};

fn written(linter: &Linter, run: &Run, style: Style) -> String {
    let mut out = Vec::new();
    render(linter, run, Options::default(), style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn shown(lang: Lang, files: &[(&str, &str)], style: Style) -> String {
    let linter = linter(lang);
    written(linter, &run(linter, files), style)
}

/// The excerpt of a finding at the first `»…«` of the text, with further places at the next ones.
fn excerpt(marked: &str, width: usize) -> String {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut start = 0;
    for c in marked.chars() {
        match c {
            '»' => start = text.len(),
            '«' => spans.push(Span::new(start, text.len())),
            c => text.push(c),
        }
    }
    let source = Arc::new(SourceFile::new("f.yaml", text));
    let location = |n: usize, span: &Span| Location {
        file: Arc::clone(source.name()),
        pointer: Pointer::default(),
        span: *span,
        start: source.position(span.start),
        end: source.position(span.end),
        label: format!("label {n}"),
        above: None,
    };
    let mut places: Vec<Location> = spans.iter().enumerate().map(|(n, span)| location(n, span)).collect();
    let primary = places.remove(0);
    let run = of_one(&source, vec![finding(primary, places)]);
    let text = written(linter(Lang::En), &run, Style { width, ..PLAIN });
    let lines: Vec<&str> = text
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("  help"))
        .collect();
    lines.join("\n")
}

fn finding(primary: Location, secondary: Vec<Location>) -> Finding {
    let (message, help) = ("message".to_owned(), "Help.".to_owned());
    Finding {
        secondary,
        ..Finding::new("invalid-manifest", Severity::Error, primary, message, help)
    }
}

fn of_one(source: &Arc<SourceFile>, findings: Vec<Finding>) -> Run {
    let file = FileReport {
        manifests: 1,
        ..FileReport::about(Arc::clone(source), findings)
    };
    Run {
        files: vec![file],
        ..Run::default()
    }
}

/// A mistake in the form, a rule's finding and the open questions of a small manifest. Few rules, so
/// that the pages do not change with every other one.
fn small(lang: Lang, style: Style) -> String {
    let linter = linter(lang);
    let mut run = run(linter, &[("small.tillit.yaml", SMALL)]);
    run.files[0].findings.retain(|finding| match &*finding.rule {
        "unanswered-block" => finding.primary.pointer.to_string() == "data.inputs[0]",
        rule => ["invalid-manifest", "no-shared-logins"].contains(&rule),
    });
    written(linter, &run, style)
}

#[test]
fn a_small_manifest() {
    insta::assert_snapshot!(small(Lang::En, PLAIN));
}

#[test]
fn a_small_manifest_wider_in_colour_with_links() {
    let style = Style {
        color: true,
        links: true,
        width: 120,
        quiet: false,
    };
    insta::assert_snapshot!(small(Lang::Nb, style));
}

#[test]
fn several_systems_on_one_group() {
    let text = shown(Lang::En, &TOGETHER, PLAIN);
    let (_, load) = text.split_once("\nLoad on ").unwrap();
    insta::assert_snapshot!(load, @r"
    `drivers`: 2 systems (`camera`, `route`) with 2 weighing data flows; 2
      outside working time; data: continuous location tracking ×2; not assessed
      together.
    `tillit explain RULE` says more. Findings are no legal verdict; `core` is
    policy, not law.
    ");
}

#[test]
fn quiet_is_a_line_for_each_file_and_the_counts() {
    let quiet = Style { quiet: true, ..PLAIN };
    let text = shown(Lang::En, &[("a\u{1b}.yaml", SMALL), ("b.yaml", "")], quiet);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("a\\u{1B}.yaml: "), "{text}");
    assert_eq!(lines[1], "b.yaml: 1 error");
    assert!(lines[2].starts_with("1 manifest in 2 files: "), "{text}");
}

#[test]
fn nothing_found_is_one_friendly_line() {
    for (lang, line) in [
        (Lang::En, "1 manifest in 1 file checked: nothing to point out.\n"),
        (Lang::Nb, "1 manifest i 1 fil kontrollert: ingenting å bemerke.\n"),
    ] {
        let source = Arc::new(SourceFile::new("f", ""));
        assert_eq!(written(linter(lang), &of_one(&source, Vec::new()), PLAIN), line);
    }
}

#[test]
fn labels_stand_under_wide_characters_and_tabs() {
    insta::assert_snapshot!(excerpt("a: 1\n\tnavn: \"日本\u{202e}語\" »ø😀b« # »x«\nb: 2\n", 80), @r#"
      ╭─[f.yaml:2:15]
    1 │ a: 1
    2 │     navn: "日本�語" ø😀b # x
      ·                     ──┬─   ┬
      ·                       │    ╰── label 1
      ·                       ╰── label 0
    3 │ b: 2
      ╰────
    "#);
}

#[test]
fn lines_end_with_any_line_end_and_a_mark_of_byte_order_takes_no_column() {
    insta::assert_snapshot!(excerpt("\u{feff}a: »1«\r\nb: »2«\rc: 3\n", 80), @r"
      ╭─[f.yaml:1:4]
    1 │ a: 1
      ·    ┬
      ·    ╰── label 0
    2 │ b: 2
      ·    ┬
      ·    ╰── label 1
      ╰────
    ");
}

#[test]
fn a_long_line_is_cut_around_its_label() {
    let long = format!("a: {}»here«{} »there«\n", "x".repeat(100_000), "y".repeat(100_000));
    insta::assert_snapshot!(excerpt(&long, 60), @r"
      ╭─[f.yaml:1:100004]
    1 │ …xxxxxxxxxxxxxxxxxhereyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
      ·                   ──┬─                                ▲
      ·                     │                                 ╰── label 1
      ·                     ╰── label 0
      ╰────
    ");
}

#[test]
fn what_runs_over_several_lines_is_labelled_at_its_first() {
    insta::assert_snapshot!(excerpt("a: »[1,\n  2,\n  3]«\nb: 1\n", 80), @r"
      ╭─[f.yaml:1:4]
    1 │ a: [1,
      ·    ─┬─
      ·     ╰── label 0
    2 │   2,
      ╰────
    ");
}

#[test]
fn places_on_top_of_each_other_and_at_the_end() {
    insta::assert_snapshot!(excerpt("»a: »1««\nb\nc\nd\ne\nf\ng »«", 80), @r"
      ╭─[f.yaml:1:4]
    1 │ a: 1
      ·    ┬
      ·    ╰─┤ label 0
      ·      │ label 1
    2 │ b
      ╰────
      ╭─[f.yaml:7:3]
    7 │ g
      ·   ▲
      ·   ╰── label 2
      ╰────
    ");
}

#[test]
fn every_place_can_be_shown() {
    let text = "\u{feff}a: \t日\r\nb\u{202e}: \u{301}😀\r\rc:\n\n  d";
    let source = Arc::new(SourceFile::new("f.yaml", text));
    let at = |start: usize, end: usize| Location {
        file: Arc::clone(source.name()),
        pointer: Pointer::default(),
        span: Span::new(start, end),
        start: source.position(Span::new(start, end).start),
        end: source.position(Span::new(start, end).end),
        label: "label".to_owned(),
        above: None,
    };
    // Offsets behind the end and within characters are tried as well.
    let places = (0..text.len() + 2).flat_map(|start| (start..text.len() + 3).map(move |end| (start, end)));
    let findings = places.map(|(start, end)| finding(at(start, end), vec![at(end, end), at(start / 2, start)]));
    let findings: Vec<Finding> = findings.collect();
    for some in findings.chunks(50) {
        let text = written(
            linter(Lang::En),
            &of_one(&source, some.to_vec()),
            Style { width: 40, ..PLAIN },
        );
        assert_eq!(text.matches("╭─[f.yaml:").count(), text.matches("  ╰────\n").count());
        assert!(!text.contains("Failed to read"), "{text}");
    }
}

#[test]
fn a_place_in_another_file_is_named() {
    let text = shown(Lang::En, &[("a.yaml", SMALL), ("b.yaml", SMALL)], PLAIN);
    assert!(text.contains("  see   a.yaml:3:3 the first one\n"), "{text}");
}

#[test]
fn of_many_findings_the_gravest_are_shown() {
    let source = Arc::new(SourceFile::new("f.yaml", "a: 1\n".repeat(80)));
    let at = |n: u32| Location {
        file: Arc::clone(source.name()),
        pointer: Pointer::default(),
        span: Span {
            start: n * 5,
            end: n * 5 + 1,
        },
        start: source.position(n * 5),
        end: source.position(n * 5 + 1),
        label: String::new(),
        above: None,
    };
    let mut findings: Vec<Finding> = (0..80).map(|n| finding(at(n), Vec::new())).collect();
    for f in &mut findings[..40] {
        f.severity = Severity::Note;
    }
    let text = written(linter(Lang::En), &of_one(&source, findings), PLAIN);
    assert_eq!(text.matches("error[").count(), 40);
    // Notes take a line each.
    assert_eq!(text.matches("    note     invalid-manifest").count(), 10);
    assert!(text.contains("… and more in f.yaml: 30 notes."), "{text}");
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    for name in [
        "n\n::error::NAME.yaml",
        "x ##[error]MID.yaml",
        "\u{1b}[31m\u{202e}.yaml",
        "::error::x",
    ] {
        for width in [1, 40, 80, 500] {
            let text = shown(Lang::En, &[(name, HOSTILE)], Style { width, ..PLAIN });
            let bad: Vec<char> = text.chars().filter(|c| is_unsafe(*c) && *c != '\n').collect();
            assert!(bad.is_empty(), "{bad:?}\n{text}");
            assert!(!text.contains("##["), "{text}");
            assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        }
    }
}

#[test]
fn mistakes_are_shown_where_they_stand() {
    let source = Arc::new(SourceFile::new("tillit.yaml", "levels:\n  retention-defnd: off\n"));
    let both = |text: &str| Localized {
        en: text.to_owned(),
        nb: text.to_owned(),
    };
    let mistake = Mistake {
        source,
        span: Span::new(10, 25),
        message: both("unknown rule `retention-defnd`\u{1b}[2J"),
        help: both("Did you mean `retention-defined`?"),
    };
    let mut out = Vec::new();
    render_mistakes(&[mistake], Lang::En, PLAIN, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
      error: unknown rule `retention-defnd`\u{1B}[2J
       ╭─[tillit.yaml:2:3]
     1 │ levels:
     2 │   retention-defnd: off
       ·   ───────────────
       ╰────
      help  Did you mean `retention-defined`?
    ");
}
