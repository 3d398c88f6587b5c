//! Proving that somebody knows a user's password, behind the limiter: for signing in, and for what needs the
//! password once more.

use kernel::clock::Timestamp;
use kernel::error::{Fault, Kind};
use kernel::replay::Outcome;
use kernel::{Error, StartupError};

use crate::account::{Account, Hashed, is_long};
use crate::email;
use crate::limiter::{Attempts, Limits};
use crate::password::Hasher;
use crate::store::Users;
use crate::user::User;

/// All that checking a password takes.
pub struct Passwords {
    pub users: Users,
    pub hasher: Hasher,
    pub limits: Limits,
}

/// An account whose password was given, and the attempts that led to it, to be forgiven.
pub struct Proof {
    pub account: Account,
    pub attempts: Attempts,
}

impl Passwords {
    /// From the environment.
    ///
    /// # Errors
    /// Names the variable that is missing or cannot be used.
    pub async fn from_env() -> Result<Self, StartupError> {
        Ok(Self { users: Users::from_env().await?, hasher: Hasher::from_env()?, limits: Limits::from_env()? })
    }

    /// Stores a new user with their password. A user whose id is there already was made by the same request: the
    /// id follows from address and idempotency key. The password shows whether the body was the same: no quick
    /// digest of it is stored. It is proved as at a sign-in, so that a known key is no way around the limiter.
    ///
    /// # Errors
    /// As [`Users::register`]; of a repeated request 429 while it has to wait, 403 when the account was disabled.
    pub async fn register(
        &self,
        user: User,
        password: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<Outcome<User>, Error> {
        let account = Account::of(&user, self.hasher.hash(password)?);
        let Err(refusal) = self.users.register(&user, &account).await else { return Ok(Outcome::Made(user)) };
        let Some(made) = self.users.user(&user.id).await? else { return Err(refusal) };
        let proof = match self.prove(&made.email.folded(), password, address, now).await {
            Ok(proof) => proof,
            Err(Error { kind: Kind::Unauthenticated, .. }) => return Ok(Outcome::KeyReused),
            Err(error) => return Err(error),
        };
        if proof.account.disabled {
            return Err(disabled());
        }
        self.users.reset(&proof.attempts, now).await?;
        let same = (&made.display_name, &made.national_id) == (&user.display_name, &user.national_id);
        Ok(if same { Outcome::Replayed(made) } else { Outcome::KeyReused })
    }

    /// Checks a password for a folded e-mail address, given from an address of the network. An unknown user
    /// takes the same calls and the same work as a wrong password (as long as all hashes have the present
    /// parameters). One batch read of four items and one write before the hash; two writes after a wrong
    /// password; one to renew a hash of other parameters.
    ///
    /// The count of account and address is written before the hash, so that of many guesses at once no more
    /// are evaluated than of the same in a row; so are the other two once their free attempts are used up.
    ///
    /// # Errors
    /// 429 before the hash, while the attempt has to wait · 401 when they do not match.
    pub async fn prove(&self, email: &str, password: &str, address: &str, now: Timestamp) -> Result<Proof, Error> {
        // What cannot be an address is nobody's.
        let email = if email::can_exist(email) { email } else { "" };
        let (users, limits) = (&self.users, &self.limits);
        let (account, attempts) = users.account_and_attempts(email, address).await?;
        attempts.check(now)?;
        users.count(&attempts.account_address, limits.account_address, limits, now).await?;
        let known = attempts.account_address.count.is_known(now);
        let others = [(&attempts.address, limits.address), (&attempts.account, limits.account)];
        let (spent, free): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(counted, free)| !known && counted.count.is_spent(*free, now));
        for (counted, free) in spent {
            users.count(counted, free, limits, now).await?;
        }
        let Some(mut account) = self.hasher.check(password, account)? else {
            for (counted, _) in free {
                users.count_failure(counted, now).await?;
            }
            return Err(Error::unauthenticated("The e-mail address or the password is wrong."));
        };
        if self.hasher.is_outdated(&account.password_hash) || account.long_password.is_none() {
            let renewed = self.hasher.hash(password)?;
            users.renew_hash(email, &account.password_hash, &renewed).await?;
            account.password_hash = renewed.text;
        }
        Ok(Proof { account, attempts })
    }

    /// Checks the password of a signed-in user once more (`currentPassword`), and forgives the attempts before
    /// it.
    ///
    /// # Errors
    /// As [`prove`](Self::prove), but 422 when it is not their password: their token is as good as before.
    pub async fn prove_again(
        &self,
        user: &User,
        password: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<Account, Error> {
        let proof = match self.prove(&user.email.folded(), password, address, now).await {
            // The address may be another user's by now.
            Ok(proof) if proof.account.user_id == user.id => proof,
            Ok(_) | Err(Error { kind: Kind::Unauthenticated, .. }) => {
                let fault = Fault::at("/data/attributes/currentPassword", "is not your password");
                return Err(Error::attributes(vec![fault]));
            }
            Err(error) => return Err(error),
        };
        self.users.reset(&proof.attempts, now).await?;
        Ok(proof.account)
    }

    /// As [`prove_again`](Self::prove_again), of a password that may be left out: the hash of the one that was proved.
    ///
    /// # Errors
    /// As [`prove_again`](Self::prove_again).
    pub async fn prove_if_given(
        &self,
        user: &User,
        password: Option<&str>,
        address: &str,
        now: Timestamp,
    ) -> Result<Option<Hashed>, Error> {
        let Some(password) = password else { return Ok(None) };
        let text = self.prove_again(user, password, address, now).await?.password_hash;
        Ok(Some(Hashed { text, is_long: is_long(password) }))
    }
}

/// 403: whoever knows the password learns that the account is disabled.
pub fn disabled() -> Error {
    Error::forbidden("This account is disabled. Ask the shop.")
}
