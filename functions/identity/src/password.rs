//! Password hashes: argon2id (OWASP Password Storage Cheat Sheet) stored as PHC strings. An unknown user
//! costs the same work as a wrong password of a hash with the present parameters.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{Error, StartupError, config};

use crate::account::{Account, Hashed, is_long};

const LANES: u32 = 1;

/// Makes and checks password hashes.
pub struct Hasher {
    argon2: Argon2<'static>,
    /// A hash that no password has, of the present parameters: what an unknown user is checked against.
    nobody: String,
}

impl Hasher {
    /// With `PASSWORD_MEMORY_KIB` and `PASSWORD_PASSES`.
    ///
    /// # Errors
    /// Names the variable that is missing, or says why argon2 cannot work with them.
    pub fn from_env() -> Result<Self, StartupError> {
        Self::new(config::required("PASSWORD_MEMORY_KIB")?, config::required("PASSWORD_PASSES")?)
    }

    /// With so many KiB of memory and so many passes over it.
    ///
    /// # Errors
    /// When argon2 cannot work with them.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, StartupError> {
        let params = Params::new(memory_kib, passes, LANES, None);
        let params = params.map_err(|error| StartupError(format!("the password parameters: {error}")))?;
        let (salt, hash) = ("A".repeat(22), "A".repeat(43));
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            nobody: format!("$argon2id$v=19$m={memory_kib},t={passes},p={LANES}${salt}${hash}"),
        })
    }

    /// A new password as stored, with a salt of its own.
    ///
    /// # Errors
    /// `Internal` when the system gives no random salt.
    pub fn hash(&self, password: &str) -> Result<Hashed, Error> {
        let text = self.argon2.hash_password(password.as_bytes()).map_err(failed)?.to_string();
        Ok(Hashed { text, is_long: is_long(password) })
    }

    /// The account, if the password is its own. Without an account the work is done all the same.
    ///
    /// # Errors
    /// `Internal` when a stored hash cannot be read.
    pub fn check(&self, password: &str, account: Option<Account>) -> Result<Option<Account>, Error> {
        let stored = account.as_ref().map_or(&self.nobody, |account| &account.password_hash);
        let stored = PasswordHash::new(stored).map_err(failed)?;
        // The parameters come from the stored hash; the comparison is in constant time.
        match self.argon2.verify_password(password.as_bytes(), &stored) {
            Ok(()) => Ok(account),
            Err(HashError::PasswordInvalid) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether a stored hash was made with other parameters than new ones are.
    pub fn is_outdated(&self, stored: &str) -> bool {
        parameters(stored) != parameters(&self.nobody)
    }
}

/// Algorithm, version and parameters of a PHC string: what stands before salt and hash.
fn parameters(phc: &str) -> Option<&str> {
    phc.rsplitn(3, '$').last()
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("argon2: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, hasher};

    #[test]
    fn only_the_password_itself_is_accepted() {
        let (hasher, ana) = (hasher(), account("ana", "correct horse"));
        assert!(hasher.check("correct horse", Some(ana.clone())).unwrap().is_some());
        for wrong in ["correct horse ", "Correct horse", "", "correct horse\u{0}"] {
            assert!(hasher.check(wrong, Some(ana.clone())).unwrap().is_none(), "{wrong:?}");
        }
        assert!(hasher.check("correct horse", None).unwrap().is_none());
    }

    #[test]
    fn an_unknown_user_is_checked_with_the_parameters_of_new_passwords() {
        for hasher in [Hasher::new(19_456, 2).unwrap(), hasher()] {
            assert!(!hasher.is_outdated(&hasher.hash("any password").unwrap().text));
            assert!(hasher.check("any password", None).unwrap().is_none());
        }
    }

    #[test]
    fn a_hash_of_other_parameters_is_accepted_and_outdated() {
        let (old, new) = (hasher(), Hasher::new(64, 2).unwrap());
        let mut ana = account("ana", "correct horse");
        ana.password_hash = old.hash("correct horse").unwrap().text;
        assert!(new.is_outdated(&ana.password_hash));
        assert!(new.check("correct horse", Some(ana)).unwrap().is_some());
    }

    #[test]
    fn equal_passwords_have_different_hashes() {
        assert_ne!(hasher().hash("correct horse").unwrap(), hasher().hash("correct horse").unwrap());
    }
}
