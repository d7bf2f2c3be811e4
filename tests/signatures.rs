//! Signatures: what tillit accepts and what `ssh-keygen -Y verify` accepts, on the same cases.
//!
//! `ssh-keygen` makes the keys and the signatures, and is asked about every case. Where the table says that tillit
//! is stricter, the module `signature` says why. Needs `ssh-keygen` (Debian: openssh-client); it has run with 9.2 and
//! 10.3 on Linux, and on no other system.
//! Signatures of security keys are made here as a device would make them; no device was asked.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]

#[path = "signatures/forge.rs"]
mod forge;
#[path = "signatures/table.rs"]
mod table;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use tillit::signature::{Allowed, Moment, NAMESPACE, Reason, Revoked, Trust};

/// Central European time, written so that neither program needs a table of zones.
const OSLO: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

const MESSAGE: &[u8] = b"tillit_agreement: 1\nsystem: rota\nname: Rota\n";

/// One question to both programs.
#[derive(Clone, Debug)]
struct Case {
    name: String,
    allowed: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
    revoked: Option<Vec<u8>>,
    /// As for `-O verify-time=`, in UTC.
    at: &'static str,
    zone: &'static str,
    /// Names that both accept.
    yes: Vec<String>,
    /// Names that both refuse.
    no: Vec<String>,
    /// Names that OpenSSH accepts and tillit does not.
    stricter: Vec<String>,
    /// Names that tillit refuses, and OpenSSH too before some version.
    depends: Vec<String>,
    /// Why tillit refuses: the name of the reason, or `mistake`.
    because: &'static str,
}

/// A folder with keys, made once.
struct Bench {
    folder: tempfile::TempDir,
    count: AtomicUsize,
}

fn bench() -> &'static Bench {
    static BENCH: OnceLock<Bench> = OnceLock::new();
    BENCH.get_or_init(|| {
        let bench = Bench {
            folder: tempfile::tempdir().unwrap(),
            count: AtomicUsize::new(0),
        };
        for (name, kind, bits) in [
            ("ed", "ed25519", "256"),
            ("other", "ed25519", "256"),
            ("ca", "ed25519", "256"),
            ("p256", "ecdsa", "256"),
            ("p384", "ecdsa", "384"),
            ("p521", "ecdsa", "521"),
            ("rsa1024", "rsa", "1024"),
            ("rsa2048", "rsa", "2048"),
            ("rsa3072", "rsa", "3072"),
            ("rsa4104", "rsa", "4104"),
        ] {
            bench.keygen(
                &[
                    "-q",
                    "-t",
                    kind,
                    "-b",
                    bits,
                    "-N",
                    "",
                    "-C",
                    "comment of the key",
                    "-f",
                    name,
                ],
                b"",
            );
        }
        bench
    })
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `ssh-keygen` in the folder; what it prints.
    fn try_keygen(&self, zone: &str, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = Command::new("ssh-keygen")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TZ", zone)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("ssh-keygen is needed (Debian: openssh-client), and does not run: {error}"));
        // It may say no before it has read all.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => Ok(output.stdout),
            Some(255 | 1) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            _ => panic!("ssh-keygen {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    fn keygen(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        self.try_keygen("UTC", arguments, input)
            .unwrap_or_else(|error| panic!("ssh-keygen {arguments:?}: {error}"))
    }

    /// Type and key, as in `….pub`, without the comment.
    fn key(&self, name: &str) -> String {
        let line = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        line.split(' ').take(2).collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    fn sign(&self, name: &str, namespace: &str, options: &[&str], message: &[u8]) -> Vec<u8> {
        let options = options.iter().flat_map(|option| ["-O", option]);
        let arguments: Vec<&str> = ["-q", "-Y", "sign", "-n", namespace, "-f", name]
            .into_iter()
            .chain(options)
            .collect();
        self.keygen(&arguments, message)
    }

    fn certificate(&self, key: &str, arguments: &[&str]) -> String {
        let public = format!("{key}.pub");
        let all: Vec<&str> = ["-q", "-s", "ca", "-I", "id"]
            .iter()
            .chain(arguments)
            .copied()
            .chain([&*public])
            .collect();
        self.keygen(&all, b"");
        format!("{key}-cert")
    }

    /// What OpenSSH says.
    fn theirs(&self, case: &Case, principal: &str) -> Result<(), String> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let file = |kind: &str, bytes: &[u8]| {
            let name = format!("{number}.{kind}");
            fs::write(self.path(&name), bytes).unwrap();
            name
        };
        let (allowed, signature) = (file("allowed", &case.allowed), file("sig", &case.signature));
        let revoked = case.revoked.as_ref().map(|bytes| file("revoked", bytes));
        let at = format!("verify-time={}Z", case.at);
        let mut arguments = vec![
            "-Y", "verify", "-n", NAMESPACE, "-f", &allowed, "-I", principal, "-s", &signature,
        ];
        arguments.extend(["-O", &at]);
        if let Some(revoked) = &revoked {
            arguments.extend(["-r", revoked]);
        }
        let verdict = self.try_keygen(case.zone, &arguments, &case.message);
        for name in [Some(allowed), Some(signature), revoked].into_iter().flatten() {
            fs::remove_file(self.path(&name)).unwrap();
        }
        verdict.map(|_| ())
    }
}

/// The names that tillit accepts, or why none.
fn ours(case: &Case) -> Result<Vec<String>, String> {
    let zone = TimeZone::posix(case.zone).unwrap();
    let (day, time) = case.at.split_at(8);
    let at = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &day[..4],
        &day[4..6],
        &day[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    let mistake = |_| "mistake".to_owned();
    let trust = Trust {
        allowed: Allowed::read("allowed_signers", case.allowed.clone(), &zone).map_err(mistake)?,
        revoked: case
            .revoked
            .clone()
            .map(|bytes| Revoked::read("revoked", bytes))
            .transpose()
            .map_err(mistake)?,
        moment: Moment {
            at: at.parse::<Timestamp>().unwrap(),
            zone,
        },
    };
    match trust.verify(&case.message, &case.signature) {
        Ok(signed) => Ok(signed.principals),
        Err(refusal) => Err(name(&refusal.reason).to_owned()),
    }
}

fn name(reason: &Reason) -> &'static str {
    match reason {
        Reason::NotASignature => "not a signature",
        Reason::TooLarge => "too large",
        Reason::Damaged => "damaged",
        Reason::Certificate => "certificate",
        Reason::UnsupportedKey(_) => "unsupported key",
        Reason::UnsupportedHash(_) => "unsupported hash",
        Reason::RsaSize(_) => "rsa size",
        Reason::OtherNamespace(_) => "other namespace",
        Reason::Wrong => "wrong",
        Reason::Revoked => "revoked",
        Reason::UnknownKey => "unknown key",
        Reason::NamespaceNotAllowed(_) => "namespace not allowed",
        Reason::NotYetValid(_) => "not yet valid",
        Reason::Expired(_) => "expired",
    }
}

/// Every case of the table gets from both programs the verdict that the table says.
#[test]
fn verdicts_are_those_of_openssh() {
    let bench = bench();
    let cases = table::cases(bench);
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let mut wrong = Vec::new();
    let mut asked = 0;
    for case in &cases {
        let ours = ours(case);
        let accepted = ours.as_deref().unwrap_or_default();
        let whole = ours.as_ref().err().map_or("", String::as_str);
        if whole != case.because {
            wrong.push(format!(
                "{}: tillit says {ours:?}, the table {:?}",
                case.name, case.because
            ));
        }
        for (names, us, them) in [
            (&case.yes, true, Some(true)),
            (&case.no, false, Some(false)),
            (&case.stricter, false, Some(true)),
            (&case.depends, false, None),
        ] {
            for name in names {
                asked += 1;
                if accepted.contains(name) != us {
                    wrong.push(format!("{}: {name}: tillit says {ours:?}", case.name));
                }
                let theirs = bench.theirs(case, name);
                if them.is_some_and(|them| theirs.is_ok() != them) {
                    wrong.push(format!("{}: {name}: OpenSSH says {theirs:?}", case.name));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {asked} verdicts:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(asked >= 100, "{asked} verdicts");
}

/// Asks both about a case that chance made: tillit never accepts what OpenSSH refuses.
fn never_accepts_more(case: &Case, principals: &[String]) -> Result<(), TestCaseError> {
    for name in principals {
        if let Err(error) = bench().theirs(case, name) {
            let (allowed, signature) = (&case.allowed, &case.signature);
            let (allowed, signature) = (String::from_utf8_lossy(allowed), String::from_utf8_lossy(signature));
            return Err(TestCaseError::fail(format!("{name}: {error}\n{allowed}\n{signature}")));
        }
    }
    Ok(())
}

/// A line of `allowed_signers`: who, under what conditions, with which key.
fn line() -> impl Strategy<Value = String> {
    let names = [
        "worker:a",
        "worker:a",
        "worker:b",
        "employer:b",
        "worker:*",
        "w?rker:a",
        "*",
        "!worker:a",
        "!*:b",
        "!",
        "",
    ];
    let options = [
        "namespaces=\"tillit.*\"",
        "namespaces=\"file,!tillit.*,*\"",
        "namespaces=\"file\"",
        "cert-authority",
        "valid-before=\"20261125\"",
        "valid-before=\"20270101Z\"",
        "valid-after=\"202611251300\"",
        "VALID-AFTER=\"20260101utc\"",
        "namespaces=tillit.agreement",
        "restrict",
    ];
    let keys = ["ed", "ed", "ed", "p256"].map(|key| bench().key(key)).to_vec();
    let names = prop::collection::vec(prop::sample::select(names.to_vec()), 1..4);
    let options = prop::collection::vec(prop::sample::select(options.to_vec()), 0..2);
    let ends = prop::sample::select(vec!["\n", " x\n", "\r\n", "\n# y\n\n"]);
    (names, any::<bool>(), options, prop::sample::select(keys), ends).prop_map(|(names, quoted, options, key, end)| {
        let quote = if quoted { "\"" } else { "" };
        let options = options.join(",");
        format!(
            "{quote}{}{quote} {options}{}{key}{end}",
            names.join(","),
            if options.is_empty() { "" } else { " " }
        )
    })
}

fn good() -> &'static Case {
    static GOOD: OnceLock<Case> = OnceLock::new();
    GOOD.get_or_init(|| table::good(bench()))
}

/// Changes some of the bytes: another byte, one fewer, one more, or cut there.
fn altered(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (at, how, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        match how % 5 {
            0 => bytes[at] = *byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => _ = bytes.remove(at),
            3 => bytes.insert(at, *byte),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec(any::<(prop::sample::Index, u8, u8)>(), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where no line is a mistake, both say the same of a name.
    #[test]
    fn any_list_of_signers_is_read_as_openssh_reads_it(
        lines in prop::collection::vec(line(), 1..3),
        changes in prop_oneof![3 => Just(Vec::new()), 2 => changes()],
    ) {
        let case = Case { allowed: altered(lines.concat().into_bytes(), &changes), ..good().clone() };
        let names = ours(&case);
        never_accepts_more(&case, names.as_deref().unwrap_or_default())?;
        // A name that a pattern fits is no name to tillit.
        let is_pattern = case.allowed.iter().any(|byte| matches!(byte, b'*' | b'?'));
        if names != Err("mistake".to_owned()) && !is_pattern {
            for name in ["worker:a", "employer:b"] {
                let here = names.as_ref().is_ok_and(|names| names.iter().any(|other| other == name));
                prop_assert_eq!(bench().theirs(&case, name).is_ok(), here, "{} {:?}", name, names);
            }
        }
    }

    #[test]
    fn an_altered_file_is_not_accepted_by_tillit_alone(changes in changes()) {
        let case = Case { signature: altered(good().signature.clone(), &changes), ..good().clone() };
        never_accepts_more(&case, &ours(&case).unwrap_or_default())?;
    }

    #[test]
    fn altered_bytes_in_it_are_not_accepted_by_tillit_alone(changes in changes(), which in 0..4_usize) {
        let key = ["ed", "p256", "p521", "rsa2048"][which];
        let signed = signed(key);
        let signature = forge::armor(&altered(forge::dearmor(&signed.signature), &changes));
        let case = Case { signature, ..signed.clone() };
        never_accepts_more(&case, &ours(&case).unwrap_or_default())?;
    }

    #[test]
    fn an_altered_message_is_not_accepted(changes in changes()) {
        let case = Case { message: altered(MESSAGE.to_vec(), &changes), ..good().clone() };
        prop_assert_eq!(ours(&case).is_ok(), case.message == MESSAGE);
    }

    #[test]
    fn no_bytes_stop_the_program(bytes in prop::collection::vec(any::<u8>(), 0..600), text in ".{0,200}") {
        for bytes in [bytes, text.into_bytes()] {
            let lists = [
                Allowed::read("a", bytes.clone(), &TimeZone::UTC).map(|_| ()),
                Revoked::read("r", bytes.clone()).map(|_| ()),
            ];
            for mistake in lists.into_iter().filter_map(Result::err).flatten() {
                prop_assert!(mistake.source.text().is_empty() || mistake.source.text().get(mistake.span.range()).is_some());
            }
            let file = forge::armor(&[b"SSHSIG\0\0\0\x01", bytes.as_slice()].concat());
            for signature in [bytes, file] {
                let case = Case { signature, ..good().clone() };
                prop_assert!(ours(&case).is_err());
            }
        }
    }
}

/// A good case for each type of key, made once.
fn signed(key: &str) -> &'static Case {
    static CASES: OnceLock<Vec<(String, Case)>> = OnceLock::new();
    let cases = CASES.get_or_init(|| {
        let keys = ["ed", "p256", "p521", "rsa2048"];
        keys.map(|key| {
            let case = Case {
                allowed: format!("worker:a {}\n", bench().key(key)).into_bytes(),
                signature: bench().sign(key, NAMESPACE, &[], MESSAGE),
                ..good().clone()
            };
            assert_eq!(ours(&case).as_deref(), Ok(["worker:a".to_owned()].as_slice()), "{key}");
            (key.to_owned(), case)
        })
        .to_vec()
    });
    &cases.iter().find(|(name, _)| name == key).unwrap().1
}
