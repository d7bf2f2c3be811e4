//! `tillit init`: writes a first manifest, with what is unanswered marked so.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use serde_yaml::{Mapping, Value};

use super::{Common, Failure, Outcome, output};
use crate::discover::shown;
use crate::text::{Lang, escape, nearest, shown as shown_value};
use crate::vocabulary::{COUNTRIES, Vocabularies, Vocabulary};

/// Most words of a vocabulary that a message lists.
const MOST_WORDS: usize = 80;

/// Write a first manifest: asks a few questions, or takes the answers as options
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillit init\n  tillit init --name \"Shift planner\" --country NO --purpose scheduling --data shift-availability\n\nWhat is not answered is written as `unknown`, and `tillit check` asks for it."
)]
pub(super) struct Args {
    /// Name that the workers know the system by
    #[arg(long)]
    name: Option<String>,
    /// Short id [default: made from the name]
    #[arg(long)]
    id: Option<String>,
    /// Where it stands: planned, pilot, deployed, suspended or retired
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Country where the people concerned work, as NO or DE; may be given several times
    #[arg(long, value_name = "CODE")]
    country: Vec<String>,
    /// What it is used for, as scheduling or monitoring; may be given several times
    #[arg(long, value_name = "AREA")]
    purpose: Vec<String>,
    /// What data it takes in, as working-time or keystrokes; may be given several times
    #[arg(long, value_name = "CATEGORY")]
    data: Vec<String>,
    /// File to write [default: ID.tillit.yaml]; `-` for standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite a file that is there
    #[arg(long)]
    force: bool,
}

/// The answers that a manifest is made from.
struct Answers {
    name: String,
    id: String,
    status: String,
    countries: Vec<String>,
    purposes: Vec<String>,
    data: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: &Args, common: &Common) -> Outcome {
    let lang = common.lang(None);
    let vocabularies = Vocabularies::builtin();
    let answers = if args.name.is_none() && io::stdin().is_terminal() {
        ask(args, &vocabularies, lang)?
    } else {
        from_options(args, &vocabularies, lang)?
    };
    let text = manifest(&answers, lang)?;
    if args.output.as_deref().is_some_and(|p| p.as_os_str() == "-") {
        output::write(None, lang, |out| out.write_all(text.as_bytes()))?;
        return Ok(true);
    }
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.tillit.yaml", answers.id)));
    if path.exists() && !args.force {
        let path = escape(&shown(&path)).into_owned();
        return Err(Failure::say(
            lang,
            format!("{path} is there already; --force overwrites it"),
            format!("{path} finnes allerede, --force overskriver den"),
        ));
    }
    output::write(Some(&path), lang, |out| out.write_all(text.as_bytes()))?;
    let path = escape(&shown(&path)).into_owned();
    output::note(&match lang {
        Lang::En => format!("wrote {path}; next: answer what is `unknown`, then `tillit check {path}`"),
        Lang::Nb => format!("skrev {path}. Neste: svar på det som står som `unknown`, og kjør `tillit check {path}`"),
    });
    Ok(true)
}

fn no_name(lang: Lang) -> Failure {
    Failure::say(lang, "no name was given", "det ble ikke oppgitt noe navn")
}

fn from_options(args: &Args, vocabularies: &Vocabularies, lang: Lang) -> Result<Answers, Failure> {
    let Some(name) = args.name.clone().filter(|name| !name.trim().is_empty()) else {
        if args.name.is_some() {
            return Err(no_name(lang));
        }
        return Err(Failure::say(
            lang,
            "there is no terminal to ask at: give at least --name; see `tillit init --help`",
            "det er ingen terminal å spørre i: oppgi minst --name, se `tillit init --help`",
        ));
    };
    let status = args.status.clone().unwrap_or_else(|| "planned".to_owned());
    for (option, vocabulary, words) in [
        ("--status", "statuses", std::slice::from_ref(&status)),
        ("--country", COUNTRIES, &args.country[..]),
        ("--purpose", "purposes", &args.purpose[..]),
        ("--data", "data_categories", &args.data[..]),
    ] {
        for word in words {
            if let Some(message) = unknown(vocabularies, vocabulary, word, lang) {
                let message = format!("{option}: {message}");
                return Err(Failure::say(lang, message.clone(), message));
            }
        }
    }
    let id = args.id.clone().unwrap_or_else(|| id_of(&name));
    Ok(Answers {
        name,
        id: id_of(&id),
        status,
        countries: args.country.clone(),
        purposes: args.purpose.clone(),
        data: args.data.clone(),
    })
}

/// What to say of a word that a vocabulary does not have: the one that was meant, or all of them.
fn unknown(vocabularies: &Vocabularies, vocabulary: &str, word: &str, lang: Lang) -> Option<String> {
    let words = vocabularies.get(vocabularies.find(vocabulary)?);
    if words.find(word).is_some() {
        return None;
    }
    let meant = words.meant(word).or_else(|| nearest(word, words.ids()));
    let word = shown_value(word);
    Some(match (meant, lang) {
        (Some(meant), Lang::En) => format!("`{word}` is not a known term; did you mean `{meant}`?"),
        (Some(meant), Lang::Nb) => format!("`{word}` er ikke et kjent ord; mente du `{meant}`?"),
        (None, Lang::En) => format!("`{word}` is not a known term. Known: {}", few(words)),
        (None, Lang::Nb) => format!("`{word}` er ikke et kjent ord. Kjente: {}", few(words)),
    })
}

/// The words of a vocabulary, or the first of very many.
fn few(words: &Vocabulary) -> String {
    let mut ids: Vec<&str> = words.ids().take(MOST_WORDS).collect();
    if words.terms.len() > MOST_WORDS {
        ids.push("…");
    }
    ids.join(", ")
}

/// Asks at a terminal; an empty answer takes what stands in brackets.
fn ask(args: &Args, vocabularies: &Vocabularies, lang: Lang) -> Result<Answers, Failure> {
    let question = |en: &str, nb: &str, default: &str| -> Result<String, Failure> {
        let mut err = io::stderr().lock();
        let text = lang.pick(en, nb);
        let _ = if default.is_empty() {
            write!(err, "{text}: ")
        } else {
            write!(err, "{text} [{default}]: ")
        };
        let _ = err.flush();
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).map_err(|e| {
            Failure::say(
                lang,
                format!("cannot read the answer: {}", output::reason(&e, lang)),
                format!("kan ikke lese svaret: {}", output::reason(&e, lang)),
            )
        })?;
        if read == 0 {
            // The end of input takes the whole thing back: nothing is written.
            return Err(Failure::say(
                lang,
                "given up; nothing was written",
                "avbrutt; ingenting er skrevet",
            ));
        }
        let line = line.trim();
        Ok(if line.is_empty() {
            default.to_owned()
        } else {
            line.to_owned()
        })
    };
    let terms = |vocabulary: &str, en: &str, nb: &str, default: &str| -> Result<Vec<String>, Failure> {
        loop {
            let line = question(en, nb, default)?;
            let words: Vec<String> = line
                .split([',', ' '])
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect();
            match words.iter().find_map(|w| unknown(vocabularies, vocabulary, w, lang)) {
                Some(message) => output::note(&message),
                None => return Ok(words),
            }
        }
    };
    let mut name = String::new();
    while name.is_empty() {
        name = question(
            "Name that the workers know the system by",
            "Navnet de ansatte kjenner systemet under",
            "",
        )?;
    }
    let default = args.id.clone().unwrap_or_else(|| id_of(&name));
    let id = id_of(&question("Short id", "Kort id", &default)?);
    let status = terms(
        "statuses",
        "Where it stands (planned, pilot, deployed)",
        "Hvor langt det er kommet (planned, pilot, deployed)",
        "planned",
    )?;
    let countries = terms(
        COUNTRIES,
        "Countries where the people work, as NO or DE",
        "Land der folk arbeider, som NO eller DE",
        "NO",
    )?;
    let purposes = terms(
        "purposes",
        "What it is used for, for example scheduling, monitoring (? lists)",
        "Hva det brukes til, for eksempel scheduling, monitoring (? viser alle)",
        "",
    )?;
    let data = terms(
        "data_categories",
        "What data it takes in, for example working-time, keystrokes (? lists)",
        "Hvilke opplysninger det bruker, for eksempel working-time, keystrokes (? viser alle)",
        "",
    )?;
    let status = status.into_iter().next().unwrap_or_else(|| "planned".to_owned());
    Ok(Answers {
        name,
        id,
        status,
        countries,
        purposes,
        data,
    })
}

/// An id from a name: lower-case letters, digits and hyphens.
fn id_of(name: &str) -> String {
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => id.push(c),
            'å' | 'ä' | 'á' | 'à' => id.push('a'),
            'ø' | 'ö' | 'ó' => id.push('o'),
            'æ' => id.push_str("ae"),
            'é' | 'è' => id.push('e'),
            'ü' => id.push('u'),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let cut: String = id.chars().take(64).collect();
    let id = cut.trim_matches('-');
    if id.is_empty() || id == "unknown" {
        "system".to_owned()
    } else {
        id.to_owned()
    }
}

/// The manifest as text: blocks with a comment above each.
fn manifest(answers: &Answers, lang: Lang) -> Result<String, Failure> {
    let text = |s: &str| Value::String(s.to_owned());
    let unknown = || text("unknown");
    let list = |items: &[String]| Value::Sequence(items.iter().map(|i| text(i)).collect());
    let map = |entries: Vec<(&str, Value)>| {
        Value::Mapping(entries.into_iter().map(|(k, v)| (text(k), v)).collect::<Mapping>())
    };
    let or_unknown = |items: Vec<Value>| {
        if items.is_empty() {
            unknown()
        } else {
            Value::Sequence(items)
        }
    };
    let purposes = answers.purposes.iter().map(|p| {
        map(vec![
            ("id", text(p)),
            ("area", text(p)),
            ("description", unknown()),
            ("legal_basis", unknown()),
        ])
    });
    let inputs = answers.data.iter().map(|d| {
        map(vec![
            ("id", text(d)),
            ("category", text(d)),
            (
                "purposes",
                if answers.purposes.is_empty() {
                    unknown()
                } else {
                    list(&answers.purposes)
                },
            ),
            ("necessity", unknown()),
            ("identifiable", unknown()),
            ("employer_access", unknown()),
            ("mode", unknown()),
            ("retention", unknown()),
        ])
    });
    let countries = if answers.countries.is_empty() {
        unknown()
    } else {
        list(&answers.countries)
    };
    let blocks = [
        (
            "The system. `unknown` means: not answered yet.",
            "Systemet. `unknown` betyr: ikke besvart ennå.",
            "system",
            map(vec![
                ("id", text(&answers.id)),
                ("name", text(&answers.name)),
                ("description", unknown()),
                ("status", text(&answers.status)),
                ("affects_workers", unknown()),
                ("jurisdictions", countries),
            ]),
        ),
        (
            "What it is used for.",
            "Hva det brukes til.",
            "purposes",
            or_unknown(purposes.collect()),
        ),
        (
            "What data it takes in.",
            "Hvilke opplysninger det bruker.",
            "data",
            map(vec![("inputs", or_unknown(inputs.collect()))]),
        ),
        (
            "What it decides or recommends; an empty list means nothing.",
            "Hva det avgjør eller anbefaler. En tom liste betyr ingenting.",
            "decisions",
            unknown(),
        ),
        (
            "Who answers for it.",
            "Hvem som svarer for det.",
            "accountability",
            map(vec![("owner", map(vec![("role", unknown()), ("contact", unknown())]))]),
        ),
        (
            "Who represents the workers, and what has been discussed with them.",
            "Hvem som representerer de ansatte, og hva som er drøftet med dem.",
            "codetermination",
            map(vec![("parties", unknown()), ("steps", unknown())]),
        ),
    ];
    let mut out = String::from("tillit: 1\n");
    for (en, nb, key, value) in blocks {
        let block = serde_yaml::to_string(&map(vec![(key, value)])).map_err(|e| {
            Failure::say(
                lang,
                format!("cannot write YAML: {e}"),
                format!("kan ikke skrive YAML: {e}"),
            )
        })?;
        // Older YAML programs read NO as the answer no, so it is written in quotes.
        let block = block.replace("- NO\n", "- \"NO\"\n");
        out.push_str(&format!("\n# {}\n{block}", lang.pick(en, nb)));
    }
    Ok(out)
}
