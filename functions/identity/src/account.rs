//! Accounts: what proves that somebody is a user. What a sign-in and a change of password have to say.

use kernel::Error;
use kernel::caller::Role;
use kernel::input::{Body, Input};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::email;
use crate::policy::{NewPassword, Policy, SHORTEST_OF_STAFF};
use crate::user::User;

/// A password as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// PHC string.
    pub text: String,
    /// Whether the password is long enough for staff: the hash does not say it.
    pub is_long: bool,
}

/// Whether a password is long enough for staff.
pub fn is_long(password: &str) -> bool {
    password.chars().count() >= SHORTEST_OF_STAFF
}

/// What a sign-in needs to know of a user, and all that it reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub user_id: String,
    pub role: Role,
    pub disabled: bool,
    /// Counts changes of password, role and such. A token names the version that it was made from.
    pub credentials_version: u64,
    /// PHC string.
    pub password_hash: String,
    /// Whether the password is long enough for staff. Not known of accounts of release 0.1.0 until they sign in.
    #[serde(default)]
    pub long_password: Option<bool>,
}

impl Account {
    /// The account of a user.
    pub fn of(user: &User, password: Hashed) -> Self {
        Self {
            user_id: user.id.clone(),
            role: user.role,
            disabled: user.disabled,
            credentials_version: user.credentials_version,
            password_hash: password.text,
            long_password: Some(password.is_long),
        }
    }
}

/// What a sign-in says. Nothing but presence and kind is checked: whatever is wrong with the values
/// themselves, the answer is that they do not match.
pub struct Credentials {
    /// Folded.
    pub email: String,
    pub password: String,
}

impl Credentials {
    /// Reads a sign-in.
    ///
    /// # Errors
    /// 422 with a fault for every member that is missing, unknown or not text.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let mut fields = body.attributes()?;
        let email = fields.required("email", Input::any_text);
        let password = fields.required("password", Input::any_text);
        let credentials =
            fields.finish(|| Some(Self { email: email::fold(&email?), password: password?.nfc().collect() }));
        Ok(credentials?)
    }
}

/// A change of password that can be tried.
pub struct PasswordChange {
    pub current: String,
    pub new: NewPassword,
}

impl PasswordChange {
    /// Reads a change of a user's password.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, policy: &Policy, user: &User) -> Result<Self, Error> {
        let about = user.known_words();
        let mut fields = body.attributes()?;
        let current = fields.required("currentPassword", Input::any_text);
        let new = fields.required("newPassword", |input| policy.of(user.role).parse(input, &about));
        Ok(fields.finish(|| Some(Self { current: current?.nfc().collect(), new: new? }))?)
    }
}

/// Reads the current password, which a request has to give once more: `currentPassword` alone.
///
/// # Errors
/// 422 when it is missing or anything else is there.
pub fn current_password(body: Body) -> Result<String, Error> {
    let mut fields = body.attributes()?;
    let current = fields.required("currentPassword", Input::any_text);
    Ok(fields.finish(|| Some(current?.nfc().collect()))?)
}
