//! What registrations and changes of users have to say.

use kernel::Error;
use kernel::caller::Role;
use kernel::clock::Timestamp;
use kernel::input::{Body, Faults, Input};
use unicode_normalization::UnicodeNormalization;

use crate::email::Email;
use crate::national_id::{Country, NationalId, Plain};
use crate::policy::{NewPassword, Policy};
use crate::user::User;

const READ_ONLY: [&str; 4] = ["role", "disabled", "createdAt", "updatedAt"];

/// A registration that can be accepted.
pub struct Registration {
    pub email: Email,
    pub password: NewPassword,
    pub display_name: Option<String>,
    pub national_id: Option<Plain>,
}

impl Registration {
    /// Reads a registration.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, policy: &Policy, country: &Country) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&READ_ONLY);
        let email = fields.required("email", Email::parse);
        let display_name = fields.clearable("displayName", display_name).flatten();
        let national_id = fields.clearable("nationalId", |id| country.parse(id)).flatten();
        let about = [email.as_ref().map(Email::as_str), display_name.as_deref()];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        let password = fields.required("password", |password| policy.parse(password, &about));
        let registration =
            fields.finish(|| Some(Self { email: email?, password: password?, display_name, national_id }));
        Ok(registration?)
    }

    /// The user that this registration makes: a customer.
    pub fn user(&self, id: String, national_id: Option<NationalId>, now: Timestamp) -> User {
        User {
            id,
            email: self.email.clone(),
            display_name: self.display_name.clone(),
            national_id,
            role: Role::Customer,
            disabled: false,
            credentials_version: 1,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// What users change of their own profile. `None` leaves a member as it is.
pub struct ProfileChanges {
    pub email: Option<Email>,
    pub display_name: Option<Option<String>>,
    pub national_id: Option<Option<Plain>>,
    /// The password again: a new e-mail address is a new way in.
    pub current_password: Option<String>,
}

impl ProfileChanges {
    /// Reads changes of a profile.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted, `currentPassword` when it is missing
    /// beside `email`.
    pub fn parse(body: Body, country: &Country) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&READ_ONLY);
        let display_name = fields.clearable("displayName", display_name);
        let national_id = fields.clearable("nationalId", |id| country.parse(id));
        let email = fields.optional("email", Email::parse);
        let current_password = match email {
            Some(_) => fields.required("currentPassword", Input::any_text),
            None => fields.optional("currentPassword", Input::any_text),
        };
        let current_password = current_password.map(|password| password.nfc().collect());
        Ok(fields.finish(|| Some(Self { email, display_name, national_id, current_password }))?)
    }

    /// Whether something is asked for that others may have.
    pub fn claims(&self) -> bool {
        self.email.is_some() || matches!(self.national_id, Some(Some(_)))
    }

    /// The national id that was sent, if one was.
    pub fn new_national_id(&self) -> Option<&Plain> {
        self.national_id.as_ref()?.as_ref()
    }

    /// The user as changed; `national_id` is that of these changes.
    pub fn apply(&self, user: User, national_id: &Option<NationalId>, now: Timestamp) -> User {
        let before = user.clone();
        let user = User {
            email: self.email.clone().unwrap_or(user.email),
            display_name: self.display_name.clone().unwrap_or(user.display_name),
            national_id: self.national_id.as_ref().map_or(user.national_id, |_| national_id.clone()),
            ..user
        };
        if user == before { before } else { User { updated_at: now, version: before.version + 1, ..user } }
    }
}

/// What an admin changes of a user.
pub struct AdminChanges {
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

impl AdminChanges {
    /// Reads an admin's changes.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let read_only = ["email", "displayName", "nationalId", "password", "createdAt", "updatedAt"];
        let mut fields = body.attributes()?.read_only(&read_only);
        let role = fields.optional("role", |role| role.one_of(&Role::NAMES));
        let disabled = fields.optional("disabled", Input::boolean);
        Ok(fields.finish(|| Some(Self { role, disabled }))?)
    }

    /// The user as changed. A change of role or of being disabled ends all sessions.
    pub fn apply(&self, user: User, now: Timestamp) -> User {
        let (role, disabled) = (self.role.unwrap_or(user.role), self.disabled.unwrap_or(user.disabled));
        if (role, disabled) == (user.role, user.disabled) {
            return user;
        }
        User { role, disabled, ..user }.with_new_credentials(now)
    }
}

fn display_name(input: Input) -> Result<String, Faults> {
    input.line(1..=100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;
    use kernel::clock;
    use serde_json::{Value, json};

    fn body(kind: &str, attributes: &Value) -> Body {
        let document = json!({"data": {"type": kind, "attributes": attributes}}).to_string();
        Body::new_resource(document.as_bytes(), kind).unwrap()
    }

    fn pointers<T>(result: Result<T, Error>) -> Vec<String> {
        let faults = result.err().map(|error| error.faults).unwrap_or_default();
        faults.iter().map(|fault| format!("{:?}", fault.source)).collect()
    }

    fn registration(attributes: &Value) -> Result<Registration, Error> {
        Registration::parse(body("users", attributes), &Policy::new(8, "Zoco"), &Country::known("EC").unwrap())
    }

    #[test]
    fn a_registration_needs_an_address_and_a_password() {
        assert!(registration(&json!({"email": "ana@shop.test", "password": "correct horse"})).is_ok());
        assert_eq!(pointers(registration(&json!({}))).len(), 2);
        let wrong = json!({"email": "ana", "password": "1234567", "nationalId": "1710034064"});
        assert_eq!(pointers(registration(&wrong)).len(), 3);
    }

    #[test]
    fn nobody_registers_with_a_role() {
        let attributes = json!({"email": "a@b.co", "password": "vier-und-7", "role": "admin"});
        assert_eq!(pointers(registration(&attributes)), ["Some(Pointer(\"/data/attributes/role\"))"]);
    }

    #[test]
    fn a_new_address_needs_the_password_again() {
        let changes = |attributes| ProfileChanges::parse(body("users", &attributes), &Country::known("EC").unwrap());
        let faults = pointers(changes(json!({"email": "new@shop.test"})));
        assert_eq!(faults, ["Some(Pointer(\"/data/attributes\"))"]);
        assert!(changes(json!({"email": "new@shop.test", "currentPassword": "x"})).is_ok());
        assert!(changes(json!({"displayName": "Ana"})).is_ok());
    }

    #[test]
    fn a_change_of_role_ends_sessions_and_no_change_does_not() {
        let now = clock::now();
        let change = |role, disabled| AdminChanges { role, disabled }.apply(user("ana"), now);
        assert_eq!(change(Some(Role::Staff), None).credentials_version, 2);
        assert_eq!(change(None, Some(true)).credentials_version, 2);
        assert_eq!(change(Some(Role::Customer), Some(false)), user("ana"));
    }
}
