//! Sessions: opened by a sign-in, kept alive by a refresh token that is good for one use (RFC 9700, section
//! 4.14.2), ended by a sign-out, a changed password, a theft that shows, or their age.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use kernel::clock::{Timestamp, seconds};
use kernel::{Error, StartupError, ids};
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
    /// Whether we have given it out, at some time: only then it proves a theft when it is not the present one. Whoever
    /// knows the id of a session can make one up.
    pub is_ours: bool,
}

/// What marks refresh tokens as ours: nobody can make a mark without the key (HMAC-SHA-256, RFC 2104; 128 bits of it).
#[derive(Clone)]
pub struct Marks(Hmac<Sha256>);

impl Marks {
    /// With a secret that only those functions know which give out refresh tokens.
    ///
    /// # Errors
    /// Never: a secret of any length will do.
    pub fn new(secret: &[u8]) -> Result<Self, StartupError> {
        let mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|error| StartupError(error.to_string()))?;
        Ok(Self(mac.chain_update(b"refresh token")))
    }

    fn of(&self, token: &RefreshToken) -> [u8; 16] {
        let mac = self.0.clone().chain_update(token.session_id.as_bytes()).chain_update(token.secret);
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        std::array::from_fn(|at| whole[at])
    }
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

    /// Whether a token that is not the session's present one shows a theft. One that was never given out does not; nor does
    /// the one just replaced: it may come from the user's other tab.
    pub fn is_betrayed_by(&self, token: &RefreshToken, now: Timestamp) -> bool {
        if !token.is_ours {
            return false;
        }
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
        Ok(Self { session_id, secret, is_ours: true })
    }

    /// Reads a token; `None` for anything that cannot be one. `marks` tell which are ours. Those of release 0.1.0 have no mark:
    /// they are good as long as they are a session's present one.
    pub fn parse(text: &str, marks: &Marks) -> Option<Self> {
        let (session_id, rest) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let (secret, mark) = rest.split_once('.').map_or((rest, None), |(secret, mark)| (secret, Some(mark)));
        let secret = BASE64.decode(secret).ok()?.try_into().ok()?;
        let token = Self { session_id: session_id.to_owned(), secret, is_ours: false };
        let mark = mark.map(|mark| BASE64.decode(mark)).transpose().ok()?;
        let is_ours = mark.is_some_and(|mark| mark.as_slice().ct_eq(&marks.of(&token)).into());
        ids::is_id(session_id).then_some(Self { is_ours, ..token })
    }

    /// The text that the client stores.
    pub fn reveal(&self, marks: &Marks) -> String {
        format!("{PREFIX}{}.{}.{}", self.session_id, BASE64.encode(self.secret), BASE64.encode(marks.of(self)))
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

    fn marks() -> Marks {
        Marks::new(b"key").unwrap()
    }

    #[test]
    fn a_refresh_token_reads_as_it_was_written_and_nothing_else_does() {
        let token = RefreshToken::new(ids::new()).unwrap();
        let again = RefreshToken::parse(&token.reveal(&marks()), &marks()).unwrap();
        assert_eq!((again.session_id.as_str(), again.secret), (token.session_id.as_str(), token.secret));
        let text = token.reveal(&marks());
        for wrong in ["", "zrt_", "zrt_.", "zrt_..", &text[4..], &text[..text.len() - 1], &text.to_uppercase()] {
            assert!(RefreshToken::parse(wrong, &marks()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_what_we_have_given_out_is_ours() {
        let is_ours = |text: &str| RefreshToken::parse(text, &marks()).is_some_and(|token| token.is_ours);
        let text = RefreshToken::new(ids::new()).unwrap().reveal(&marks());
        assert!(is_ours(&text));
        // Without a mark, with one of another key, with that of another token.
        let bare = text.rsplit_once('.').unwrap().0;
        let other = RefreshToken::new(ids::new()).unwrap();
        let others_mark = other.reveal(&marks()).rsplit_once('.').unwrap().1.to_owned();
        for made_up in [
            bare,
            &other.reveal(&Marks::new(b"another").unwrap()),
            &format!("{bare}.{others_mark}"),
            &format!("{text}A"),
        ] {
            assert!(!is_ours(made_up), "{made_up}");
            assert!(RefreshToken::parse(made_up, &marks()).is_some());
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
