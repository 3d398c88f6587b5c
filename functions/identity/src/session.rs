//! Sessions: opened by a sign-in, kept alive by a refresh token that is good for one use (RFC 9700, section
//! 4.14.2), ended by a sign-out, a changed password, a theft that shows, or their age.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use kernel::clock::{Timestamp, seconds};
use kernel::{Error, ids};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::account::Account;

/// Seconds a session lasts, however often it is refreshed (NIST SP 800-63B-4, section 2.1.3: 30 days).
pub const SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;

/// Seconds for which the token that was replaced last is refused without ending the session: two tabs may
/// refresh at once, and a request may be sent twice. After that, it was stolen.
const OVERLAP: u64 = 10;

/// What every refresh token begins with, so that scanners for leaked secrets know one.
const PREFIX: &str = "zrt_";

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: String,
    pub user_id: String,
    /// The version of the user's credentials it was opened with: it ends with them.
    pub credentials_version: u64,
    /// Digest of the secret of the one valid refresh token.
    pub token_digest: String,
    /// Digest of the one before, and when it was replaced (seconds since 1970).
    pub replaced_digest: Option<String>,
    pub replaced_at: u64,
    /// Seconds since 1970.
    pub expires_at: u64,
}

/// A refresh token: the session it belongs to and a secret of 256 random bits. Opaque to its holder.
pub struct RefreshToken {
    pub session_id: String,
    secret: [u8; 32],
}

impl Session {
    /// A new session of an account that has just proved itself, and its first refresh token.
    ///
    /// # Errors
    /// `Internal` when the system gives no random bits.
    pub fn open(account: &Account, now: Timestamp) -> Result<(Self, RefreshToken), Error> {
        let token = RefreshToken::new(ids::new())?;
        let session = Self {
            id: token.session_id.clone(),
            user_id: account.user_id.clone(),
            credentials_version: account.credentials_version,
            token_digest: token.digest(),
            replaced_digest: None,
            replaced_at: 0,
            expires_at: seconds(now) + SESSION_SECONDS,
        };
        Ok((session, token))
    }

    /// Whether a token that is not the session's present one shows a theft. The one just replaced
    /// does not: it may come from the user's other tab.
    pub fn is_betrayed_by(&self, token: &RefreshToken, now: Timestamp) -> bool {
        let digest = token.digest();
        let replaced = self.replaced_digest.as_ref().is_some_and(|old| old.as_bytes().ct_eq(digest.as_bytes()).into());
        !(replaced && seconds(now) <= self.replaced_at + OVERLAP)
    }
}

impl RefreshToken {
    /// A new token of a session.
    ///
    /// # Errors
    /// `Internal` when the system gives no random bits.
    pub fn new(session_id: String) -> Result<Self, Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self { session_id, secret })
    }

    /// Reads a token; `None` for anything that cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (session_id, secret) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let secret = BASE64.decode(secret).ok()?.try_into().ok()?;
        ids::is_id(session_id).then(|| Self { session_id: session_id.to_owned(), secret })
    }

    /// The text that the client stores.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}.{}", self.session_id, BASE64.encode(self.secret))
    }

    /// What is stored of it. 256 random bits need no salt and no slow hash.
    pub fn digest(&self) -> String {
        BASE64.encode(Sha256::digest(self.secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_refresh_token_reads_as_it_was_written_and_nothing_else_does() {
        let token = RefreshToken::new(ids::new()).unwrap();
        let again = RefreshToken::parse(&token.reveal()).unwrap();
        assert_eq!((again.session_id.as_str(), again.secret), (token.session_id.as_str(), token.secret));
        let text = token.reveal();
        let longer = format!("{text}A");
        for wrong in ["", "zrt_", "zrt_.", &text[4..], &text[..text.len() - 1], &longer, &text.to_uppercase()] {
            assert!(RefreshToken::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_is_stored_does_not_tell_the_token() {
        let (session, token) = Session::open(&account("ana", "correct horse"), at(0)).unwrap();
        let stored = serde_json::to_string(&session).unwrap();
        assert!(!stored.contains(&BASE64.encode(token.secret)));
        assert_eq!(session.expires_at - seconds(at(0)), 30 * 24 * 60 * 60);
    }

    #[test]
    fn only_the_token_just_replaced_is_no_sign_of_a_theft() {
        let (mut session, first) = Session::open(&account("ana", "correct horse"), at(0)).unwrap();
        let (second, unknown) =
            (RefreshToken::new(session.id.clone()).unwrap(), RefreshToken::new(ids::new()).unwrap());
        session.replaced_digest = Some(second.digest());
        session.replaced_at = seconds(at(0));
        assert!(!session.is_betrayed_by(&second, at(0)) && !session.is_betrayed_by(&second, at(10)));
        assert!(session.is_betrayed_by(&second, at(11)));
        assert!(session.is_betrayed_by(&first, at(0)) && session.is_betrayed_by(&unknown, at(0)));
    }
}
