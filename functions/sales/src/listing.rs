//! Which sales a list shows.

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::caller::Caller;
use kernel::clock::{Timestamp, sortable};
use kernel::query::Query;
use kernel::{Error, ids};

use crate::status::Status;

/// The filters of a list of sales.
pub const FILTERS: [&str; 3] = ["filter[status]", "filter[customer]", "filter[createdAt]"];

/// Which sales a query asks for, in which order.
#[derive(Debug)]
pub struct ListQuery {
    /// A customer's, or everybody's.
    pub customer: Option<String>,
    pub status: Option<Status>,
    /// The first and the last position, both within.
    created: Option<(String, String)>,
    pub ascending: bool,
}

impl ListQuery {
    /// Reads the filters and the order of a list. Customers see their own sales.
    ///
    /// # Errors
    /// 400 naming the parameter that cannot be used · 403 when customers ask for others' sales.
    pub fn parse(query: &Query, caller: &Caller) -> Result<Self, Error> {
        let named = query.get("filter[customer]").map(ids::known_or_none);
        let customer = match caller.is_staff() {
            true => named,
            false if named.as_ref().is_none_or(|id| *id == caller.id) => Some(caller.id.clone()),
            false => return Err(Error::forbidden("Only the shop's staff lists the sales of others.")),
        };
        let status = query.word("filter[status]", &Status::NAMES)?;
        let created = query.get("filter[createdAt]").map(range).transpose()?;
        let newest_first = query.sort(&[("createdAt", ())])?.is_none_or(|((), descending)| descending);
        Ok(Self { customer, status, created, ascending: !newest_first })
    }

    /// The states of everybody's sales that are asked for.
    pub fn states(&self) -> Vec<String> {
        let all = Status::NAMES.iter().filter(|(_, status)| self.status.is_none_or(|asked| *status == asked));
        all.map(|(name, _)| (*name).to_owned()).collect()
    }

    /// The first and the last position, when a time is asked for.
    pub fn positions(&self) -> Option<(String, String)> {
        self.created.clone()
    }
}

/// `2026-11-01..2026-11-30`, whole days in UTC, or times as in answers; one end may be missing. Both ends are within.
fn range(text: &str) -> Result<(String, String), Error> {
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
        Error::parameter("filter[createdAt]", detail)
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
    use kernel::caller::Role;
    use testing::customer;

    fn parse(caller: &Caller, pairs: &[(&str, &str)]) -> Result<ListQuery, Error> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ListQuery::parse(&Query::new(pairs), caller)
    }

    #[test]
    fn customers_list_their_own_and_staff_whose_they_name() {
        let (ana, eva) = (customer("ana"), Caller { role: Role::Staff, ..customer("eva") });
        let other = ids::new();
        assert_eq!(parse(&ana, &[]).unwrap().customer.as_deref(), Some("ana"));
        assert_eq!(parse(&ana, &[("filter[customer]", &other)]).unwrap_err().code, "forbidden");
        assert_eq!(parse(&eva, &[("filter[customer]", &other)]).unwrap().customer, Some(other));
        assert_eq!(parse(&eva, &[]).unwrap().customer, None);
    }

    #[test]
    fn a_day_is_whole_and_both_ends_of_a_range_are_within() {
        let (from, to) = range("2026-11-01..2026-11-30").unwrap();
        let at = |time: &str| format!("{}#id", sortable(time.parse().unwrap()));
        assert!(from <= at("2026-11-01T00:00:00Z") && at("2026-11-30T23:59:59.999Z") <= to);
        assert!(from > at("2026-10-31T23:59:59.999Z") && at("2026-12-01T00:00:00Z") > to);
        let (from, to) = range("2026-11-01T08:00:00Z..").unwrap();
        assert!(from <= at("2026-11-01T08:00:00Z") && at("2999-01-01T00:00:00Z") <= to);
        let (_, to) = range("..9999-12-31").unwrap();
        assert!(at("9999-12-30T22:00:00Z") <= to);
        let (from, to) = range("2026-11-01T22:00:00-05:00..2026-11-01T23:00:00-05:00").unwrap();
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
            assert_eq!(range(text).unwrap_err().code, "invalid_parameter", "{text}");
        }
    }
}
