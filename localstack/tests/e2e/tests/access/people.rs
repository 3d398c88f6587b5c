//! Everybody who may ask: with a role, without one, with a token that was revoked or forged.

use e2e::keys::{Forger, claims};
use e2e::{Account, Person, Shop, variable};
use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::Method;
use serde_json::{Value, json};
use testing::Tokens;
use web::token::Claims;

use crate::table::Who;

/// A person of the table: who they are, what they are called when a cell is wrong, and their id.
pub struct Identity<'a> {
    pub who: Who,
    pub name: &'static str,
    pub person: Person<'a>,
    pub id: String,
    pub key: Option<String>,
    /// Whether they sign what they ask of the internal API.
    pub signs: bool,
}

/// Everybody who asks. Each has an address of the network of their own, so that none is slowed by the others.
pub async fn identities<'a>(shop: &'a Shop, owner: &Account, other: &Account) -> Vec<Identity<'a>> {
    let admin = shop.admin().await;
    let of = |who, name, person, id: &str| Identity { who, name, person, id: id.to_owned(), key: None, signs: false };
    let mut all = vec![
        of(Who::Nobody, "nobody", shop.anyone(), ""),
        of(Who::Owner, "the owner", shop.sign_in(&owner.email, &owner.password).await, &owner.id),
        of(Who::OtherCustomer, "another customer", shop.sign_in(&other.email, &other.password).await, &other.id),
    ];
    for (who, name, role) in [(Who::Staff, "staff", "staff"), (Who::Admin, "admin", "admin")] {
        let account = shop.register(&json!({})).await;
        set(&admin, &account, &json!({"role": role})).await;
        all.push(of(who, name, shop.sign_in(&account.email, &account.password).await, &account.id));
    }
    for (who, name, role, change) in [
        (Who::RevokedCustomer, "a customer who was disabled", "customer", json!({"disabled": true})),
        (Who::RevokedStaff, "staff who were disabled", "staff", json!({"disabled": true})),
        (Who::RevokedStaff, "staff who lost the role", "staff", json!({"role": "customer"})),
        (Who::RevokedAdmin, "an admin who lost the role", "admin", json!({"role": "staff"})),
    ] {
        let account = shop.register(&json!({})).await;
        set(&admin, &account, &json!({"role": role})).await;
        let person = shop.sign_in(&account.email, &account.password).await;
        set(&admin, &account, &change).await;
        all.push(of(who, name, person, &account.id));
    }
    for (who, name, role) in [
        (Who::RevokedCustomer, "a customer who signed out", "customer"),
        (Who::RevokedStaff, "staff who signed out", "staff"),
    ] {
        let account = shop.register(&json!({})).await;
        set(&admin, &account, &json!({"role": role})).await;
        let person = shop.sign_in(&account.email, &account.password).await;
        assert_eq!(person.send(Method::POST, "/auth/logout", &[], None).await.status, 204);
        all.push(of(who, name, person, &account.id));
    }
    let key = variable("ZOCO_INTERNAL_API_KEY");
    for (who, name, key, signs) in [
        (Who::Service, "a service", Some(key.clone()), true),
        (Who::NoService, "the key without a signature", Some(key), false),
        (Who::NoService, "a signature without the key", None, true),
        (Who::NoService, "a signature with a wrong key", Some("wrong".to_owned()), true),
    ] {
        all.push(Identity { key, signs, ..of(who, name, shop.anyone(), "") });
    }
    for (name, token) in forgeries(shop, &admin).await {
        all.push(of(Who::Forged, name, shop.bearer(&token), &owner.id));
    }
    for (number, identity) in all.iter_mut().enumerate() {
        identity.person = identity.person.at(&format!("203.0.113.{number}"));
    }
    all
}

async fn set(admin: &Person<'_>, account: &Account, attributes: &Value) {
    let reply = admin.update(&format!("/users/{}", account.id), "users", &account.id, attributes).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// An admin's good token made wrong in one thing each. The good one, signed again, is accepted.
async fn forgeries(shop: &Shop, admin: &Person<'_>) -> Vec<(&'static str, String)> {
    let (forger, good) = (Forger::new().await, claims(admin.token()));
    let (other, now) = (Tokens::new(), good.iat);
    let sign = |change: &dyn Fn(&mut Claims)| {
        let mut claims = good.clone();
        change(&mut claims);
        forger.sign(&claims)
    };
    let anew = sign(&|claims| claims.exp += 1);
    assert_eq!(shop.bearer(&anew).get("/users").await.status, 200, "the forger's own hand is not the shop's");
    let parts: Vec<String> = anew.split('.').map(str::to_owned).collect();
    let longer = sign(&|claims| claims.exp += 2).split('.').nth(1).unwrap().to_owned();
    vec![
        ("an expired token", sign(&|claims| claims.exp = now - 60)),
        ("a token of tomorrow", sign(&|claims| claims.nbf = now + 600)),
        ("a token for others", sign(&|claims| claims.aud = "other".to_owned())),
        ("a token of others", sign(&|claims| claims.iss = "other".to_owned())),
        ("a token of another key", forger.sign_with(other.key(), Algorithm::EdDSA, &good)),
        ("an HMAC token", forger.sign_with(&EncodingKey::from_secret(b"zoco"), Algorithm::HS256, &good)),
        ("a token without a signature", format!("{}.{}.", forger.unsigned_header(), parts[1])),
        ("a token with another's claims", format!("{}.{longer}.{}", parts[0], parts[2])),
    ]
}
