//! Times as `allowed_signers` writes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, in the zone, or with `Z` or `UTC` behind it in UTC.
pub fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let utc = ["Z", "UTC"].iter().find_map(|suffix| {
        let (digits, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
        end.eq_ignore_ascii_case(suffix).then_some(digits)
    });
    let digits = utc.unwrap_or(text).as_bytes();
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |from: usize, to: usize| {
        let part = digits.get(from..to).unwrap_or_default();
        part.iter()
            .fold(0, |sum: i16, digit| sum * 10 + i16::from(digit - b'0'))
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)).unwrap_or_default();
    let civil = DateTime::new(number(0, 4), small(4), small(6), small(8), small(10), small(12), 0).ok()?;
    let offset = match utc {
        Some(_) => Offset::UTC,
        None => standard_offset(civil, zone),
    };
    // The last day of the year 9999 is written for "always", and may lie behind the end of time.
    let at = offset.to_timestamp(civil).unwrap_or(Timestamp::MAX);
    (at.as_second() > 0).then_some(at)
}

/// OpenSSH asks for local time without daylight saving, in summer, too; so a time in summer is one hour later than
/// clocks say. Where they have long had no other time, it is the time that they show.
fn standard_offset(civil: DateTime, zone: &TimeZone) -> Offset {
    let Ok(near) = zone.to_ambiguous_timestamp(civil).compatible() else {
        return Offset::UTC;
    };
    let here = zone.to_offset_info(near);
    if !here.dst().is_dst() {
        return here.offset();
    }
    let standard = zone.preceding(near).take(2).find(|change| !change.dst().is_dst());
    standard.map_or(here.offset(), |change| change.offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone: &TimeZone) -> Option<String> {
        parse(text, zone).map(|at| at.to_string())
    }

    #[test]
    fn times_are_read_in_the_zone_or_in_utc() {
        let east = TimeZone::fixed(Offset::constant(1));
        let read = |text| at(text, &east);
        assert_eq!(read("20260101").as_deref(), Some("2025-12-31T23:00:00Z"));
        assert_eq!(read("20260101Z").as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(read("202601011230z").as_deref(), Some("2026-01-01T12:30:00Z"));
        assert_eq!(read("20260101123045utc").as_deref(), Some("2026-01-01T12:30:45Z"));
        assert_eq!(read("99991231").as_deref(), Some("9999-12-30T22:00:00.999999999Z"));
        for wrong in [
            "",
            "Z",
            "UTC",
            "2026",
            "2026010",
            "20260231",
            "20261301",
            "2026010124",
            "202601012400",
            "2026-01-01",
            "19700101",
            "19691231Z",
            "2026010112300",
            "20260101123060",
            "2026 1 1",
            "+2260101",
            "²0260101",
            "20260101ZZ",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn summer_is_read_without_daylight_saving() {
        let oslo = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(at("202601011200", &oslo).as_deref(), Some("2026-01-01T11:00:00Z"));
        assert_eq!(at("202607011200", &oslo).as_deref(), Some("2026-07-01T11:00:00Z"));
        assert_eq!(
            at("202603290230", &oslo).as_deref(),
            Some("2026-03-29T01:30:00Z"),
            "in the gap"
        );
        assert_eq!(
            at("202610250230", &oslo).as_deref(),
            Some("2026-10-25T01:30:00Z"),
            "in the fold"
        );
    }
}
