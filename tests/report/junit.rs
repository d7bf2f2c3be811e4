use roxmltree::{Document, Node};
use tillit::finding::Severity;
use tillit::lint::{Linter, Run};
use tillit::report::{Options, junit};
use tillit::text::Lang;

use super::example::{example, many, with_notes};
use crate::{HOSTILE, SMALL, TOGETHER, linter, run};

const PLAIN: Options = Options { show_waived: false };

/// The elements and attributes that JUnit 10 knows, of those that a linter has a use for.
const KNOWN: [(&str, &[&str]); 6] = [
    ("testsuites", &["name", "tests", "failures", "errors"]),
    ("testsuite", &["name", "tests", "failures", "errors", "skipped"]),
    ("testcase", &["name", "classname"]),
    ("failure", &["type", "message"]),
    ("error", &["type", "message"]),
    ("skipped", &["type", "message"]),
];

fn written(linter: &Linter, run: &Run, options: Options) -> String {
    let mut out = Vec::new();
    junit::render(linter, run, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reads a report, holds its elements against what is known, and its numbers against its tests.
fn read(text: &str) -> Document<'_> {
    let document = Document::parse(text).unwrap();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        let (_, attributes) = KNOWN.iter().find(|(known, _)| *known == name).unwrap();
        assert!(node.attributes().all(|a| attributes.contains(&a.name())), "{node:?}");
        if name.starts_with("testsuite") {
            let below = |name: &str| node.descendants().filter(|n| n.has_tag_name(name)).count().to_string();
            assert_eq!(node.attribute("tests"), Some(&*below("testcase")));
            assert_eq!(node.attribute("failures"), Some(&*below("failure")));
            assert_eq!(node.attribute("errors"), Some(&*below("error")));
            assert!(node.attribute("skipped").is_none_or(|n| n == below("skipped")));
        }
    }
    document
}

#[test]
fn a_run_with_everything() {
    let (linter, run) = example(Lang::En);
    let text = written(linter, &with_notes(run), Options { show_waived: true });
    read(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_run_with_everything_in_norwegian() {
    let (linter, run) = example(Lang::Nb);
    let text = written(linter, &with_notes(run), Options { show_waived: true });
    read(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_file_without_findings_is_a_test_that_passed() {
    let mut run = many(0, |_| Severity::Note);
    insta::assert_snapshot!(written(linter(Lang::En), &run, PLAIN), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="tillit" tests="1" failures="0" errors="0">
      <testsuite name="many.yaml" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="no findings" classname="many.yaml"/>
      </testsuite>
    </testsuites>
    "#);
    run.files.clear();
    insta::assert_snapshot!(written(linter(Lang::En), &run, PLAIN), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="tillit" tests="0" failures="0" errors="0">
    </testsuites>
    "#);
}

#[test]
fn only_errors_fail_and_every_finding_is_there() {
    let linter = linter(Lang::En);
    let odd = "x ##[error]\u{1b}[31m\u{202e}\r\n::error::\u{fffe}\"'<&>]]>.yaml";
    let attack = "tillit: 1\nsystem: {id: \"]]> &ent; <!DOCTYPE a> \\x01\\x0b\\uFFFE\"}\n";
    for files in [
        &[("small.yaml", SMALL)][..],
        &TOGETHER,
        &[(odd, HOSTILE)],
        &[(odd, attack)],
    ] {
        let run = run(linter, files);
        let text = written(linter, &run, PLAIN);
        assert_eq!(text, written(linter, &run, PLAIN));
        let document = read(&text);
        let count = |name: &str| document.descendants().filter(|n| n.has_tag_name(name)).count();
        assert_eq!(count("failure"), run.count(Severity::Error));
        assert_eq!(
            count("skipped"),
            run.count(Severity::Warning) + run.count(Severity::Note)
        );
    }
}
