//! The values of a manifest: dates, durations, and what a field holds once it has been read.

use std::cmp::Ordering;
use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::text::{Lang, is_unsafe};
use crate::vocabulary::TermId;
use crate::yaml::NodeId;

/// A length of time as people write it: `90 days`, `6 months`, `P90D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// So many years, months and days (a week is seven days).
    Finite {
        /// Years.
        years: u16,
        /// Months.
        months: u16,
        /// Days.
        days: u32,
    },
    /// Without an end.
    Unlimited,
    /// Only general words were given, such as "as long as necessary".
    Unspecified,
}

/// Why a text is not a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthError {
    /// A number without a unit.
    NoUnit,
    /// A negative number.
    Negative,
    /// Something else.
    Form,
}

impl Length {
    /// Reads `90 days`, `1 year`, `P1Y6M`, `unlimited` or `unspecified`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Length, LengthError> {
        match text {
            "unlimited" => return Ok(Length::Unlimited),
            "unspecified" => return Ok(Length::Unspecified),
            _ => {}
        }
        if text.starts_with('-') {
            return Err(LengthError::Negative);
        }
        if text.parse::<f64>().is_ok() {
            return Err(LengthError::NoUnit);
        }
        if let Some(period) = text.strip_prefix('P') {
            return Length::parse_iso(period).ok_or(LengthError::Form);
        }
        let (number, unit) = text.split_once(' ').ok_or(LengthError::Form)?;
        if number.is_empty() || number.len() > 5 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(LengthError::Form);
        }
        if number.starts_with('0') && !(number == "0" && unit == "days") {
            return Err(LengthError::Form);
        }
        let n: u32 = number.parse().map_err(|_| LengthError::Form)?;
        // Four digits keep calendar arithmetic within the years that a date can have.
        let short = u16::try_from(n).ok().filter(|n| *n <= 9999).ok_or(LengthError::Form);
        let finite = |years, months, days| Ok(Length::Finite { years, months, days });
        match unit {
            "day" | "days" => finite(0, 0, n),
            "week" | "weeks" => finite(0, 0, n * 7),
            "month" | "months" => finite(0, short?, 0),
            "year" | "years" => finite(short?, 0, 0),
            _ => Err(LengthError::Form),
        }
    }

    /// The date part of an ISO 8601 duration, without the `P`.
    fn parse_iso(text: &str) -> Option<Length> {
        let (mut years, mut months, mut days) = (0u16, 0u16, 0u32);
        let mut rest = text;
        let mut order = "YMWD";
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .filter(|n| (1..=5).contains(n))?;
            let n: u32 = rest[..digits].parse().ok()?;
            let unit = rest[digits..].chars().next()?;
            let place = order.find(unit)?;
            order = &order[place + 1..];
            match unit {
                'Y' | 'M' if n > 9999 => return None,
                'Y' => years = u16::try_from(n).ok()?,
                'M' => months = u16::try_from(n).ok()?,
                'W' => days += n * 7,
                _ => days += n,
            }
            rest = &rest[digits + 1..];
        }
        (order.len() < 4).then_some(Length::Finite { years, months, days })
    }

    /// The length in days, a month counted as 30 and a year as 365; `None` when it is not known.
    pub fn days(self) -> Option<u64> {
        match self {
            Length::Finite { years, months, days } => {
                Some(u64::from(years) * 365 + u64::from(months) * 30 + u64::from(days))
            }
            Length::Unlimited => Some(u64::MAX),
            Length::Unspecified => None,
        }
    }

    /// Longer, shorter or the same; `None` when one of the two is not known.
    pub fn compare(self, other: Length) -> Option<Ordering> {
        Some(self.days()?.cmp(&other.days()?))
    }

    /// The date that lies this much after (`sign` 1) or before (-1) another, in calendar months.
    pub fn shift(self, date: Date, sign: i64) -> Option<Date> {
        let Length::Finite { years, months, days } = self else {
            return None;
        };
        let span = i64::from(years).years().months(i64::from(months)).days(i64::from(days));
        date.checked_add(if sign < 0 { span.negate() } else { span }).ok()
    }

    /// As people read it in a language.
    pub fn shown(self, lang: Lang) -> String {
        let Length::Finite { years, months, days } = self else {
            return match self {
                Length::Unlimited => lang.pick("without an end", "uten slutt"),
                _ => lang.pick("no stated time", "ingen oppgitt tid"),
            }
            .to_owned();
        };
        let unit = |n: u32, one: [&str; 2], many: [&str; 2]| {
            let words = if n == 1 { one } else { many };
            format!("{n} {}", lang.pick(words[0], words[1]))
        };
        let mut parts = Vec::new();
        if years > 0 {
            parts.push(unit(years.into(), ["year", "år"], ["years", "år"]));
        }
        if months > 0 {
            parts.push(unit(months.into(), ["month", "måned"], ["months", "måneder"]));
        }
        if days > 0 || parts.is_empty() {
            parts.push(unit(days, ["day", "dag"], ["days", "dager"]));
        }
        parts.join(lang.pick(" and ", " og "))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(Lang::En))
    }
}

/// Reads a date as `2026-12-01` (ISO 8601, calendar form only).
pub fn parse_date(text: &str) -> Option<Date> {
    let b = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| b.get(range).is_some_and(|s| s.iter().all(u8::is_ascii_digit));
    let shape = b.len() == 10 && b[4] == b'-' && b[7] == b'-' && digits(0..4) && digits(5..7) && digits(8..10);
    if !shape {
        return None;
    }
    Date::new(
        text[..4].parse().ok()?,
        text[5..7].parse().ok()?,
        text[8..].parse().ok()?,
    )
    .ok()
}

/// What a field holds, read by its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value<'d> {
    /// The key is not there.
    #[default]
    Absent,
    /// The word `unknown`: asked, but not answered.
    Unknown,
    /// Something that does not fit the field; there is a finding about it.
    Invalid,
    /// A text or an id.
    Text(&'d str),
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A date.
    Date(Date),
    /// A duration.
    Length(Length),
    /// A term of a vocabulary.
    Term(TermId),
    /// A country or a subdivision, with the number of the country in the vocabulary.
    Country(&'d str, u16),
    /// A reference to a record: file, web address or archive.
    Evidence(NodeId),
    /// A mapping whose keys are fields of the same scope; true when it has none.
    Block {
        /// No key in it.
        empty: bool,
    },
    /// A list of values, from `start` in the list arena.
    List {
        /// First item.
        start: u32,
        /// Number of items.
        len: u32,
    },
    /// A list of mappings: instances of a scope of their own, from `start`.
    Items {
        /// First instance.
        start: u32,
        /// Number of instances.
        len: u32,
    },
}

impl Value<'_> {
    /// The key is there with something after it, if only `unknown`.
    pub fn is_present(self) -> bool {
        !matches!(self, Value::Absent)
    }

    /// There, not `unknown`, not invalid and not empty.
    pub fn is_answered(self) -> bool {
        match self {
            Value::Absent | Value::Unknown | Value::Invalid => false,
            Value::Text(text) => text.chars().any(|c| !c.is_whitespace() && !is_unsafe(c)),
            Value::Block { empty } => !empty,
            Value::List { len, .. } | Value::Items { len, .. } => len > 0,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_their_accepted_forms() {
        let days = |t| Length::parse(t).map(|l| l.days());
        assert_eq!(days("90 days"), Ok(Some(90)));
        assert_eq!(days("6 months"), Ok(Some(180)));
        assert_eq!(days("2 weeks"), Ok(Some(14)));
        assert_eq!(days("1 year"), Ok(Some(365)));
        assert_eq!(days("P90D"), Ok(Some(90)));
        assert_eq!(days("P1Y6M"), Ok(Some(545)));
        assert_eq!(days("0 days"), Ok(Some(0)));
        assert_eq!(days("unlimited"), Ok(Some(u64::MAX)));
        assert_eq!(days("unspecified"), Ok(None));
    }

    #[test]
    fn durations_that_are_refused() {
        assert_eq!(Length::parse("90"), Err(LengthError::NoUnit));
        assert_eq!(Length::parse("-5 days"), Err(LengthError::Negative));
        for text in [
            "",
            "P",
            "90days",
            "ninety days",
            "P1D1Y",
            "1.5 years",
            "007 days",
            "999999 days",
            "PT5H",
            "10000 years",
            "P65535Y",
            "P10000M",
        ] {
            assert_eq!(Length::parse(text), Err(LengthError::Form), "{text}");
        }
    }

    #[test]
    fn calendar_months_are_added_to_dates() {
        let date = parse_date("2026-08-31").unwrap();
        assert_eq!(
            Length::parse("6 months").unwrap().shift(date, 1),
            parse_date("2027-02-28")
        );
        assert_eq!(
            Length::parse("10 days").unwrap().shift(date, -1),
            parse_date("2026-08-21")
        );
        for text in ["9999 years", "P9999Y9999M99999W99999D"] {
            assert_eq!(Length::parse(text).unwrap().shift(date, 1), None, "{text}");
        }
    }

    #[test]
    fn dates_have_one_form() {
        assert!(parse_date("2026-12-01").is_some());
        for text in [
            "01/02/2026",
            "2026-2-1",
            "2026-02-30",
            "20260201",
            "2026-12-01T00:00",
            "２０２６-12-01",
        ] {
            assert!(parse_date(text).is_none(), "{text}");
        }
    }

    #[test]
    fn durations_read_in_both_languages() {
        assert_eq!(Length::parse("P1Y1D").unwrap().shown(Lang::Nb), "1 år og 1 dag");
        assert_eq!(Length::parse("3 months").unwrap().shown(Lang::En), "3 months");
    }
}
