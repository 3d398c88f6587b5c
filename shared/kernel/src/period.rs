//! A period of time in a query: which positions of a listing by age are within.

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::{Timestamp, sortable};
use crate::error::Error;

/// The first and the last position (`<time>#<id>`) within a period: `2026-11-01..2026-11-30`, whole days in UTC, or times as
/// in answers; one end may be missing. Both ends are within.
///
/// # Errors
/// 400 naming the parameter when the text is no period.
pub fn period(parameter: &str, text: &str) -> Result<(String, String), Error> {
    let read = || {
        let (from, to) = text.split_once("..")?;
        let from = if from.is_empty() { Timestamp::MIN } else { moment(from)?.0 };
        let to = if to.is_empty() { Timestamp::MAX } else { moment(to)?.1 };
        // Positions go on with `#`; `$` is the character after it.
        (from <= to).then(|| (sortable(from), format!("{}$", sortable(to))))
    };
    read().ok_or_else(|| {
        let detail = "A time is written 2026-11-01..2026-11-30, days in UTC or times such as 2026-11-01T08:00:00Z; \
                      one end may be left out.";
        Error::parameter(parameter, detail)
    })
}

/// The first and the last millisecond of a day, or a time twice.
fn moment(text: &str) -> Option<(Timestamp, Timestamp)> {
    // As a day, jiff would read the day of a time as well, wherever that is.
    if text.len() != "2026-11-01".len() {
        return text.parse().ok().map(|time| (time, time));
    }
    let day: Date = text.parse().ok()?;
    // Times end within the last day of the year 9999.
    let first = day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |day| day.timestamp());
    let next = first.checked_add(Span::new().hours(24)).unwrap_or(Timestamp::MAX);
    let last = next.checked_sub(Span::new().milliseconds(1)).ok()?;
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole_and_both_ends_of_a_range_are_within() {
        let (from, to) = period("filter[createdAt]", "2026-11-01..2026-11-30").unwrap();
        let at = |time: &str| format!("{}#id", sortable(time.parse().unwrap()));
        assert!(from <= at("2026-11-01T00:00:00Z") && at("2026-11-30T23:59:59.999Z") <= to);
        assert!(from > at("2026-10-31T23:59:59.999Z") && at("2026-12-01T00:00:00Z") > to);
        let (from, to) = period("filter[createdAt]", "2026-11-01T08:00:00Z..").unwrap();
        assert!(from <= at("2026-11-01T08:00:00Z") && at("2999-01-01T00:00:00Z") <= to);
        let (_, to) = period("filter[createdAt]", "..9999-12-31").unwrap();
        assert!(at("9999-12-30T22:00:00Z") <= to);
        let (from, to) = period("filter[createdAt]", "2026-11-01T22:00:00-05:00..2026-11-01T23:00:00-05:00").unwrap();
        assert!(from == sortable("2026-11-02T03:00:00Z".parse().unwrap()) && to < at("2026-11-02T04:00:00.001Z"));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "2026-11-01",
            "..x",
            "2026-13-01..",
            "2026-11-02..2026-11-01",
            "now..",
            "99999-01-01..",
            "2026-11-01T08:00:00..",
        ] {
            assert_eq!(period("filter[createdAt]", text).unwrap_err().code, "invalid_parameter", "{text}");
        }
    }
}
