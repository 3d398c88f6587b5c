//! Work that an inbox does in steps: a renamed brand shows on all its products, and all purchase markers of a deleted user
//! are deleted. Each takes two steps here, so the function sends a message to its own inbox.

use e2e::{Person, Shop, eventually, store};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

/// More than a step of a rename (20 products), and more than one of a deleted user's purchases (25).
const PRODUCTS: usize = 26;

/// A new brand or category, named so that nothing else has its name.
async fn named(staff: &Person<'_>, kind: &str, name: &str) -> (String, String) {
    let name = format!("{name} {}", ids::new());
    let made = staff.create(&format!("/{kind}"), kind, &json!({"name": name})).await;
    assert_eq!(made.status, 201, "{made:?}");
    (made.id().to_owned(), name)
}

/// Products of a brand in a category, ten pieces of each.
async fn stocked(staff: &Person<'_>, brand: &str, category: &str) -> Vec<String> {
    let mut products = Vec::new();
    for number in 0..PRODUCTS {
        let price = json!({"amount": 100, "currency": "USD"});
        let attributes = json!({"name": format!("Plate {number}"), "sku": ids::new(), "price": price});
        let links = json!({
            "brand": {"data": {"type": "brands", "id": brand}},
            "categories": {"data": [{"type": "categories", "id": category}]},
        });
        let product = json!({"type": "products", "attributes": attributes, "relationships": links});
        let made = staff.put_in(Method::POST, "/products", &product).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(staff.receives(made.id(), 10).await.status, 201);
        products.push(made.id().to_owned());
    }
    products
}

#[tokio::test]
async fn a_new_name_of_a_brand_and_a_category_shows_on_all_their_products_and_in_carts() {
    let shop = Shop::from_env();
    let (staff, customer) = (shop.staff().await, shop.customer().await);
    let (brand, old_brand) = named(&staff, "brands", "Loza").await;
    let (category, old_category) = named(&staff, "categories", "Plates").await;
    let products = stocked(&staff, &brand, &category).await;
    let shown = async || {
        let names = |one: &Value| json!([one["attributes"]["brandName"], one["attributes"]["categoryNames"]]);
        let products = customer.all(&format!("/products?filter[brand]={brand}")).await;
        products.iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, vec![json!([old_brand, [old_category]]); PRODUCTS]);

    let (new_brand, new_category) = (format!("Barro {brand}"), format!("Dishes {category}"));
    for (kind, id, name) in [("brands", &brand, &new_brand), ("categories", &category, &new_category)] {
        assert_eq!(staff.update(&format!("/{kind}/{id}"), kind, id, &json!({"name": name})).await.status, 200);
    }
    let expected = vec![json!([new_brand, [new_category]]); PRODUCTS];
    assert_eq!(eventually(shown, |found| *found == expected).await, expected);

    let item = json!({"productId": products[0], "quantity": 1});
    assert_eq!(customer.create("/carts/me/items", "cart-items", &item).await.status, 201);
    let in_cart = async || customer.get("/carts/me?include=items").await.body["included"][0]["attributes"].clone();
    let found = eventually(in_cart, |item| item["categoryNames"] == json!([new_category])).await;
    assert_eq!(found["categoryNames"], json!([new_category]));
}

#[tokio::test]
async fn all_purchase_markers_of_a_deleted_user_are_deleted() {
    let shop = Shop::from_env();
    let (staff, account) = (shop.staff().await, shop.register(&json!({})).await);
    let buyer = shop.sign_in(&account.email, &account.password).await;
    let (brand, category) = (named(&staff, "brands", "Loza").await.0, named(&staff, "categories", "Plates").await.0);
    let products = stocked(&staff, &brand, &category).await;
    let lines: Vec<Value> = products.iter().map(|id| json!({"productId": id, "quantity": 1})).collect();
    let bought = buyer.create("/purchases", "sales", &json!({"lines": lines})).await;
    assert_eq!(bought.status, 201, "{bought:?}");

    let partition = format!("customer#{}", account.id);
    let markers = async || store::kinds("Reviews", &partition).await.into_iter().collect::<Vec<_>>();
    assert_eq!(eventually(markers, |kinds| *kinds == ["bought"]).await, ["bought"]);
    let data = json!({"type": "users", "id": account.id, "attributes": {"currentPassword": account.password}});
    assert_eq!(buyer.put_in(Method::DELETE, "/users/me", &data).await.status, 204);
    assert_eq!(eventually(markers, |kinds| *kinds == ["gone"]).await, ["gone"]);
}
