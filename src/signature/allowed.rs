//! `allowed_signers`: who may sign with which key, as the section ALLOWED SIGNERS of ssh-keygen(1) has it.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;

use super::key::{self, NoKey};
use super::list::{self, Wrong};
use super::refusal::Reason;
use super::{LONGEST_PATTERNS, Moment, NAMESPACE, pattern, time};
use crate::finding::Mistake;
use crate::text::{Localized, both, nearest, shown};

/// What separates the parts of a line.
const BLANK: [char; 2] = [' ', '\t'];

/// The options of a line.
const OPTIONS: [&str; 4] = ["cert-authority", "namespaces", "valid-after", "valid-before"];

/// Those who may sign.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    entries: Vec<Entry>,
}

/// A line that allows a key.
#[derive(Clone, Debug)]
struct Entry {
    principals: Vec<String>,
    key: PublicKey,
    options: Options,
}

#[derive(Clone, Debug, Default)]
struct Options {
    /// The key signs certificates, and nothing else.
    authority: bool,
    namespaces: Option<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Allowed {
    /// Reads `allowed_signers`. Times without `Z` are read in the zone.
    ///
    /// # Errors
    /// Every mistake with its place, up to a hundred.
    pub fn read(name: &str, bytes: Vec<u8>, zone: &TimeZone) -> Result<Allowed, Vec<Mistake>> {
        let entries = list::read(name, bytes, |text| (Line { text, zone }).read())?;
        Ok(Allowed { entries })
    }

    /// The names under which the key may sign at this moment, from every line that allows it.
    pub(super) fn principals(&self, key: &PublicKey, moment: &Moment) -> Result<Vec<String>, Reason> {
        let (mut principals, mut seen, mut refused) = (Vec::new(), HashSet::new(), None);
        let is_same = |entry: &&Entry| entry.key.key_data() == key.key_data() && !entry.options.authority;
        for entry in self.entries.iter().filter(is_same) {
            match entry.options.check(moment) {
                Ok(()) => principals.extend(entry.principals.iter().filter(|name| seen.insert(*name)).cloned()),
                Err(reason) => _ = refused.get_or_insert(reason),
            }
        }
        match principals.is_empty() {
            true => Err(refused.unwrap_or(Reason::UnknownKey)),
            false => Ok(principals),
        }
    }
}

impl Options {
    fn check(&self, moment: &Moment) -> Result<(), Reason> {
        let shown = |at: Timestamp| at.to_zoned(moment.zone.clone());
        let now = moment.at.as_second();
        match (&self.namespaces, self.after, self.before) {
            (Some(list), ..) if !pattern::allows(list, NAMESPACE) => Err(Reason::NamespaceNotAllowed(list.clone())),
            (_, Some(from), _) if now < from.as_second() => Err(Reason::NotYetValid(shown(from))),
            (_, _, Some(until)) if now > until.as_second() => Err(Reason::Expired(shown(until))),
            _ => Ok(()),
        }
    }
}

struct Line<'a> {
    text: &'a str,
    zone: &'a TimeZone,
}

impl<'a> Line<'a> {
    /// `None` for an empty line and for a comment.
    fn read(&self) -> Result<Option<Entry>, Wrong> {
        let text = self.text.trim_start_matches([' ', '\t', '\r', '\n']);
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let (list, rest) = self.names(text)?;
        let principals = self.principals(text, &list)?;
        let first = rest.split(BLANK).next().unwrap_or_default();
        let is_key = key::is_supported(first) || first.ends_with("-cert-v01@openssh.com");
        let (options, rest) = match is_key {
            true => ("", rest),
            false => self.split_options(rest)?,
        };
        let options = self.options(options)?;
        if rest.trim_end().is_empty() {
            return Err(self.wrong(
                self.text,
                both("the key is missing", "nøkkelen mangler"),
                both(
                    "A line has a name, options if any, and a key: `worker:kari@example.no ssh-ed25519 AAAA…`.",
                    "En linje har et navn, eventuelle valg og en nøkkel: `worker:kari@example.no ssh-ed25519 AAAA…`.",
                ),
            ));
        }
        match key::read_line(rest) {
            Ok(key) => Ok(Some(Entry {
                principals,
                key,
                options,
            })),
            Err(no_key) => Err(self.no_key(rest, &no_key)),
        }
    }

    /// The names, without quotes, and what follows them.
    fn names(&self, text: &'a str) -> Result<(String, &'a str), Wrong> {
        let end = text.find([' ', '\t', '\r', '\n', '"']).unwrap_or(text.len());
        let (before, rest) = text.split_at(end);
        let (list, rest) = match rest.strip_prefix('"') {
            None => (before.to_owned(), rest),
            Some(quoted) => match quoted.split_once('"') {
                Some((names, rest)) => (format!("{before}{names}"), rest),
                None => return Err(self.open_quote(rest)),
            },
        };
        Ok((list, rest.trim_start_matches([' ', '\t', '\r', '\n'])))
    }

    /// The names that the list does not except itself. A name is a pattern, and stands for itself.
    fn principals(&self, text: &'a str, list: &str) -> Result<Vec<String>, Wrong> {
        let at = text.split(char::is_whitespace).next().unwrap_or_default();
        self.short(at, list)?;
        if list.is_empty() {
            return Err(self.wrong(
                at,
                both("the name is empty", "navnet er tomt"),
                both(
                    "Write who signs with this key, such as `worker:kari@example.no`.",
                    "Skriv hvem som signerer med denne nøkkelen, som `worker:kari@example.no`.",
                ),
            ));
        }
        let named = pattern::items(list).filter(|(excepted, name)| !excepted && !name.is_empty());
        let names = named.map(|(_, name)| name).filter(|name| pattern::allows(list, name));
        Ok(names.map(str::to_owned).collect())
    }

    /// The options, up to a blank outside quotes, and what follows them.
    fn split_options(&self, text: &'a str) -> Result<(&'a str, &'a str), Wrong> {
        let (bytes, mut at, mut quoted) = (text.as_bytes(), 0, None);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' if bytes.get(at + 1) == Some(&b'"') => at += 1,
                b'"' if quoted.is_some() => quoted = None,
                b'"' => quoted = Some(at),
                b' ' | b'\t' if quoted.is_none() => break,
                _ => {}
            }
            at += 1;
        }
        match quoted {
            Some(at) => Err(self.open_quote(&text[at..])),
            None => Ok((&text[..at], text[at..].trim_start_matches(BLANK))),
        }
    }

    fn options(&self, text: &'a str) -> Result<Options, Wrong> {
        let mut options = Options::default();
        let mut rest = text;
        while !rest.is_empty() {
            let all = rest;
            let twice = |given: bool| match given {
                true => Err(self.twice(all)),
                false => Ok(()),
            };
            if let Some(behind) = after(rest, OPTIONS[0]) {
                options.authority = true;
                rest = behind;
            } else if let Some(value) = after(rest, "namespaces=") {
                twice(options.namespaces.is_some())?;
                let (list, behind) = self.value(value)?;
                self.short(value, &list)?;
                options.namespaces = Some(list);
                rest = behind;
            } else if let Some(value) = after(rest, "valid-after=") {
                twice(options.after.is_some())?;
                (options.after, rest) = self.time(value)?;
            } else if let Some(value) = after(rest, "valid-before=") {
                twice(options.before.is_some())?;
                (options.before, rest) = self.time(value)?;
            }
            match rest.strip_prefix(',') {
                Some(behind) if !behind.is_empty() => rest = behind,
                Some(_) => return Err(self.unknown(rest)),
                None if rest.is_empty() => {}
                None => return Err(self.unknown(all)),
            }
        }
        match (options.after, options.before) {
            (Some(from), Some(until)) if until <= from => Err(self.wrong(
                text,
                both(
                    "`valid-before` is not later than `valid-after`",
                    "`valid-before` er ikke senere enn `valid-after`",
                ),
                both(
                    "Write the later time behind `valid-before`.",
                    "Skriv det seneste tidspunktet bak `valid-before`.",
                ),
            )),
            _ => Ok(options),
        }
    }

    /// A value in quotes, and what follows it.
    fn value(&self, text: &'a str) -> Result<(String, &'a str), Wrong> {
        let Some(quoted) = text.strip_prefix('"') else {
            return Err(self.wrong(
                text,
                both(
                    "the value of an option stands in quotes",
                    "verdien av et valg står i anførselstegn",
                ),
                both("Write `name=\"value\"`.", "Skriv `navn=\"verdi\"`."),
            ));
        };
        let mut value = String::new();
        let mut rest = quoted;
        loop {
            let Some(end) = rest.find('"') else {
                return Err(self.open_quote(text));
            };
            let (part, behind) = (&rest[..end], &rest[end + 1..]);
            rest = behind;
            match part.strip_suffix('\\') {
                Some(part) => value.extend([part, "\""]),
                None => return Ok((value + part, rest)),
            }
        }
    }

    fn time(&self, text: &'a str) -> Result<(Option<Timestamp>, &'a str), Wrong> {
        let (value, rest) = self.value(text)?;
        match time::parse(&value, self.zone) {
            Some(at) => Ok((Some(at), rest)),
            None => Err(self.wrong(
                &text[..text.len() - rest.len()],
                both(
                    format!("`{}` is not a time", shown(&value)),
                    format!("`{}` er ikke et tidspunkt", shown(&value)),
                ),
                both(
                    "Write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and `Z` behind it for UTC: `20270101Z`.",
                    "Skriv ÅÅÅÅMMDD, ÅÅÅÅMMDDTTMM eller ÅÅÅÅMMDDTTMMSS, og `Z` bak det for UTC: `20270101Z`.",
                ),
            )),
        }
    }

    /// A mistake at a part of the line.
    fn wrong(&self, part: &'a str, message: Localized, help: Localized) -> Wrong {
        let part = part.trim_end();
        // The part is cut from the line, so that its address says where it stands.
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Wrong {
            at: start..start + part.len(),
            message,
            help,
        }
    }

    fn short(&self, part: &'a str, list: &str) -> Result<(), Wrong> {
        if list.len() <= LONGEST_PATTERNS {
            return Ok(());
        }
        Err(self.wrong(
            part,
            both(
                format!("a list of more than {LONGEST_PATTERNS} bytes"),
                format!("en liste på mer enn {LONGEST_PATTERNS} byte"),
            ),
            both(
                "Write the key on several lines, with some of the names on each.",
                "Skriv nøkkelen på flere linjer, med noen av navnene på hver.",
            ),
        ))
    }

    fn open_quote(&self, part: &'a str) -> Wrong {
        self.wrong(
            part,
            both("a quote is not closed", "et anførselstegn er ikke lukket"),
            both(
                "Write `\"` at the end of it, on the same line.",
                "Skriv `\"` på slutten av det, på samme linje.",
            ),
        )
    }

    fn twice(&self, part: &'a str) -> Wrong {
        let name = part.split('=').next().unwrap_or_default();
        self.wrong(
            name,
            both(format!("`{name}` is there twice"), format!("`{name}` står to ganger")),
            both(
                "Keep one of them. A second period for a key is a second line.",
                "Behold ett av dem. En ny periode for en nøkkel er en ny linje.",
            ),
        )
    }

    fn unknown(&self, part: &'a str) -> Wrong {
        let name = part.split(['=', ',']).next().unwrap_or_default();
        let (en, nb) = match nearest(name, OPTIONS) {
            Some(near) => (format!("Did you mean `{near}`? "), format!("Mente du `{near}`? ")),
            None => Default::default(),
        };
        let known = OPTIONS.map(|option| format!("`{option}`")).join(", ");
        self.wrong(
            part,
            both(
                format!("`{}` is neither an option nor a type of key", shown(name)),
                format!("`{}` er verken et valg eller en nøkkeltype", shown(name)),
            ),
            both(
                format!("{en}Options are {known}, with commas and no blanks between them."),
                format!("{nb}Valgene er {known}, med komma og uten mellomrom mellom dem."),
            ),
        )
    }

    fn no_key(&self, part: &'a str, no_key: &NoKey) -> Wrong {
        let help = match no_key {
            NoKey::Damaged => both(
                "Copy type and key from the file `….pub` whole: `ssh-ed25519 AAAA…`.",
                "Kopier type og nøkkel helt fra filen `….pub`: `ssh-ed25519 AAAA…`.",
            ),
            NoKey::Certificate => both(
                "Certificates do not count here. Copy the key from the file `….pub`.",
                "Sertifikater teller ikke her. Kopier nøkkelen fra filen `….pub`.",
            ),
            NoKey::Unsupported(_) => both(
                "Make a new key: `ssh-keygen -t ed25519`.",
                "Lag en ny nøkkel: `ssh-keygen -t ed25519`.",
            ),
        };
        self.wrong(part, no_key.message(), help)
    }
}

/// What follows the name, in whatever case it is written.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    /// The place of each mistake, and its text.
    fn mistakes(text: &str) -> Vec<(String, String)> {
        let read = Allowed::read("allowed_signers", text.as_bytes().to_vec(), &TimeZone::UTC);
        let mistakes = read.err().unwrap_or_default();
        let of = |mistake: &Mistake| {
            for lang in [Lang::En, Lang::Nb] {
                assert!(!mistake.help.get(lang).is_empty() && !mistake.message.get(lang).is_empty());
            }
            (
                mistake.source.slice(mistake.span).to_owned(),
                mistake.message.en.clone(),
            )
        };
        mistakes.iter().map(of).collect()
    }

    #[test]
    fn every_mistake_has_its_place() {
        for (line, place, message) in [
            ("a KEY", "", ""),
            ("a", "a", "the key is missing"),
            ("\"a KEY", "\"a KEY", "a quote is not closed"),
            ("\"\" KEY", "\"\"", "the name is empty"),
            ("a ssh-ed25519 AAAA", "ssh-ed25519 AAAA", "this is not a public key"),
            (
                "a namespace=\"*\" KEY",
                "namespace=\"*\"",
                "`namespace` is neither an option nor a type of key",
            ),
            (
                "a ssh-dss AAAA",
                "ssh-dss",
                "`ssh-dss` is neither an option nor a type of key",
            ),
            (
                "a namespaces=\"*\",\u{1b}[2J KEY",
                "\u{1b}[2J",
                "`\\u{1B}[2J` is neither an option nor a type of key",
            ),
            (
                "a namespaces=\"*\", KEY",
                ",",
                "`` is neither an option nor a type of key",
            ),
            ("a namespaces=x KEY", "x", "the value of an option stands in quotes"),
            ("a namespaces=\"x KEY", "\"x KEY", "a quote is not closed"),
            (
                "a valid-after=\"20260231\" KEY",
                "\"20260231\"",
                "`20260231` is not a time",
            ),
            (
                "a valid-after=\"20260101\",valid-after=\"2\" KEY",
                "valid-after",
                "`valid-after` is there twice",
            ),
            (
                "a valid-after=\"20260101\",valid-before=\"20260101\" KEY",
                "valid-after=\"20260101\",valid-before=\"20260101\"",
                "`valid-before` is not later than `valid-after`",
            ),
            (
                "a x@openssh.com-cert-v01@openssh.com AAAA",
                "x@openssh.com-cert-v01@openssh.com AAAA",
                "this is not a public key",
            ),
        ] {
            let (line, place) = (line.replace("KEY", KEY), place.replace("KEY", KEY));
            let expected = match message {
                "" => Vec::new(),
                _ => vec![(place, message.to_owned())],
            };
            assert_eq!(mistakes(&format!("# ø\n{line} \r\nb {KEY}\n")), expected, "{line}");
        }
    }

    #[test]
    fn every_mistake_is_reported() {
        let found = mistakes(&format!("a\n\nb {KEY}\nc restrict {KEY}\n"));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
