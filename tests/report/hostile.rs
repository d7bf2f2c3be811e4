//! Every attack in every format: no command to a runner that was not meant, nothing that steers a terminal or
//! hides, and every document well-formed.

use serde_json::Value;
use tillit::finding::Severity;
use tillit::lint::{Linter, Run, Unread};
use tillit::report::{Options, github, gitlab, json, junit, markdown, sarif};
use tillit::text::{Lang, is_unsafe};

use super::example::milder;
use crate::{HOSTILE, linter, run};

/// Names of files that mean harm to whoever prints, links or executes them.
const NAMES: [&str; 17] = [
    "n\n::error::NAME.tillit.yaml",
    "n\r::error::CR.tillit.yaml",
    "a,line=999,title=SPOOF.tillit.yaml",
    "x ##[error]MID.tillit.yaml",
    "x ##vso[task.setvariable variable=a]b.tillit.yaml",
    "a%0A::error::PCT.tillit.yaml",
    "$(touch pwned).tillit.yaml",
    "`id`.tillit.yaml",
    "-rf.tillit.yaml",
    "sp ace é ü.tillit.yaml",
    "a|b.tillit.yaml",
    "a#b?c.tillit.yaml",
    "q\"'<&>.tillit.yaml",
    "\u{1b}[31mansi.tillit.yaml",
    "a:b::c.tillit.yaml",
    "\u{202e}gnp\u{200b}\u{feff}.tillit.yaml",
    "[l](https://evil.example) ![i](u) @octocat #1 <b> \u{fffe}.tillit.yaml",
];

/// Manifests that mean harm, with what each is about.
const MANIFESTS: [(&str, &str); 13] = [
    ("all at once", HOSTILE),
    ("empty", ""),
    (
        "commands in a block",
        "tillit: 1\nsystem:\n  id: |\n    ::error::PWN\n    ##[error]PWN\n    x ##[add-mask]e\n    ##vso[x]y\n    \
         ::add-mask::the\n    ::stop-commands::t\n    ::set-output name=findings::0\n    %0A::error::PCT\n",
    ),
    (
        "commands in escapes",
        "tillit: 1\nsystem: {id: \"a\\n::error::NL\\r::error::CR\\u2028::error::LS\\x85::error::NEL\"}\n\"k\\n::error::KEY\": 1\n",
    ),
    (
        "white space before commands",
        "tillit: 1\nsystem: {id: \"\\u3000::error::x\", \"\\u2003::warning::y\": 1}\n\"\\x0b::error::z\": 1\n",
    ),
    (
        "a terminal",
        "tillit: 1\nsystem: {id: \"\\e[2J\\e[31mred \\e]8;;http://evil\\aclick\\e]8;;\\a \\e]0;title\\a \\x9b31m\"}\n\"\\e[2J\": 1\n",
    ),
    (
        "direction and width",
        "tillit: 1\nsystem: {id: \"admin\\u202e gnp.exe \\u2066x\\u2069 \\u200bzero\\xadsoft\"}\n\"k\\u202e\": 1\n",
    ),
    (
        "markdown",
        "tillit: 1\nsystem:\n  id: \"| a | b |\\n\\n# H ![t](http://evil/x.png) [l](javascript:alert(1)) @org/team #1 <!-- c --> \
         </details> ``` `` ` <img src=x onerror=alert(1)> :tada: www.evil.example deadbeef GH-1 $x$ - [ ] \\\\`@a\\\\`\"\n\
         \"# [x](http://evil) @all `#2` ``` ~~~\": 1\n",
    ),
    (
        "html",
        "tillit: 1\nsystem: {id: \"</script><script>window.__xss=1</script><svg onload=window.__xss=1>'\\\"&<\"}\n\"<b>\": 1\n",
    ),
    (
        "xml",
        "tillit: 1\nsystem: {id: \"]]> &ent; <!DOCTYPE a> \\x01\\x0b\\uFFFE\"}\n\"]]>\\uFFFF&amp;\": 1\n",
    ),
    (
        "formulas",
        "tillit: 1\nsystem: {id: '=HYPERLINK(\"http://evil\",\"x\")'}\n'@SUM(1)': '+1'\n",
    ),
    (
        "templates",
        "tillit: 1\nsystem: {id: '${{ secrets.X }} $(id) `id` {{7*7}} %s %n {0}'}\n'${{ x }}': 1\n",
    ),
    ("no text", "name: a\0b\n"),
];

/// Every name and every manifest: a name, what the manifest is about, and its text.
pub fn attacks() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let names = NAMES.into_iter().map(|name| (name, MANIFESTS[0].0, MANIFESTS[0].1));
    names.chain(MANIFESTS.into_iter().map(|(about, text)| (NAMES[0], about, text)))
}

type Render = fn(&Linter, &Run, &mut Vec<u8>);

const SHOW: Options = Options { show_waived: true };

/// Every format that means no command to a runner.
const FORMATS: [(&str, Render); 5] = [
    ("json", |linter, run, out| json::render(linter, run, SHOW, out).unwrap()),
    ("sarif", |linter, run, out| {
        sarif::render(linter, run, SHOW, out).unwrap()
    }),
    ("gitlab", |linter, run, out| gitlab::render(linter, run, out).unwrap()),
    ("junit", |linter, run, out| {
        junit::render(linter, run, SHOW, out).unwrap()
    }),
    ("markdown", |linter, run, out| {
        markdown::render(linter, run, SHOW, out).unwrap()
    }),
];

/// The lines that a runner would execute: a lone CR ends a line, white space before a command counts for
/// nothing, and `##[` or `##vso[` counts anywhere.
fn commands(text: &str) -> Vec<&str> {
    let is_command =
        |line: &&str| line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[");
    text.split(['\n', '\r']).filter(is_command).collect()
}

/// A run of one hostile manifest with a hostile name, of which not everything could be read.
pub fn attacked(linter: &Linter, name: &str, text: &str) -> Run {
    let mut run = run(linter, &[(name, text), ("b.yaml", text)]);
    run.about.push(milder(linter.lang));
    run.unread.push(Unread {
        path: name.to_owned(),
        reason: text.to_owned(),
    });
    run
}

#[test]
fn nothing_hostile_gets_through() {
    for lang in [Lang::En, Lang::Nb] {
        let linter = linter(lang);
        for (name, about, text) in attacks() {
            let run = attacked(linter, name, text);
            for (format, render) in FORMATS {
                let mut out = Vec::new();
                render(linter, &run, &mut out);
                let out = String::from_utf8(out).unwrap();
                let context = format!("{format} of {about} in {name:?}");
                assert_eq!(commands(&out), Vec::<&str>::new(), "{context}");
                assert_eq!(out.find(|c| is_unsafe(c) && c != '\n'), None, "{context}");
                match format {
                    "junit" => drop(roxmltree::Document::parse(&out).unwrap()),
                    "markdown" => {} // Read in its own tests.
                    _ => drop(serde_json::from_str::<Value>(&out).unwrap()),
                }
            }
        }
    }
}

#[test]
fn every_line_for_github_is_the_command_that_it_means_to_be() {
    let linter = linter(Lang::En);
    let places = [
        &["file", "line", "endLine"][..],
        &["file", "line", "endLine", "col", "endColumn"],
    ];
    for (name, about, text) in attacks() {
        let run = attacked(linter, name, text);
        let mut out = Vec::new();
        github::render(linter, &run, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out.find(|c| is_unsafe(c) && c != '\n'), None, "{about} in {name:?}");
        let shown: usize = Severity::ALL.iter().map(|severity| run.count(*severity).min(10)).sum();
        assert_eq!(out.lines().count(), shown, "{about} in {name:?}");
        for line in out.lines() {
            let (command, rest) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&command), "{line}");
            let (properties, _) = rest.split_once("::").unwrap();
            let keys: Vec<&str> = properties.split(',').map(|p| p.split_once('=').unwrap().0).collect();
            let (title, place) = keys.split_last().unwrap();
            assert!(*title == "title" && places.contains(&place), "{line}");
        }
    }
}
