//! The day and the moment of the run: the option, `SOURCE_DATE_EPOCH`, then the clock.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Failure;
use crate::signature::Moment;
use crate::text::{Lang, shown};
use crate::value::parse_date;

/// The day of the run, in UTC.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is set and is not a number of seconds.
pub(super) fn today(option: Option<Date>, lang: Lang) -> Result<Date, Failure> {
    option.map_or_else(|| Ok(TimeZone::UTC.to_datetime(now(lang)?).date()), Ok)
}

/// The moment of the run, at which keys count or not: noon of a day that an option names.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is set and is not a number of seconds.
pub(super) fn moment(option: Option<Date>, lang: Lang) -> Result<Moment, Failure> {
    Ok(Moment {
        at: at(option, lang)?,
        zone: TimeZone::system(),
    })
}

/// The same without the time zone of the machine.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is set and is not a number of seconds.
pub(super) fn at(option: Option<Date>, lang: Lang) -> Result<Timestamp, Failure> {
    let noon = option.and_then(|day| TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0)).ok());
    noon.map_or_else(|| now(lang), Ok)
}

fn now(lang: Lang) -> Result<Timestamp, Failure> {
    let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else {
        return Ok(Timestamp::now());
    };
    let seconds: i64 = text.parse().map_err(|_| {
        let text = shown(&text);
        Failure::say(
            lang,
            format!("SOURCE_DATE_EPOCH is not a number of seconds: `{text}`"),
            format!("SOURCE_DATE_EPOCH er ikke et antall sekunder: `{text}`"),
        )
    })?;
    Timestamp::from_second(seconds).map_err(|_| {
        Failure::say(
            lang,
            "SOURCE_DATE_EPOCH lies outside the calendar",
            "SOURCE_DATE_EPOCH ligger utenfor kalenderen",
        )
    })
}

/// For the argument parser: a date as 2026-12-01.
pub(super) fn parse(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "write the date as 2026-12-01".to_owned())
}
