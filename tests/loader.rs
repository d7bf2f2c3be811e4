//! The loader: from bytes to a tree that knows its bytes, with every problem at its place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

use std::sync::Arc;

use tillit::config::Config;
use tillit::finding::Finding;
use tillit::lint::{Alone, Linter};
use tillit::source::SourceFile;
use tillit::text::Lang;
use tillit::value::parse_date;
use tillit::yaml::{Document, Documents, Limits, NodeId, Resolved};

fn documents(text: &str) -> Vec<Document<'_>> {
    Documents::new(text, Limits::default(), true).collect()
}

fn only(text: &str) -> Document<'_> {
    let mut all = documents(text);
    assert_eq!(all.len(), 1, "{text:?}");
    let document = all.remove(0);
    assert_eq!(document.problems, [], "{text:?}");
    document
}

/// The values of every document; a broken one ends early and is left out.
fn values(text: &str) -> Vec<String> {
    let whole = |d: &Document<'_>| d.root().filter(|_| !d.broken).map(|r| d.to_json(r).to_string());
    documents(text).iter().filter_map(whole).collect()
}

fn value(text: &str) -> String {
    let document = only(text);
    document.to_json(document.root().unwrap()).to_string()
}

/// Every node as it stands in the text, in the order of the text.
fn spans(text: &str) -> Vec<&str> {
    let document = only(text);
    (0..document.len())
        .map(|n| &text[document.span(NodeId(u32::try_from(n).unwrap())).range()])
        .collect()
}

/// Every problem as `line:column text under it: message`.
fn problems(text: &str) -> Vec<String> {
    problems_in(text, Limits::default(), Lang::En)
}

fn problems_in(text: &str, limits: Limits, lang: Lang) -> Vec<String> {
    let source = SourceFile::new("f", text);
    let documents: Vec<Document<'_>> = Documents::new(text, limits, false).collect();
    let all = documents.iter().flat_map(|d| &d.problems);
    all.map(|p| {
        let at = source.position(p.span.start);
        let (message, help) = p.describe(lang);
        assert!(!help.is_empty());
        format!("{}:{} {:?}: {message}", at.line, at.column, source.slice(p.span))
    })
    .collect()
}

#[test]
fn a_tree_with_the_bytes_of_every_node() {
    let text = "a: {b: [1, 'två'], c: }\nd:\n  - e: f\n    g: h\n  - i # comment\n\n";
    assert_eq!(
        value(text),
        r#"{"a":{"b":[1,"två"],"c":null},"d":[{"e":"f","g":"h"},"i"]}"#
    );
    let map = "a: {b: [1, 'två'], c: }\nd:\n  - e: f\n    g: h\n  - i";
    let list = "- e: f\n    g: h\n  - i";
    let first = [
        "a",
        "{b: [1, 'två'], c: }",
        "b",
        "[1, 'två']",
        "1",
        "'två'",
        "c",
        "",
        "d",
    ];
    let second = [list, "e: f\n    g: h", "e", "f", "g", "h", "i"];
    assert_eq!(spans(text), [&[map], &first[..], &second[..]].concat());
}

#[test]
fn a_thousand_comment_lines_in_a_row_are_read() {
    let text = format!("{}a: 1 # last\n{}", "# comment\n".repeat(1000), "# more\n".repeat(1000));
    let document = only(&text);
    assert_eq!(document.comments.len(), 2001);
    assert_eq!(&text[document.comments[1000].range()], "# last");
    assert_eq!(value("# a\n\n# b\na: 1\n"), r#"{"a":1}"#);
}

#[test]
fn a_flow_collection_may_not_go_on_without_indentation() {
    assert_eq!(
        problems("a: {b: 1,\nc: 2}\n"),
        [r#"2:1 "c": a bracket, brace or quotation mark above is not closed, or this line is not indented behind it"#]
    );
    assert_eq!(value("a: {b: 1,\n  c: 2}\n"), r#"{"a":{"b":1,"c":2}}"#);
}

#[test]
fn an_absent_value_is_null_with_an_empty_span_behind_its_key() {
    for text in [
        "a:\nb: 1\n",
        "a:   \n\n\nb: 1\n",
        "a: # comment\nb: 1\n",
        "{a: , b: 1}",
        "{a, b: 1}",
    ] {
        let document = only(text);
        let root = document.root().unwrap();
        let (key, a) = document.entry(root, "a").unwrap();
        assert_eq!(document.resolve(a), Some(Resolved::Null), "{text:?}");
        let (key, span) = (document.span(key), document.span(a));
        assert_eq!(span.start, span.end, "{text:?}");
        assert!(
            text[key.end as usize..span.end as usize]
                .trim_matches([' ', ':'])
                .is_empty(),
            "{text:?}"
        );
    }
    assert_eq!(value("- \n- ~\n- null\n- ''\n-"), r#"[null,null,null,"",null]"#);
}

#[test]
fn a_block_scalar_begins_at_its_mark_and_ends_at_its_last_line() {
    let text = "a: |  # note | here\n  one\n\n  two\n\n\nb: >-\n  x\n  y\nc: |+\n  z\n\n# | comment\nd:\n  - |\n    item\n  - !!str >2\n      more\n  - &x |-\n    # text\n  # comment\n  - *x\ne: |\nf: |+\n\n# | comment\ng:\n  # see | below\n  |\n  h\n";
    assert_eq!(
        value(text),
        r##"{"a":"one\n\ntwo\n","b":"x y","c":"z\n\n","d":["item\n","  more\n","# text","# text"],"e":"","f":"\n","g":"h\n"}"##
    );
    let all = spans(text);
    let scalars: Vec<&&str> = all.iter().skip(1).filter(|s| s.starts_with(['|', '>'])).collect();
    assert_eq!(
        scalars,
        [
            &"|  # note | here\n  one\n\n  two",
            &">-\n  x\n  y",
            &"|+\n  z",
            &"|\n    item",
            &">2\n      more",
            &"|-\n    # text",
            &"|",
            &"|+",
            &"|\n  h",
        ]
    );
}

#[test]
fn a_collection_ends_at_its_last_child() {
    let text = "a:\n  b: 1   # comment\n\n# more\n\nc:\n- d\n- - e\n  - f\n\ng: [\n  h,\n  ] # i\nj: {}\n";
    let all = spans(text);
    for span in ["b: 1", "- d\n- - e\n  - f", "- e\n  - f", "[\n  h,\n  ]", "{}"] {
        assert!(all.contains(&span), "{span:?} in {all:?}");
    }
    // The dash belongs to a list, indented or not, and not to a negative number.
    assert!(spans("a:\n- -1\n").contains(&"- -1"));
    assert!(spans("a: &x-y # - c\n# - d\n-\n- -\n").contains(&"-\n- -"));
}

#[test]
fn aliases_repeat_and_keep_their_own_place() {
    let text = "a: &x {k: [v]}\nb: *x\nc: &y word\n*y : 1\n";
    assert_eq!(value(text), r#"{"a":{"k":["v"]},"b":{"k":["v"]},"c":"word","word":1}"#);
    let document = only(text);
    let b = document.get(document.root().unwrap(), "b").unwrap();
    assert_eq!(&text[document.span(b).range()], "*x");
    assert_eq!(&text[document.node(b).span.range()], "{k: [v]}");
    // An anchor may be set again; an alias means the one before it.
    assert_eq!(value("[&a 1, *a, &a 2, *a]"), "[1,1,2,2]");
}

#[test]
fn a_subtree_has_its_aliases_written_out() {
    let text = "a: &x {k: v}\nb: {c: *x, d: [*x]}\n";
    let document = only(text);
    let subtree = document.subtree(document.get(document.root().unwrap(), "b").unwrap());
    assert_eq!(
        subtree.to_json(NodeId(0)).to_string(),
        r#"{"c":{"k":"v"},"d":[{"k":"v"}]}"#
    );
}

#[test]
fn what_a_manifest_must_not_contain_is_a_problem_and_is_not_read() {
    let refused = [
        (
            "a: 1\nb: *c\n",
            r#"2:4 "*c": the alias `*c` repeats something that is not there"#,
        ),
        (
            "a: &a [*a]\n",
            r#"1:8 "*a": the alias stands inside the very thing that it repeats"#,
        ),
        (
            "a: &a {b: {c: *a}}\n",
            r#"1:15 "*a": the alias stands inside the very thing that it repeats"#,
        ),
        (
            "a: &x {b: 1}\nc:\n  <<: *x\n",
            r#"3:3 "<<": the merge key `<<` is not part of YAML 1.2 and is not read"#,
        ),
        ("? [a]\n: b\n", r#"1:3 "[": a list or a mapping cannot be a key here"#),
        ("{{ b }}: c\n", r#"1:1 "{": a list or a mapping cannot be a key here"#),
        (
            "a: &x [b]\n*x : c\n",
            r#"2:1 "*x": a list or a mapping cannot be a key here"#,
        ),
        (
            "a: !!python/object/apply:os.system ['id']\n",
            r#"1:36 "[": the tag `!!python/object/apply:os.system` is not read: a manifest is plain data"#,
        ),
        (
            "a: !include /etc/passwd\n",
            r#"1:13 "/etc/passwd": the tag `!include` is not read: a manifest is plain data"#,
        ),
        (
            "a: !!binary aGk=\n",
            r#"1:13 "aGk=": the tag `!!binary` is not read: a manifest is plain data"#,
        ),
        (
            "a: !!seq {}\n",
            r#"1:10 "{": the tag `!!seq` is not read: a manifest is plain data"#,
        ),
        ("a: !<x:y\u{202e}> b\n", ""),
    ];
    for (text, problem) in refused {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text:?} {found:?}");
        assert!(problem.is_empty() || found[0] == problem, "{text:?} {found:?}");
    }
    assert_eq!(
        values("a: !x [1]\nb: *c\nd: 1\n? [e]\n: 2\n<<: {f: 3}\n"),
        [r#"{"a":null,"b":null,"d":1}"#]
    );
}

#[test]
fn a_duplicate_key_is_shown_at_both_places_and_the_first_one_counts() {
    let text = "a: 1\nb: 2\n\"a\": 3\na: 4\n";
    let message = "the key `a` stands twice in the same mapping";
    assert_eq!(
        problems(text),
        [format!(r#"3:1 "\"a\"": {message}"#), format!(r#"4:1 "a": {message}"#)]
    );
    assert_eq!(values(text), [r#"{"a":1,"b":2}"#]);
    let file = check(text);
    let second = file.iter().filter(|f| f.message == message).collect::<Vec<_>>();
    assert_eq!(second.len(), 2);
    for finding in second {
        assert_eq!(finding.secondary[0].start.line, 1);
        assert_eq!(finding.secondary[0].label, "the first one");
    }
}

#[test]
fn tags_of_the_core_schema_say_what_is_meant() {
    assert_eq!(
        value("[!!str 12, !!str true, !!str , !!int '12', !!bool \"true\", !!float 1.5, !!null '']"),
        r#"["12","true","",12,true,1.5,null]"#
    );
    assert_eq!(value("!!map {a: !!seq [b]}"), r#"{"a":["b"]}"#);
}

#[test]
fn plain_scalars_by_the_core_schema() {
    for (text, wanted) in [
        ("NO", r#""NO""#),
        ("no", r#""no""#),
        ("off", r#""off""#),
        ("y", r#""y""#),
        ("true", "true"),
        ("True", "true"),
        ("tRUE", r#""tRUE""#),
        ("null", "null"),
        ("~", "null"),
        ("1.10", "1.1"),
        ("12:30:45", r#""12:30:45""#),
        ("0777", "777"),
        ("0o17", "15"),
        ("0x1F", "31"),
        ("0x-1", r#""0x-1""#),
        ("0o+7", r#""0o+7""#),
        ("-0x1", r#""-0x1""#),
        ("1_000", r#""1_000""#),
        ("+12", "12"),
        ("-12", "-12"),
        ("1e3", "1000.0"),
        (".5", "0.5"),
        ("1.", "1.0"),
        (".inf", r#"".inf""#),
        ("nan", r#""nan""#),
        ("99999999999999999999", "1e+20"),
        ("2026-12-01", r#""2026-12-01""#),
        ("1-2", r#""1-2""#),
        ("a b  c", r#""a b  c""#),
    ] {
        assert_eq!(value(&format!("- {text}\n")), format!("[{wanted}]"), "{text}");
    }
}

#[test]
fn several_documents_and_a_broken_one_between_good_ones() {
    let broken = [
        "a: b: c",
        "a: \"open",
        "[1, 2",
        "{a: 1",
        "a: 1\n\tb: 2",
        "a: @x",
        "- a\nb: 1",
        "a: 'it's'",
        "a: x\0y",
        "a: \"\\q\"",
        "!!!",
        "a: ]",
        "%BAD\n",
        "a: *",
        "!x!y z",
    ];
    for text in broken {
        let file = format!("first: 1\n---\n{text}\n---\nthird: 3\n...\n---\n{text}\n--- # fifth\nfifth: 5\n");
        assert_eq!(
            values(&file),
            [r#"{"first":1}"#, r#"{"third":3}"#, r#"{"fifth":5}"#],
            "{text:?}"
        );
        let found = problems(&file);
        assert_eq!(found.len(), 2, "{text:?} {found:?}");
    }
}

#[test]
fn comments_before_an_error_and_in_the_next_document_are_kept() {
    let text = "# a\na: 1 # b\nc: ]\n# lost\n---\n# d\ne: 1\n";
    let comments: Vec<Vec<&str>> = documents(text)
        .iter()
        .map(|d| d.comments.iter().map(|c| &text[c.range()]).collect())
        .collect();
    assert_eq!(comments, [vec!["# a", "# b"], vec!["# d"]]);
}

#[test]
fn markers_without_content_make_no_document() {
    for text in [
        "",
        "\n\n",
        "# only a comment\n",
        "---\n",
        "---\n...\n---\n# x\n",
        "\u{feff}",
        "%YAML 1.2\n---\n",
    ] {
        assert_eq!(documents(text).len(), 0, "{text:?}");
        let findings = check(text);
        assert_eq!(findings.len(), 1, "{text:?}");
        assert_eq!(findings[0].message, "the file holds no manifest");
    }
    assert_eq!(values("---\na: 1\n---\n"), [r#"{"a":1}"#]);
    assert_eq!(
        values("%YAML 1.2\n---\na: 1\n...\n%TAG !e! x:\n---\nb: 2\n"),
        [r#"{"a":1}"#, r#"{"b":2}"#]
    );
    assert_eq!(values("--- a\n--- |\n b\n--- ~\n"), [r#""a""#, r#""b\n""#, "null"]);
}

#[test]
fn what_the_parser_refuses_is_said_in_plain_words_at_its_place() {
    for (text, problem) in [
        ("a: 1\n\tb: 2\n", r#"2:1 "\t": a tab stands where YAML wants spaces"#),
        ("a:\n\tb: 2\n", r#"2:1 "\t": a tab stands where YAML wants spaces"#),
        (
            "a:\n  b: x\r\n\r\n \tc: 2\n",
            r#"4:2 "\t": a tab stands where YAML wants spaces"#,
        ),
        (
            "a:\n  - b\n - c\n",
            r#"3:2 "-": the indentation does not fit the lines above"#,
        ),
        (
            "a:\n  b: 1\n c: 2\n",
            r#"3:2 "c": the indentation does not fit the lines above"#,
        ),
        (
            "- a\nb: 1\n",
            r#"2:1 "b": the indentation does not fit the lines above"#,
        ),
        ("a: b: c\n", r#"1:5 ":": a colon that does not belong here"#),
        ("a: 1\n b: 2\n", r#"2:3 ":": a colon that does not belong here"#),
        ("a: - b\n", r#"1:4 "-": a list cannot begin here"#),
        (
            "a: 'open\n",
            r#"1:4 "'": a quotation mark is not closed, or the quoted text goes on without indentation"#,
        ),
        (
            "a: \"open\nb: 1\nc: \"x\"\n",
            r#"1:4 "\"": a quotation mark is not closed, or the quoted text goes on without indentation"#,
        ),
        (
            "a: 'it's'\n",
            r#"1:8 "s": text stands behind the closing quotation mark"#,
        ),
        (
            "a: \"C:\\quick\"\n",
            r#"1:4 "\"": a backslash in double quotes begins something that YAML does not know"#,
        ),
        (
            "a: [1, 2\n",
            r#"1:4 "[": a bracket or brace is not closed, or a comma is missing"#,
        ),
        (
            "a: [1 2}\n",
            r#"1:4 "[": a bracket or brace is not closed, or a comma is missing"#,
        ),
        (
            "a: {b: 1\n",
            r#"1:4 "{": a bracket or brace is not closed, or a comma is missing"#,
        ),
        (
            "a: ]\n",
            r#"1:4 "]": a bracket or brace is not closed, or a comma is missing"#,
        ),
        (
            "a:\n  b\n  c\nd\n",
            r#"4:1 "d": a line that is neither a key with `:` nor part of the text above"#,
        ),
        ("a: @b\n", r#"1:4 "@": a character that cannot begin a value"#),
        ("a: `b`\n", r#"1:4 "`": a character that cannot begin a value"#),
        ("a: *\n", r#"1:4 "*": `*` or `&` without a name behind it"#),
        ("a: !e!f b\n", r#"1:4 "!": a tag that YAML cannot read"#),
        (
            "a: x\0b: y\n",
            r#"1:5 "\0": the character U+0000 is not allowed in YAML"#,
        ),
        (
            "a: x\u{1b}[31m\n",
            r#"1:5 "\u{1b}": the character U+001B is not allowed in YAML"#,
        ),
        (
            "a: '\u{8}'\n",
            r#"1:5 "\u{8}": the character U+0008 is not allowed in YAML"#,
        ),
        (
            "a: 1\n\u{feff}b: 2\n",
            r#"2:1 "\u{feff}": the YAML cannot be read: a BOM must not appear inside a document"#,
        ),
    ] {
        assert_eq!(problems(text), [problem], "{text:?}");
    }
}

#[test]
fn lines_end_with_crlf_or_cr_and_a_byte_order_mark_has_no_width() {
    for end in ["\n", "\r\n", "\r"] {
        let text = "\u{feff}a: x\nb: |\n  y\n  z\nc:\n- d # e\n\nf: g\n".replace('\n', end);
        assert_eq!(value(&text), r#"{"a":"x","b":"y\nz\n","c":["d"],"f":"g"}"#, "{end:?}");
        assert_eq!(spans(&text)[4], format!("|{end}  y{end}  z"), "{end:?}");
        let (document, source) = (only(&text), SourceFile::new("f", text.as_str()));
        let root = document.root().unwrap();
        let (a, f) = (document.entry(root, "a").unwrap().0, document.get(root, "f").unwrap());
        let place = |node| source.position(document.span(node).start);
        assert_eq!((place(a).line, place(a).column), (1, 1), "{end:?}");
        assert_eq!((place(f).line, place(f).column), (8, 4), "{end:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_one_finding_at_their_place() {
    let found = |bytes: &[u8], lang: Lang| {
        let (source, error) = SourceFile::from_bytes("f", bytes.to_vec()).unwrap_err();
        let findings = linter(lang).not_text(Arc::new(source), error).findings;
        assert_eq!(findings.len(), 1);
        assert_eq!(&*findings[0].rule, "invalid-yaml");
        let at = findings[0].primary.start;
        format!("{}:{} {}", at.line, at.column, findings[0].message)
    };
    let invalid = "a: 1\nb: ø\u{0}".replace('\0', "").into_bytes();
    let invalid = [&invalid[..], b"\xff\xfe\n"].concat();
    assert_eq!(found(&invalid, Lang::En), "2:5 byte 0xFF at offset 10 is not UTF-8");
    assert_eq!(found(&invalid, Lang::Nb), "2:5 byten 0xFF på plass 10 er ikke UTF-8");
    let utf16: Vec<u8> = "\u{feff}a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(found(&utf16, Lang::En), "1:1 the file is UTF-16, not UTF-8");
    assert_eq!(found(&utf16[2..], Lang::Nb), "1:1 filen er UTF-16, ikke UTF-8");
    assert_eq!(
        found(b"\xed\xa0\x80", Lang::En),
        "1:1 byte 0xED at offset 0 is not UTF-8"
    );
}

fn linter(lang: Lang) -> Linter {
    match Linter::new(&Config::default(), &[], parse_date("2026-07-01").unwrap(), lang) {
        Ok(linter) => linter,
        Err(mistakes) => panic!("{mistakes:?}"),
    }
}

fn check(text: &str) -> Vec<Finding> {
    let source = Arc::new(SourceFile::new("f", text));
    linter(Lang::En).check(source, &Alone).findings
}
