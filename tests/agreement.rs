//! The agreement: the canonical form of what is material, and what binds it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use tillit::agreement::{Content, NotCanonical, Record};
use tillit::config::Config;
use tillit::lint::Linter;
use tillit::schema::Manifest;
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::yaml::{Documents, Limits};

static LINTER: LazyLock<Linter> =
    LazyLock::new(|| Linter::new(&Config::default(), &[], Date::constant(2026, 11, 21), Lang::En).unwrap());

fn read<T>(text: &str, of: impl FnOnce(&Manifest<'_>) -> T) -> T {
    let document = Documents::new(text, Limits::default(), false).next().unwrap();
    let rules = &LINTER.rules;
    of(&Manifest::read(&document, &rules.shape, &rules.vocabularies, false))
}

fn content(text: &str) -> Content {
    read(text, |manifest| Content::of(manifest, &LINTER.rules.vocabularies))
}

#[test]
fn the_canonical_form_of_an_example() {
    let text = std::fs::read_to_string("examples/monitoring.tillit.yaml").unwrap();
    let content = content(&text);
    insta::assert_snapshot!(content.text());
    assert_eq!(Content::parse(&content.text()), Ok(content));
}

#[test]
fn a_list_that_is_not_sorted_or_too_deep_is_not_canonical() {
    assert!(Content::parse("a.b = [\"a\",\"b\"]\nc[].d = [[1],[2,3]]\n").is_ok());
    for text in [
        "a.b = [\"b\",\"a\"]\n",
        "c[].d = [[3,2]]\n",
        "a.b = [[[1]]]\n",
        "a.b = [[{}]]\n",
        "a.b = [1.5]\n",
    ] {
        assert_eq!(Content::parse(text), Err(NotCanonical(1)), "{text}");
    }
}

#[test]
fn a_record_of_an_example_reads_back() {
    let text = std::fs::read_to_string("examples/exemplary.tillit.yaml").unwrap();
    let record = read(&text, |manifest| {
        Record::of(manifest, &LINTER.rules.vocabularies, Date::constant(2026, 11, 21)).unwrap()
    });
    let text = record.text().unwrap();
    insta::assert_snapshot!(text);
    let agreed = Record::read(&Arc::new(SourceFile::new("record.yaml", text))).unwrap();
    assert_eq!(agreed.record, record);
}
