//! Access tokens that must be refused (RFC 8725, section 2), and those that must be accepted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use access::Revocations;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::caller::Role;
use kernel::clock;
use serde_json::{Value, json};
use testing::{Answer, Call, Cloud, Tokens};
use web::http::Request;
use web::jsonapi;
use web::token::{Claims, TOKEN_TYPE};

async fn send(tokens: &Tokens, authorization: &str) -> Answer {
    let verifier = tokens.verifier();
    let whoami = |request: Request| async move {
        let caller = verifier.staff(&request)?;
        Ok(jsonapi::meta(json!({"id": caller.id})))
    };
    Call::event("update-review").header("authorization", authorization).send(whoami).await
}

fn claims(change: impl FnOnce(&mut Claims)) -> Claims {
    let mut claims = Tokens::claims("eva", Role::Staff);
    change(&mut claims);
    claims
}

/// A token with any header and good claims, signed with any key and algorithm.
fn forged(header: &Value, algorithm: Algorithm, key: &EncodingKey) -> String {
    let mut made = Header { typ: Some(TOKEN_TYPE.to_owned()), ..Header::new(algorithm) };
    made.kid = header["kid"].as_str().map(str::to_owned);
    made.jku = header["jku"].as_str().map(str::to_owned);
    made.jwk = serde_json::from_value(header["jwk"].clone()).ok();
    if let Some(typ) = header["typ"].as_str() {
        made.typ = Some(typ.to_owned());
    }
    jsonwebtoken::encode(&made, &claims(|_| {}), key).unwrap()
}

fn unsigned(header: &Value) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    let claims = serde_json::to_string(&claims(|_| {})).unwrap();
    format!("{}.{}.", BASE64.encode(header.to_string()), BASE64.encode(claims))
}

#[tokio::test]
async fn a_valid_token_names_its_user() {
    let tokens = Tokens::new();
    let answer = send(&tokens, &format!("Bearer {}", tokens.token("eva", Role::Staff))).await;
    assert_eq!((answer.status, &answer.body["meta"]["id"]), (200, &json!("eva")));
    assert_eq!(send(&tokens, &format!("bearer {}", tokens.token("eva", Role::Staff))).await.status, 200);
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_all_refused_alike() {
    let (tokens, other) = (Tokens::new(), Tokens::new());
    let now = jsonwebtoken::get_current_timestamp();
    let good = tokens.token("eva", Role::Staff);
    let hmac = EncodingKey::from_secret(tokens.public_key().as_bytes());
    let (ours, theirs) = (Algorithm::EdDSA, other.key());
    let jwk: Value = serde_json::from_str(&other.public_key()).unwrap();
    let elsewhere = "https://evil.test/keys";
    let cases = [
        ("expired", tokens.sign(&claims(|claims| claims.exp = now - 60))),
        ("not yet valid", tokens.sign(&claims(|claims| claims.nbf = now + 60))),
        ("wrong issuer", tokens.sign(&claims(|claims| claims.iss = "https://evil.test".to_owned()))),
        ("wrong audience", tokens.sign(&claims(|claims| claims.aud = "other".to_owned()))),
        ("another key under our kid", other.sign(&claims(|_| {}))),
        ("unknown kid", forged(&json!({"kid": "other"}), Algorithm::HS256, &hmac)),
        ("no kid", forged(&json!({}), Algorithm::HS256, &hmac)),
        ("HS256 with the public key as its secret", forged(&json!({"kid": "test-key"}), Algorithm::HS256, &hmac)),
        ("another kid", forged(&json!({"kid": "other"}), ours, theirs)),
        ("no kid, another key", forged(&json!({}), ours, theirs)),
        ("no kid, our key", forged(&json!({}), ours, tokens.key())),
        ("keys from elsewhere", forged(&json!({"kid": "test-key", "jku": elsewhere}), ours, theirs)),
        ("a key that it brings along", forged(&json!({"kid": "test-key", "jwk": jwk}), ours, theirs)),
        ("another type of token", forged(&json!({"kid": "test-key", "typ": "JWT"}), ours, tokens.key())),
        ("alg none", unsigned(&json!({"alg": "none", "typ": TOKEN_TYPE, "kid": "test-key"}))),
        ("alg None", unsigned(&json!({"alg": "None", "typ": TOKEN_TYPE, "kid": "test-key"}))),
        ("EdDSA without a signature", unsigned(&json!({"alg": "EdDSA", "typ": TOKEN_TYPE, "kid": "test-key"}))),
        ("truncated", good[..good.len() - 4].to_owned()),
        ("8 KiB long", "a".repeat(8_192)),
        ("8 KiB of a signature", format!("{good}{}", "A".repeat(8_192))),
        ("four parts", format!("{good}.{good}")),
        ("empty", String::new()),
    ];
    for (case, token) in cases {
        let answer = send(&tokens, &format!("Bearer {token}")).await;
        assert_eq!((answer.status, answer.code()), (401, "unauthenticated"), "{case}");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{case}");
    }
    for authorization in ["", "Basic ZXZhOmV2YQ==", "Bearer", good.as_str()] {
        assert_eq!(send(&tokens, authorization).await.status, 401, "{authorization}");
    }
}

#[tokio::test]
async fn a_guard_refuses_tokens_from_before_a_revocation_at_the_cost_of_one_unit() {
    let (cloud, tokens) = (Cloud::start().await, Tokens::new());
    let guard = tokens.guard(cloud.client());
    let send = async |version| {
        let token = tokens.sign(&claims(|claims| claims.ver = version));
        let call = Call::event("update-review").bearer(&token);
        let enter = async |request: Request| guard.staff(&request).await.map(|_| jsonapi::no_content());
        call.send(enter).await
    };
    let answer = send(1).await;
    assert_eq!((answer.status, answer.usage.calls, answer.usage.read_units), (204, 1, 1.0));
    let revoke = Revocations::new(cloud.client(), "RevocationsTable").revoke("eva", 2, clock::now()).unwrap();
    assert!(dynamo::transact(&cloud.client(), vec![revoke]).await.unwrap().is_done());
    assert_eq!((send(1).await.status, send(2).await.status, send(3).await.status), (401, 204, 204));
}

#[tokio::test]
async fn a_customers_token_does_not_do_for_staff() {
    let tokens = Tokens::new();
    let answer = send(&tokens, &format!("Bearer {}", tokens.token("ana", Role::Customer))).await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden"));
}

#[tokio::test]
async fn readers_are_checked_for_revocation_when_they_are_staff_and_writers_always() {
    let (cloud, tokens) = (Cloud::start().await, Tokens::new());
    let guard = &tokens.guard(cloud.client());
    let asks = async |role: Role, how: &str| {
        let call = Call::event("update-review").bearer(&tokens.token("eva", role));
        let ask = |request: Request| async move {
            match how {
                "reads" => guard.reader(&request).await.map(drop)?,
                "visits" => guard.visitor(&request).await.map(drop)?,
                _ => guard.caller_or_guest(&request).await.map(drop)?,
            }
            Ok(jsonapi::no_content())
        };
        let answer = call.send(ask).await;
        (answer.status, answer.usage.calls)
    };
    for how in ["reads", "visits"] {
        assert_eq!((asks(Role::Customer, how).await, asks(Role::Staff, how).await), ((204, 0), (204, 1)), "{how}");
    }
    assert_eq!(asks(Role::Customer, "writes").await, (204, 1));
    let revoke = Revocations::new(cloud.client(), "RevocationsTable").revoke("eva", 2, clock::now()).unwrap();
    assert!(dynamo::transact(&cloud.client(), vec![revoke]).await.unwrap().is_done());
    for how in ["reads", "visits"] {
        assert_eq!((asks(Role::Customer, how).await.0, asks(Role::Admin, how).await.0), (204, 401), "{how}");
    }
    assert_eq!(asks(Role::Customer, "writes").await.0, 401);
    let guests = async |request: Request| {
        let guest = guard.visitor(&request).await?.is_none() && guard.caller_or_guest(&request).await?.is_none();
        Ok(jsonapi::meta(json!({"guest": guest})))
    };
    assert_eq!(Call::event("update-review").send(guests).await.body["meta"]["guest"], json!(true));
}
