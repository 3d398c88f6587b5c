//! The shop's signing key, read as its operator could: to forge tokens that are wrong in one thing only.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use identity::secret;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;
use web::token::{Claims, TOKEN_TYPE};

/// Signs tokens as the shop does.
pub struct Forger {
    kid: String,
    key: EncodingKey,
}

impl Forger {
    /// With the key that signs at present.
    pub async fn new() -> Self {
        let key: Value = serde_json::from_str(&secret::read("/zoco/signing-key").await.unwrap()).unwrap();
        let pem = key["pem"].as_str().unwrap();
        Self { kid: key["kid"].as_str().unwrap().to_owned(), key: EncodingKey::from_ed_pem(pem.as_bytes()).unwrap() }
    }

    /// The header of a token without a signature that names the shop's key.
    pub fn unsigned_header(&self) -> String {
        let header = serde_json::json!({"alg": "none", "typ": TOKEN_TYPE, "kid": self.kid});
        BASE64.encode(header.to_string())
    }

    /// A token of claims, signed by the shop's key.
    pub fn sign(&self, claims: &Claims) -> String {
        self.sign_with(&self.key, Algorithm::EdDSA, claims)
    }

    /// A token that names the shop's key and is signed by another.
    pub fn sign_with(&self, key: &EncodingKey, algorithm: Algorithm, claims: &Claims) -> String {
        let (kid, typ) = (Some(self.kid.clone()), Some(TOKEN_TYPE.to_owned()));
        jsonwebtoken::encode(&Header { kid, typ, ..Header::new(algorithm) }, claims, key).unwrap()
    }
}

/// The claims of a token, read without a check.
pub fn claims(token: &str) -> Claims {
    jsonwebtoken::dangerous::insecure_decode::<Claims>(token).unwrap().claims
}
