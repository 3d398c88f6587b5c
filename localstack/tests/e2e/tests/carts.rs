//! A visitor fills a cart, signs in, orders it, and finds it empty.

use e2e::{Person, Reply, Shop, eventually};
use kernel::ids;
use reqwest::Method;
use serde_json::json;

/// The cart with its items, as soon as it is as wanted.
async fn cart(person: &Person<'_>, wanted: impl Fn(&Reply) -> bool) -> Reply {
    eventually(async || person.get("/carts/me?include=items").await, wanted).await
}

fn items(cart: &Reply) -> usize {
    cart.body["included"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_guests_cart_is_taken_along_at_sign_in_ordered_once_and_empty_when_it_was_sold() {
    let shop = Shop::from_env();
    let (staff, guest, customer) = (shop.staff().await, shop.anyone(), shop.customer().await);
    let (cup, pot) = (staff.adds_a_product("Cup", 1_000).await, staff.adds_a_product("Pot", 5_000).await);
    for product in [&cup, &pot] {
        assert_eq!(staff.receives(product, 10).await.status, 201);
    }

    let first = guest.create("/carts/me/items", "cart-items", &json!({"productId": cup, "quantity": 2})).await;
    assert_eq!((first.status, first.attribute("quantity")), (201, &json!(2)));
    let token = first.header("cart-token").to_owned();
    let seen = guest.send(Method::GET, "/carts/me?include=items", &[("Cart-Token", &token)], None).await;
    assert_eq!((seen.attribute("total"), items(&seen)), (&json!({"amount": 2000, "currency": "USD"}), 1));
    assert_eq!(guest.get("/carts/me").await.status, 401);

    let added = customer.create("/carts/me/items", "cart-items", &json!({"productId": cup, "quantity": 1})).await;
    assert_eq!(added.status, 201);
    let merge = [("Cart-Token", token.as_str())];
    let merged = customer.send(Method::POST, "/carts/me/merge", &merge, None).await;
    assert_eq!(merged.status, 200);
    assert_eq!(merged.body["meta"]["merged"], json!([{"productId": cup, "quantity": 2}]));
    let again = customer.send(Method::POST, "/carts/me/merge", &merge, None).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body["meta"]), ("true", &merged.body["meta"]));

    assert_eq!(guest.send(Method::GET, "/carts/me", &merge, None).await.status, 404);

    let key = ids::new();
    let ordered = customer.create_once("/carts/me/checkout", "sales", &json!({}), &key).await;
    assert_eq!((ordered.status, ordered.attribute("status")), (202, &json!("pending")));
    // What comes in meanwhile stays.
    let meanwhile = customer.create("/carts/me/items", "cart-items", &json!({"productId": pot, "quantity": 1})).await;
    assert_eq!(meanwhile.status, 201);
    let left = cart(&customer, |cart| items(cart) == 1).await;
    assert_eq!((items(&left), left.attribute("total")), (1, &json!({"amount": 5000, "currency": "USD"})));
    let sale = customer.get(ordered.header("location")).await;
    assert_eq!((sale.attribute("status"), staff.counts(&cup).await), (&json!("confirmed"), json!(7)));
    let repeated = customer.create_once("/carts/me/checkout", "sales", &json!({}), &key).await;
    assert_eq!((repeated.id(), repeated.header("idempotent-replayed")), (ordered.id(), "true"));
}

#[tokio::test]
async fn a_cart_shows_prices_as_they_are_and_a_rejected_checkout_says_why_and_can_be_mended() {
    let shop = Shop::from_env();
    let (staff, customer) = (shop.staff().await, shop.customer().await);
    let cup = staff.adds_a_product("Cup", 1_000).await;
    assert_eq!(staff.receives(&cup, 1).await.status, 201);
    customer.create("/carts/me/items", "cart-items", &json!({"productId": cup, "quantity": 2})).await;
    let price = json!({"price": {"amount": 900, "currency": "USD"}});
    assert_eq!(staff.update(&format!("/products/{cup}"), "products", &cup, &price).await.status, 200);
    let shown = cart(&customer, |cart| cart.attribute("total")["amount"] == 1800).await;
    assert_eq!(shown.attribute("total"), &json!({"amount": 1800, "currency": "USD"}));

    let ordered = customer.create("/carts/me/checkout", "sales", &json!({})).await;
    assert_eq!(ordered.status, 202);
    let rejected = cart(&customer, |cart| !cart.attribute("rejection").is_null()).await;
    let rejection = rejected.attribute("rejection");
    assert_eq!((&rejection["code"], &rejection["saleId"]), (&json!("insufficient_stock"), &json!(ordered.id())));
    assert_eq!(items(&rejected), 1);

    let item = format!("/carts/me/items/{cup}");
    assert_eq!(customer.update(&item, "cart-items", &cup, &json!({"quantity": 1})).await.status, 200);
    let ordered = customer.create("/carts/me/checkout", "sales", &json!({})).await;
    let with_another_key = customer.create("/carts/me/checkout", "sales", &json!({})).await;
    assert_eq!((with_another_key.status, with_another_key.id()), (202, ordered.id()));
    assert_eq!(items(&cart(&customer, |cart| items(cart) == 0).await), 0);
    assert_eq!(customer.get(ordered.header("location")).await.attribute("status"), "confirmed");

    customer.create("/carts/me/items", "cart-items", &json!({"productId": cup, "quantity": 1})).await;
    assert_eq!(
        staff.update(&format!("/products/{cup}"), "products", &cup, &json!({"status": "archived"})).await.status,
        200
    );
    let unavailable = cart(&customer, |cart| cart.attribute("total")["amount"] == 0).await;
    assert_eq!(unavailable.body["included"][0]["attributes"]["unavailable"], json!(true));
    let refused = customer.create("/carts/me/checkout", "sales", &json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "unavailable_items"));
}
