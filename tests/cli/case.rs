//! The form of a case: sections that begin with `=== `.
//!
//! ```text
//! What the case is about.
//! === file a.tillit.yaml
//! tillit: 1
//! === run check a.tillit.yaml
//! === stdout
//! …
//! === exit 1
//! ```
//!
//! `file` (`file+` with `\xHH` for single bytes), `folder`, `link NAME -> TARGET` set up what is
//! there, `remove NAME` takes away, and `git ARGUMENTS` runs git, which the program then finds, too; `env NAME=VALUE` and `stdin` belong to the next `run`, `in FOLDER` to all that follow. `stdout`, `stderr` (left out when
//! empty) and `exit` are what came of it; `then NAME` is what a file holds afterwards.
//!
//! `sign KEY FILE [-n NAMESPACE] [> NAME]` signs a file with a key of `tests/keys/`, as a party would; the signature
//! lies beside it as `FILE.KEY.sig` unless a name is given. `{KEY.pub}` in a `file` is the public key. `sh COMMAND`
//! does to files what has no section of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;

struct Section<'a> {
    head: &'a str,
    body: &'a str,
}

fn sections(text: &str) -> (&str, Vec<Section<'_>>) {
    let mut starts: Vec<usize> = text.match_indices("\n=== ").map(|(at, _)| at + 1).collect();
    let about = &text[..starts.first().copied().unwrap_or(text.len())];
    starts.push(text.len());
    let sections = starts.windows(2).map(|pair| {
        let (head, body) = text[pair[0]..pair[1]].split_once('\n').unwrap_or_default();
        Section {
            head: head.trim_start_matches("=== "),
            body,
        }
    });
    (about, sections.collect())
}

/// Runs a case and writes it anew with what came of it.
pub fn run(text: &str) -> Result<String, String> {
    let sandbox = Sandbox::new();
    let (about, sections) = sections(text);
    let mut out = about.to_owned();
    let mut environment: Vec<(&str, &str)> = Vec::new();
    let mut stdin = "";
    let mut folder = "";
    let mut has_git = false;
    for Section { head, body } in sections {
        let (kind, rest) = head.split_once(' ').unwrap_or((head, ""));
        if !matches!(kind, "stdout" | "stderr" | "exit" | "then") {
            let _ = write!(out, "=== {head}\n{body}");
        }
        match kind {
            "file" => _ = sandbox.file(rest, with_keys(body)),
            "file+" => _ = sandbox.file(rest, bytes(body)),
            "folder" => fs::create_dir_all(sandbox.path(rest)).map_err(|e| e.to_string())?,
            "link" => link(&sandbox, rest)?,
            "remove" => fs::remove_file(sandbox.path(rest)).map_err(|e| format!("{rest}: {e}"))?,
            "git" => {
                has_git = true;
                git(&sandbox, folder, &words(rest))?;
            }
            "sign" => sign(&sandbox, folder, rest)?,
            "sh" => {
                let mut command = Command::new("sh");
                command.args(["-euc", rest]).current_dir(sandbox.path(folder));
                succeed(command, rest)?;
            }
            "in" => folder = rest,
            "env" => environment.push(rest.split_once('=').ok_or("env NAME=VALUE")?),
            "stdin" => stdin = body,
            "run" => {
                let here = sandbox.folder().to_string_lossy();
                let words: Vec<String> = words(rest).iter().map(|word| word.replace("[HERE]", &here)).collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let mut command = sandbox.command(&words);
                if has_git {
                    command.envs(git_environment());
                }
                command
                    .envs(std::mem::take(&mut environment))
                    .current_dir(sandbox.path(folder));
                let output = sandbox.run_with(command, std::mem::take(&mut stdin).as_bytes());
                for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
                    let text = printable(&sandbox, &bytes);
                    if !text.is_empty() {
                        let _ = write!(out, "=== {name}\n{text}");
                        if !text.ends_with('\n') {
                            out.push_str("⏎\n");
                        }
                    }
                }
                let code = output.status.code().ok_or("ended by a signal")?;
                let _ = writeln!(out, "=== exit {code}");
            }
            "then" => {
                let content = fs::read(sandbox.path(rest)).map(|b| printable(&sandbox, &b));
                let _ = write!(out, "=== {head}\n{}", content.unwrap_or("(not there)\n".into()));
            }
            "stdout" | "stderr" | "exit" => {}
            _ => return Err(format!("what is `=== {head}`?")),
        }
    }
    Ok(out)
}

/// Where git is, and nothing of what this machine sets for it.
fn git_environment() -> [(&'static str, std::ffi::OsString); 3] {
    [
        ("PATH", std::env::var_os("PATH").unwrap_or_default()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
    ]
}

/// Runs git, as the same person at the same time each time.
fn git(sandbox: &Sandbox, folder: &str, arguments: &[String]) -> Result<(), String> {
    let mut command = Command::new("git");
    command
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "user.name=Kari",
            "-c",
            "user.email=kari@example.org",
        ])
        .args(["-c", "protocol.file.allow=always"])
        .args(
            arguments
                .iter()
                .map(|a| a.replace("[HERE]", &sandbox.folder().to_string_lossy())),
        )
        .current_dir(sandbox.path(folder))
        .envs(git_environment());
    succeed(command, &format!("git {arguments:?}")).map(drop)
}

/// Runs a program that must succeed; what it prints.
fn succeed(mut command: Command, what: &str) -> Result<Vec<u8>, String> {
    let output = command.output().map_err(|e| format!("{what}: {e}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(format!("{what}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys");

/// Signs a file. `ssh-keygen` reads no key that others may read, and git keeps no such permissions: so from a copy.
fn sign(sandbox: &Sandbox, folder: &str, rest: &str) -> Result<(), String> {
    let (rest, name) = rest
        .split_once(" > ")
        .map_or((rest, None), |(rest, name)| (rest, Some(name)));
    let (rest, namespace) = rest.split_once(" -n ").unwrap_or((rest, "tillit.agreement"));
    let (key, file) = rest.split_once(' ').ok_or("sign KEY FILE [-n NAMESPACE] [> NAME]")?;
    let wrong = |e: std::io::Error| format!("sign {rest}: {e}");
    let message = fs::File::open(sandbox.path(folder).join(file)).map_err(wrong)?;
    let mut copy = tempfile::NamedTempFile::new().map_err(wrong)?;
    std::io::copy(
        &mut fs::File::open(Path::new(KEYS).join(key)).map_err(wrong)?,
        &mut copy,
    )
    .map_err(wrong)?;
    let mut command = Command::new("ssh-keygen");
    command
        .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
        .arg(copy.path())
        .stdin(message);
    let signature = succeed(command, "ssh-keygen, which is needed (Debian: openssh-client)")?;
    let name = name.map_or_else(|| format!("{file}.{key}.sig"), str::to_owned);
    fs::write(sandbox.path(folder).join(name), signature).map_err(wrong)
}

/// A text with the public keys that it names.
fn with_keys(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let named = behind.split_once('}').filter(|(name, _)| name.ends_with(".pub"));
        let key = named.and_then(|(name, behind)| Some((fs::read_to_string(Path::new(KEYS).join(name)).ok()?, behind)));
        match key {
            Some((key, behind)) => {
                out.push_str(key.trim_end());
                rest = behind;
            }
            None => {
                out.push('{');
                rest = behind;
            }
        }
    }
    out + rest
}

/// Words as a shell cuts them: at blanks, but not inside single or double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// `\xHH` as the byte that it stands for.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend(&part.as_bytes()[2..]);
    }
    out
}

#[cfg(unix)]
fn link(sandbox: &Sandbox, rest: &str) -> Result<(), String> {
    let (name, target) = rest.split_once(" -> ").ok_or("link NAME -> TARGET")?;
    let path = sandbox.path(name);
    fs::create_dir_all(path.parent().unwrap()).map_err(|e| e.to_string())?;
    std::os::unix::fs::symlink(target, path).map_err(|e| e.to_string())
}

#[cfg(not(unix))]
fn link(_sandbox: &Sandbox, _rest: &str) -> Result<(), String> {
    Err("links are made on Unix".to_owned())
}

/// Output as a case shows it: without the name of the folder, and with escapes made visible.
fn printable(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let folder = sandbox.folder().to_string_lossy();
    text.replace(&*folder, "[HERE]").replace('\u{1b}', "␛")
}

/// The lines that differ, with a little around them.
pub fn difference(wanted: &str, found: &str) -> String {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), found.lines().collect());
    let same = wanted.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let rest = wanted.len().min(found.len()) - same;
    let end = wanted.iter().rev().zip(found.iter().rev()).take(rest);
    let end = end.take_while(|(a, b)| a == b).count();
    let mut out = String::new();
    for line in &wanted[same.saturating_sub(2)..same] {
        let _ = writeln!(out, "  {line}");
    }
    for line in &wanted[same..wanted.len() - end] {
        let _ = writeln!(out, "- {line}");
    }
    for line in &found[same..found.len() - end] {
        let _ = writeln!(out, "+ {line}");
    }
    out
}
