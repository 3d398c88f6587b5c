//! Customers' and staff's journeys through the deployed shop.

use e2e::{Reply, Shop, variable};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_customer_buys_what_staff_put_on_the_shelf_and_sees_the_sale() {
    let shop = Shop::from_env();
    let (staff, customer) = (shop.staff().await, shop.customer().await);
    let cup = staff.adds_a_product("Espresso cup", 1_250).await;
    assert_eq!(staff.receives(&cup, 10).await.status, 201);

    let key = ids::new();
    let bought = customer.buys(&cup, 3, &key).await;
    assert_eq!((bought.status, bought.attribute("total")), (201, &json!({"amount": 3750, "currency": "USD"})));
    let sale = customer.get(bought.header("location")).await;
    assert_eq!((sale.status, sale.attribute("lines")), (200, bought.attribute("lines")));
    assert_eq!(staff.counts(&cup).await, 7);

    let refused = customer.buys(&cup, 8, &ids::new()).await;
    assert_eq!((refused.status, refused.code()), (409, "insufficient_stock"));
    let shortage = json!([{"productId": cup, "requested": 8, "available": 7}]);
    assert_eq!(refused.body["errors"][0]["meta"]["shortages"], shortage);

    let again = customer.buys(&cup, 3, &key).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(again.body, bought.body);
    assert_eq!(customer.buys(&cup, 2, &key).await.code(), "idempotency_key_reused");
    assert_eq!(staff.counts(&cup).await, 7);
}

#[tokio::test]
async fn buyers_see_their_own_sales_only_and_staff_all() {
    let shop = Shop::from_env();
    let (staff, ana, bob) = (shop.staff().await, shop.customer().await, shop.customer().await);
    let cup = staff.adds_a_product("Cup", 1_000).await;
    staff.receives(&cup, 10).await;
    let first = ana.buys(&cup, 1, &ids::new()).await;
    let second = ana.buys(&cup, 1, &ids::new()).await;
    let path = format!("/sales/{}", first.id());
    assert_eq!(bob.get(&path).await.status, 404);
    assert_eq!(staff.get(&path).await.status, 200);
    assert_eq!(ana.get("/sales").await.ids(), [second.id(), first.id()]);
    assert!(bob.get("/sales").await.ids().is_empty());
    let page = ana.get("/sales?page[size]=1").await;
    let next = ana.get(page.body["links"]["next"].as_str().unwrap()).await;
    assert_eq!(next.ids(), [first.id()]);
    assert_eq!(next.body["links"]["next"], Value::Null);
}

#[tokio::test]
async fn a_product_lives_from_its_creation_to_its_deletion() {
    let shop = Shop::from_env();
    let (staff, anyone) = (shop.staff().await, shop.anyone());
    let id = staff.adds_a_product("Mug", 1_500).await;
    let path = format!("/products/{id}");
    let shown = anyone.get(&path).await;
    assert_eq!((shown.status, shown.header("etag")), (200, "\"1\""));
    assert_eq!(shown.body["links"]["self"], format!("{}{path}", shop.url));
    let changed = staff.update(&path, "products", &id, &json!({"name": "Large mug"})).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""));
    let stale = staff.send(Method::DELETE, &path, &[("If-Match", "\"1\"")], None).await;
    assert_eq!(stale.status, 412);
    assert!(anyone.get("/products?page[size]=100").await.ids().contains(&id.as_str()));
    assert_eq!(staff.send(Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(anyone.get(&path).await.status, 404);
}

#[tokio::test]
async fn users_read_their_profile_and_anyone_the_public_keys() {
    let shop = Shop::from_env();
    let profile = shop.customer().await.get("/users/me").await;
    assert_eq!((profile.status, profile.attribute("role")), (200, &json!("customer")));
    let keys = shop.anyone().get("/.well-known/jwks.json").await;
    assert_eq!((keys.status, &keys.body["keys"][0]["crv"]), (200, &json!("Ed25519")));
    assert!(keys.body["keys"][0]["d"].is_null());
}

#[tokio::test]
async fn unknown_paths_are_answered_in_json_api() {
    let shop = Shop::from_env();
    let anyone = shop.anyone();
    assert_eq!(anyone.get("/health").await.body["meta"]["status"], "ok");
    assert_eq!(anyone.send(Method::POST, "/", &[], Some("{}".to_owned())).await.code(), "not_found");
    for path in ["/", "/nothing", "/products/1/2/3"] {
        let reply = anyone.get(path).await;
        assert_eq!((reply.status, reply.code()), (404, "not_found"), "{path}");
    }
    let shown = |reply: &Reply| (reply.status, reply.code().to_owned(), reply.header("allow").to_owned());
    let expected = (405, "method_not_allowed".to_owned(), "GET, POST".to_owned());
    assert_eq!(shown(&anyone.send(Method::DELETE, "/products", &[], None).await), expected);
    assert_eq!(shown(&anyone.send(Method::PUT, "/products", &[], Some("{}".to_owned())).await), expected);
}

#[tokio::test]
async fn the_internal_api_opens_to_its_key_and_a_signature_only() {
    let shop = Shop::from_env();
    let cup = shop.staff().await.adds_a_product("Cup", 1_000).await;
    let url = format!("{}/internal/products/{cup}", variable("ZOCO_INTERNAL_URL"));
    let anyone = shop.anyone();
    assert_eq!(anyone.get(&url).await.status, 403);
    let wrong = anyone.send(Method::GET, &url, &[("X-API-KEY", "wrong")], None).await;
    assert_eq!(wrong.status, 403);
    let key = variable("ZOCO_INTERNAL_API_KEY");
    let alone = anyone.send(Method::GET, &url, &[("X-API-KEY", &key)], None).await;
    assert_eq!(alone.status, 403);
    let right = anyone.signing().send(Method::GET, &url, &[("X-API-KEY", &key)], None).await;
    assert_eq!((right.status, right.text("sequence").ends_with("-0000000001")), (200, true));
    assert_eq!(anyone.get(&format!("/internal/products/{cup}")).await.status, 404);
}
