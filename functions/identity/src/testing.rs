//! Users and what guards them, for tests: hashes of few passes, so that tests are quick.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on panics")]

use kernel::caller::{Caller, Role};
use kernel::clock;
use serde_json::json;
use testing::{Cloud, Tokens};

use crate::account::Account;
use crate::limiter::Limits;
use crate::national_id::Country;
use crate::password::Hasher;
use crate::policy::Policy;
use crate::sealer::NationalIds;
use crate::session::{RefreshToken, Session};
use crate::sign_in::Passwords;
use crate::signer::Signer;
use crate::store::{Change, Rotation, Users};
use crate::user::User;

/// The password of every user in tests.
pub const PASSWORD: &str = "correct horse battery staple";

/// A cheap hasher.
pub fn hasher() -> Hasher {
    Hasher::new(64, 1).unwrap()
}

/// The limits of a shop that changed nothing.
pub fn limits() -> Limits {
    Limits { account_address: 5, address: 50, account: 100, registrations: 20, longest_wait: 3_600 }
}

/// A customer of a name, who is their id and their address.
pub fn user(name: &str) -> User {
    serde_json::from_value(json!({
        "id": name, "email": format!("{name}@shop.example"), "displayName": name, "nationalId": null,
        "role": "customer", "disabled": false, "credentialsVersion": 1,
        "createdAt": "2026-11-22T10:00:00Z", "updatedAt": "2026-11-22T10:00:00Z", "version": 1,
    }))
    .unwrap()
}

/// The account of such a customer.
pub fn account(name: &str, password: &str) -> Account {
    Account::of(&user(name), hasher().hash(password).unwrap())
}

/// A shop whose users all have the same password.
pub struct Shop {
    pub cloud: Cloud,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub policy: Policy,
    pub national_ids: NationalIds,
}

impl Shop {
    /// A shop with customers of these names.
    pub async fn with(names: &[&str]) -> Self {
        let cloud = Cloud::start().await;
        let users = Users::new(cloud.client(), "IdentityTable", "RevocationsTable");
        let shop = Self {
            passwords: Passwords { users, hasher: hasher(), limits: limits() },
            tokens: Tokens::new(),
            policy: Policy::new(8, "Zoco"),
            national_ids: NationalIds::with_key(Country::known("EC").unwrap(), "key"),
            cloud,
        };
        for name in names {
            shop.users().register(&user(name), &account(name, PASSWORD)).await.unwrap();
        }
        shop
    }

    /// The table of users.
    pub fn users(&self) -> &Users {
        &self.passwords.users
    }

    /// What signs the shop's access tokens.
    pub fn signer(&self) -> Signer {
        let (key, issuer, audience) = self.tokens.signing_key();
        Signer::new(&key, issuer, audience).unwrap()
    }

    /// Gives a user a role. Earlier tokens of theirs are refused.
    pub async fn promote(&self, name: &str, role: Role) {
        let now = clock::now();
        let change = |user: User| Ok(Change::to(User { role, ..user }.with_new_credentials(now)));
        self.users().change(name, now, change).await.unwrap();
    }

    /// Signs a user in: their caller, as an access token would name them, and the text of a refresh token.
    pub async fn sign_in(&self, name: &str) -> (Caller, String) {
        let now = clock::now();
        let email = format!("{name}@shop.example");
        let proof = self.passwords.prove(&email, PASSWORD, "192.0.2.1", now).await.unwrap();
        let (session, token) = Session::open(&proof.account, now).unwrap();
        self.users().open_session(&session, &proof.attempts, now).await.unwrap();
        let (role, credentials_version) = (proof.account.role, session.credentials_version);
        (
            Caller { id: session.user_id, role, credentials_version, session_id: session.id },
            self.signer().reveal(&token),
        )
    }

    /// Whether a refresh token still gives new tokens. It is used up by that.
    pub async fn lives(&self, refresh_token: &str) -> bool {
        let token = self.signer().refresh_token(refresh_token).unwrap();
        let next = RefreshToken::new(token.session_id.clone()).unwrap();
        match self.users().refresh(&token, &next, clock::now()).await.unwrap() {
            Rotation::Refreshed(session) => self.users().user_of(&session).await.unwrap().is_some(),
            _ => false,
        }
    }

    /// Signs a user in: a valid access token.
    pub async fn token(&self, name: &str) -> String {
        let (caller, _) = self.sign_in(name).await;
        self.tokens.token_of(&caller)
    }
}
