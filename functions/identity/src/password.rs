//! Passwords: argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet), kept as
//! PHC strings. An unknown user costs the same work as a wrong password.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::Error;

use crate::user::Account;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash that no password has, of the present parameters: what an unknown user is checked against.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The PHC string of a new password, with a salt of its own.
///
/// # Errors
/// `Internal` when the system gives no random salt.
pub fn hash(password: &str) -> Result<String, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon2.hash_password(password.as_bytes()).map_err(failed)?.to_string())
}

/// The account, if the password is its own. Without an account the work is done all the same.
///
/// # Errors
/// `Internal` when a stored hash cannot be read.
pub fn check(password: &str, account: Option<Account>) -> Result<Option<Account>, Error> {
    let stored = account.as_ref().map_or(NOBODY, |account| &account.password_hash);
    let stored = PasswordHash::new(stored).map_err(failed)?;
    // The parameters come from the stored hash; the comparison is in constant time.
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(account),
        Err(HashError::PasswordInvalid) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("argon2: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::auth::Role;

    fn account(password_hash: String) -> Account {
        Account { user_id: "ana".to_owned(), role: Role::Customer, credentials_version: 1, password_hash }
    }

    #[test]
    fn only_the_password_itself_is_accepted() {
        let stored = hash("correct horse").unwrap();
        assert!(check("correct horse", Some(account(stored.clone()))).unwrap().is_some());
        assert!(check("correct horse ", Some(account(stored))).unwrap().is_none());
        assert!(check("correct horse", None).unwrap().is_none());
    }

    #[test]
    fn an_unknown_user_is_checked_with_the_parameters_of_new_passwords() {
        let parameters = |phc: &str| phc.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(NOBODY), parameters(&hash("any password").unwrap()));
    }

    #[test]
    fn equal_passwords_have_different_hashes() {
        assert_ne!(hash("correct horse").unwrap(), hash("correct horse").unwrap());
    }
}
