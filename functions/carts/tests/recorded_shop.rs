//! The carts of the last release, as this one reads them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use carts::Carts;
use carts::owner::Owner;
use carts::testing::LIVES;
use testing::{Cloud, load_recorded};

#[tokio::test]
async fn the_carts_of_the_last_release_are_read_with_their_products() {
    let cloud = Cloud::start().await;
    load_recorded(&cloud, "0.1.0").await;
    let carts = Carts::new(cloud.client(), "CartsTable", LIVES);
    // The time of the recording: carts have expired since.
    let recorded_at = "2026-11-26T01:10:01Z".parse().unwrap();
    let (mut found, mut lines) = (0, 0);
    for item in cloud.items("CartsTable").await {
        if let Some(user) = item["pk"].as_s().unwrap().strip_prefix("user#") {
            let cart = carts.of(&Owner::Customer(user.to_owned()), recorded_at).await.unwrap();
            let products = carts.products(cart.lines.keys()).await.unwrap();
            assert_eq!(products.len(), cart.lines.len());
            (found, lines) = (found + 1, lines + products.len());
        }
    }
    assert!(found == 5 && lines > 0, "{found} carts with {lines} lines");
}
