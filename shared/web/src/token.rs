//! Access tokens (JWT, EdDSA), verified inside every function.
//!
//! What is checked follows RFC 8725: one algorithm, keys by `kid` from our own configuration only,
//! `iss`, `aud`, `exp` and `nbf` always.

use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};

use crate::request::Request;
use kernel::actor;
use kernel::caller::{Caller, Role, token_revoked};
use kernel::config::{self, StartupError};
use kernel::error::Error;

/// How long an access token is valid, in seconds.
pub const TOKEN_SECONDS: u64 = 15 * 60;

/// Seconds by which the clocks of signer and verifier may differ.
pub const LEEWAY: u64 = 5;

/// The type in an access token's header (RFC 9068, section 2.1), so that no other kind of token that is
/// ever signed with these keys is taken for one (RFC 8725, section 3.11).
pub const TOKEN_TYPE: &str = "at+jwt";

/// The claims of an access token (RFC 7519). Nothing personal: no name, no e-mail, no national id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The user's id.
    pub sub: String,
    pub role: Role,
    /// The version of the user's credentials the token was made from.
    pub ver: u64,
    /// The id of the session it belongs to.
    pub sid: String,
    /// Seconds since 1970, as are `nbf` and `exp`.
    pub iat: u64,
    pub nbf: u64,
    pub exp: u64,
}

/// Checks access tokens. Its keys are configuration: no call is made.
pub struct Verifier {
    keys: Vec<(String, DecodingKey)>,
    validation: Validation,
}

impl Verifier {
    /// With the public keys in `TOKEN_KEYS` (a JWKS, RFC 7517), for tokens of `TOKEN_ISSUER` meant
    /// for `TOKEN_AUDIENCE`.
    ///
    /// # Errors
    /// Names the variable that is missing or cannot be used.
    pub fn from_env() -> Result<Self, StartupError> {
        let keys = config::required::<String>("TOKEN_KEYS")?;
        let (issuer, audience) =
            (config::required::<String>("TOKEN_ISSUER")?, config::required::<String>("TOKEN_AUDIENCE")?);
        Self::new(&keys, &issuer, &audience)
    }

    /// With the keys of a JWKS document, any number of which may be live at once.
    ///
    /// # Errors
    /// When the document is no JWKS, or a key is not one for EdDSA with a `kid`.
    pub fn new(jwks: &str, issuer: &str, audience: &str) -> Result<Self, StartupError> {
        let wrong = |why: String| StartupError(format!("the token keys are not a JWKS of Ed25519 keys: {why}"));
        let set: JwkSet = serde_json::from_str(jwks).map_err(|error| wrong(error.to_string()))?;
        let mut keys = Vec::with_capacity(set.keys.len());
        for jwk in &set.keys {
            let kid = jwk.common.key_id.clone().ok_or_else(|| wrong("a key has no kid".to_owned()))?;
            if !matches!(jwk.algorithm, AlgorithmParameters::OctetKeyPair(_)) {
                return Err(wrong(format!("the key {kid} is of another kind")));
            }
            keys.push((kid, DecodingKey::from_jwk(jwk).map_err(|error| wrong(error.to_string()))?));
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        Ok(Self { keys, validation })
    }

    /// The signed-in user who sent a request.
    ///
    /// # Errors
    /// 401 without a token, or with an invalid one; the answer does not say why.
    pub fn caller(&self, request: &Request) -> Result<Caller, Error> {
        let header = request.header("authorization").ok_or_else(|| Error::unauthenticated(SIGN_IN))?;
        let token = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) = token.ok_or_else(|| Error::unauthenticated(SIGN_IN))?;
        let caller = self.verify(token.trim()).ok_or_else(token_revoked)?;
        actor::note((&caller).into());
        Ok(caller)
    }

    /// The signed-in member of staff (or admin) who sent a request.
    ///
    /// # Errors
    /// 401 as [`caller`](Self::caller); 403 for customers.
    pub fn staff(&self, request: &Request) -> Result<Caller, Error> {
        let caller = self.caller(request)?;
        if caller.is_staff() { Ok(caller) } else { Err(Error::forbidden("Only the shop's staff may do this.")) }
    }

    /// The signed-in admin who sent a request.
    ///
    /// # Errors
    /// 401 as [`caller`](Self::caller); 403 for everybody else.
    pub fn admin(&self, request: &Request) -> Result<Caller, Error> {
        let caller = self.caller(request)?;
        if caller.role == Role::Admin {
            Ok(caller)
        } else {
            Err(Error::forbidden("Only the shop's admins may do this."))
        }
    }

    /// The caller of an endpoint that serves everybody, if they signed in.
    ///
    /// # Errors
    /// 401 when an invalid token was sent.
    pub fn anyone(&self, request: &Request) -> Result<Option<Caller>, Error> {
        if request.has_header("authorization") { self.caller(request).map(Some) } else { Ok(None) }
    }

    fn verify(&self, token: &str) -> Option<Caller> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TOKEN_TYPE) {
            return None;
        }
        let kid = header.kid?;
        let (_, key) = self.keys.iter().find(|(known, _)| *known == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        let (credentials_version, session_id) = (claims.ver, claims.sid);
        Some(Caller { id: claims.sub, role: claims.role, credentials_version, session_id })
    }
}

const SIGN_IN: &str = "Sign in with POST /auth/login and send the header `Authorization: Bearer <accessToken>`.";
