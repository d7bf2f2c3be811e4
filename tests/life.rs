//! The life of a system, as `docs/agreement.md` and `docs/avtale.md` tell it. Each document is gone through in order in
//! a folder of its own: the files that it shows are written, the changes made, every command is run on the day of its
//! step, and what is printed is compared, or written with `TILLIT_BLESS=1`.
//!
//! - A heading may end with a day: `## 3. The pilot (2027-03-01)`. What follows takes place on it.
//! - A block behind a name, `` `tillit.yaml`: ``, is that file; a `diff` block is a change of it, with `@@` between parts.
//! - A `console` block holds commands behind `$ ` and what they print, standard error first.
//! - The `sh` block defines `day`, with which readers set the day, and so does this test. The second form of `date` in
//!   it is for macOS, and has not been run.
//!
//! It needs sh, git, ssh-keygen and python3, as its readers do, so it does not run on Windows.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

mod fresh;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::str::Lines;
use std::thread;

use tillit::config::Config;
use tillit::explain::severity;
use tillit::ruleset::{Loading, RuleSet};
use tillit::text::Lang;

/// The commands that do not end with 0, whatever the documents show: the day, the command and its exit code.
const NOT_CLEAN: [(&str, &str, i32); 10] = [
    ("2027-01-11", "tillit check", 1),
    ("2027-05-18", "tillit check", 1),
    ("2027-05-18", "tillit verify", 1),
    ("2027-09-14", "tillit check --since main", 1),
    ("2027-09-14", "tillit check --since main", 1),
    ("2027-10-12", "tillit check", 1),
    ("2027-12-01", "tillit check --quiet --today 2027-12-02", 1),
    ("2028-06-01", "python3 digest.py altered.yaml", 1),
    (
        "2028-06-01",
        "tillit verify agreements/pick-planner-2027-10-12.yaml --today 2029-01-02",
        1,
    ),
    (
        "2028-06-01",
        "tillit agree pick-planner.tillit.yaml --date 2027-10-12",
        2,
    ),
];

#[test]
fn the_life_of_a_system_is_as_told() {
    for program in ["git", "ssh-keygen", "python3"] {
        let found = Command::new(program).arg("--version").output();
        assert!(
            found.is_ok(),
            "this test needs {program}; install git, openssh-client and python3"
        );
    }
    let walks = ["docs/agreement.md", "docs/avtale.md"].map(|document| thread::spawn(|| Walk::through(document)));
    let [english, norwegian] = walks.map(|walk| walk.join().unwrap());
    let not_clean: Vec<_> = english.ran.iter().filter(|ran| ran.code != 0).collect();
    let not_clean: Vec<_> = not_clean
        .iter()
        .map(|ran| (&*ran.day, &*ran.command, ran.code))
        .collect();
    assert_eq!(not_clean, NOT_CLEAN, "what may not succeed, and only that");
    let apart = english.ran.iter().zip(&norwegian.ran).find(|(a, b)| a != b);
    assert_eq!(
        apart, None,
        "the documents run the same commands on the same days, to the same end"
    );
    assert_eq!(
        english.ran.len(),
        norwegian.ran.len(),
        "one document ends earlier than the other"
    );
    assert_eq!(english.wrote, norwegian.wrote, "the documents write the same files");
}

#[test]
fn the_tables_have_every_finding() {
    let rules = RuleSet::load(&Config::default(), &[], Loading::Run).unwrap_or_else(|m| panic!("{m:?}"));
    let rules = rules.rules.iter().filter(|rule| rule.id.starts_with("agreement-"));
    let mut found = 0;
    for (rule, (document, lang, anchor)) in rules.flat_map(|rule| {
        [
            ("docs/agreement.md", Lang::En, ""),
            ("docs/avtale.md", Lang::Nb, "#norsk"),
        ]
        .map(|place| (rule, place))
    }) {
        let (id, level) = (&rule.id, severity(rule.severity, lang));
        let row = format!("\n| [`{id}`](rules/{id}.md{anchor}) | {level} | ");
        assert!(
            fresh::read(document).contains(&row),
            "{document} has no row for {id}, {level}"
        );
        found += 1;
    }
    assert_eq!(found, 2 * 14);
}

/// A command that was run, without the words of a message in it.
#[derive(Debug, PartialEq)]
struct Ran {
    day: String,
    command: String,
    code: i32,
}

/// A document as it is gone through.
struct Walk {
    folder: tempfile::TempDir,
    /// The function `day`, as the document defines it.
    setup: String,
    day: String,
    ran: Vec<Ran>,
    wrote: Vec<String>,
}

impl Walk {
    fn through(document: &str) -> Walk {
        let mut walk = Walk {
            folder: tempfile::tempdir().unwrap(),
            setup: String::new(),
            day: String::new(),
            ran: Vec::new(),
            wrote: Vec::new(),
        };
        for folder in ["home", "work"] {
            fs::create_dir(walk.folder.path().join(folder)).unwrap();
        }
        let text = fresh::read(document);
        let (mut lines, mut out, mut name) = (text.lines(), String::new(), None);
        while let Some(line) = lines.next() {
            let _ = writeln!(out, "{line}");
            if let Some(day) = line
                .strip_prefix("## ")
                .and_then(|heading| Some(heading.strip_suffix(')')?.rsplit_once('(')?.1))
            {
                walk.day = day.to_owned();
            }
            match line.strip_prefix("```") {
                Some("console") => walk.screen(&mut lines, &mut out),
                Some(kind) => walk.block(kind, name.take(), &mut lines, &mut out),
                None if line.is_empty() => {}
                None if line.starts_with("$ ") => panic!("a command that is not run: {line}"),
                None => {
                    name = line
                        .strip_suffix("`:")
                        .and_then(|text| Some(text.rsplit_once('`')?.1.to_owned()))
                }
            }
        }
        assert_eq!(
            walk.run("git status --porcelain"),
            "",
            "{document} leaves something that is not committed"
        );
        fresh::check(document, &out);
        walk
    }

    /// Runs the commands of a block, and writes down what they print.
    fn screen(&mut self, lines: &mut Lines<'_>, out: &mut String) {
        for line in lines.by_ref().take_while(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                let _ = write!(out, "$ {command}\n{}", self.run(command));
            }
        }
        out.push_str("```\n");
    }

    /// Writes or changes the file with the name. Without one, the block holds lines of a record that was shown.
    fn block(&mut self, kind: &str, name: Option<String>, lines: &mut Lines<'_>, out: &mut String) {
        let block: String = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        let _ = writeln!(out, "{block}```");
        let Some(name) = name else {
            if kind == "sh" {
                self.setup = block;
                return;
            }
            assert!(
                kind == "text",
                "a block of {kind} behind no name: is it to be run? {block}"
            );
            for line in block.lines() {
                assert!(
                    out.contains(&format!("\n  {line}\n")),
                    "this stands in no record above: {line}"
                );
            }
            return;
        };
        let path = self.work().join(&name);
        let text = match kind {
            "diff" => changed(&fs::read_to_string(&path).unwrap(), &block),
            _ => block,
        };
        fs::write(path, text).unwrap();
        self.wrote.push(name);
    }

    fn work(&self) -> std::path::PathBuf {
        self.folder.path().join("work")
    }

    /// What a command prints, and its exit code when it is not 0.
    fn run(&mut self, command: &str) -> String {
        assert!(!self.day.is_empty(), "no day for {command}");
        let program = Path::new(env!("CARGO_BIN_EXE_tillit")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths([program].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("{}day {}\n{command}", self.setup, self.day)])
            .current_dir(self.work())
            .env_clear()
            .env("PATH", path);
        shell.env("HOME", self.folder.path().join("home"));
        shell.env("TZ", "UTC").env("LC_ALL", "C").env("COLUMNS", "100");
        shell.env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            shell
                .env(format!("GIT_{who}_NAME"), "Havnelager")
                .env(format!("GIT_{who}_EMAIL"), "git@example.org");
        }
        let output = shell.output().unwrap();
        let code = output.status.code().unwrap();
        let mut text = String::from_utf8(output.stderr).unwrap();
        text.push_str(&String::from_utf8(output.stdout).unwrap());
        if code != 0 {
            let _ = writeln!(text, "(exit code {code})");
        }
        let message = command.split_once(" -m \"").map(|(before, _)| before);
        self.ran.push(Ran {
            day: self.day.clone(),
            command: message.unwrap_or(command).to_owned(),
            code,
        });
        masked(&text)
    }
}

/// A text with a change made: each part stands in it once, and behind the part before.
fn changed(text: &str, change: &str) -> String {
    let mut done = String::new();
    let rest = change.split("@@\n").fold(text.to_owned(), |text, part| {
        let side = |other: char| -> String {
            let lines = part.lines().filter(|line| !line.starts_with(other));
            lines
                .map(|line| format!("{}\n", line.get(1..).unwrap_or_default()))
                .collect()
        };
        let (old, new) = (side('+'), side('-'));
        assert_eq!(
            (done.matches(&old).count(), text.matches(&old).count()),
            (0, 1),
            "this stands once in the file, behind the part before:\n{old}\n{done}{text}"
        );
        let (before, behind) = text.split_once(&old).unwrap();
        done.push_str(before);
        done.push_str(&new);
        behind.to_owned()
    });
    done + &rest
}

/// Without what is another at every run: keys and their fingerprints.
fn masked(text: &str) -> String {
    let is_key = |c: char| c.is_ascii_alphanumeric() || "+/=…".contains(c);
    ["SHA256:", "ssh-ed25519 AAAA"]
        .iter()
        .fold(text.to_owned(), |text, mark| {
            let mut parts = text.split(mark);
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| {
                format!("{text}{mark}…{}", part.trim_start_matches(is_key))
            })
        })
}
