//! The day of the run: the option, `SOURCE_DATE_EPOCH`, then the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Span;
use jiff::civil::Date;

use super::Failure;
use crate::text::{Lang, shown};
use crate::value::parse_date;

/// The day of the run, in UTC.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is set and is not a number of seconds.
pub(super) fn today(option: Option<Date>, lang: Lang) -> Result<Date, Failure> {
    if let Some(day) = option {
        return Ok(day);
    }
    let seconds: i64 = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map_err(|_| {
            let text = shown(&text);
            Failure::say(
                lang,
                format!("SOURCE_DATE_EPOCH is not a number of seconds: `{text}`"),
                format!("SOURCE_DATE_EPOCH er ikke et antall sekunder: `{text}`"),
            )
        })?,
        Err(_) => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0)),
    };
    let epoch = Date::constant(1970, 1, 1);
    let days = Span::new().try_days(seconds.div_euclid(86_400));
    days.and_then(|days| epoch.checked_add(days)).map_err(|_| {
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
