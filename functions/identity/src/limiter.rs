//! The limiter in front of every password: attempts are counted per account and address, per address and
//! per account, and after a number that is free each has to wait twice as long as the one before (OWASP
//! ASVS 5.0, V6.3.1; the technique is one of those of NIST SP 800-63B-4, section 3.2.2).
//!
//! A count per account alone would let anybody lock anybody out. So it takes many, and an address from which
//! the right password came before stays free of all counts but its own.

use kernel::clock::{Timestamp, seconds};
use kernel::{Error, StartupError, config, ids};
use serde::{Deserialize, Serialize};

/// Seconds without attempts after which a count starts again.
const MEMORY: u64 = 24 * 60 * 60;

/// Seconds for which an address is known after a sign-in.
const KNOWN: u64 = 30 * 24 * 60 * 60;

/// How many attempts are free, and how long the longest wait is.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For an account from one address.
    pub account_address: u32,
    /// From one address, for any accounts.
    pub address: u32,
    /// For an account from any addresses.
    pub account: u32,
    /// Registrations from one address, all of them counted.
    pub registrations: u32,
    /// Seconds.
    pub longest_wait: u64,
}

impl Limits {
    /// From `FREE_ATTEMPTS`, `FREE_ATTEMPTS_PER_ADDRESS`, `FREE_ATTEMPTS_PER_ACCOUNT`,
    /// `FREE_REGISTRATIONS` and `LONGEST_WAIT` (seconds).
    ///
    /// # Errors
    /// Names the variable that is missing or cannot be read.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self {
            account_address: config::required("FREE_ATTEMPTS")?,
            address: config::required("FREE_ATTEMPTS_PER_ADDRESS")?,
            account: config::required("FREE_ATTEMPTS_PER_ACCOUNT")?,
            registrations: config::required("FREE_REGISTRATIONS")?,
            longest_wait: config::required("LONGEST_WAIT")?,
        })
    }
}

/// What is counted, as a digest: a pseudonym, since who guesses an address can compute it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Attempts at an account from one address.
    pub fn account_address(email: &str, address: &str) -> Self {
        Self(ids::derived(&["account-address", email, address]))
    }

    /// Attempts from one address.
    pub fn address(address: &str) -> Self {
        Self(ids::derived(&["address", address]))
    }

    /// Attempts at an account.
    pub fn account(email: &str) -> Self {
        Self(ids::derived(&["account", email]))
    }

    /// Registrations from one address.
    pub fn registrations(address: &str) -> Self {
        Self(ids::derived(&["registrations", address]))
    }

    /// A user's tries to take an e-mail address or a national id: only so many are answered.
    pub fn claims(user_id: &str) -> Self {
        Self(ids::derived(&["claims", user_id]))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How often something was tried. All times are seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Count {
    pub attempts: u32,
    /// No attempt before this time.
    pub not_before: u64,
    /// When the count expires.
    pub forgotten_at: u64,
    /// Until when the address is known: the right password came from it.
    pub known_until: u64,
    /// When the row may go.
    pub expires_at: u64,
}

impl Count {
    /// The count after one more attempt.
    ///
    /// # Errors
    /// 429 while it has to wait.
    pub fn one_more(&self, free: u32, limits: &Limits, now: Timestamp) -> Result<Self, Error> {
        self.check(now)?;
        let attempts = self.attempts(now).saturating_add(1);
        let wait = match attempts.checked_sub(free) {
            None => 0,
            Some(beyond) => 2_u64.checked_pow(beyond).unwrap_or(u64::MAX).min(limits.longest_wait),
        };
        // From the next whole second on, so that a wait of one second is one.
        let not_before = if wait == 0 { 0 } else { seconds(now) + 1 + wait };
        let forgotten_at = not_before.max(seconds(now)) + MEMORY;
        let expires_at = forgotten_at.max(self.known_until);
        Ok(Self { attempts, not_before, forgotten_at, known_until: self.known_until, expires_at })
    }

    /// The count after the right password: zero, and the address is known.
    pub fn after_success(now: Timestamp) -> Self {
        let known_until = seconds(now) + KNOWN;
        Self { known_until, expires_at: known_until, ..Self::default() }
    }

    /// Lets an attempt pass that does not have to wait.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn check(&self, now: Timestamp) -> Result<(), Error> {
        match self.not_before.checked_sub(seconds(now)) {
            None | Some(0) => Ok(()),
            Some(wait) => {
                let detail = format!("Too many attempts. Try again in {wait} seconds.");
                Err(Error::too_many(detail, u32::try_from(wait).unwrap_or(u32::MAX)))
            }
        }
    }

    /// Whether the free attempts are used up.
    pub fn is_spent(&self, free: u32, now: Timestamp) -> bool {
        self.attempts(now) >= free
    }

    /// Whether the right password came from this address before.
    pub fn is_known(&self, now: Timestamp) -> bool {
        self.known_until > seconds(now)
    }

    /// The attempts that still count.
    pub fn attempts(&self, now: Timestamp) -> u32 {
        if self.forgotten_at > seconds(now) { self.attempts } else { 0 }
    }

    /// When an attempt at this time no longer counts, if nobody has to wait for it.
    pub fn forgotten_after(now: Timestamp) -> u64 {
        seconds(now) + MEMORY
    }
}

/// A subject and its count, as they were read.
#[derive(Clone, Debug)]
pub struct Counted {
    pub subject: Subject,
    pub count: Count,
}

/// All that is counted of an attempt at an account.
#[derive(Clone, Debug)]
pub struct Attempts {
    pub account_address: Counted,
    pub address: Counted,
    pub account: Counted,
}

impl Attempts {
    /// Lets an attempt pass that does not have to wait, by any of the counts that are about it.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn check(&self, now: Timestamp) -> Result<(), Error> {
        self.account_address.count.check(now)?;
        self.others(now).try_for_each(|counted| counted.count.check(now))
    }

    /// The counts that an attempt has to wait for besides its own: none from a known address.
    fn others(&self, now: Timestamp) -> impl Iterator<Item = &Counted> {
        let known = self.account_address.count.is_known(now);
        [&self.address, &self.account].into_iter().filter(move |_| !known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::limits;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn wait(count: &Count, now: Timestamp) -> u32 {
        count.check(now).err().and_then(|error| error.retry_after).unwrap_or_default()
    }

    #[test]
    fn after_the_free_attempts_each_wait_is_twice_the_one_before_up_to_an_hour() {
        let (mut count, mut now, mut waits) = (Count::default(), at(0), Vec::new());
        for _ in 0..20 {
            count = count.one_more(5, &limits(), now).unwrap();
            waits.push(wait(&count, now).saturating_sub(1));
            now = Timestamp::from_second(now.as_second() + i64::from(wait(&count, now))).unwrap();
        }
        let expected = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600, 3600];
        assert_eq!(waits, expected);
    }

    #[test]
    fn an_attempt_that_does_not_wait_is_refused_and_not_counted() {
        let mut count = Count::default();
        for _ in 0..5 {
            count = count.one_more(5, &limits(), at(0)).unwrap();
        }
        assert!(count.is_spent(5, at(0)));
        assert_eq!(count.one_more(5, &limits(), at(0)).err().and_then(|error| error.retry_after), Some(2));
        assert!(count.one_more(5, &limits(), at(2)).is_ok());
    }

    #[test]
    fn a_day_without_failures_resets_the_counters_also_while_their_items_are_still_there() {
        let (day, known_until) = (at(24 * 60 * 60), seconds(at(30 * 24 * 60 * 60)));
        let count = Count { attempts: 16, forgotten_at: seconds(day), known_until, ..Count::default() };
        assert_eq!(count.one_more(5, &limits(), day).unwrap().attempts, 1);
        assert_eq!(count.one_more(5, &limits(), at(0)).unwrap().attempts, 17);
        assert!(count.one_more(5, &limits(), day).unwrap().is_known(day));
    }

    #[test]
    fn a_known_address_waits_for_nothing_but_its_own_attempts() {
        let counted = |count: Count| Counted { subject: Subject::account("a"), count };
        let blocked = Count { attempts: 100, not_before: seconds(at(60)), ..Count::default() };
        let attempts = |own: Count| Attempts {
            account_address: counted(own),
            address: counted(blocked.clone()),
            account: counted(blocked.clone()),
        };
        assert!(attempts(Count::default()).check(at(0)).is_err());
        assert!(attempts(Count::after_success(at(0))).check(at(0)).is_ok());
        let known_and_blocked = Count { known_until: seconds(at(99)), ..blocked.clone() };
        assert!(attempts(known_and_blocked).check(at(0)).is_err());
    }

    #[test]
    fn subjects_do_not_say_whom_they_are_about() {
        let subject = Subject::account_address("ana@shop.test", "203.0.113.7");
        assert!(!subject.as_str().contains("ana") && !subject.as_str().contains("203"));
        assert_ne!(subject, Subject::account_address("ana@shop.test", "203.0.113.8"));
    }
}
