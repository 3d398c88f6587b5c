//! The catalogue over HTTP: brands, the tree of categories, products in them, and what a storefront asks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use e2e::{Person, Reply, Shop, eventually};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

/// A name that no other test has.
fn unique(name: &str) -> String {
    format!("{name} {}", ids::new())
}

fn parent(id: Option<&str>) -> Value {
    json!({"parent": {"data": id.map(|id| json!({"type": "categories", "id": id}))}})
}

async fn category(staff: &Person<'_>, name: &str, below: Option<&str>) -> Reply {
    let data = json!({"type": "categories", "attributes": {"name": name}, "relationships": parent(below)});
    staff.put_in(Method::POST, "/categories", &data).await
}

async fn product(staff: &Person<'_>, name: &str, brand: &str, categories: &[&str]) -> Reply {
    let price = json!({"amount": 1250, "currency": "USD"});
    let categories: Vec<Value> = categories.iter().map(|id| json!({"type": "categories", "id": id})).collect();
    let data = json!({
        "type": "products",
        "attributes": {"name": name, "sku": ids::new(), "price": price, "tags": ["hecho a mano"]},
        "relationships": {"brand": {"data": {"type": "brands", "id": brand}}, "categories": {"data": categories}},
    });
    staff.put_in(Method::POST, "/products", &data).await
}

fn pointer(reply: &Reply) -> &str {
    reply.body["errors"][0]["source"]["pointer"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_brand_lives_from_its_creation_to_its_deletion_and_is_not_deleted_while_in_use() {
    let shop = Shop::from_env();
    let (staff, name) = (shop.staff().await, unique("Café Loza"));
    let made = staff.create("/brands", "brands", &json!({"name": name, "description": "Stoneware."})).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    assert!(made.text("slug").starts_with("cafe-loza-"));
    let taken = staff.create("/brands", "brands", &json!({"name": name.to_uppercase()})).await;
    assert_eq!((taken.status, taken.code(), pointer(&taken)), (409, "already_exists", "/data/attributes/name"));
    let path = format!("/brands/{}", made.id());
    let cup = product(&staff, "Taza", made.id(), &[]).await;
    assert_eq!(cup.status, 201);
    let in_use = staff.send(Method::DELETE, &path, &[], None).await;
    assert_eq!((in_use.status, in_use.code()), (409, "in_use"));
    assert_eq!(in_use.body["errors"][0]["meta"], json!({"products": 1, "categories": 0}));
    let renamed = staff.update(&path, "brands", made.id(), &json!({"name": unique("Loza")})).await;
    assert_eq!((renamed.status, renamed.header("etag")), (200, "\"2\""), "products do not count as changes");
    let stale = staff.send(Method::DELETE, &path, &[("If-Match", "\"1\"")], None).await;
    assert_eq!(stale.status, 412);
    assert_eq!(staff.create("/brands", "brands", &json!({"name": name})).await.status, 201, "its old name is free");
    let cup_path = format!("/products/{}", cup.id());
    let none = json!({"type": "products", "id": cup.id(), "relationships": {"brand": {"data": null}}});
    assert_eq!(staff.put_in(Method::PATCH, &cup_path, &none).await.status, 200);
    let included = shop.anyone().get(&format!("{cup_path}?include=brand")).await;
    assert_eq!(included.body["included"], json!([]), "asked for, and none");
    assert_eq!(staff.send(Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(shop.anyone().get(&path).await.status, 404);
}

#[tokio::test]
async fn a_category_that_nothing_uses_is_deleted() {
    let shop = Shop::from_env();
    let staff = shop.staff().await;
    let path = format!("/categories/{}", category(&staff, &unique("Empty"), None).await.id());
    assert_eq!(staff.send(Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(shop.anyone().get(&path).await.status, 404);
}

#[tokio::test]
async fn a_storefront_walks_the_tree_and_finds_its_products_with_what_belongs_to_them() {
    let shop = Shop::from_env();
    let (staff, anyone) = (shop.staff().await, shop.anyone());
    let brand = staff.create("/brands", "brands", &json!({"name": unique("Loza")})).await;
    let kitchen = category(&staff, &unique("Kitchen"), None).await;
    let cups = category(&staff, "Cups", Some(kitchen.id())).await;
    assert_eq!((cups.status, cups.text("path")), (201, format!("{}/cups", kitchen.text("slug"))));
    let twin = category(&staff, "cúps", Some(kitchen.id())).await;
    assert_eq!((twin.status, twin.code()), (409, "already_exists"));
    let name = unique("Tacita");
    let cup = product(&staff, &name, brand.id(), &[cups.id()]).await;
    assert_eq!(cup.status, 201, "{cup:?}");

    let below = anyone.get(&format!("/categories?filter[parent]={}&include=parent", kitchen.id())).await;
    assert_eq!((below.ids(), &below.body["included"][0]["id"]), (vec![cups.id()], &json!(kitchen.id())));
    let all = anyone.get(&format!("/products?filter[category]={}&include=brand,categories", kitchen.id())).await;
    assert_eq!(all.ids(), [cup.id()]);
    let included: Vec<&Value> = all.body["included"].as_array().unwrap().iter().map(|object| &object["id"]).collect();
    assert_eq!(included, [&json!(brand.id()), &json!(cups.id())]);
    for relationship in ["brand", "categories"] {
        let link = all.body["data"][0]["relationships"][relationship]["links"]["related"].as_str().unwrap();
        assert_eq!(anyone.get(link).await.status, 200, "{link}");
    }
    let of_brand = format!("/products?filter[brand]={}&filter[category]={}", brand.id(), cups.id());
    assert_eq!(anyone.get(&of_brand).await.ids(), [cup.id()]);
    let word = name.split(' ').nth(1).unwrap();
    let found = anyone.get(&format!("/products?filter[text]=TACÍ {word}&fields[products]=name")).await;
    assert_eq!(found.ids(), [cup.id()]);
    assert_eq!(found.body["data"][0]["attributes"], json!({"name": name}));
    assert!(found.body["data"][0]["relationships"].is_null());
    for (name, wanted) in [("fields[products]", "nmae"), ("fields[product]", "name")] {
        let of_nothing = anyone.get(&format!("/products?filter[text]={}&{name}={wanted}", ids::new())).await;
        let named = &of_nothing.body["errors"][0]["source"]["parameter"];
        assert_eq!((of_nothing.status, named), (400, &json!(name)));
    }

    let moved = json!({"type": "categories", "id": kitchen.id(), "relationships": parent(Some(cups.id()))});
    let cycle = staff.put_in(Method::PATCH, &format!("/categories/{}", kitchen.id()), &moved).await;
    assert_eq!((cycle.status, cycle.code()), (409, "invalid_parent"));
    let in_use = staff.send(Method::DELETE, &format!("/categories/{}", kitchen.id()), &[], None).await;
    assert_eq!(in_use.body["errors"][0]["meta"], json!({"products": 0, "categories": 1}));
}

#[tokio::test]
async fn what_is_related_has_to_be_there_and_only_what_can_be_included_is_asked_for() {
    let shop = Shop::from_env();
    let (staff, anyone) = (shop.staff().await, shop.anyone());
    let lost = product(&staff, "Cup", &ids::new(), &[]).await;
    assert_eq!((lost.status, pointer(&lost)), (404, "/data/relationships/brand/data"));
    let brand = staff.create("/brands", "brands", &json!({"name": unique("Loza")})).await;
    let lost = product(&staff, "Cup", brand.id(), &[&ids::new()]).await;
    assert_eq!((lost.status, pointer(&lost)), (404, "/data/relationships/categories/data/0"));
    assert_eq!(category(&staff, &unique("Cups"), Some(&ids::new())).await.status, 404);
    let wrong = json!({"type": "products", "attributes": {"name": "x", "sku": ids::new(), "price": {"amount": 1, "currency": "USD"}},
        "relationships": {"brand": {"data": {"type": "users", "id": "x"}}, "maker": {"data": null}}});
    let wrong = staff.put_in(Method::POST, "/products", &wrong).await;
    assert_eq!((wrong.status, wrong.body["errors"].as_array().map(Vec::len)), (422, Some(2)));
    for query in ["include=price", "include=brand.products", "sort=-sku", "filter[colour]=red", "filter[price]=2..1"] {
        let refused = anyone.get(&format!("/products?{query}")).await;
        assert_eq!((refused.status, refused.code()), (400, "invalid_parameter"), "{query}");
    }
    assert_eq!(anyone.get("/sales?include=lines").await.status, 401);
    let repeated = json!({"name": unique("Once")});
    let (first, again) = (
        staff.create_once("/brands", "brands", &repeated, "key-of-a-brand").await,
        staff.create_once("/brands", "brands", &repeated, "key-of-a-brand").await,
    );
    assert_eq!((again.status, again.header("idempotent-replayed"), again.id()), (201, "true", first.id()));
    let other = staff.create_once("/brands", "brands", &json!({"name": unique("Twice")}), "key-of-a-brand").await;
    assert_eq!(other.code(), "idempotency_key_reused");
}

/// Reads a resource, changes one attribute, and sends all of it back, as generated clients do; then again, without a
/// change.
async fn sends_back(person: &Person<'_>, path: &str, attribute: &str, value: Value) {
    let mut data = person.get(path).await.body["data"].clone();
    data["attributes"][attribute] = value;
    let changed = person.put_in(Method::PATCH, path, &data).await;
    assert_eq!(changed.status, 200, "{path}: {:?}", changed.body);
    assert_eq!(changed.body["data"]["attributes"][attribute], data["attributes"][attribute], "{path}");
    let again = person.put_in(Method::PATCH, path, &changed.body["data"]).await;
    assert_eq!((again.status, again.header("etag")), (200, changed.header("etag")), "{path}: nothing has changed");
    let mut other = changed.body["data"].clone();
    other["attributes"]["updatedAt"] = json!("2020-01-01T00:00:00Z");
    let refused = person.put_in(Method::PATCH, path, &other).await;
    assert_eq!((refused.status, pointer(&refused)), (422, "/data/attributes/updatedAt"), "{path}");
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_whole_with_one_change() {
    let shop = Shop::from_env();
    let staff = shop.staff().await;
    let brand = staff.create("/brands", "brands", &json!({"name": unique("Loza")})).await;
    sends_back(&staff, &format!("/brands/{}", brand.id()), "description", json!("Stoneware.")).await;
    let cups = category(&staff, &unique("Cups"), None).await;
    sends_back(&staff, &format!("/categories/{}", cups.id()), "description", json!("To drink from.")).await;
    let cup = product(&staff, "Cup", brand.id(), &[cups.id()]).await;
    sends_back(&staff, &format!("/products/{}", cup.id()), "name", json!("Mug")).await;
    staff.listens_to(cup.id()).await;
    sends_back(&staff, &format!("/inventory/{}", cup.id()), "lowStockAt", json!(3)).await;
}

#[tokio::test]
async fn a_product_that_was_deleted_and_created_again_under_its_key_shows_its_stock() {
    let shop = Shop::from_env();
    let (staff, key) = (shop.staff().await, ids::new());
    let attributes = json!({"name": "Cup", "sku": ids::new(), "price": {"amount": 1250, "currency": "USD"}});
    let in_stock = async |id: &str| {
        let path = format!("/products/{id}");
        let shown = eventually(
            async || staff.get(&path).await.attribute("inStock").clone(),
            |in_stock| *in_stock == json!(true),
        );
        assert_eq!(shown.await, json!(true));
    };
    let first = staff.create_once("/products", "products", &attributes, &key).await;
    staff.listens_to(first.id()).await;
    assert_eq!(staff.receives(first.id(), 9).await.status, 201);
    in_stock(first.id()).await;
    let path = format!("/products/{}", first.id());
    assert_eq!(staff.send(Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(staff.receives(first.id(), 1).await.status, 404, "nothing comes in of a deleted product");
    let again = staff.create_once("/products", "products", &attributes, &key).await;
    assert_eq!((again.status, again.id(), again.attribute("inStock")), (201, first.id(), &json!(false)));
    in_stock(first.id()).await;
}
