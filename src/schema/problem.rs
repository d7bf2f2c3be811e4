//! What can be wrong with the form of a manifest, in words.

use crate::shape::Kind;
use crate::source::Span;
use crate::text::Lang;
use crate::value::LengthError;

/// Something in a manifest that does not fit its schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// A second place that belongs to it: the first of two equal ids.
    pub other: Option<Span>,
}

/// Kinds of [`Problem`].
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The document is not a mapping.
    NotAManifest,
    /// A key that the schema does not have.
    UnknownKey {
        /// The key.
        key: String,
        /// The nearest known key.
        nearest: Option<String>,
        /// The known keys, unless one of them was probably meant.
        known: Vec<String>,
    },
    /// A required key is not there.
    MissingKey {
        /// Its path.
        path: String,
    },
    /// A key with nothing after it.
    NoValue,
    /// A list where a text belongs, and the like.
    WrongKind {
        /// What belongs there.
        expected: Kind,
    },
    /// The format version is not 1.
    Version {
        /// What stands there.
        found: String,
    },
    /// Not an identifier.
    NotAnId {
        /// What stands there.
        found: String,
    },
    /// A word that the vocabulary does not have.
    UnknownTerm {
        /// The word.
        term: String,
        /// The vocabulary.
        vocabulary: String,
        /// The nearest known word.
        nearest: Option<String>,
        /// True when the organisation may add terms.
        open: bool,
        /// The known words, unless one of them was probably meant.
        known: Vec<String>,
    },
    /// Not a date.
    NotADate {
        /// What stands there.
        found: String,
    },
    /// Not a duration.
    NotADuration {
        /// What stands there.
        found: String,
        /// Why not.
        error: LengthError,
    },
    /// Not a country.
    NotACountry {
        /// What stands there.
        found: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// `false` or `no` where Norway was meant. The value is taken as Norway.
    NorwayAsFlag {
        /// What stands there.
        found: String,
    },
    /// Evidence with none or several of `file`, `url` and `archive`.
    EvidencePlaces,
    /// Not a SHA-256 in hexadecimal.
    NotAHash,
    /// An id for the second time in one list.
    DuplicateId {
        /// The id.
        id: String,
        /// Path of the list.
        list: String,
    },
    /// An id that no item has.
    DanglingReference {
        /// The id.
        id: String,
        /// Path of the list that it refers to.
        list: String,
        /// The nearest id there is.
        nearest: Option<String>,
    },
    /// Problems that are only counted.
    More {
        /// How many.
        count: usize,
    },
}

impl ProblemKind {
    /// Id of the rule under which the problem is reported.
    pub fn rule(&self) -> &'static str {
        match self {
            ProblemKind::DuplicateId { .. } => "duplicate-id",
            ProblemKind::DanglingReference { .. } => "unknown-reference",
            ProblemKind::NorwayAsFlag { .. } => "country-as-flag",
            ProblemKind::More { .. } => "limit-exceeded",
            _ => "invalid-manifest",
        }
    }

    /// What is wrong, and what to do about it.
    pub fn describe(&self, lang: Lang) -> (String, String) {
        use ProblemKind as P;
        let both = |en: String, nb: String| if lang == Lang::En { en } else { nb };
        let meant = |nearest: &Option<String>, en: &str, nb: &str| match nearest {
            Some(name) => both(format!("Did you mean `{name}`?"), format!("Mente du `{name}`?")),
            None => lang.pick(en, nb).to_owned(),
        };
        match self {
            P::NotAManifest => (
                both(
                    "the document is not a manifest: it has no keys at the top".into(),
                    "dokumentet er ikke et manifest: det har ingen nøkler øverst".into(),
                ),
                both(
                    "Begin with `tillit: 1` and `system:`; `tillit init` writes a first manifest.".into(),
                    "Begynn med `tillit: 1` og `system:`. `tillit init` skriver et første manifest.".into(),
                ),
            ),
            P::UnknownKey { key, nearest, known } => (
                both(
                    format!("the key `{key}` is not known here"),
                    format!("nøkkelen `{key}` er ukjent her"),
                ),
                meant(
                    nearest,
                    &format!(
                        "Known here: {}. Begin it with `x-` if it is for your own use.",
                        known_words(key, known, lang)
                    ),
                    &format!(
                        "Kjente her: {}. Begynn den med `x-` hvis den er til eget bruk.",
                        known_words(key, known, lang)
                    ),
                ),
            ),
            P::MissingKey { path } => (
                both(format!("`{path}` is missing"), format!("`{path}` mangler")),
                both(
                    format!("Add `{path}`; every manifest needs it."),
                    format!("Legg til `{path}`. Alle manifester må ha den."),
                ),
            ),
            P::NoValue => (
                both("a value is missing here".into(), "her mangler en verdi".into()),
                both(
                    "Give a value, or write `unknown` if it is not answered yet.".into(),
                    "Oppgi en verdi, eller skriv `unknown` hvis spørsmålet ikke er besvart ennå.".into(),
                ),
            ),
            P::WrongKind { expected } => {
                let (en, nb) = expected.described();
                (
                    both(format!("expected {en}"), format!("her skal det stå {nb}")),
                    both(
                        "Change the value, or write `unknown` if it is not answered yet.".into(),
                        "Endre verdien, eller skriv `unknown` hvis spørsmålet ikke er besvart ennå.".into(),
                    ),
                )
            }
            P::Version { found } if found == "1" => (
                both(
                    "the format version is a number and stands without quotes".into(),
                    "formatversjonen er et tall og står uten anførselstegn".into(),
                ),
                both("Write `tillit: 1`.".into(), "Skriv `tillit: 1`.".into()),
            ),
            P::Version { found } => (
                both(
                    format!("format version `{found}` is not known"),
                    format!("formatversjonen `{found}` er ukjent"),
                ),
                both("Write `tillit: 1`.".into(), "Skriv `tillit: 1`.".into()),
            ),
            P::NotAnId { found } => (
                both(
                    format!("`{found}` is not an identifier"),
                    format!("`{found}` er ikke en gyldig id"),
                ),
                both(
                    "Use lower-case letters a-z, digits and hyphens, at most 64 characters.".into(),
                    "Bruk små bokstaver a–z, sifre og bindestrek, høyst 64 tegn.".into(),
                ),
            ),
            P::UnknownTerm {
                term,
                vocabulary,
                nearest,
                open,
                known,
            } => {
                let list = known_words(term, known, lang);
                let more = if *open {
                    both(
                        format!(
                            " If none of them fits, the organisation can add a term under `vocabulary.{vocabulary}` in tillit.yaml."
                        ),
                        format!(
                            " Passer ingen av dem, kan virksomheten legge til et ord under `vocabulary.{vocabulary}` i tillit.yaml."
                        ),
                    )
                } else {
                    String::new()
                };
                let help = match nearest {
                    Some(_) => meant(nearest, "", ""),
                    None => both(format!("Known: {list}.{more}"), format!("Kjente ord: {list}.{more}")),
                };
                (
                    both(
                        format!("`{term}` is not a term of the vocabulary {vocabulary}"),
                        format!("`{term}` finnes ikke i ordlisten {vocabulary}"),
                    ),
                    help,
                )
            }
            P::NotADate { found } => (
                both(format!("`{found}` is not a date"), format!("`{found}` er ikke en dato")),
                both(
                    "Write year, month and day as 2026-12-01.".into(),
                    "Skriv år, måned og dag slik: 2026-12-01.".into(),
                ),
            ),
            P::NotADuration { found, error } => {
                let (en, nb) = match error {
                    LengthError::NoUnit => (
                        format!("the duration `{found}` has no unit"),
                        format!("varigheten `{found}` mangler enhet"),
                    ),
                    LengthError::Negative => (
                        format!("the duration `{found}` is negative"),
                        format!("varigheten `{found}` er negativ"),
                    ),
                    LengthError::Form => (
                        format!("`{found}` is not a duration"),
                        format!("`{found}` er ikke en varighet"),
                    ),
                };
                (
                    both(en, nb),
                    both(
                        "Write `90 days`, `12 weeks`, `6 months`, `1 year` or `P90D`; `unlimited` if there is no end, `unspecified` if only general words are given.".into(),
                        "Skriv `90 days`, `12 weeks`, `6 months`, `1 year` eller `P90D`; `unlimited` hvis det ikke er noen slutt, `unspecified` hvis det bare er brukt generelle ord.".into(),
                    ),
                )
            }
            P::NotACountry { found, nearest } => (
                both(
                    format!("`{found}` is not a country code"),
                    format!("`{found}` er ikke en landkode"),
                ),
                meant(
                    nearest,
                    "Use two capital letters by ISO 3166-1, such as \"NO\" or DE; subdivisions as US-IL or US-NY-NYC.",
                    "Bruk to store bokstaver etter ISO 3166-1, som \"NO\" eller DE; delstater som US-IL eller US-NY-NYC.",
                ),
            ),
            P::NorwayAsFlag { found } => (
                both(
                    format!("`{found}` stands where a country belongs and is read as Norway"),
                    format!("`{found}` står der det skal stå et land, og leses som Norge"),
                ),
                both(
                    "Write \"NO\" in quotes and capitals: older YAML programs read NO as the answer no.".into(),
                    "Skriv \"NO\" med anførselstegn og store bokstaver: eldre YAML-programmer leser NO som svaret nei."
                        .into(),
                ),
            ),
            P::EvidencePlaces => (
                both(
                    "a record has exactly one of `file`, `url` and `archive`".into(),
                    "en dokumentasjon har nøyaktig én av `file`, `url` og `archive`".into(),
                ),
                both(
                    "Keep the one that leads to the record.".into(),
                    "Behold den som fører til dokumentet.".into(),
                ),
            ),
            P::NotAHash => (
                both(
                    "this is not a SHA-256 in hexadecimal".into(),
                    "dette er ikke en SHA-256 i heksadesimal form".into(),
                ),
                both(
                    "Give the 64 lower-case digits that `sha256sum FILE` prints.".into(),
                    "Oppgi de 64 tegnene med små bokstaver som `sha256sum FIL` skriver ut.".into(),
                ),
            ),
            P::DuplicateId { id, list } => (
                both(
                    format!("the id `{id}` stands twice in `{list}`"),
                    format!("id-en `{id}` står to ganger i `{list}`"),
                ),
                both(
                    "Give each its own id, so that references are clear.".into(),
                    "Gi hver sin id, så henvisningene er entydige.".into(),
                ),
            ),
            P::DanglingReference { id, list, nearest } => (
                both(
                    format!("`{list}` has no item with the id `{id}`"),
                    format!("`{list}` har ingen med id-en `{id}`"),
                ),
                match nearest {
                    Some(_) => meant(nearest, "", ""),
                    None => both(
                        format!("Add it to `{list}`, or correct the reference."),
                        format!("Legg den til i `{list}`, eller rett henvisningen."),
                    ),
                },
            ),
            P::More { count } => (
                both(
                    format!("{count} more mistakes in the form of this manifest are not listed"),
                    format!("{count} flere feil i manifestets form er ikke tatt med"),
                ),
                both(
                    "Correct those that are listed first.".into(),
                    "Rett først dem som er tatt med.".into(),
                ),
            ),
        }
    }
}

impl Kind {
    /// What belongs in a field of this kind, in both languages.
    fn described(&self) -> (&'static str, &'static str) {
        match self {
            Kind::Version => ("the number 1", "tallet 1"),
            Kind::Text => ("a text", "en tekst"),
            Kind::Id => ("an identifier", "en id"),
            Kind::Flag => ("`true` or `false`", "`true` eller `false`"),
            Kind::Count => ("a whole number from 0", "et heltall fra 0"),
            Kind::Percent => ("a number from 0 to 100", "et tall fra 0 til 100"),
            Kind::Date => ("a date", "en dato"),
            Kind::Duration => ("a duration", "en varighet"),
            Kind::Country => ("a country", "et land"),
            Kind::Evidence => (
                "a record as `{file: …}`, `{url: …}` or `{archive: …}`",
                "en dokumentasjon som `{file: …}`, `{url: …}` eller `{archive: …}`",
            ),
            Kind::Term(_) => ("a term of the vocabulary", "et ord fra ordlisten"),
            Kind::Block => ("keys and values", "nøkler og verdier"),
            Kind::List(_) => ("a list, as `[one, two]`", "en liste, som `[en, to]`"),
            Kind::Items(_) => (
                "a list of entries, each behind `- `",
                "en liste med oppføringer, hver bak `- `",
            ),
        }
    }
}

/// Most known words that a help text lists.
const MOST_KNOWN: usize = 40;

/// The known words, those that have the wrong one in them first; of very many, how many more there are.
fn known_words(wrong: &str, known: &[String], lang: Lang) -> String {
    let is_like = |word: &&String| wrong.len() > 2 && word.split('-').any(|part| part == wrong);
    let (like, others): (Vec<&String>, Vec<&String>) = known.iter().partition(is_like);
    let words: Vec<&str> = like.into_iter().chain(others).map(String::as_str).collect();
    let shown = words.len().min(MOST_KNOWN);
    let list = words[..shown].join(", ");
    match (words.len() - shown, lang) {
        (0, _) => list,
        (more, Lang::En) => format!("{list}, and {more} more (`tillit schema manifest` lists them)"),
        (more, Lang::Nb) => format!("{list} og {more} til (`tillit schema manifest` viser dem)"),
    }
}
