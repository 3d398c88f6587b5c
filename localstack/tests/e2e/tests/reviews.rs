//! Buyers' reviews in the deployed shop, and the rating that follows them everywhere.

use e2e::{Person, Reply, Shop, eventually};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

/// Waits until the product shows a count of reviews: its rating.
async fn shown(anyone: &Person<'_>, product: &str, count: u64) -> Value {
    let rating = async || anyone.get(&format!("/products/{product}")).await.attribute("rating").clone();
    eventually(rating, |rating| rating["count"] == count).await
}

#[tokio::test]
async fn buyers_review_what_they_bought_and_the_product_shows_what_that_comes_to() {
    let shop = Shop::from_env();
    let (staff, anyone) = (shop.staff().await, shop.anyone());
    let (ana, bob, cai) = (shop.customer().await, shop.customer().await, shop.customer().await);
    let cup = staff.adds_a_product("Reviewed cup", 1_000).await;
    assert_eq!(staff.receives(&cup, 10).await.status, 201);
    let (reviews, rating) = (format!("/products/{cup}/reviews"), format!("/products/{cup}/rating"));
    for buyer in [&ana, &bob] {
        assert_eq!(buyer.buys(&cup, 1, &ids::new()).await.status, 201);
    }
    let (anas, bobs) = (ana.reviews(&cup, 5).await, bob.reviews(&cup, 2).await);
    assert_eq!((anas.status, bobs.status, anas.attribute("verifiedPurchase")), (201, 201, &json!(true)));
    let not_bought = cai.create(&reviews, "reviews", &json!({"rating": 1})).await;
    assert_eq!((not_bought.status, not_bought.code()), (403, "forbidden"));
    assert_eq!(ana.create(&reviews, "reviews", &json!({"rating": 1})).await.code(), "already_exists");

    let histogram = json!({"1": 0, "2": 1, "3": 0, "4": 0, "5": 1});
    let expected = json!({"average": 3.5, "count": 2, "histogram": histogram});
    assert_eq!(anyone.get(&rating).await.body["data"]["attributes"], expected);
    assert_eq!(shown(&anyone, &cup, 2).await, expected);
    assert_eq!(anyone.get(&format!("{reviews}?sort=-rating")).await.ids(), [anas.id(), bobs.id()]);
    assert_eq!(anyone.get(&format!("{reviews}?filter[rating]=2")).await.ids(), [bobs.id()]);

    let path = format!("/reviews/{}", bobs.id());
    assert_eq!(staff.update(&path, "reviews", bobs.id(), &json!({"status": "hidden"})).await.status, 200);
    let seen = [anyone.get(&path).await.status, bob.get(&path).await.status, staff.get(&path).await.status];
    assert_eq!(seen, [404, 200, 200]);
    assert_eq!(bob.send(Method::DELETE, &path, &[], None).await.code(), "invalid_transition");
    assert_eq!(anyone.get(&reviews).await.ids(), [anas.id()]);
    assert_eq!(staff.get(&format!("{reviews}?filter[status]=hidden")).await.ids(), [bobs.id()]);
    assert_eq!(shown(&anyone, &cup, 1).await["average"], json!(5.0));

    let path = format!("/reviews/{}", anas.id());
    assert_eq!(ana.update(&path, "reviews", anas.id(), &json!({"rating": 3})).await.status, 200);
    assert_eq!(bob.send(Method::DELETE, &path, &[], None).await.status, 404);
    assert_eq!(ana.send(Method::DELETE, &path, &[], None).await.status, 204);
    assert_eq!(shown(&anyone, &cup, 0).await["average"], Value::Null);
}

#[tokio::test]
async fn a_user_who_goes_leaves_the_stars() {
    let shop = Shop::from_env();
    let (staff, account) = (shop.staff().await, shop.register(&json!({})).await);
    let buyer = shop.sign_in(&account.email, &account.password).await;
    let cup = staff.adds_a_product("Cup of somebody", 1_000).await;
    assert_eq!(staff.receives(&cup, 1).await.status, 201);
    assert_eq!(buyer.buys(&cup, 1, &ids::new()).await.status, 201);
    let path = format!("/reviews/{}", buyer.reviews(&cup, 4).await.id());
    let data = json!({"type": "users", "id": account.id, "attributes": {"currentPassword": account.password}});
    assert_eq!(buyer.put_in(Method::DELETE, "/users/me", &data).await.status, 204);
    let author = |review: &Reply| review.body["data"]["relationships"]["author"]["data"].clone();
    let review = eventually(async || shop.anyone().get(&path).await, |review| author(review).is_null()).await;
    assert_eq!((review.status, author(&review), review.attribute("title")), (200, Value::Null, &Value::Null));
    assert_eq!(review.attribute("rating"), 4);
}

#[tokio::test]
async fn accounts_that_buy_rate_cancel_and_go_leave_no_stars() {
    let shop = Shop::from_env();
    let staff = shop.staff().await;
    let cup = staff.adds_a_product("Cup of nobody", 1_000).await;
    assert_eq!(staff.receives(&cup, 5).await.status, 201);
    let mut reviews = Vec::new();
    for _ in 0..2 {
        let account = shop.register(&json!({})).await;
        let buyer = shop.sign_in(&account.email, &account.password).await;
        let sale = buyer.buys(&cup, 1, &ids::new()).await.id().to_owned();
        reviews.push(format!("/reviews/{}", buyer.reviews(&cup, 1).await.id()));
        assert_eq!(buyer.moves(&sale, "cancelled").await.status, 200);
        let data = json!({"type": "users", "id": account.id, "attributes": {"currentPassword": account.password}});
        assert_eq!(buyer.put_in(Method::DELETE, "/users/me", &data).await.status, 204);
    }
    for path in &reviews {
        let unverified = |review: &Reply| review.attribute("verifiedPurchase") == false;
        let review = eventually(async || shop.anyone().get(path).await, unverified).await;
        assert!(unverified(&review), "{review:?}");
    }
    let rating = shop.anyone().get(&format!("/products/{cup}/rating")).await;
    assert_eq!((rating.attribute("count"), rating.attribute("average")), (&json!(0), &Value::Null));
}
