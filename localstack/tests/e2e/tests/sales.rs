//! Sales after they were made, and the stock that they leave.

use e2e::{Shop, eventually};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_cancelled_sale_gives_its_pieces_back_once_and_a_delivered_one_is_final() {
    let shop = Shop::from_env();
    let (staff, customer) = (shop.staff().await, shop.customer().await);
    let cup = staff.adds_a_product("Cup of two sales", 1_250).await;
    assert_eq!(staff.receives(&cup, 10).await.status, 201);
    let (first, second) = (customer.buys(&cup, 3, &ids::new()).await, customer.buys(&cup, 2, &ids::new()).await);

    let cancelled = customer.moves(first.id(), "cancelled").await;
    assert_eq!((cancelled.status, cancelled.attribute("status")), (200, &json!("cancelled")));
    let again = customer.moves(first.id(), "cancelled").await;
    assert_eq!((again.status, again.code()), (409, "invalid_transition"));
    assert_eq!(staff.counts(&cup).await, 8);

    assert_eq!(customer.moves(second.id(), "shipped").await.status, 403);
    assert_eq!(staff.moves(second.id(), "shipped").await.attribute("status"), "shipped");
    assert_eq!(customer.moves(second.id(), "cancelled").await.code(), "invalid_transition");
    assert_eq!(staff.moves(second.id(), "delivered").await.attribute("status"), "delivered");
    let delivered = async || customer.get("/sales?filter[status]=delivered").await;
    let listed = eventually(delivered, |list| !list.ids().is_empty()).await;
    assert_eq!(listed.ids(), [second.id()]);
    let lines = customer.get(&format!("/sales/{}/lines", second.id())).await;
    assert_eq!(lines.body["data"][0]["attributes"]["quantity"], 2);

    let delete = async |id: &str| staff.send(Method::DELETE, &format!("/sales/{id}"), &[], None).await.status;
    assert_eq!((delete(second.id()).await, delete(first.id()).await), (409, 204));
    assert_eq!(staff.get(&format!("/sales/{}", first.id())).await.status, 404);
}

#[tokio::test]
async fn movements_say_who_changed_the_stock_and_sum_up_to_it() {
    let shop = Shop::from_env();
    let (staff, customer) = (shop.staff().await, shop.customer().await);
    let cup = staff.adds_a_product("Cup with movements", 1_250).await;
    assert_eq!(staff.receives(&cup, 10).await.status, 201);
    let sale = customer.buys(&cup, 3, &ids::new()).await;
    customer.buys(&cup, 2, &ids::new()).await;
    assert_eq!(customer.moves(sale.id(), "cancelled").await.status, 200);

    let path = format!("/inventory/{cup}/movements");
    let movements = eventually(async || staff.get(&path).await, |list| list.ids().len() == 4).await;
    let movements = movements.body["data"].as_array().unwrap();
    let sum: i64 = movements.iter().filter_map(|one| one["attributes"]["quantity"].as_i64()).sum();
    assert_eq!((json!(sum), json!(8)), (staff.counts(&cup).await, json!(8)));
    let profile = customer.get("/users/me").await;
    for movement in movements {
        let kind = &movement["attributes"]["kind"];
        let is_customers = movement["relationships"]["createdBy"]["data"]["id"] == profile.id();
        assert_eq!(is_customers, kind != "receipt", "{movement}");
    }
}

#[tokio::test]
async fn what_runs_low_and_out_is_listed_first_and_nothing_is_taken_from_what_is_not_there() {
    let shop = Shop::from_env();
    let (staff, customer) = (shop.staff().await, shop.customer().await);
    let lamp = staff.adds_a_product("Lamp that sells out", 1_250).await;
    assert_eq!(staff.receives(&lamp, 4).await.status, 201);
    let path = format!("/inventory/{lamp}");
    assert_eq!(staff.update(&path, "stock-items", &lamp, &json!({"lowStockAt": 3})).await.status, 200);
    for (quantity, level) in [(1, "low"), (3, "out")] {
        assert_eq!(customer.buys(&lamp, quantity, &ids::new()).await.status, 201);
        let list = format!("/inventory?filter[level]={level}&page[size]=100");
        let has_it = |items: &Vec<Value>| items.iter().any(|item| item["id"] == *lamp);
        assert!(has_it(&eventually(async || staff.all(&list).await, has_it).await), "{level}");
    }
    assert_eq!(staff.get("/inventory").await.body["data"][0]["attributes"]["available"], 0);
    let count = json!({"kind": "adjustment", "quantity": -1, "reason": "A count"});
    let refused = staff.create(&format!("{path}/adjustments"), "stock-movements", &count).await;
    assert_eq!((refused.status, refused.code()), (409, "insufficient_stock"));
}
