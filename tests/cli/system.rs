//! What only the system can bring about: files that cannot be read, pipes that close, full disks,
//! and hostile names.

use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};

use crate::sandbox::{CLEAN, Sandbox};

const BAD: &str = "tillit: 1\nsystem: {id: door, name: Door, status: planed, affects_workers: false}\n";

#[test]
fn a_file_that_may_not_be_read() {
    let sandbox = Sandbox::new();
    sandbox.file("a.tillit.yaml", BAD).file("b.tillit.yaml", CLEAN);
    let secret = sandbox.path("b.tillit.yaml");
    fs::set_permissions(&secret, Permissions::from_mode(0o000)).unwrap();
    if File::open(&secret).is_ok() {
        eprintln!("SKIPPED: this user may read everything");
        return;
    }
    let (code, out, err) = sandbox.text(&["check"]);
    assert_eq!(
        err,
        "tillit: error: cannot read b.tillit.yaml: permission is denied\n\
         tillit: error: not everything could be checked; see above\n"
    );
    assert_eq!(code, 2);
    assert!(out.contains("`planed` is not a term"), "{out}");
    let (code, _, err) = sandbox.text(&["check", "--lang", "nb"]);
    assert!(
        err.starts_with("tillit: feil: kan ikke lese b.tillit.yaml: tilgangen er sperret\n"),
        "{err}"
    );
    assert_eq!(code, 2);
}

#[test]
fn a_folder_that_may_not_be_read_hides_no_other_record() {
    let sandbox = Sandbox::new();
    sandbox.file("a.tillit.yaml", CLEAN);
    let (code, _, err) = sandbox.text(&["agree", "a.tillit.yaml"]);
    assert_eq!(code, 0, "{err}");
    fs::create_dir(sandbox.path("Secret")).unwrap();
    fs::set_permissions(sandbox.path("Secret"), Permissions::from_mode(0o000)).unwrap();
    if fs::read_dir(sandbox.path("Secret")).is_ok() {
        eprintln!("SKIPPED: this user may read everything");
        return;
    }
    let (code, out, err) = sandbox.text(&["verify"]);
    assert_eq!(
        err,
        "tillit: error: cannot read Secret: permission is denied\n\
         tillit: error: not everything could be read; see above\n"
    );
    assert_eq!(code, 2);
    assert!(out.starts_with("agreements/till-2026-11-21.yaml\n"), "{out}");
}

/// Reading fails although the file is there and may be opened.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_to_its_end() {
    let sandbox = Sandbox::new();
    sandbox.file("a.tillit.yaml", BAD);
    let (code, out, err) = sandbox.text(&["check", "a.tillit.yaml", "/proc/self/mem"]);
    assert!(err.starts_with("tillit: error: cannot read /proc/self/mem: "), "{err}");
    assert_eq!(code, 2);
    assert!(out.contains("`planed` is not a term"), "{out}");
}

#[test]
fn a_reader_that_goes_away() {
    let sandbox = Sandbox::new();
    for number in 0..2_000 {
        let text = format!("tillit: 1\nsystem: {{id: s{number}, name: S, status: no-such-status}}\n");
        sandbox.file(&format!("{number}.tillit.yaml"), text);
    }
    for format in ["text", "json"] {
        let mut child = sandbox
            .command(&["check", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 100]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert_eq!(output.status.code(), Some(2), "{format}");
    }
    for arguments in [
        &["rules"][..],
        &["schema", "manifest"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let mut child = sandbox
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let sandbox = Sandbox::new();
    sandbox.file("a.tillit.yaml", BAD);
    let (code, out, err) = sandbox.text(&["check", "--output", "/dev/full"]);
    assert_eq!(err, "tillit: error: cannot write /dev/full: the disk is full\n");
    assert_eq!((code, out.as_str()), (2, ""));
    let (_, _, err) = sandbox.text(&["check", "--output", "/dev/full", "--lang", "nb"]);
    assert_eq!(err, "tillit: feil: kan ikke skrive /dev/full: disken er full\n");

    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = sandbox.command(&["check"]);
    let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "tillit: error: cannot write to standard output: the disk is full\n"
    );
    assert_eq!(output.status.code(), Some(2));
}

/// A file larger than the system allows: what was there stays, and nothing half-written is left.
#[test]
fn a_report_that_does_not_fit() {
    let sandbox = Sandbox::new();
    for number in 0..200 {
        sandbox.file(
            &format!("{number}.tillit.yaml"),
            BAD.replace("door", &format!("d{number}")),
        );
    }
    sandbox.file("out/report.txt", "the old report\n");
    // The limit counts blocks of 512 bytes; a signal that is ignored becomes an error.
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" check --output out/report.txt";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_tillit")])
        .current_dir(sandbox.folder())
        .env("LANG", "C")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.starts_with("tillit: error: cannot write out/report.txt: "), "{err}");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        fs::read_to_string(sandbox.path("out/report.txt")).unwrap(),
        "the old report\n"
    );
    assert_eq!(
        fs::read_dir(sandbox.path("out")).unwrap().count(),
        1,
        "only the old report"
    );
}

#[test]
fn devices_and_links_stay_what_they_are() {
    let sandbox = Sandbox::new();
    sandbox.file("a.tillit.yaml", BAD).file("real/report.txt", "old\n");
    symlink("real/report.txt", sandbox.path("link.txt")).unwrap();
    let (code, out, err) = sandbox.text(&["check", "--quiet", "--output", "/dev/stdout"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(out, "a.tillit.yaml: 1 error\n1 manifest in 1 file: 1 error\n");
    sandbox.text(&["check", "--quiet", "--output", "link.txt"]);
    assert!(sandbox.path("link.txt").is_symlink());
    assert_eq!(fs::read_to_string(sandbox.path("real/report.txt")).unwrap(), out);
    sandbox.text(&["check", "--output", "/dev/null"]);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

/// Nothing with the name of a manifest is opened unless it is a file of this repository.
#[test]
fn names_that_lead_elsewhere() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path("repo/.git")).unwrap();
    fs::create_dir_all(sandbox.path("repo/folder.tillit.yaml")).unwrap();
    sandbox.file("secret", BAD).file("repo/kept/real", BAD);
    for (target, name) in [
        ("/etc/passwd", "absolute"),
        ("../secret", "outside"),
        ("loop.tillit.yaml", "loop"),
        ("/dev/zero", "device"),
        ("nowhere", "dangling"),
        ("kept/real", "inside"),
    ] {
        symlink(target, sandbox.path(&format!("repo/{name}.tillit.yaml"))).unwrap();
    }
    symlink("..", sandbox.path("repo/up")).unwrap();
    let fifo = sandbox.path("repo/fifo.tillit.yaml");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let (code, out, err) = sandbox.text(&["check", "repo"]);
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert_eq!(out.matches("[not-a-file]").count(), 7, "{out}");
    assert!(out.contains("repo/inside.tillit.yaml:2"), "{out}");
    assert!(!out.contains("root:"), "{out}");
}

/// Names of files that steer a terminal, a log or a shell are printed as plain text.
#[test]
fn hostile_names() {
    let sandbox = Sandbox::new();
    let names = [
        "n\n::error::NAME",
        "n\r::error::CR",
        "a,line=999,title=SPOOF",
        "x ##[error]MID",
        "a%0A::error::PCT",
        "$(touch pwned)",
        "`id`",
        "-rf",
        "--config=evil",
        "sp ace é ü",
        "a|b",
        "q\"'<&>",
        "\u{1b}[31mansi",
        "\u{202e}gnp",
        "\u{200b}zero",
    ];
    for (number, name) in names.iter().enumerate() {
        let text = BAD.replace("door", &format!("d{number}"));
        sandbox.file(&format!("{name}.tillit.yaml"), text);
    }
    let long = format!("long{}.tillit.yaml", "x".repeat(230));
    sandbox.file(&long, BAD);
    for arguments in [
        &["check"][..],
        &["check", "--quiet"],
        &["check", "--format", "json"],
        &["check", "--lang", "nb"],
    ] {
        let (code, out, err) = sandbox.text(arguments);
        assert_eq!((code, err.as_str()), (1, ""), "{arguments:?}");
        plain(&out);
    }
    // The same names as arguments, and as the names of folders and configurations.
    for name in names {
        for arguments in [
            &["check", "--", name][..],
            &["check", name],
            &["check", "--config", name],
            &[
                "check",
                "--output",
                &format!("{name}/{name}"),
                "--",
                &format!("{name}.tillit.yaml"),
            ],
            &["test", name],
            &["explain", name],
            &["rules", "--pack", name],
            &["init", "--name", "a", "--data", name],
            &["init", "--name", "a", "--output", &format!("{name}/a")],
        ] {
            let (code, out, err) = sandbox.text(arguments);
            assert_eq!(code, 2, "{arguments:?}: {out}{err}");
            plain(&err);
            plain(&out);
        }
    }
}

/// Nothing that steers a terminal or turns the direction of text, and no command to a log.
fn plain(text: &str) {
    for line in text.lines() {
        assert!(!line.contains(tillit::text::is_unsafe), "{line:?}");
        assert!(!line.starts_with("::"), "{line:?}");
    }
}

/// A name that is no UTF-8.
#[cfg(target_os = "linux")]
#[test]
fn a_name_in_bytes() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let name = std::ffi::OsStr::from_bytes(b"bad\xff\xfename.tillit.yaml");
    fs::write(sandbox.folder().join(name), BAD).unwrap();
    let (code, out, err) = sandbox.text(&["check"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.contains("bad\u{fffd}\u{fffd}name.tillit.yaml:2:40"), "{out}");
}

#[test]
fn a_very_deep_folder() {
    let sandbox = Sandbox::new();
    sandbox.file(&format!("{}x.tillit.yaml", "d/".repeat(200)), BAD);
    let (code, out, err) = sandbox.text(&["check"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.lines().all(|line| line.chars().count() <= 120), "{out}");
}

/// A list of what is ignored that would never end, or make the search wait.
#[test]
fn a_list_of_ignored_files_that_is_none() {
    let sandbox = Sandbox::new();
    sandbox.file("a/a.tillit.yaml", CLEAN).file("b/b.tillit.yaml", CLEAN);
    symlink("/dev/zero", sandbox.path("a/.gitignore")).unwrap();
    let (code, out, err) = sandbox.text(&["check"]);
    assert_eq!(
        err,
        "tillit: error: cannot read a/.gitignore: it is not a regular file\n\
         tillit: error: not everything could be checked; see above\n"
    );
    assert_eq!(code, 2);
    assert_eq!(
        out,
        "Not everything could be read; not checked: 1 (a/.gitignore)\n\
         1 manifest in 1 file checked.\n\
         Packs: core. Only policy was checked: no law pack counts here.\n"
    );
    let made = Command::new("mkfifo").arg(sandbox.path(".ignore")).status().unwrap();
    assert!(made.success());
    let (code, out, err) = sandbox.text(&["check", "b", "--lang", "nb"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains(".ignore: det er ikke en vanlig fil\n"), "{err}");
}
