//! The agreement: the canonical form of what is material, and what binds it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::sync::LazyLock;

use jiff::civil::Date;
use tillit::agreement::Content;
use tillit::config::Config;
use tillit::lint::Linter;
use tillit::schema::Manifest;
use tillit::text::Lang;
use tillit::yaml::{Documents, Limits};

static LINTER: LazyLock<Linter> =
    LazyLock::new(|| Linter::new(&Config::default(), &[], Date::constant(2026, 11, 21), Lang::En).unwrap());

fn content(text: &str) -> Content {
    let document = Documents::new(text, Limits::default(), false).next().unwrap();
    let rules = &LINTER.rules;
    let manifest = Manifest::read(&document, &rules.shape, &rules.vocabularies, false);
    Content::of(&manifest, &rules.vocabularies)
}

#[test]
fn the_canonical_form_of_an_example() {
    let text = std::fs::read_to_string("examples/monitoring.tillit.yaml").unwrap();
    let content = content(&text);
    insta::assert_snapshot!(content.text());
    assert_eq!(Content::parse(&content.text()), Ok(content));
}
