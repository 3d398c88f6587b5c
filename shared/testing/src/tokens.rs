//! Access tokens of a key pair of the test's own.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use access::{AuditLog, Guard, Revocations};
use dynamo::Client;
use kernel::caller::{Caller, Role};
use kernel::ids;
use web::token::{Claims, TOKEN_TYPE, Verifier};

const ISSUER: &str = "https://shop.test";
const AUDIENCE: &str = "zoco";
const KID: &str = "test-key";

/// The audit log of tests.
pub fn audit_log() -> AuditLog {
    AuditLog::new("AuditLogTable", 400)
}

/// A signer and what verifies it.
pub struct Tokens {
    key: EncodingKey,
    /// PKCS #8, DER.
    der: Vec<u8>,
}

impl Tokens {
    /// With a new key.
    ///
    /// # Panics
    /// When no key can be made.
    #[expect(clippy::new_without_default, reason = "making a key is work")]
    pub fn new() -> Self {
        let der = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap().as_ref().to_vec();
        Self { key: EncodingKey::from_ed_der(&der), der }
    }

    /// What a signer is made of: the key as the parameter store has it, the issuer, the audience.
    pub fn signing_key(&self) -> (String, String, String) {
        let base64 = BASE64_STANDARD.encode(&self.der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        (json!({"kid": KID, "pem": pem}).to_string(), ISSUER.to_owned(), AUDIENCE.to_owned())
    }

    /// The verifier a function would have.
    ///
    /// # Panics
    /// When the key cannot be used.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(&format!("{{\"keys\": [{}]}}", self.public_key()), ISSUER, AUDIENCE).unwrap()
    }

    /// The guard a function would have: tokens that are valid and not revoked.
    pub fn guard(&self, client: Client) -> Guard {
        Guard::new(self.verifier(), Revocations::new(client, "RevocationsTable"), audit_log())
    }

    /// The key itself, to forge with.
    pub fn key(&self) -> &EncodingKey {
        &self.key
    }

    /// The public key, as a JWK.
    ///
    /// # Panics
    /// When the key cannot be used.
    pub fn public_key(&self) -> String {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::EdDSA).unwrap();
        jwk.common.key_id = Some(KID.to_owned());
        json!(jwk).to_string()
    }

    /// Claims that are valid for a minute.
    pub fn claims(user: &str, role: Role) -> Claims {
        let now = jsonwebtoken::get_current_timestamp();
        let (iss, aud, sub) = (ISSUER.to_owned(), AUDIENCE.to_owned(), user.to_owned());
        Claims { iss, aud, sub, role, ver: 1, sid: ids::new(), iat: now, nbf: now, exp: now + 60 }
    }

    /// A valid access token.
    pub fn token(&self, user: &str, role: Role) -> String {
        self.sign(&Self::claims(user, role))
    }

    /// A token of a caller, valid for a minute.
    pub fn token_of(&self, caller: &Caller) -> String {
        let (ver, sid) = (caller.credentials_version, caller.session_id.clone());
        self.sign(&Claims { ver, sid, ..Self::claims(&caller.id, caller.role) })
    }

    /// A token of any claims.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn sign(&self, claims: &Claims) -> String {
        let (kid, typ) = (Some(KID.to_owned()), Some(TOKEN_TYPE.to_owned()));
        let header = Header { kid, typ, ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}
