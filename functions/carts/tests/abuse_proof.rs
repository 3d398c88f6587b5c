//! Abuse by guests: what it costs the shop in units, and where it stops.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use carts::testing::Shop;
use kernel::usage::Meter;
use testing::{cost, figure, row};

#[tokio::test]
async fn proof_a_guests_cart_is_one_small_item_that_expires_however_many_there_are() {
    let (count, started) = (figure(100, 1_000), Instant::now());
    let shop = Shop::with(1).await;
    let ((), usage) = Meter::measure(async {
        for _ in 0..count {
            shop.guest(&[(0, 1)]).await;
        }
    })
    .await;
    let items = shop.cloud().items("CartsTable").await;
    let of_guests: Vec<_> = items.iter().filter(|item| item["pk"].as_s().unwrap().starts_with("guest#")).collect();
    assert_eq!(of_guests.len(), count);
    assert!(of_guests.iter().all(|item| item.contains_key("expiresAt") && cost::size(item) < 512));
    let each = usage.write_units / f64::from(u32::try_from(count).unwrap());
    assert!(each <= 1.0, "{each}");
    let bytes: usize = of_guests.iter().map(|item| cost::size(item)).sum();
    let reached = format!(
        "{count} carts cost {} write and {} read units, and {bytes} bytes until they expire",
        usage.write_units, usage.read_units
    );
    row("abuse: guest carts", "small, and gone after GuestCartDays", &reached, started);
}
