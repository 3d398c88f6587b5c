//! Accounts over HTTP: their life, their sessions, and those who try to get in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use e2e::{Person, Reply, Shop};
use futures_util::future::join_all;
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

async fn refresh(shop: &Shop, token: &str) -> Reply {
    shop.anyone().create("/auth/refresh", "sessions", &json!({"refreshToken": token})).await
}

async fn put_password(person: &Person<'_>, current: &str, new: &str) -> Reply {
    let attributes = json!({"currentPassword": current, "newPassword": new});
    let document = json!({"data": {"type": "password-changes", "attributes": attributes}}).to_string();
    person.send(Method::PUT, "/auth/password", &[], Some(document)).await
}

/// A national id of Ecuador that no other test has.
fn national_id() -> String {
    let digits: Vec<u32> = ids::new().bytes().rev().take(6).map(|byte| u32::from(byte) % 10).collect();
    let digits = [vec![1, 7, 2], digits].concat();
    let weighted = digits.iter().enumerate().map(|(index, digit)| {
        let product = digit * (2 - u32::try_from(index).unwrap() % 2);
        if product > 9 { product - 9 } else { product }
    });
    let check = (10 - weighted.sum::<u32>() % 10) % 10;
    digits.iter().chain([&check]).map(u32::to_string).collect()
}

#[tokio::test]
async fn an_account_lives_from_its_registration_to_its_deletion() {
    let shop = Shop::from_env();
    let id = national_id();
    let account = shop.register(&json!({"displayName": "Ana Torres", "nationalId": id})).await;
    let first = shop.session(&account.email.to_uppercase(), &account.password).await;
    let ana = shop.bearer(&first.text("accessToken"));
    let profile = ana.get("/users/me").await;
    assert_eq!((profile.status, profile.text("nationalId")), (200, format!("*******{}", &id[7..])));

    let second = json!({"email": format!("{}@shop.example", ids::new()), "password": "vier-und-7", "nationalId": id});
    let taken = shop.anyone().create("/auth/register", "users", &second).await;
    assert_eq!((taken.status, taken.code()), (409, "already_exists"));

    let address = format!("{}@shop.example", ids::new());
    let change = json!({"email": address, "currentPassword": account.password, "displayName": null});
    let changed = ana.update("/users/me", "users", &account.id, &change).await;
    assert_eq!((changed.status, changed.text("email"), changed.header("etag")), (200, address.clone(), "\"2\""));
    assert_eq!(shop.session(&account.email, &account.password).await.status, 401);

    let other = shop.session(&address, &account.password).await;
    assert_eq!(put_password(&ana, &account.password, "vier-und-siebzig").await.status, 204);
    assert_eq!(refresh(&shop, &other.text("refreshToken")).await.status, 401);
    assert_eq!(ana.get("/users/me").await.status, 401);
    let renewed = refresh(&shop, &first.text("refreshToken")).await;
    assert_eq!(renewed.status, 201);
    let ana = shop.bearer(&renewed.text("accessToken"));
    assert_eq!(ana.get("/users/me").await.status, 200);

    let attributes = json!({"currentPassword": "vier-und-siebzig"});
    let document = json!({"data": {"type": "users", "id": account.id, "attributes": attributes}}).to_string();
    assert_eq!(ana.send(Method::DELETE, "/users/me", &[], Some(document)).await.status, 204);
    assert_eq!(ana.get("/users/me").await.status, 401);
    assert_eq!(shop.session(&address, "vier-und-siebzig").await.status, 401);
    let again = json!({"email": address, "password": "vier-und-7", "nationalId": id});
    assert_eq!(shop.anyone().create("/auth/register", "users", &again).await.status, 201);
}

#[tokio::test]
async fn a_storm_of_refreshes_yields_one_session_and_a_stolen_token_ends_it() {
    let shop = Shop::from_env();
    let account = shop.register(&json!({})).await;
    let session = shop.session(&account.email, &account.password).await;
    let first = session.text("refreshToken");
    let replies = join_all((0..50).map(|_| refresh(&shop, &first))).await;
    let good: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!((good.len(), replies.iter().filter(|reply| reply.status == 401).count()), (1, 49));
    let next = refresh(&shop, &good[0].text("refreshToken")).await;
    assert_eq!(next.status, 201);
    assert_eq!(refresh(&shop, &first).await.status, 401);
    assert_eq!(refresh(&shop, &next.text("refreshToken")).await.status, 401);
}

#[tokio::test]
async fn a_sign_out_ends_the_session_and_one_of_all_every_session() {
    let shop = Shop::from_env();
    let account = shop.register(&json!({})).await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(shop.session(&account.email, &account.password).await);
    }
    let of = |index: usize| (shop.bearer(&sessions[index].text("accessToken")), sessions[index].text("refreshToken"));
    let (first, token) = of(0);
    assert_eq!(first.send(Method::POST, "/auth/logout", &[], None).await.status, 204);
    assert_eq!(refresh(&shop, &token).await.status, 401);
    let (second, _) = of(1);
    assert_eq!(second.create("/auth/logout", "sessions", &json!({"all": true})).await.status, 204);
    assert_eq!(refresh(&shop, &of(2).1).await.status, 401);
}

#[tokio::test]
async fn a_hundred_guesses_are_slowed_and_the_right_user_elsewhere_gets_in() {
    let shop = Shop::from_env();
    let account = shop.register(&json!({})).await;
    let thief = shop.anyone().at("198.51.100.66");
    let mut replies = Vec::new();
    for number in 0..100 {
        let guess = json!({"email": account.email, "password": format!("guess number {number}")});
        replies.push(thief.create("/auth/login", "sessions", &guess).await);
    }
    let slowed: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 429).collect();
    assert!(slowed.len() >= 85, "only {} of 100 were slowed", slowed.len());
    assert!(slowed.iter().all(|reply| reply.header("retry-after").parse::<u32>().is_ok_and(|wait| wait <= 3_600)));
    let credentials = json!({"email": account.email, "password": account.password});
    assert_eq!(thief.create("/auth/login", "sessions", &credentials).await.status, 429);
    assert_eq!(shop.anyone().at("203.0.113.5").create("/auth/login", "sessions", &credentials).await.status, 201);
}

#[tokio::test]
async fn who_loses_a_role_cannot_use_it_a_moment_longer() {
    let shop = Shop::from_env();
    let (admin, account) = (shop.admin().await, shop.register(&json!({})).await);
    let path = format!("/users/{}", account.id);
    let promoted = admin.update(&path, "users", &account.id, &json!({"role": "staff"})).await;
    assert_eq!((promoted.status, promoted.text("role")), (200, "staff".to_owned()));
    let eva = shop.sign_in(&account.email, &account.password).await;
    let cup = eva.adds_a_product("Cup", 1_000).await;
    assert_eq!(admin.update(&path, "users", &account.id, &json!({"disabled": true})).await.status, 200);
    let price = json!({"price": {"amount": 1, "currency": "USD"}});
    assert_eq!(eva.update(&format!("/products/{cup}"), "products", &cup, &price).await.status, 401);
    assert_eq!(eva.receives(&cup, 1).await.status, 401);
    assert_eq!(shop.session(&account.email, &account.password).await.status, 403);
    let found = admin.get(&format!("/users?filter[email]={}", account.email)).await;
    assert_eq!(found.body["data"][0]["attributes"]["disabled"], json!(true));
    assert_eq!(found.body["data"][0]["attributes"].get("nationalId"), None::<&Value>);
}

#[tokio::test]
async fn a_profile_that_was_read_can_be_sent_back_whole_with_its_masked_national_id() {
    let shop = Shop::from_env();
    let account = shop.register(&json!({"nationalId": national_id()})).await;
    let ana = shop.sign_in(&account.email, &account.password).await;
    let mut profile = ana.get("/users/me").await.body["data"].clone();
    profile["attributes"]["displayName"] = json!("Ana");
    let changed = ana.put_in(Method::PATCH, "/users/me", &profile).await;
    assert_eq!((changed.status, changed.text("displayName")), (200, "Ana".to_owned()), "{:?}", changed.body);
    let again = ana.put_in(Method::PATCH, "/users/me", &changed.body["data"]).await;
    assert_eq!((again.status, again.header("etag")), (200, changed.header("etag")), "nothing has changed");
}
