//! A circuit breaker: after some failures in a row no call is made, but for one per
//! interval until it answers. Pure: the time is passed in.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::log;

/// A breaker before something that may fail.
pub struct Breaker {
    /// What it stands before, in the log.
    name: &'static str,
    /// How many failures in a row open it.
    failures: u32,
    /// How long it spares before it lets one call through, a probe.
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// All calls pass; so many failed since the last that did not.
    Closed { failed: u32 },
    /// None pass until then.
    Open { until: Instant },
    /// A probe is out. Without an answer by then, another may go.
    Probing { until: Instant },
}

impl Breaker {
    /// A closed one.
    pub const fn new(name: &'static str, failures: u32, interval: Duration) -> Self {
        Self { name, failures, interval, state: Mutex::new(State::Closed { failed: 0 }) }
    }

    /// Whether a call may be made now. Whoever makes it reports how it went.
    pub fn allows(&self, now: Instant) -> bool {
        self.change(|state| match state {
            State::Closed { .. } => (state, true),
            State::Open { until } | State::Probing { until } if now < until => (state, false),
            State::Open { .. } | State::Probing { .. } => (State::Probing { until: now + self.interval }, true),
        })
    }

    /// A call was answered.
    pub fn succeeded(&self) {
        self.change(|_| (State::Closed { failed: 0 }, ()));
    }

    /// A call failed.
    pub fn failed(&self, now: Instant) {
        let open = State::Open { until: now + self.interval };
        self.change(|state| match state {
            State::Closed { failed } if failed + 1 < self.failures => (State::Closed { failed: failed + 1 }, ()),
            State::Closed { .. } | State::Probing { .. } => (open, ()),
            // A call that began before it opened.
            State::Open { .. } => (state, ()),
        });
    }

    fn change<T>(&self, next: impl FnOnce(State) -> (State, T)) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *state;
        let (after, result) = next(before);
        *state = after;
        drop(state);
        if before.word() != after.word() {
            tracing::warn!(breaker = self.name, from = before.word(), to = after.word(), "circuit breaker");
            if let State::Open { .. } = after {
                log::count("CircuitBreakerOpened");
            }
        }
        result
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::Probing { .. } => "half-open",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn opened() -> (Breaker, Instant) {
        let (breaker, start) = (Breaker::new("test", 3, 10 * SECOND), Instant::now());
        for _ in 0..3 {
            assert!(breaker.allows(start));
            breaker.failed(start);
        }
        (breaker, start)
    }

    #[test]
    fn it_opens_after_the_configured_failures_in_a_row() {
        let (breaker, start) = opened();
        assert!(!breaker.allows(start) && !breaker.allows(start + 9 * SECOND));
    }

    #[test]
    fn failures_with_a_success_between_them_do_not_open_it() {
        let (breaker, start) = (Breaker::new("test", 3, SECOND), Instant::now());
        for _ in 0..10 {
            breaker.failed(start);
            breaker.failed(start);
            breaker.succeeded();
        }
        assert!(breaker.allows(start));
    }

    #[test]
    fn once_per_interval_one_probe_passes_while_it_fails() {
        let (breaker, start) = opened();
        for round in 1..=5 {
            let now = start + round * 10 * SECOND;
            assert!(breaker.allows(now));
            assert!(!breaker.allows(now) && !breaker.allows(now + SECOND), "one at a time");
            breaker.failed(now);
            assert!(!breaker.allows(now + 9 * SECOND));
        }
    }

    #[test]
    fn it_closes_after_a_probe_that_was_answered_and_counts_from_none() {
        let (breaker, start) = opened();
        let now = start + 10 * SECOND;
        assert!(breaker.allows(now));
        breaker.succeeded();
        breaker.failed(now);
        breaker.failed(now);
        assert!(breaker.allows(now) && breaker.allows(now));
        breaker.failed(now);
        assert!(!breaker.allows(now));
    }

    #[test]
    fn a_probe_without_a_result_is_followed_by_another() {
        let (breaker, start) = opened();
        assert!(breaker.allows(start + 10 * SECOND));
        assert!(!breaker.allows(start + 19 * SECOND));
        assert!(breaker.allows(start + 20 * SECOND));
    }

    #[test]
    fn a_failure_of_a_call_from_before_does_not_prolong_it() {
        let (breaker, start) = opened();
        breaker.failed(start + 9 * SECOND);
        assert!(breaker.allows(start + 10 * SECOND));
    }
}
