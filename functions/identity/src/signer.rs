//! Access tokens: the signing key, and what a sign-in or a refresh gives.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::caller::Role;
use kernel::clock::{self, Timestamp};
use kernel::{Error, StartupError, config};
use serde::Deserialize;
use serde_json::{Value, json};
use web::jsonapi::{Relationship, Resource};
use web::token::{Claims, TOKEN_SECONDS, TOKEN_TYPE};

use crate::secret;
use crate::session::{Marks, RefreshToken, Session};

/// Makes access tokens. Only `login` and `refresh-session` have one: only they may read the signing key.
pub struct Signer {
    kid: String,
    key: EncodingKey,
    /// Of refresh tokens. Those that an earlier key has marked are good, but no longer known to be ours.
    marks: Marks,
    issuer: String,
    audience: String,
}

/// The signing key as it is in the parameter store.
#[derive(Deserialize)]
struct SigningKey {
    kid: String,
    /// PKCS #8, PEM.
    pem: String,
}

impl Signer {
    /// With the key in the SSM SecureString named by `SIGNING_KEY`, read once per environment. The name has a
    /// version: another key to sign with is another environment.
    ///
    /// # Errors
    /// When a variable is missing, or the key cannot be read or used.
    pub async fn from_env() -> Result<Self, StartupError> {
        let name = config::required::<String>("SIGNING_KEY")?;
        let key = secret::read(&name).await.map_err(|error| StartupError(error.reason()))?;
        Self::new(&key, config::required("TOKEN_ISSUER")?, config::required("TOKEN_AUDIENCE")?)
    }

    /// With a key, as it is in the parameter store.
    ///
    /// # Errors
    /// When it is not `{"kid": …, "pem": …}` with an Ed25519 private key. The message does not contain the key.
    pub fn new(signing_key: &str, issuer: String, audience: String) -> Result<Self, StartupError> {
        let unusable = || StartupError("the signing key is not an Ed25519 key with its kid".to_owned());
        let SigningKey { kid, pem } = serde_json::from_str(signing_key).map_err(|_| unusable())?;
        let key = EncodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| unusable())?;
        Ok(Self { kid, key, marks: Marks::new(pem.as_bytes())?, issuer, audience })
    }

    /// Reads a refresh token; `None` for anything that cannot be one.
    pub fn refresh_token(&self, text: &str) -> Option<RefreshToken> {
        RefreshToken::parse(text, &self.marks)
    }

    /// The text of a refresh token.
    pub fn reveal(&self, token: &RefreshToken) -> String {
        token.reveal(&self.marks)
    }

    /// The tokens of a session, for a user of a role and a version of credentials.
    ///
    /// # Errors
    /// `Internal` when the access token cannot be signed.
    pub fn grant(
        &self,
        session: &Session,
        (role, ver): (Role, u64),
        refresh: &RefreshToken,
        now: Timestamp,
    ) -> Result<Grant, Error> {
        let now = clock::seconds(now);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: session.user_id.clone(),
            role,
            ver,
            sid: session.id.clone(),
            iat: now,
            nbf: now,
            exp: now + TOKEN_SECONDS,
        };
        let (kid, typ) = (Some(self.kid.clone()), Some(TOKEN_TYPE.to_owned()));
        let header = Header { kid, typ, ..Header::new(Algorithm::EdDSA) };
        let access_token = jsonwebtoken::encode(&header, &claims, &self.key).map_err(Error::internal)?;
        let (session_id, user_id) = (session.id.clone(), session.user_id.clone());
        Ok(Grant { session_id, user_id, access_token, refresh_token: self.reveal(refresh) })
    }
}

/// What a sign-in or a refresh gives: the session with its tokens.
pub struct Grant {
    session_id: String,
    user_id: String,
    access_token: String,
    refresh_token: String,
}

impl Resource for Grant {
    const TYPE: &'static str = "sessions";

    fn id(&self) -> &str {
        &self.session_id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({
            "accessToken": self.access_token,
            "refreshToken": self.refresh_token,
            "tokenType": "Bearer",
            "expiresIn": TOKEN_SECONDS,
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![Relationship::one("user", "users", Some(&self.user_id), Some("/users/me".to_owned()))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusable_signing_key_is_refused_and_not_shown() {
        let secret = r#"{"kid": "k", "pem": "very secret"}"#;
        let error = Signer::new(secret, String::new(), String::new()).err().map(|error| error.to_string());
        assert!(error.is_some_and(|text| !text.contains("very secret")));
    }
}
