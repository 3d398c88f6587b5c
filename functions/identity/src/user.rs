//! Users: what a registration and a sign-in have to say, and what the API shows of a user.

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Error;
use shared::auth::Role;
use shared::clock::Timestamp;
use shared::jsonapi::{Body, Faults, Input, Resource};
use unicode_normalization::UnicodeNormalization;

/// The longest e-mail address there is, in bytes (RFC 5321, section 4.5.3.1.3, less the brackets).
const EMAIL_BYTES: usize = 254;

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email(String);

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// A fault when it is not an e-mail address of at most 254 bytes.
    pub fn parse(input: Input) -> Result<Self, Faults> {
        let fault = input.fault(format!("must be an e-mail address of at most {EMAIL_BYTES} bytes"));
        let text = input.line(3..=EMAIL_BYTES)?;
        // An address alone: `Ana <ana@shop.test>` would be another spelling of the same mailbox.
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        if text.len() <= EMAIL_BYTES && EmailAddress::parse_with_options(&text, options).is_ok() {
            Ok(Self(text))
        } else {
            Err(fault)
        }
    }

    /// As the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one address have in common: composed, lower case.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

fn fold(email: &str) -> String {
    email.trim().nfc().collect::<String>().to_lowercase()
}

/// A registration that can be accepted.
pub struct Registration {
    pub email: Email,
    pub password: String,
    pub display_name: Option<String>,
}

impl Registration {
    /// Reads a registration.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body) -> Result<Self, Error> {
        let mut fields = body.attributes()?.read_only(&["role", "disabled", "createdAt", "updatedAt"]);
        let email = fields.required("email", Email::parse);
        let password = fields.required("password", new_password);
        let display_name = fields.clearable("displayName", |name| name.line(1..=100));
        let registration =
            fields.finish(|| Some(Self { email: email?, password: password?, display_name: display_name.flatten() }));
        Ok(registration?)
    }

    /// The user that this registration makes.
    pub fn user(&self, id: String, now: Timestamp) -> User {
        User {
            id,
            email: self.email.clone(),
            display_name: self.display_name.clone(),
            role: Role::Customer,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// A new password: 8 to 256 characters of any kind, no rules of composition (NIST SP 800-63B-4,
/// section 3.1.1.2), composed (NFC) so that the same keys give the same password everywhere.
fn new_password(input: Input) -> Result<String, Faults> {
    let fault = input.fault("must have 8 to 256 characters");
    let password: String = input.any_text()?.nfc().collect();
    if (8..=256).contains(&password.chars().count()) { Ok(password) } else { Err(fault) }
}

/// What a sign-in says. Nothing but presence and kind is checked: whatever is wrong with the values
/// gets the one answer for wrong credentials.
pub struct Credentials {
    /// The folded address.
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
        let credentials = fields.finish(|| Some(Self { email: fold(&email?), password: password?.nfc().collect() }));
        Ok(credentials?)
    }

    /// Whether the address could be one at all: others are not looked up.
    pub fn can_exist(&self) -> bool {
        self.email.len() <= EMAIL_BYTES && !self.email.is_empty()
    }
}

/// A user as stored and as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub email: Email,
    pub display_name: Option<String>,
    pub role: Role,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

/// What a sign-in needs to know of a user, and all that it reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    pub user_id: String,
    pub role: Role,
    /// Counts changes of password and role: a token tells which it was made from.
    pub credentials_version: u64,
    /// PHC string.
    pub password_hash: String,
}

impl Account {
    /// The account of a new user.
    pub fn new(user: &User, password_hash: String) -> Self {
        Self { user_id: user.id.clone(), role: user.role, credentials_version: 1, password_hash }
    }
}

impl Resource for User {
    const TYPE: &'static str = "users";

    fn id(&self) -> &str {
        &self.id
    }

    /// Users see themselves only, and that is where they do.
    fn path(&self) -> Option<String> {
        Some("/users/me".to_owned())
    }

    fn attributes(&self) -> Value {
        json!({
            "email": self.email.as_str(),
            "displayName": self.display_name,
            "role": self.role,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        })
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn registration(attributes: &Value) -> Result<Registration, Vec<String>> {
        let document = json!({"data": {"type": "users", "attributes": attributes}}).to_string();
        Body::new_resource(document.as_bytes(), "users")
            .and_then(Registration::parse)
            .map_err(|error| error.faults.iter().map(|fault| format!("{:?}", fault.source)).collect())
    }

    #[test]
    fn a_registration_needs_an_address_and_a_password() {
        assert!(registration(&json!({"email": "ana@shop.test", "password": "correct horse"})).is_ok());
        assert_eq!(registration(&json!({})).err().map(|faults| faults.len()), Some(2));
        for email in [
            "",
            "ana",
            "ana@",
            "@shop.test",
            "a b@shop.test",
            "ana@shop.test\r\nBcc: x",
            "Ana <ana@shop.test>",
            "ana@localhost",
            "ana@[127.0.0.1]",
            &"a".repeat(300),
        ] {
            assert!(registration(&json!({"email": email, "password": "correct horse"})).is_err(), "{email:?}");
        }
    }

    #[test]
    fn passwords_have_8_to_256_characters_of_any_script() {
        for good in ["12345678", "пароль-пароль", "🦀🦀🦀🦀🦀🦀🦀🦀", &"x".repeat(256)] {
            assert!(registration(&json!({"email": "a@b.co", "password": good})).is_ok(), "{good}");
        }
        for bad in [json!("1234567"), json!("x".repeat(257)), json!(12_345_678), json!(null)] {
            assert!(registration(&json!({"email": "a@b.co", "password": bad})).is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_registers_with_a_role() {
        let faults = registration(&json!({"email": "a@b.co", "password": "12345678", "role": "admin"})).err();
        assert_eq!(faults, Some(vec!["Some(Pointer(\"/data/attributes/role\"))".to_owned()]));
    }

    #[test]
    fn two_spellings_of_an_address_fold_to_one() {
        assert_eq!(fold(" Jose\u{301}@Shop.TEST"), fold("josé@shop.test"));
    }
}
