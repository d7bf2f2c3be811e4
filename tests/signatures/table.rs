//! The table of cases.

use std::fs;

use super::forge::{self, APPLICATION, Parts};
use super::{Bench, Case, MESSAGE, NAMESPACE, OSLO};

const KARI: &str = "worker:kari@example.no";

/// The question that most cases change one thing of: a good signature, allowed for one name.
pub fn good(bench: &Bench) -> Case {
    Case {
        name: String::new(),
        allowed: format!("{KARI} {}\n", bench.key("ed")).into_bytes(),
        message: MESSAGE.to_vec(),
        signature: bench.sign("ed", NAMESPACE, &[], MESSAGE),
        revoked: None,
        at: "20261125120000",
        zone: "UTC0",
        yes: Vec::new(),
        no: Vec::new(),
        stricter: Vec::new(),
        depends: Vec::new(),
        because: "",
    }
}

/// Collects cases that differ from one good one.
struct Table {
    good: Case,
    cases: Vec<Case>,
}

impl Table {
    fn add(&mut self, name: &str, change: impl FnOnce(&mut Case)) -> &mut Case {
        let mut case = self.good.clone();
        case.name = name.to_owned();
        change(&mut case);
        self.cases.push(case);
        self.cases.last_mut().unwrap()
    }

    fn signature(&mut self, name: &str, signature: Vec<u8>) -> &mut Case {
        self.add(name, |case| case.signature = signature)
    }

    fn allowed(&mut self, name: &str, allowed: &str) -> &mut Case {
        self.add(name, |case| case.allowed = allowed.as_bytes().to_vec())
    }
}

impl Case {
    fn yes(&mut self, names: &[&str]) -> &mut Case {
        self.yes = names.iter().map(ToString::to_string).collect();
        self
    }

    fn no(&mut self, because: &'static str, names: &[&str]) -> &mut Case {
        self.because = because;
        self.no = names.iter().map(ToString::to_string).collect();
        self
    }

    fn stricter(&mut self, because: &'static str, names: &[&str]) -> &mut Case {
        self.because = because;
        self.stricter = names.iter().map(ToString::to_string).collect();
        self
    }

    fn depends(&mut self, because: &'static str, names: &[&str]) -> &mut Case {
        self.because = because;
        self.depends = names.iter().map(ToString::to_string).collect();
        self
    }
}

pub fn cases(bench: &Bench) -> Vec<Case> {
    let mut table = Table {
        good: good(bench),
        cases: Vec::new(),
    };
    table
        .add("as it should be", |_| {})
        .yes(&[KARI])
        .no("", &["worker:ola@example.no", "worker", ""]);
    keys(bench, &mut table);
    messages(&mut table);
    armor(bench, &mut table);
    fields(bench, &mut table);
    security_keys(bench, &mut table);
    names(bench, &mut table);
    options(bench, &mut table);
    times(bench, &mut table);
    broken_lines(bench, &mut table);
    revoked(bench, &mut table);
    certificates(bench, &mut table);
    table.cases
}

/// Types of keys and hashes.
fn keys(bench: &Bench, table: &mut Table) {
    for key in ["ed", "p256", "p384", "p521", "rsa2048", "rsa3072"] {
        for hash in ["sha256", "sha512"] {
            let case = table.allowed(&format!("{key} {hash}"), &format!("{KARI} {}\n", bench.key(key)));
            case.signature = bench.sign(key, NAMESPACE, &[&format!("hashalg={hash}")], MESSAGE);
            case.yes(&[KARI]);
            let altered = [MESSAGE, b" "].concat();
            let mut case = case.clone();
            case.yes.clear();
            case.name += ", another message";
            case.message = altered;
            case.no("wrong", &[KARI]);
            table.cases.push(case);
        }
    }
    for key in ["rsa1024", "rsa4104"] {
        let case = table.allowed(key, &format!("{KARI} {}\n", bench.key(key)));
        case.signature = bench.sign(key, NAMESPACE, &[], MESSAGE);
        case.stricter("rsa size", &[KARI]);
    }
    let other = bench.sign("other", NAMESPACE, &[], MESSAGE);
    table.signature("another key", other).no("unknown key", &[KARI]);
    for other in [
        "file",
        "",
        "tillit",
        "tillit.agreement2",
        "Tillit.agreement",
        "tillit.*",
    ] {
        // ssh-keygen signs for no empty namespace.
        let signature = match other {
            "" => Parts::of(&table.good.signature).but(|parts| parts.namespace.clear()),
            _ => bench.sign("ed", other, &[], MESSAGE),
        };
        table
            .signature(&format!("namespace {other:?}"), signature)
            .no("other namespace", &[KARI]);
    }
    match bench.try_keygen("UTC0", &["-q", "-t", "dsa", "-N", "", "-f", "dsa"], b"") {
        Ok(_) => {
            let signature = bench.sign("dsa", NAMESPACE, &[], MESSAGE);
            let line = format!("{KARI} {}\n", bench.key("dsa"));
            table.signature("dsa", signature.clone()).no("unsupported key", &[KARI]);
            let case = table.allowed("dsa, allowed", &line);
            case.signature = signature;
            case.stricter("mistake", &[KARI]);
        }
        Err(_) => eprintln!("SKIPPED: DSA keys, which this ssh-keygen does not make"),
    }
}

fn messages(table: &mut Table) {
    let text = String::from_utf8(MESSAGE.to_vec()).unwrap();
    let mut flipped = MESSAGE.to_vec();
    flipped[20] ^= 1;
    for (name, message) in [
        ("one bit flipped", flipped),
        ("cut short", MESSAGE[..MESSAGE.len() - 1].to_vec()),
        ("with CRLF", text.replace('\n', "\r\n").into_bytes()),
        ("with a byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("as UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("empty", Vec::new()),
        (
            "lines changed over",
            b"system: rota\ntillit_agreement: 1\nname: Rota\n".to_vec(),
        ),
    ] {
        table
            .add(&format!("message {name}"), |case| case.message = message)
            .no("wrong", &[KARI]);
    }
}

/// Around the bytes of a signature.
fn armor(bench: &Bench, table: &mut Table) {
    let file = table.good.signature.clone();
    let text = String::from_utf8(file.clone()).unwrap();
    let other = String::from_utf8(bench.sign("other", NAMESPACE, &[], MESSAGE)).unwrap();
    let (header, rest) = text.split_once('\n').unwrap();
    let body = rest.split_once("\n-----").unwrap().0;
    let footer = "-----END SSH SIGNATURE-----";
    let one_line = body.replace('\n', "");
    for (name, signature) in [
        ("text behind", format!("{text}and more\n")),
        ("without the last line feed", text.trim_end().to_owned()),
        ("text on the last line", format!("{}and more", text.trim_end())),
        ("two signatures, the good one first", format!("{text}{other}")),
        ("on one line", format!("{header}\n{one_line}\n{footer}\n")),
        ("an empty line before", format!("{header}\n\n{body}\n{footer}\n")),
        ("an empty line behind", format!("{header}\n{body}\n\n{footer}\n")),
        (
            "lines indented",
            format!("{header}\n {}\n{footer}\n", body.replace('\n', "\n\t ")),
        ),
        (
            "CRLF in the body",
            format!("{header}\n{}\r\n{footer}\r\n", body.replace('\n', "\r\n")),
        ),
        ("form feeds", format!("{header}\n\u{b}{body}\u{c}\n{footer}\n")),
    ] {
        table.signature(name, signature.into_bytes()).yes(&[KARI]);
    }
    let two = format!("{other}{text}").into_bytes();
    table
        .signature("two signatures, the good one second", two)
        .no("unknown key", &[KARI]);
    for (name, signature) in [
        ("empty", String::new()),
        ("no header", rest.to_owned()),
        ("header in lower case", text.to_lowercase()),
        ("an empty line first", format!("\n{text}")),
        ("a blank first", format!(" {text}")),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("a blank behind the header", text.replacen('\n', " \n", 1)),
        ("PGP", text.replace("SSH", "PGP")),
        ("a public key", bench.key("ed")),
    ] {
        table
            .signature(name, signature.into_bytes())
            .no("not a signature", &[KARI]);
    }
    for (name, signature) in [
        ("header alone", format!("{header}\n")),
        ("no body", format!("{header}\n{footer}\n")),
        ("an empty body", format!("{header}\n\n{footer}\n")),
        ("no footer", format!("{header}\n{body}\n")),
        ("footer on the line of the body", format!("{header}\n{body}{footer}\n")),
        (
            "footer in lower case",
            format!("{header}\n{body}\n{}\n", footer.to_lowercase()),
        ),
        ("footer cut", format!("{header}\n{body}\n-----END SSH SIGNATURE----\n")),
        ("a character missing", format!("{header}\n{}\n{footer}\n", &body[1..])),
        (
            "four characters missing",
            format!("{header}\n{}\n{footer}\n", &body[4..]),
        ),
        (
            "the end missing",
            format!("{header}\n{}\n{footer}\n", &body[..body.len() - 8]),
        ),
        (
            "Base64 of addresses",
            format!("{header}\n{}_\n{footer}\n", &body[..body.len() - 1]),
        ),
        (
            "padding in the middle",
            format!("{header}\n{}=\n{footer}\n", body.replacen('\n', "=\n", 1)),
        ),
        ("padding too long", format!("{header}\n{body}====\n{footer}\n")),
        ("a hyphen in the body", format!("{header}\n-{body}\n{footer}\n")),
        ("a zero byte in the body", format!("{header}\n\0{body}\n{footer}\n")),
        ("not ASCII", format!("{header}\n{body}ø\n{footer}\n")),
    ] {
        table.signature(name, signature.into_bytes()).no("damaged", &[KARI]);
    }
    let rsa = String::from_utf8(bench.sign("p384", NAMESPACE, &[], MESSAGE)).unwrap();
    for (name, signature) in [("ed", &text), ("p384", &rsa)] {
        if signature.contains("=\n") {
            let signature = signature.replace("=\n", "\n").into_bytes();
            table
                .signature(&format!("{name} without padding"), signature)
                .no("damaged", &[KARI]);
        }
    }
    let crlf = text.replace('\n', "\r\n").into_bytes();
    table
        .signature("CRLF behind the header", crlf)
        .depends("not a signature", &[KARI]);
    let large = [file, vec![b'x'; tillit::signature::LARGEST_SIGNATURE]].concat();
    table.signature("too large", large).stricter("too large", &[KARI]);
    let zero = format!("{header}\n{body}\0\n{footer}\n").into_bytes();
    table
        .signature("a zero byte before the footer", zero)
        .stricter("damaged", &[KARI]);
}

/// Within the bytes of a signature.
fn fields(bench: &Bench, table: &mut Table) {
    let good = Parts::of(&table.good.signature);
    assert_eq!(good.file(), table.good.signature, "put together as it was");
    let ed = forge::private(bench, "ed");
    let numbers = good.signature.len() - 64;
    for (name, signature) in [
        ("version 2", good.but(|parts| parts.version = 2)),
        ("bytes behind", good.but(|parts| parts.behind = vec![0])),
        (
            "another preamble",
            forge::armor(&[b"SSHSIH", &good.bytes()[6..]].concat()),
        ),
        ("a key that is cut", good.but(|parts| _ = parts.key.pop())),
        ("a key that is longer", good.but(|parts| parts.key.push(0))),
        ("an algorithm that is longer", good.but(|parts| parts.signature.push(0))),
        (
            "a number that is shorter",
            good.but(|parts| {
                parts.signature[numbers - 1] -= 1;
                parts.signature.pop();
            }),
        ),
        ("no signature in it", good.but(|parts| parts.signature.clear())),
        ("no key in it", good.but(|parts| parts.key.clear())),
    ] {
        table.signature(name, signature).no("damaged", &[KARI]);
    }
    // The library reads on where a length within a field is wrong.
    let early = good.but(|parts| parts.signature[numbers - 1] -= 1);
    table
        .signature("a number that ends too early", early)
        .no("damaged", &[KARI]);
    let late = good.but(|parts| parts.key[18] += 1);
    table.signature("a key that ends too late", late).no("damaged", &[KARI]);
    // The length of the key claims a byte of the next field.
    let mut shifted = good.bytes();
    shifted[13] += 1;
    table
        .signature("fields that overlap", forge::armor(&shifted))
        .no("damaged", &[KARI]);
    table
        .signature("version 0", good.but(|parts| parts.version = 0))
        .stricter("damaged", &[KARI]);
    let reserved = good.but(|parts| parts.reserved = b"x".to_vec());
    table
        .signature("a reserved field", reserved)
        .stricter("damaged", &[KARI]);
    let signed = forge::raw(&ed, &forge::to_sign(b"x"));
    let reserved = good.but(|parts| {
        parts.reserved = b"x".to_vec();
        parts.signature.splice(numbers.., signed.as_bytes().iter().copied());
    });
    table
        .signature("a reserved field that is signed", reserved)
        .no("damaged", &[KARI]);
    let own = forge::raw(&ed, &forge::to_sign(b""));
    let own = good.but(|parts| _ = parts.signature.splice(numbers.., own.as_bytes().iter().copied()));
    table.signature("made here", own).yes(&[KARI]);
    for (name, hash) in [
        ("sha1", "sha1"),
        ("sha384", "sha384"),
        ("SHA512", "SHA512"),
        ("no", ""),
        ("sha*", "sha*"),
    ] {
        let signature = good.but(|parts| parts.hash = hash.as_bytes().to_vec());
        table
            .signature(&format!("{name} hash"), signature)
            .no("unsupported hash", &[KARI]);
    }
    let other_hash = good.but(|parts| parts.hash = b"sha256".to_vec());
    table
        .signature("another hash than was signed", other_hash)
        .no("wrong", &[KARI]);
    let zero = good.but(|parts| parts.namespace.push(0));
    table
        .signature("a namespace with a zero byte", zero)
        .stricter("other namespace", &[KARI]);
    let form = good.but(|parts| forge::other_form(&mut parts.signature[numbers..]));
    table
        .signature("the other form of an Ed25519 signature", form)
        .depends("wrong", &[KARI]);
    let high = good.but(|parts| *parts.signature.last_mut().unwrap() |= 0x80);
    table.signature("a number that is too high", high).no("wrong", &[KARI]);

    let p256 = Parts::of(&bench.sign("p256", NAMESPACE, &[], MESSAGE));
    let p384 = Parts::of(&bench.sign("p384", NAMESPACE, &[], MESSAGE));
    let rsa = Parts::of(&bench.sign("rsa2048", NAMESPACE, &[], MESSAGE));
    let both = format!(
        "{KARI} {}\n{KARI} {}\n{KARI} {}\n",
        bench.key("p256"),
        bench.key("p384"),
        bench.key("rsa2048")
    );
    let mut of_another = |name: &str, signature: Vec<u8>, because| {
        let case = table.allowed(name, &both);
        case.signature = signature;
        case.no(because, &[KARI]);
    };
    of_another(
        "the algorithm of another curve",
        p256.but(|p| p.signature = p384.signature.clone()),
        "unsupported key",
    );
    of_another(
        "the algorithm of another key",
        p256.but(|p| p.signature = rsa.signature.clone()),
        "unsupported key",
    );
    let relabel = |label: &[u8]| {
        let (_, numbers) = forge::split(&rsa.signature);
        let signature = [&forge::field(label), numbers].concat();
        rsa.but(|parts| parts.signature = signature)
    };
    of_another("RSA with SHA-1", relabel(b"ssh-rsa"), "unsupported hash");
    of_another(
        "RSA with another hash than was signed",
        relabel(b"rsa-sha2-256"),
        "wrong",
    );
    of_another("RSA with an unknown hash", relabel(b"rsa-sha2-384"), "unsupported key");
    let (kind, numbers) = forge::split(&rsa.signature);
    let longer = forge::field(&[&[0], &forge::split(numbers).0[..]].concat());
    let longer = [forge::field(&kind), longer].concat();
    of_another(
        "an RSA number that is longer",
        rsa.but(|parts| parts.signature = longer),
        "wrong",
    );

    // A point in the short form, which OpenSSH does not know.
    let (kind, rest) = forge::split(&p256.key);
    let (curve, rest) = forge::split(rest);
    let point = forge::split(rest).0;
    let short = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    let key = [kind, curve, short].map(|part| forge::field(&part)).concat();
    let case = table.allowed("a compressed point", &format!("{KARI} {}\n", bench.key("p256")));
    case.signature = p256.but(|parts| parts.key = key.clone());
    case.no("damaged", &[KARI]);
    let case = table.allowed(
        "a compressed point, allowed",
        &format!("{KARI} {}\n", forge::line(&key)),
    );
    case.signature = p256.but(|parts| parts.key = key);
    case.no("mistake", &[KARI]);
}

fn security_keys(bench: &Bench, table: &mut Table) {
    for key in ["ed", "p256"] {
        let mut ask = |name: &str, written: &[u8], signed: &[u8], flags: u8| {
            let (line, signature) = forge::security_key(bench, key, written, signed, flags);
            let case = table.allowed(&format!("security key {key} {name}"), &format!("{KARI} {line}\n"));
            case.signature = signature;
            case.clone()
        };
        let asked = ask("as it should be", APPLICATION, APPLICATION, 1);
        ask("without a touch", APPLICATION, APPLICATION, 0);
        ask("for another application", APPLICATION, b"other:", 1);
        ask("with a zero byte", b"ssh:\0", b"ssh:\0", 1);
        ask("with a zero byte, not signed", b"ssh:\0", b"ssh:", 1);
        let expect: [fn(&mut Case); 5] = [
            |case| _ = case.yes(&[KARI]),
            |case| _ = case.yes(&[KARI]),
            |case| _ = case.no("wrong", &[KARI]),
            |case| _ = case.no("mistake", &[KARI]),
            |case| _ = case.stricter("mistake", &[KARI]),
        ];
        let start = table.cases.len() - expect.len();
        for (case, expect) in table.cases[start..].iter_mut().zip(expect) {
            expect(case);
        }
        let parts = Parts::of(&asked.signature);
        let webauthn = b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
        let (_, rest) = forge::split(&parts.signature);
        let webauthn = [forge::field(webauthn), rest.to_vec()].concat();
        let late = parts.key.len() - 4 - APPLICATION.len() - if key == "ed" { 33 } else { 66 };
        let mut changed = |name: &str, signature: Vec<u8>, because| {
            table.cases.push(Case {
                name: format!("security key {key}, {name}"),
                signature,
                ..asked.clone()
            });
            table.cases.last_mut().unwrap().no(because, &[KARI]);
        };
        changed(
            "a key that ends too late",
            parts.but(|parts| parts.key[late] += 4),
            "damaged",
        );
        changed(
            "another counter",
            parts.but(|parts| *parts.signature.last_mut().unwrap() += 1),
            "wrong",
        );
        changed(
            "no counter",
            parts.but(|parts| parts.signature.truncate(parts.signature.len() - 5)),
            "damaged",
        );
        changed(
            "of a browser",
            parts.but(|parts| parts.signature = webauthn),
            "unsupported key",
        );
        changed(
            "more behind the counter",
            parts.but(|parts| parts.signature.push(0)),
            "damaged",
        );
    }
}

/// Who a line names.
fn names(bench: &Bench, table: &mut Table) {
    let key = bench.key("ed");
    let key = key.as_str();
    let (ola, all) = ("worker:ola@example.no", "worker:*");
    table
        .allowed("two names", &format!("{KARI},{ola} {key}\n"))
        .yes(&[KARI, ola])
        .no("", &["worker:kari", "*"]);
    table
        .allowed("two lines", &format!("{KARI} {key}\n{ola} {key}\n"))
        .yes(&[KARI, ola]);
    table
        .allowed("the same line twice", &format!("{KARI} {key}\n{KARI} {key}\n"))
        .yes(&[KARI]);
    table
        .allowed("a quoted name", &format!("\"{KARI}\" {key}\n"))
        .yes(&[KARI]);
    table
        .allowed("a quoted name with a blank", &format!("\"worker:Kari Moe\" {key}\n"))
        .yes(&["worker:Kari Moe"]);
    table
        .allowed("quotes within a name", &format!("worker:\"Kari Moe\" {key}\n"))
        .yes(&["worker:Kari Moe"]);
    table
        .allowed("no blank behind the quotes", &format!("\"{KARI}\"{key}\n"))
        .yes(&[KARI]);
    table
        .allowed(
            "a comment in front and empty lines",
            &format!("# who\n\n \t\n  # more\n{KARI} {key}\n"),
        )
        .yes(&[KARI]);
    table
        .allowed("a comment behind", &format!("{KARI} {key} Kari # \"as of May\n"))
        .yes(&[KARI]);
    table
        .allowed("no line feed at the end", &format!("{KARI} {key}"))
        .yes(&[KARI]);
    table
        .allowed("CRLF", &format!("# who\r\n\r\n{KARI} {key}\r\n"))
        .yes(&[KARI]);
    table
        .allowed("CRLF and a comment", &format!("{KARI} {key} Kari\r\n"))
        .yes(&[KARI]);
    table
        .allowed("tabs", &format!("\t{KARI}\t \t{}\t\n", key.replace(' ', " \t")))
        .yes(&[KARI]);
    table
        .allowed("not ASCII", &format!("worker:kåre {key} Kåre\n"))
        .yes(&["worker:kåre"]);
    table
        .allowed("case counts", &format!("{KARI} {key}\n"))
        .no("", &["Worker:kari@example.no"]);
    // A pattern is a name for tillit: whoever signs by it may be any of those whom it fits.
    table
        .allowed("a pattern", &format!("{all} {key}\n"))
        .yes(&[all])
        .no("", &["employer:x"]);
    table
        .allowed("a pattern and whom it fits", &format!("{all} {key}\n"))
        .stricter("", &[KARI]);
    table
        .allowed("a question mark", &format!("worker:ka?i {key}\n"))
        .yes(&["worker:ka?i"])
        .no("", &["worker:kai"]);
    table
        .allowed("an exception", &format!("{all},!{ola} {key}\n"))
        .yes(&[all])
        .no("", &[ola]);
    table
        .allowed("an exception in front", &format!("!{ola},{all} {key}\n"))
        .yes(&[all])
        .no("", &[ola]);
    table
        .allowed("an exception for all", &format!("{KARI},!{all} {key}\n"))
        .no("unknown key", &[KARI, all]);
    table
        .allowed(
            "an exception, and another line",
            &format!("{all},!{KARI} {key}\n{KARI} {key}\n"),
        )
        .yes(&[all, KARI]);
    table
        .allowed("exceptions alone", &format!("!{ola} {key}\n"))
        .no("unknown key", &[KARI, ola]);
    table.allowed("empty names", &format!(",{KARI},, {key}\n")).yes(&[KARI]);
    table
        .allowed(
            "an unknown key in front",
            &format!("{KARI} {}\n{KARI} {key}\n", bench.key("other")),
        )
        .yes(&[KARI]);
    table.allowed("nobody", "").no("unknown key", &[KARI]);
    table.allowed("comments alone", "# nobody\n").no("unknown key", &[KARI]);
    table
        .allowed("another key alone", &format!("{KARI} {}\n", bench.key("p256")))
        .no("unknown key", &[KARI]);
}

fn options(bench: &Bench, table: &mut Table) {
    let key = bench.key("ed");
    let line = |options: &str| format!("{KARI} {options} {key}\n");
    for options in [
        "namespaces=\"tillit.agreement\"",
        "namespaces=\"file,tillit.agreement\"",
        "namespaces=\"tillit.*\"",
        "namespaces=\"*\"",
        "NameSpaces=\"tillit.agreemen?\"",
        "namespaces=\"*,!file\"",
        "namespaces=\"tillit.agreement\",valid-after=\"20260101Z\",valid-before=\"20270101Z\"",
        ",valid-after=\"20260101Z\"",
        "valid-after=\"20260101Z\",,valid-before=\"20270101Z\"",
    ] {
        table.allowed(options, &line(options)).yes(&[KARI]);
    }
    for options in [
        "namespaces=\"file\"",
        "namespaces=\"\"",
        "namespaces=\"Tillit.agreement\"",
        "namespaces=\"*,!tillit.*\"",
        "namespaces=\"!tillit.agreement,tillit.agreement\"",
        "namespaces=\"tillit.agreement \"",
        "namespaces=\"\\\"tillit.agreement\\\"\"",
    ] {
        table
            .allowed(options, &line(options))
            .no("namespace not allowed", &[KARI]);
    }
    let two = line("namespaces=\"file\"") + &line("namespaces=\"tillit.agreement\"");
    table.allowed("two lines for two namespaces", &two).yes(&[KARI]);
    table
        .allowed("an authority", &line("cert-authority"))
        .no("unknown key", &[KARI]);
    table
        .allowed(
            "an authority with a namespace",
            &line("cert-authority,namespaces=\"*\""),
        )
        .no("unknown key", &[KARI]);
    table
        .allowed("an authority, and a key", &(line("cert-authority") + &line("")))
        .yes(&[KARI]);
}

fn times(bench: &Bench, table: &mut Table) {
    let key = bench.key("ed");
    let line = |options: &str| format!("{KARI} {options} {key}\n");
    // The moment, the zone, the options, and the reason.
    for (at, zone, options, because) in [
        ("20261125120000", "UTC0", "valid-before=\"20261125120000Z\"", ""),
        ("20261125120001", "UTC0", "valid-before=\"20261125120000Z\"", "expired"),
        ("20261125120000", "UTC0", "valid-after=\"20261125120000Z\"", ""),
        (
            "20261125115959",
            "UTC0",
            "valid-after=\"20261125120000Z\"",
            "not yet valid",
        ),
        ("20261125120000", "UTC0", "valid-before=\"20261124\"", "expired"),
        ("20261125000000", "UTC0", "valid-before=\"20261125\"", ""),
        ("20261125000001", "UTC0", "valid-before=\"20261125\"", "expired"),
        ("20261125115900", "UTC0", "valid-after=\"202611251159\"", ""),
        (
            "20261125115859",
            "UTC0",
            "valid-after=\"202611251159\"",
            "not yet valid",
        ),
        ("20261125120000", "UTC0", "valid-before=\"20261125120000z\"", ""),
        ("20261125120000", "UTC0", "valid-before=\"20261125120000UTC\"", ""),
        (
            "20261125120001",
            "UTC0",
            "valid-before=\"20261125120000utc\"",
            "expired",
        ),
        ("20261125120000", "UTC0", "valid-before=\"99991231\"", ""),
        ("20261125120000", "UTC0", "valid-after=\"99991231\"", "not yet valid"),
        ("20261125120000", "UTC0", "valid-after=\"19700101000001Z\"", ""),
        ("20240229120000", "UTC0", "valid-before=\"20240229120000Z\"", ""),
        ("20261125110000", OSLO, "valid-before=\"20261125120000\"", ""),
        ("20261125110001", OSLO, "valid-before=\"20261125120000\"", "expired"),
        ("20261125110001", OSLO, "valid-before=\"20261125120000Z\"", ""),
        ("20261125110000", OSLO, "valid-after=\"20261125120000\"", ""),
        (
            "20261125105959",
            OSLO,
            "valid-after=\"20261125120000\"",
            "not yet valid",
        ),
        // In summer, too, OpenSSH reads standard time.
        ("20260701110000", OSLO, "valid-before=\"20260701120000\"", ""),
        ("20260701110001", OSLO, "valid-before=\"20260701120000\"", "expired"),
        (
            "20260701105959",
            OSLO,
            "valid-after=\"20260701120000\"",
            "not yet valid",
        ),
        ("20260329013000", OSLO, "valid-before=\"20260329023000\"", ""),
        ("20260329013001", OSLO, "valid-before=\"20260329023000\"", "expired"),
        ("20261025013000", OSLO, "valid-before=\"20261025023000\"", ""),
        ("20261025013001", OSLO, "valid-before=\"20261025023000\"", "expired"),
        (
            "20261025012959",
            OSLO,
            "valid-after=\"20261025023000\"",
            "not yet valid",
        ),
    ] {
        let case = table.allowed(&format!("{options} at {at} in {zone}"), &line(options));
        case.at = at;
        case.zone = zone;
        match because {
            "" => case.yes(&[KARI]),
            _ => case.no(because, &[KARI]),
        };
    }
    let (old, new) = (line("valid-before=\"20260101Z\""), line("valid-after=\"20260101Z\""));
    table
        .allowed("expired and renewed", &format!("{old}{new}"))
        .yes(&[KARI]);
    table
        .allowed("renewed and expired", &format!("{new}{old}"))
        .yes(&[KARI]);
    let ola = old.replace("kari", "ola");
    table
        .allowed("expired for one of two", &format!("{ola}{new}"))
        .yes(&[KARI])
        .no("", &["worker:ola@example.no"]);
    // Some versions take years before 1970 for a far future. Days that are not there OpenSSH counts on to the next month.
    table
        .allowed("valid-before in 1969", &line("valid-before=\"19690101Z\""))
        .depends("mistake", &[KARI]);
    for (options, accepts) in [
        ("valid-before=\"20270231Z\"", true),
        ("valid-before=\"20261131Z\"", true),
        ("valid-before=\"20270101120060Z\"", true),
        ("valid-before=\"2027 1 1Z\"", true),
        ("valid-after=\"19690101Z\"", false),
        ("valid-after=\"19700101Z\"", false),
        ("valid-before=\"20271301Z\"", false),
        ("valid-before=\"202701012400Z\"", false),
        ("valid-before=\"2027-01-01\"", false),
        ("valid-before=\"2027\"", false),
        ("valid-before=\"\"", false),
        ("valid-before=\"Z\"", false),
        ("valid-before=\"20270101+\"", false),
        ("valid-before=\"forever\"", false),
        ("valid-after=\"20260101Z\",valid-before=\"20260101Z\"", false),
        ("valid-after=\"20270101Z\",valid-before=\"20260101Z\"", false),
    ] {
        let case = table.allowed(options, &line(options));
        match accepts {
            true => case.stricter("mistake", &[KARI]),
            false => case.no("mistake", &[KARI]),
        };
    }
}

fn broken_lines(bench: &Bench, table: &mut Table) {
    let key = bench.key("ed");
    let blob = key.split(' ').nth(1).unwrap().to_owned();
    let cut = &key[..key.len() - 4];
    for line in [
        KARI.to_owned(),
        format!("{KARI} "),
        format!("{KARI} ssh-ed25519"),
        format!("{KARI} namespaces=\"*\""),
        format!("{KARI} {blob}"),
        key.clone(),
        format!("{KARI} {cut}"),
        format!("{KARI} {key}AAAA"),
        format!("{KARI} ssh-rsa {blob}"),
        format!("{KARI} ssh-foo {blob}"),
        format!("{KARI} sk-ssh-ed25519@openssh.com {blob}"),
        format!("{KARI} SSH-ED25519 {blob}"),
        format!("{KARI} ssh-ed25519 {}", blob.replace("AAAA", "AA AA")),
        format!("\"{KARI} {key}"),
        format!("{KARI}, {KARI} {key}"),
        format!("\"\" {key}"),
        format!("{KARI} namespaces=tillit.agreement {key}"),
        format!("{KARI} namespaces=\"tillit.agreement {key}"),
        format!("{KARI} namespaces=\"*\", {key}"),
        format!("{KARI} namespaces=\"*\" ,cert-authority {key}"),
        format!("{KARI} namespaces=\"*\",namespaces=\"*\" {key}"),
        format!("{KARI} valid-after=\"20260101Z\",valid-after=\"20260101Z\" {key}"),
        format!("{KARI} valid-before=\"20270101Z\",valid-before=\"20270101Z\" {key}"),
        format!("{KARI} namespace=\"*\" {key}"),
        format!("{KARI} no-touch-required {key}"),
        format!("{KARI} cert-authority=\"yes\" {key}"),
        format!("{KARI} cert-authorityx {key}"),
        format!("{KARI} namespaces=\"*\"x {key}"),
        format!("{KARI} namespaces {key}"),
        format!("{KARI} restrict,namespaces=\"*\" {key}"),
    ] {
        let name = line.replace(&blob, "KEY");
        table.allowed(&name, &format!("{line}\n")).no("mistake", &[KARI]);
        // OpenSSH goes on to the next line.
        let both = format!("{line}\n{KARI} {key}\n");
        table
            .allowed(&format!("{name}, and a good line"), &both)
            .stricter("mistake", &[KARI]);
    }
    let many = format!("{}{KARI} {key}\n", "x,".repeat(512));
    table.allowed("many names", &many).stricter("mistake", &[KARI]);
    let long = format!("{},{KARI} {key}\n", "x".repeat(1023));
    table.allowed("a name that is too long", &long).no("mistake", &[KARI]);
    let mark = format!("\u{feff}{KARI} {key}\n");
    table
        .allowed("allowed with a byte order mark", &mark)
        .no("mistake", &[KARI]);
    let case = table.allowed("allowed in Latin-1", &format!("{KARI} {key} Kare\n"));
    let at = case.allowed.len() - 3;
    case.allowed[at] = 0xe5;
    case.stricter("mistake", &[KARI]);
    table
        .allowed("a zero byte", &format!("{KARI} {key}\0\n"))
        .stricter("mistake", &[KARI]);
    let form_feed = format!("{KARI} {}\n", key.replace("AAAA", "AA\u{c}AA"));
    table
        .allowed("a form feed in the key", &form_feed)
        .stricter("mistake", &[KARI]);
    let large = format!("{KARI} {key}\n{}", "# nothing\n".repeat(110_000));
    table.allowed("allowed too large", &large).stricter("mistake", &[KARI]);
}

fn revoked(bench: &Bench, table: &mut Table) {
    let (key, other) = (bench.key("ed"), bench.key("other"));
    let certificate = bench.certificate("ed", &["-n", KARI]);
    let certificate = bench.key(&certificate);
    let mut list = |name: &str, text: String| {
        let case = table.add(&format!("revoked: {name}"), |case| {
            case.revoked = Some(text.into_bytes())
        });
        case.clone()
    };
    let mut cases = Vec::new();
    for (name, text) in [
        ("nothing", String::new()),
        ("another key", format!("{other}\n")),
        ("a comment", format!("# {key}\n")),
        (
            "comments and empty lines",
            format!("# lost\n\n  \t# more\n{other} Ola's\n"),
        ),
        ("CRLF", format!("{other}\r\n")),
    ] {
        let mut case = list(name, text);
        case.yes(&[KARI]);
        cases.push(case);
    }
    for (name, text) in [
        ("the key", format!("{key}\n")),
        ("the key with a comment", format!("# lost\n{other}\n\t {key} Kari's\n")),
        ("the key twice, no line feed", format!("{key}\n{key}")),
        ("the key, CRLF", format!("{key}\r\n")),
        ("the key, tabs", format!("{}\n", key.replace(' ', "\t"))),
    ] {
        let mut case = list(name, text);
        case.no("revoked", &[KARI]);
        cases.push(case);
    }
    for (name, text) in [
        ("a line that is no key", "lost\n".to_owned()),
        ("options", format!("namespaces=\"*\" {other}\n")),
        ("an empty line with CR", format!("\r\n{other}\n")),
        ("a name in front", format!("{KARI} {other}\n")),
        ("a key that is cut", format!("{}\n", &other[..other.len() - 4])),
        ("a broken line before the key", format!("lost\n{key}\n")),
        ("a certificate of the key", format!("{certificate}\n")),
        ("a byte order mark", format!("\u{feff}{other}\n")),
    ] {
        let mut case = list(name, text);
        case.no("mistake", &[KARI]);
        cases.push(case);
    }
    let mut case = list("a zero byte", format!("{other}\n# \0\n"));
    case.stricter("mistake", &[KARI]);
    cases.push(case);
    let start = table.cases.len() - cases.len();
    table.cases.truncate(start);
    table.cases.extend(cases);

    let krl = |name: &str| {
        let file = format!("{name}.krl");
        bench.keygen(&["-q", "-k", "-f", &file, &format!("{name}.pub")], b"");
        Some(fs::read(bench.path(&file)).unwrap())
    };
    table
        .add("revoked: binary, the key", |case| case.revoked = krl("ed"))
        .no("mistake", &[KARI]);
    table
        .add("revoked: binary, another key", |case| case.revoked = krl("other"))
        .stricter("mistake", &[KARI]);
    let latin = Some([other.as_bytes(), b" K\xe5re\n"].concat());
    table
        .add("revoked: in Latin-1", |case| case.revoked = latin)
        .stricter("mistake", &[KARI]);
    for key in ["p256", "p521", "rsa2048"] {
        let case = table.allowed(&format!("revoked: {key}"), &format!("{KARI} {}\n", bench.key(key)));
        case.signature = bench.sign(key, NAMESPACE, &[], MESSAGE);
        case.revoked = Some(format!("{other}\n{} lost\n", bench.key(key)).into_bytes());
        case.no("revoked", &[KARI]);
    }
    let (line, signature) = forge::security_key(bench, "ed", APPLICATION, APPLICATION, 1);
    let case = table.allowed("revoked: a security key", &format!("{KARI} {line}\n"));
    case.signature = signature;
    case.revoked = Some(format!("{line}\n").into_bytes());
    case.no("revoked", &[KARI]);
    table
        .add("revoked, and not allowed", |case| {
            case.revoked = Some(format!("{key}\n").into_bytes());
            case.allowed.clear();
        })
        .no("revoked", &[KARI]);
}

fn certificates(bench: &Bench, table: &mut Table) {
    let certificate = bench.certificate("ed", &["-n", KARI, "-V", "20260101:20270101"]);
    let signature = bench.sign(&format!("{certificate}.pub"), NAMESPACE, &[], MESSAGE);
    let authority = format!("{KARI} cert-authority {}\n", bench.key("ca"));
    let case = table.allowed("a certificate of an authority", &authority);
    case.signature.clone_from(&signature);
    case.stricter("certificate", &[KARI]);
    let case = table.signature("a certificate, and the key is allowed", signature.clone());
    case.no("certificate", &[KARI]);
    let line = format!("{KARI} {}\n", bench.key(&certificate));
    let case = table.allowed("a certificate that is allowed itself", &line);
    case.signature = signature;
    case.stricter("mistake", &[KARI]);
    table
        .allowed("the key, and its certificate is allowed", &line)
        .no("mistake", &[KARI]);
}
