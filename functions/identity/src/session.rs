//! Sessions: the signing key and the access tokens made with it.

use aws_sdk_ssm::Client;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::auth::Claims;
use shared::jsonapi::{Related, Resource};
use shared::{Error, StartupError, aws, config, ids};

use crate::user::Account;

/// Seconds an access token holds.
const LIFETIME: u64 = 15 * 60;

/// Makes access tokens. Only sign-in functions have one: only they may read the signing key.
pub struct Signer {
    kid: String,
    key: EncodingKey,
    issuer: String,
    audience: String,
}

/// The signing key as the parameter store keeps it.
#[derive(Deserialize)]
struct SigningKey {
    kid: String,
    /// PKCS #8, PEM.
    pem: String,
}

impl Signer {
    /// With the key in the SSM SecureString named by `SIGNING_KEY`, read once per environment.
    ///
    /// # Errors
    /// When a variable is missing, or the key cannot be read or used.
    pub async fn from_env() -> Result<Self, StartupError> {
        let name = config::required::<String>("SIGNING_KEY")?;
        let client = Client::new(&aws::config_from_env("SSM")?);
        let read = client.get_parameter().name(&name).with_decryption(true).send().await;
        let parameter =
            read.map_err(|error| StartupError(format!("parameter {name}: {:?}", error.into_service_error())))?;
        let value = parameter.parameter.and_then(|parameter| parameter.value).unwrap_or_default();
        Self::new(&value, config::required("TOKEN_ISSUER")?, config::required("TOKEN_AUDIENCE")?)
    }

    /// With a key, as the parameter store keeps it.
    ///
    /// # Errors
    /// When it is not `{"kid": …, "pem": …}` with an Ed25519 private key. The key is not told.
    pub fn new(signing_key: &str, issuer: String, audience: String) -> Result<Self, StartupError> {
        let unusable = || StartupError("the signing key is not an Ed25519 key with its kid".to_owned());
        let SigningKey { kid, pem } = serde_json::from_str(signing_key).map_err(|_| unusable())?;
        let key = EncodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| unusable())?;
        Ok(Self { kid, key, issuer, audience })
    }

    /// A session of an account that has just proved itself, from a time in seconds since 1970.
    ///
    /// # Errors
    /// `Internal` when the token cannot be signed.
    pub fn session(&self, account: &Account, now: u64) -> Result<Session, Error> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: account.user_id.clone(),
            role: account.role,
            ver: account.credentials_version,
            iat: now,
            nbf: now,
            exp: now + LIFETIME,
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let access_token = jsonwebtoken::encode(&header, &claims, &self.key).map_err(Error::internal)?;
        Ok(Session { id: ids::new(), user_id: account.user_id.clone(), access_token })
    }
}

/// What a sign-in gives.
pub struct Session {
    id: String,
    user_id: String,
    access_token: String,
}

impl Resource for Session {
    const TYPE: &'static str = "sessions";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({"accessToken": self.access_token, "tokenType": "Bearer", "expiresIn": LIFETIME})
    }

    fn relationships(&self) -> Vec<(&'static str, Option<Related>)> {
        let user = Related { kind: "users", id: self.user_id.clone(), path: Some("/users/me".to_owned()) };
        vec![("user", Some(user))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusable_signing_key_is_refused_without_being_told() {
        let secret = r#"{"kid": "k", "pem": "very secret"}"#;
        let error = Signer::new(secret, String::new(), String::new()).err().map(|error| error.to_string());
        assert!(error.is_some_and(|text| !text.contains("very secret")));
    }
}
