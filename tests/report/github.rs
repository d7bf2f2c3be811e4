use tillit::finding::Severity;
use tillit::lint::{Linter, Run};
use tillit::report::github;
use tillit::text::Lang;

use super::example::{example, many, milder};
use crate::{linter, run};

fn written(linter: &Linter, run: &Run) -> String {
    let mut out = Vec::new();
    github::render(linter, run, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// How many annotations there are of a level.
fn count(text: &str, level: &str) -> usize {
    text.lines()
        .filter(|line| line.starts_with(&format!("::{level} ")))
        .count()
}

#[test]
fn a_run_with_everything() {
    let (linter, run) = example(Lang::En);
    insta::assert_snapshot!(written(linter, &run));
}

#[test]
fn a_run_with_everything_in_norwegian() {
    let (linter, run) = example(Lang::Nb);
    insta::assert_snapshot!(written(linter, &run));
}

#[test]
fn a_clean_run_says_nothing() {
    assert_eq!(written(linter(Lang::En), &Run::default()), "");
}

#[test]
fn ten_of_a_level_are_shown_and_the_last_says_how_many_more() {
    let severity = |n: usize| match n {
        0..12 => Severity::Note,
        12..22 => Severity::Warning,
        _ => Severity::Error,
    };
    let mut run = many(33, severity);
    run.about.push(milder(Lang::En));
    let text = written(linter(Lang::En), &run);
    assert_eq!(
        (count(&text, "error"), count(&text, "warning"), count(&text, "notice")),
        (10, 10, 10)
    );
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("::warning file=tillit.yaml,"),
        "a milder policy comes before all"
    );
    assert!(
        lines[1..11].iter().all(|line| line.starts_with("::error ")),
        "then the gravest"
    );
    let last = |level: &str| lines.iter().rev().find(|line| line.starts_with(level)).unwrap();
    assert!(last("::error").ends_with(
        "%0A… and 1 error more, in many.yaml: see the summary. `tillit check --format json` shows them all."
    ));
    assert!(last("::warning").ends_with(
        "%0A… and 1 warning more, in many.yaml: see the summary. `tillit check --format json` shows them all."
    ));
    assert!(last("::notice").ends_with(
        "%0A… and 2 notes more, in many.yaml: see the summary. `tillit check --format json` shows them all."
    ));
    let exactly = written(linter(Lang::Nb), &many(10, |_| Severity::Note));
    assert_eq!((count(&exactly, "notice"), exactly.contains('…')), (10, false));
    let one_more = written(linter(Lang::Nb), &many(11, |_| Severity::Note));
    assert!(
        one_more.ends_with(
            "%0A… og 1 merknad til, i many.yaml: se sammendraget. `tillit check --format json` viser alle.\n"
        ),
        "{one_more}"
    );
}

#[test]
fn columns_count_on_one_line_and_the_last_one_is_the_last_character() {
    let text = "a: \"é\"\nb: [1,\n  2]\nc:\n  - d\ne: x\n";
    let linter = linter(Lang::En);
    let checked = |from: &str, to: &str| {
        let mut run = run(linter, &[("f.yaml", text)]);
        let source = std::sync::Arc::clone(&run.files[0].source);
        let start = text.find(from).unwrap();
        let end = start + text[start..].find(to).unwrap() + to.len();
        let finding = &mut run.files[0].findings[0];
        finding.primary.start = source.position(start as u32);
        finding.primary.end = source.position(end as u32);
        run.files[0].findings.truncate(1);
        let line = written(linter, &run);
        let (place, _) = line.split_once(",title=").unwrap();
        place.split_once("file=f.yaml,").unwrap().1.to_owned()
    };
    assert_eq!(checked("\"é", "\""), "line=1,endLine=1,col=4,endColumn=4");
    assert_eq!(checked("a:", ": \"é\""), "line=1,endLine=1,col=1,endColumn=6");
    assert_eq!(
        checked("e", ""),
        "line=6,endLine=6,col=1,endColumn=1",
        "an empty place has the column it stands at"
    );
    assert_eq!(checked("[1", "2]"), "line=2,endLine=3");
    assert_eq!(
        checked("c:", "d\n"),
        "line=4,endLine=5",
        "what ends before a line does not reach into it"
    );
    assert_eq!(checked("e:", "x\n"), "line=6,endLine=6");
}

#[test]
fn what_means_something_to_the_runner_is_escaped() {
    let linter = linter(Lang::En);
    let mut run = run(linter, &[("a,line=9:%0A\r\n::error::\u{1b}\u{202e}.yaml", "")]);
    run.files[0].findings[0].message = "100% ::\n##[x]\r\u{1b}".to_owned();
    let text = written(linter, &run);
    let file = "a%2Cline=9%3A%250A%0D%0A%3A%3Aerror%3A%3A\\u{1B}\\u{202E}.yaml";
    assert!(text.starts_with(&format!("::error file={file},line=1,")), "{text}");
    assert!(text.contains("::100%25 :: ##[x] \\u{1B}.%0A"), "{text}");
    assert_eq!(text.matches(['\r', '\n']).count(), 1);
}

#[test]
fn a_long_message_leaves_room_for_the_note_behind_it() {
    let mut run = many(11, |_| Severity::Error);
    for finding in &mut run.files[0].findings {
        finding.help = "x".repeat(10_000);
    }
    let text = written(linter(Lang::En), &run);
    assert!(text.lines().all(|line| line.chars().count() < 4_096));
    assert!(text.ends_with("shows them all.\n"));
}
