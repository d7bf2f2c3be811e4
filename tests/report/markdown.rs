use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};
use tillit::finding::Severity;
use tillit::lint::{Linter, Run};
use tillit::report::{Options, markdown};
use tillit::text::Lang;

use super::example::{example, many, milder, with_notes};
use super::hostile::{attacked, attacks};
use crate::linter;

const PLAIN: Options = Options { show_waived: false };
const WITH_WAIVED: Options = Options { show_waived: true };

fn written(linter: &Linter, run: &Run, options: Options) -> String {
    let mut out = Vec::new();
    markdown::render(linter, run, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_run_with_everything() {
    let (linter, run) = example(Lang::En);
    insta::assert_snapshot!(written(linter, &with_notes(run), WITH_WAIVED));
}

#[test]
fn a_run_with_everything_in_norwegian() {
    let (linter, run) = example(Lang::Nb);
    insta::assert_snapshot!(written(linter, &with_notes(run), WITH_WAIVED));
}

#[test]
fn a_clean_run_is_two_lines() {
    let run = many(0, |_| Severity::Note);
    let text = written(linter(Lang::En), &run, PLAIN);
    assert_eq!(
        text,
        "## tillit: nothing to point out\n\n1 manifest in 1 file checked.\n"
    );
    let unread = written(linter(Lang::Nb), &with_notes(Run::default()), PLAIN);
    assert!(unread.starts_with("## tillit: ikke alt kunne leses\n"), "{unread}");
}

#[test]
fn what_does_not_fit_is_said_and_the_gravest_are_there() {
    let severity = |n: usize| {
        if n % 500 == 499 {
            Severity::Error
        } else {
            Severity::Note
        }
    };
    for help in [5, 900] {
        let mut run = many(5_000, severity);
        run.files[0]
            .findings
            .iter_mut()
            .for_each(|finding| finding.help = "@x ".repeat(help));
        run.about.push(milder(Lang::En));
        let text = written(linter(Lang::En), &run, WITH_WAIVED);
        assert!((40_000..60_000).contains(&text.len()), "{}", text.len());
        let count = |severity: &str| text.matches(&format!("- **{severity}** ")).count();
        assert_eq!((count("warning"), count("error")), (1, 10));
        let said = format!(
            "… and more, which did not fit here: {} notes, in `many.yaml`.",
            4_990 - count("note")
        );
        assert!(text.contains(&said), "{said}");
        assert!(text.find("policy-weakened").unwrap() < text.find("- **error**").unwrap());
    }
}

/// Headings, links and code that a page has, and everything else that it should not have.
fn read(text: &str) -> (BTreeSet<String>, BTreeSet<String>, Vec<String>) {
    let (mut headings, mut links, mut wrong) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let mut heading = false;
    for event in Parser::new_ext(text, Extensions::all()) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::Text(text) if heading => {
                headings.insert(text.to_string());
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                links.insert(dest_url.to_string());
            }
            Event::End(_) => heading = false,
            Event::Start(Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong) => {}
            Event::Code(_) if !heading => {}
            Event::Text(text) if !text.contains(['@', '#', '<', '>', '|', '$', '!', '[']) => {}
            other => wrong.push(format!("{other:?}")),
        }
    }
    (headings, links, wrong)
}

#[test]
fn nothing_from_outside_steers_the_page() {
    let linter = linter(Lang::En);
    let allowed = [
        "tillit: ",
        "The check becomes milder",
        "Findings",
        "Set aside by waivers",
    ];
    for (name, _, text) in attacks() {
        let page = written(linter, &attacked(linter, name, text), WITH_WAIVED);
        let (headings, links, wrong) = read(&page);
        assert!(wrong.is_empty(), "{wrong:#?}\n{page}");
        assert!(
            headings.iter().all(|h| allowed.iter().any(|a| h.starts_with(a))),
            "{headings:?}"
        );
        let docs = "https://github.com/tillit-lint/tillit/blob/main/docs/rules/";
        assert!(links.iter().all(|link| link.starts_with(docs)), "{links:?}");
    }
}

/// Texts of rules can come from outside, too.
#[test]
fn help_and_messages_of_rules_are_quoted() {
    let linter = linter(Lang::En);
    for (_, _, text) in attacks() {
        let mut run = many(2, |_| Severity::Error);
        for finding in &mut run.files[0].findings {
            finding.rule = text.into();
            finding.message = text.to_owned();
            finding.help = text.to_owned();
            finding.primary.label = text.to_owned();
            finding.secondary = vec![finding.primary.clone()];
            finding.related = vec![finding.clone()];
        }
        let (headings, links, wrong) = read(&written(linter, &run, PLAIN));
        assert!(wrong.is_empty() && links.is_empty(), "{links:?} {wrong:#?}");
        assert_eq!(headings.len(), 2);
    }
}
