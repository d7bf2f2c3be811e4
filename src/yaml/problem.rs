//! What can be wrong with the YAML of a document, in words.

use granit_parser::ErrorKind;

use crate::source::Span;
use crate::text::{Lang, is_unsafe};

/// What is wrong with the YAML of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
}

/// Kinds of [`Problem`].
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The parser could not read on.
    Syntax(ErrorKind),
    /// A key for the second time in one mapping.
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first.
        first: Span,
    },
    /// `*name` without an earlier `&name`.
    UnknownAlias(String),
    /// An alias inside the node that it repeats.
    SelfAlias,
    /// The key `<<`, which YAML 1.2 does not know.
    MergeKey,
    /// A tag such as `!include`.
    Tag(String),
    /// A list or a mapping in the place of a key.
    ComplexKey,
    /// More than allowed; the name of the limit and its value.
    Limit(Limit, usize),
}

/// The limits by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`super::Limits::bytes`]
    Bytes,
    /// [`super::Limits::nesting`]
    Nesting,
    /// [`super::Limits::nodes`], without aliases
    Nodes,
    /// [`super::Limits::nodes`], exceeded by what aliases repeat
    Aliases,
    /// [`super::Limits::scalar`]
    Scalar,
    /// [`super::Limits::documents`]
    Documents,
    /// [`super::Limits::problems`]
    Problems,
    /// [`super::Limits::findings`]
    Findings,
}

impl Problem {
    /// What is wrong and what to do about it.
    pub fn describe(&self, lang: Lang) -> (String, String) {
        let pick = |en: &str, nb: &str| lang.pick(en, nb).to_owned();
        match &self.kind {
            ProblemKind::Syntax(kind) => syntax_message(kind, lang),
            ProblemKind::DuplicateKey { key, .. } => (
                match lang {
                    Lang::En => format!("the key `{key}` stands twice in the same mapping"),
                    Lang::Nb => format!("nøkkelen `{key}` står to ganger på samme nivå"),
                },
                pick("Keep one of the two.", "Behold den ene av de to."),
            ),
            ProblemKind::UnknownAlias(name) => (
                match lang {
                    Lang::En => format!("the alias `*{name}` repeats something that is not there"),
                    Lang::Nb => format!("aliaset `*{name}` gjentar noe som ikke finnes"),
                },
                match lang {
                    Lang::En => format!(
                        "Mark what is to be repeated with `&{name}` earlier in the same document, or write it out. A text that begins with `*` needs quotes."
                    ),
                    Lang::Nb => format!(
                        "Merk det som skal gjentas med `&{name}` tidligere i samme dokument, eller skriv det ut. En tekst som begynner med `*`, må stå i anførselstegn."
                    ),
                },
            ),
            ProblemKind::SelfAlias => (
                pick(
                    "the alias stands inside the very thing that it repeats",
                    "aliaset står inne i det som det selv gjentar",
                ),
                pick(
                    "Write the value out instead of the alias.",
                    "Skriv verdien ut i stedet for aliaset.",
                ),
            ),
            ProblemKind::MergeKey => (
                pick(
                    "the merge key `<<` is not part of YAML 1.2 and is not read",
                    "flettenøkkelen `<<` finnes ikke i YAML 1.2 og blir ikke lest",
                ),
                pick("Write the keys out.", "Skriv nøklene ut."),
            ),
            ProblemKind::Tag(tag) => (
                match lang {
                    Lang::En => format!("the tag `{tag}` is not read: a manifest is plain data"),
                    Lang::Nb => format!("taggen `{tag}` blir ikke lest: et manifest er rene data"),
                },
                pick(
                    "Remove the tag; put the text in quotes if it was meant as text.",
                    "Fjern taggen. Sett teksten i anførselstegn hvis den er ment som tekst.",
                ),
            ),
            ProblemKind::ComplexKey => (
                pick(
                    "a list or a mapping cannot be a key here",
                    "en liste eller et nivå kan ikke være nøkkel her",
                ),
                pick(
                    "Use a plain word as the key; a text that begins with `{` or `[` needs quotes.",
                    "Bruk et enkelt ord som nøkkel. En tekst som begynner med `{` eller `[`, må stå i anførselstegn.",
                ),
            ),
            ProblemKind::Limit(limit, allowed) => limit.describe(*allowed, lang),
        }
    }
}

impl Limit {
    fn describe(self, allowed: usize, lang: Lang) -> (String, String) {
        let (en, nb) = match self {
            Limit::Bytes => (
                format!("the file is larger than the limit of {} MiB", allowed >> 20),
                format!("filen er større enn grensen på {} MiB", allowed >> 20),
            ),
            Limit::Nesting => (
                format!("more than {allowed} levels inside each other, which is the nesting limit"),
                format!("mer enn {allowed} nivåer inni hverandre, som er grensen for nøsting"),
            ),
            Limit::Nodes => (
                format!("the document has more than {allowed} values, which is the node limit"),
                format!("dokumentet har mer enn {allowed} verdier, som er grensen for noder"),
            ),
            Limit::Aliases => (
                format!("aliases repeat more than {allowed} values, which is the alias limit"),
                format!("aliaser gjentar mer enn {allowed} verdier, som er grensen for aliaser"),
            ),
            Limit::Scalar => (
                format!("a single value is longer than the limit of {} KiB", allowed >> 10),
                format!("en enkelt verdi er lengre enn grensen på {} KiB", allowed >> 10),
            ),
            Limit::Documents => (
                format!(
                    "more than {allowed} documents in one file, which is the document limit; the rest was not checked"
                ),
                format!(
                    "mer enn {allowed} dokumenter i én fil, som er grensen for dokumenter; resten ble ikke kontrollert"
                ),
            ),
            Limit::Problems => (
                format!("more than {allowed} mistakes in one document, which is the limit; the rest was not read"),
                format!("mer enn {allowed} feil i ett dokument, som er grensen; resten ble ikke lest"),
            ),
            Limit::Findings => (
                format!("more than {allowed} findings in one file, which is the limit; the rest was not checked"),
                format!("mer enn {allowed} funn i én fil, som er grensen; resten ble ikke kontrollert"),
            ),
        };
        let help = lang.pick(
            "No manifest needs that much. Split it, or look at how the file came about.",
            "Så mye trenger ikke et manifest. Del det opp, eller se på hvordan filen ble til.",
        );
        (lang.pick(&en, &nb).to_owned(), help.to_owned())
    }
}

/// The parser's reasons in plain words, for those that people meet; the rest in its own words.
fn syntax_message(kind: &ErrorKind, lang: Lang) -> (String, String) {
    use ErrorKind as E;
    let (en, nb, help_en, help_nb) = match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => (
            "a tab stands where YAML wants spaces",
            "en tabulator står der YAML skal ha mellomrom",
            "Indent with spaces.",
            "Rykk inn med mellomrom.",
        ),
        // The parser says this only inside brackets, braces and quotation marks.
        E::InvalidIndentation => (
            "a bracket, brace or quotation mark above is not closed, or this line is not indented behind it",
            "en klamme, krøllparentes eller et anførselstegn over er ikke lukket, eller linjen er ikke rykket inn bak det",
            "Close it, or indent the lines up to where it is closed.",
            "Lukk det, eller rykk inn linjene fram til der det lukkes.",
        ),
        E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::InvalidBlockScalarIndent
        | E::InvalidFlowScalarIndent => (
            "the indentation does not fit the lines above",
            "innrykket passer ikke til linjene over",
            "Give keys of the same mapping the same indentation.",
            "Gi nøkler på samme nivå samme innrykk.",
        ),
        E::MappingValueNotAllowed => (
            "a colon that does not belong here",
            "et kolon som ikke hører hjemme her",
            "Put a value that contains `: ` in quotes, and give keys of the same mapping the same indentation.",
            "Sett en verdi som inneholder `: `, i anførselstegn, og gi nøkler på samme nivå samme innrykk.",
        ),
        E::BlockSequenceEntryNotAllowed => (
            "a list cannot begin here",
            "en liste kan ikke begynne her",
            "Put each `- ` on a line of its own below the key, or put a text that begins with `- ` in quotes.",
            "Sett hver `- ` på egen linje under nøkkelen, eller sett en tekst som begynner med `- `, i anførselstegn.",
        ),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar | E::InvalidQuotedScalarIndent => (
            "a quotation mark is not closed, or the quoted text goes on without indentation",
            "et anførselstegn er ikke lukket, eller teksten i anførselstegn fortsetter uten innrykk",
            "Close the quotation mark.",
            "Lukk anførselstegnet.",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "text stands behind the closing quotation mark",
            "det står tekst etter det siste anførselstegnet",
            "Put the whole value in quotes; double a single quote inside it, as in 'it''s'.",
            "Sett hele verdien i anførselstegn. Skriv en apostrof inni den dobbelt, som i 'it''s'.",
        ),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => (
            "a backslash in double quotes begins something that YAML does not know",
            "en omvendt skråstrek i doble anførselstegn innleder noe YAML ikke kjenner",
            "Use single quotes, or double the backslash.",
            "Bruk enkle anførselstegn, eller skriv skråstreken dobbelt.",
        ),
        E::MissingAnchorOrAliasName => (
            "`*` or `&` without a name behind it",
            "`*` eller `&` uten et navn etter seg",
            "Put a text that begins with one of them in quotes.",
            "Sett en tekst som begynner med et av dem, i anførselstegn.",
        ),
        E::MissingTagUri | E::UndeclaredTagHandle | E::InvalidTagTerminator | E::InvalidGlobalTagCharacter => (
            "a tag that YAML cannot read",
            "en tagg som YAML ikke kan lese",
            "Put a text that begins with `!` in quotes.",
            "Sett en tekst som begynner med `!`, i anførselstegn.",
        ),
        E::UnclosedFlowCollection { .. }
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofImplicitFlowMapping
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::MismatchedFlowCollectionEnd { .. }
        | E::MisplacedFlowCollectionEnd => (
            "a bracket or brace is not closed, or a comma is missing",
            "en klamme eller krøllparentes er ikke lukket, eller et komma mangler",
            "Close every `[` with `]` and every `{` with `}`, with commas in between.",
            "Lukk hver `[` med `]` og hver `{` med `}`, med komma mellom.",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => (
            "a line that is neither a key with `:` nor part of the text above",
            "en linje som verken er en nøkkel med `:` eller del av teksten over",
            "Write `key: value`; put a longer text in quotes or below `|`.",
            "Skriv `nøkkel: verdi`. Sett en lengre tekst i anførselstegn eller under `|`.",
        ),
        E::UnexpectedCharacter { character } if is_unsafe(*character) => {
            let code = format!("U+{:04X}", u32::from(*character));
            let help = lang.pick("Remove it.", "Fjern det.");
            return (
                match lang {
                    Lang::En => format!("the character {code} is not allowed in YAML"),
                    Lang::Nb => format!("tegnet {code} er ikke tillatt i YAML"),
                },
                help.to_owned(),
            );
        }
        E::UnexpectedCharacter { .. } => (
            "a character that cannot begin a value",
            "et tegn som ikke kan begynne en verdi",
            "Put the value in quotes.",
            "Sett verdien i anførselstegn.",
        ),
        other => {
            let reason = other.to_string();
            let help = lang.pick("Correct the YAML at this place.", "Rett YAML-en på dette stedet.");
            return (
                match lang {
                    Lang::En => format!("the YAML cannot be read: {reason}"),
                    Lang::Nb => format!("YAML-en kan ikke leses: {reason}"),
                },
                help.to_owned(),
            );
        }
    };
    (lang.pick(en, nb).to_owned(), lang.pick(help_en, help_nb).to_owned())
}
