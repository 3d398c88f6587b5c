//! Time: RFC 3339 in UTC, to the millisecond. Rules never read the clock, they are passed the time.

use std::time::SystemTime;

pub use jiff::Timestamp;

/// The present moment, cut to milliseconds so that it reads the same before and after storage.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since_epoch.as_millis()).unwrap_or_default();
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

/// A time in whole seconds since 1970, as tokens and times to live count it.
pub fn seconds(time: Timestamp) -> u64 {
    time.as_second().unsigned_abs()
}

/// A time as text of fixed width, so that text order is time order: for sort keys.
pub fn sortable(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sortable_times_have_one_width() {
        assert_eq!(sortable(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
    }
}
