//! Input that asks for too much: each ends soon, with the finding that names the limit.

use std::time::{Duration, Instant};

use crate::sandbox::{CLEAN, Sandbox};

/// Far more than a debug build on a slow machine needs, far less than a hang.
const SOON: Duration = Duration::from_secs(60);

/// Checks a file beside a good one: the limit is named in both languages, the good one is checked.
fn exceeds(content: impl AsRef<[u8]>, names: [&str; 2]) {
    let sandbox = Sandbox::new();
    sandbox.file("big.tillit.yaml", content).file("good.tillit.yaml", CLEAN);
    for (lang, name) in ["en", "nb"].into_iter().zip(names) {
        let begin = Instant::now();
        let (code, out, err) = sandbox.text(&["check", "--lang", lang]);
        assert!(begin.elapsed() < SOON, "{name}: {:?}", begin.elapsed());
        assert_eq!((code, err.as_str()), (1, ""), "{out}");
        assert!(out.contains(name), "`{name}` is not in:\n{out}");
        assert!(out.contains("[limit-exceeded]"), "{out}");
        assert!(out.len() < 100_000, "{} bytes for {name}", out.len());
    }
}

#[test]
fn deep_nesting() {
    let names = ["which is the nesting limit", "grensen for nøsting"];
    exceeds("[".repeat(100_000), names);
    exceeds(format!("{}{}\n", "[".repeat(20_000), "]".repeat(20_000)), names);
    exceeds(
        (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>(),
        names,
    );
    exceeds(format!("a: {}", "{a: ".repeat(5_000)), names);
}

#[test]
fn an_alias_bomb() {
    let mut text = "x-0: &a0 [lol, lol]\n".to_owned();
    for n in 1..10 {
        let before = format!("*a{}", n - 1);
        text.push_str(&format!("x-{n}: &a{n} [{}]\n", [before.as_str(); 10].join(", ")));
    }
    exceeds(text, ["which is the alias limit", "grensen for aliaser"]);
}

#[test]
fn a_value_of_20_megabytes() {
    exceeds(
        format!("name: {}\n", "A".repeat(20_000_000)),
        ["longer than the limit of 256 KiB", "lengre enn grensen på 256 KiB"],
    );
}

#[test]
fn a_hundred_thousand_documents() {
    exceeds(
        "--- a\n".repeat(100_000),
        ["which is the document limit", "grensen for dokumenter"],
    );
}

#[test]
fn very_many_values() {
    exceeds(
        (0..200_000).map(|n| format!("k{n}: {n}\n")).collect::<String>(),
        ["limit", "grense"],
    );
}

#[test]
fn a_file_larger_than_the_limit() {
    exceeds(
        vec![b'\n'; (64 << 20) + 1],
        ["larger than the limit of", "større enn grensen på"],
    );
}

/// A rule file and a configuration have a limit of their own.
#[test]
fn a_large_configuration() {
    let sandbox = Sandbox::new();
    sandbox
        .file("a.tillit.yaml", CLEAN)
        .file("tillit.yaml", vec![b'\n'; 2 << 20]);
    let (code, out, err) = sandbox.text(&["check"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "tillit: error: tillit.yaml is not a regular file of at most 1 MiB\n"
    );
}
