//! What a shop trusts its ratings with, shown on the embedded database: they are what the reviews come to, whatever
//! breaks and however many write at once. `PROOF=full` runs the full figures (`make proof`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use kernel::clock;
use kernel::error::Kind;
use kernel::replay::Outcome;
use messaging::Event;
use messaging::Work;
use reviews::Reviews;
use reviews::inbox::products::on_product_event;
use reviews::inbox::sales::on_sale_event;
use reviews::inbox::users::on_user_event;
use reviews::review::{Review, Status};
use reviews::testing::{Shop, create, review, reviews, set_status};
use testing::{Fault, Strike, break_every_call, figure, row, sample_event};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};

/// Reviews whose calls break as a strike says.
fn broken(shop: &Shop, strike: &Strike) -> Reviews {
    reviews(shop.cloud.client_with(strike.plan()))
}

/// A sample event of a topic, about a subject.
fn event_about(topic: &str, subject: &str, sequence: &str) -> Event {
    let kind = topic.split('.').next().unwrap();
    let mut event = sample_event("reviews-on-event", kind);
    (event.event_type, event.subject, event.sequence) =
        (topic.parse().unwrap(), subject.to_owned(), sequence.to_owned());
    event
}

async fn restarred(reviews: &Reviews, id: &str, rating: u8) -> Option<Review> {
    let change = |review: Review| Ok(Review { rating, version: review.version + 1, ..review });
    reviews.update(id, change).await.ok()
}

#[tokio::test]
async fn proof_p6_a_break_at_any_call_of_any_write_leaves_a_rating_that_adds_up() {
    let started = Instant::now();
    let mut breaks = break_every_call(|strike| async move {
        let shop = Shop::with(&["ana"]).await;
        let written = review(&shop.product, "ana", 4);
        drop(create(&broken(&shop, &strike), written.clone()).await);
        shop.adds_up().await;
        let again = create(&shop.reviews, written).await;
        assert!(matches!(again, Ok(Outcome::Made(_) | Outcome::Replayed(_))), "{strike:?}: {again:?}");
        assert_eq!((shop.rated().await.0, shop.recounted().await.1), ([0, 0, 0, 1, 0], 1), "{strike:?}");
    })
    .await;
    breaks += break_every_call(|strike| async move {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 4).await.id;
        drop(restarred(&broken(&shop, &strike), &id, 2).await);
        shop.adds_up().await;
        assert_eq!(restarred(&shop.reviews, &id, 2).await.map(|review| review.rating), Some(2), "{strike:?}");
        assert_eq!((shop.rated().await.0, shop.recounted().await.1), ([0, 1, 0, 0, 0], 1), "{strike:?}");
    })
    .await;
    for status in [Status::Hidden, Status::Published] {
        breaks += break_every_call(|strike| async move {
            let shop = Shop::with(&["ana"]).await;
            let review = shop.reviewed_by("ana", 4).await;
            if status == Status::Published {
                shop.set(&review, Status::Hidden).await;
            }
            drop(set_status(&broken(&shop, &strike), &review, status).await);
            shop.adds_up().await;
            assert!(set_status(&shop.reviews, &review, status).await.is_ok_and(|review| review.status == status));
            let counts = u64::from(status == Status::Published);
            assert_eq!((shop.rated().await.count(), shop.recounted().await.1), (counts, 1), "{strike:?}");
        })
        .await;
    }
    breaks += break_every_call(|strike| async move {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 4).await.id;
        drop(broken(&shop, &strike).delete(&id, |_| Ok(()), clock::now()).await);
        shop.adds_up().await;
        let again = shop.reviews.delete(&id, |_| Ok(()), clock::now()).await;
        assert!(again.is_ok() || again.is_err_and(|error| error.kind == Kind::NotFound), "{strike:?}");
        assert_eq!(shop.recounted().await, (shop.rated().await, 0), "{strike:?}");
    })
    .await;
    row(
        "P6 break at every call: reviews",
        "review, change, hide, show, delete: no invariant broken",
        &format!("{breaks} breaks, the rating adds up after each"),
        started,
    );
}

#[tokio::test]
async fn proof_p6_events_that_break_off_at_any_call_are_made_again_and_come_to_the_same() {
    let started = Instant::now();
    let mut breaks = break_every_call(|strike| async move {
        let shop = Shop::with(&["ana"]).await;
        let event = sample_event("reviews-on-event", "sale.");
        drop(on_sale_event(&broken(&shop, &strike), &event, clock::now()).await);
        on_sale_event(&shop.reviews, &event, clock::now()).await.unwrap();
        for line in event.data["lines"].as_array().unwrap() {
            let buyer = event.data["customerId"].as_str().unwrap();
            let written = review(line["productId"].as_str().unwrap(), buyer, 3);
            assert!(matches!(create(&shop.reviews, written).await, Ok(Outcome::Made(_))), "{strike:?}");
        }
    })
    .await;
    breaks += break_every_call(|strike| async move {
        let shop = Shop::with(&["ana", "bob"]).await;
        let bobs = shop.reviewed_by("bob", 1).await;
        shop.set(&bobs, Status::Hidden).await;
        shop.reviewed_by("ana", 4).await;
        let event = event_about("product.deleted", &shop.product, "2");
        // Every step, one after the other, until one breaks off.
        while on_product_event(&broken(&shop, &strike), &event, clock::now()).await.is_ok_and(|work| work == Work::More)
        {
        }
        shop.adds_up().await;
        while on_product_event(&shop.reviews, &event, clock::now()).await.unwrap() == Work::More {}
        assert_eq!(shop.recounted().await, (shop.rated().await, 0), "{strike:?}");
        assert!(create(&shop.reviews, review(&shop.product, "ana", 4)).await.is_err());
    })
    .await;
    breaks += break_every_call(|strike| async move {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 4).await.id;
        let event = event_about("user.deleted", "ana", "2");
        drop(on_user_event(&broken(&shop, &strike), &event, clock::now()).await);
        on_user_event(&shop.reviews, &event, clock::now()).await.unwrap();
        let left = shop.reviews.get(&id).await.unwrap().unwrap();
        assert_eq!((left.author_id, left.body, left.version), (None, None, 2), "{strike:?}");
        shop.adds_up().await;
        assert!(create(&shop.reviews, review(&shop.product, "ana", 4)).await.is_err(), "{strike:?}");
    })
    .await;
    breaks += break_every_call(|strike| async move {
        let shop = Shop::with(&[]).await;
        let event = sample_event("reviews-on-event", "sale.");
        let deleted = event_about("user.deleted", event.data["customerId"].as_str().unwrap(), "2");
        on_user_event(&shop.reviews, &deleted, clock::now()).await.unwrap();
        let before = shop.cloud.items("ReviewsTable").await;
        drop(on_sale_event(&broken(&shop, &strike), &event, clock::now()).await);
        on_sale_event(&shop.reviews, &event, clock::now()).await.unwrap();
        assert_eq!(shop.cloud.items("ReviewsTable").await, before, "{strike:?}");
    })
    .await;
    row(
        "P6 break at every call: events to reviews",
        "sale, product deleted, user deleted, sale after: the same",
        &format!("{breaks} breaks"),
        started,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_ratings_of_as_many_buyers_at_once_are_what_their_reviews_come_to() {
    let (buyers, started) = (figure(500, 10_000), Instant::now());
    let shop = Arc::new(Shop::with(&[]).await);
    let mut running = JoinSet::new();
    // So many at any moment, each with the next buyer when it is done.
    let at_once = 200;
    for worker in 0..at_once {
        let shop = shop.clone();
        running.spawn(async move {
            for buyer in (worker..buyers).step_by(at_once) {
                let (name, stars) = (format!("buyer {buyer}"), u8::try_from(1 + buyer % 7 % 5).unwrap());
                // Where there is no answer in time, it is sent again under the same key.
                while shop.reviews.put_purchase_marker(&name, &shop.product, "sale", true, "1").await.is_err() {}
                while create(&shop.reviews, review(&shop.product, &name, stars)).await.is_err() {}
            }
        });
    }
    running.join_all().await;
    let (recounted, reviews) = shop.recounted().await;
    assert_eq!((usize::try_from(reviews).unwrap(), recounted), (buyers, shop.rated().await));
    shop.adds_up().await;
    let rating = shop.reviews.rating(&shop.product).await.unwrap().unwrap();
    assert_eq!(usize::try_from(rating.version).unwrap(), buyers);
    row(
        "Ratings under load",
        "10,000 buyers, 200 at once: the rating is a recount",
        &format!("{buyers} reviews, {:?} = a recount", recounted.0),
        started,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p8_ratings_add_up_after_all_kinds_of_changes_at_once_with_faults_in_between() {
    let (operations, started) = (figure(400, 10_000), Instant::now());
    let shop = Arc::new(Shop::with(&[]).await);
    let faults = |operation: &str, call: usize| match (operation, call % 23) {
        ("TransactWriteItems", 3) => Some(Fault::Conflict { parts: vec![true, false] }),
        (_, 7) => Some(Fault::ResetAfterCommit),
        (_, 11) => Some(Fault::ResetBeforeSend),
        (_, 17) => Some(Fault::Throttled),
        (_, 19) => Some(Fault::InternalError),
        _ => None,
    };
    let faulty = Arc::new(reviews(shop.cloud.client_with(faults)));
    let buyers = 10;
    for buyer in 0..buyers {
        shop.sold_to(&format!("{buyer}")).await;
    }
    let mut running = JoinSet::new();
    for worker in 0..16 {
        let (shop, faulty) = (shop.clone(), faulty.clone());
        running.spawn(async move {
            for step in (worker..operations).step_by(16) {
                // Refused or broken off, all the same: what counts is what is there in the end.
                let written =
                    review(&shop.product, &format!("{}", step * 7 % buyers), 1 + u8::try_from(step % 5).unwrap());
                match step * 13 % 11 {
                    0..4 => drop(create(&faulty, written).await),
                    4..7 => drop(restarred(&faulty, &written.id, written.rating).await),
                    7 => drop(set_status(&faulty, &written, Status::Hidden).await),
                    8 => drop(set_status(&faulty, &written, Status::Published).await),
                    _ => drop(faulty.delete(&written.id, |_| Ok(()), clock::now()).await),
                }
            }
        });
    }
    running.join_all().await;
    shop.adds_up().await;
    let rating = shop.reviews.rating(&shop.product).await.unwrap().unwrap();
    assert!(rating.version > u64::try_from(operations / 10).unwrap(), "{rating:?}");
    row(
        "P8 faults: reviews",
        "16 workers, 10,000 changes, faults injected: a recount",
        &format!("{operations} changes, {} of them of the rating", rating.version),
        started,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_decided_on_a_review_that_was_deleted_and_written_again_is_decided_anew() {
    let shop = Shop::with(&["ana"]).await;
    let id = shop.reviewed_by("ana", 2).await.id;
    let (rival, changing) = (shop.reviews.get(&id).await.unwrap().unwrap(), AtomicUsize::new(0));
    let change = |review: Review| {
        // Both lives begin at version 1: the second in the place of the first, between read and write.
        if changing.fetch_add(1, Ordering::SeqCst) == 0 {
            block_in_place(|| Handle::current().block_on(shop.rewritten(&rival, 4)));
        }
        Ok(Review { rating: 5, version: review.version + 1, ..review })
    };
    assert_eq!(shop.reviews.update(&id, change).await.unwrap().rating, 5);
    assert_eq!((changing.into_inner(), shop.rated().await.0), (2, [0, 0, 0, 0, 1]));
    shop.adds_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_who_is_forgotten_just_before_the_mark_is_written_has_none_after_it() {
    let (shop, event) = (Arc::new(Shop::with(&[]).await), sample_event("reviews-on-event", "sale."));
    let deleted = event_about("user.deleted", event.data["customerId"].as_str().unwrap(), "2");
    let rival = shop.clone();
    let forgotten_before = move |operation: &str, _| {
        if operation == "UpdateItem" {
            let forgotten = on_user_event(&rival.reviews, &deleted, clock::now());
            block_in_place(|| Handle::current().block_on(forgotten)).unwrap();
        }
        None
    };
    let before = shop.cloud.items("ReviewsTable").await.len();
    let meeting = reviews(shop.cloud.client_with(forgotten_before));
    on_sale_event(&meeting, &event, clock::now()).await.unwrap();
    assert_eq!(shop.cloud.items("ReviewsTable").await.len(), before + 1, "the tombstone, no purchase marker");
}

#[tokio::test]
async fn conflicts_with_other_reviews_are_tried_again_and_are_a_503_when_they_last() {
    for (lasting, left) in [(4, 1), (usize::MAX, 0)] {
        let shop = Shop::with(&["ana"]).await;
        let conflicts = move |operation: &str, call| {
            let met = operation == "TransactWriteItems" && call < lasting;
            met.then(|| Fault::Conflict { parts: vec![false, true, false] })
        };
        let reviews = reviews(shop.cloud.client_with(conflicts));
        let result = create(&reviews, review(&shop.product, "ana", 4)).await;
        assert_eq!(result.err().map(|error| error.kind), (left == 0).then_some(Kind::Unavailable));
        assert_eq!(shop.recounted().await.1, left);
        shop.adds_up().await;
    }
}

#[tokio::test]
async fn outages_are_a_503_and_leave_nothing_half_done() {
    for fault in [Fault::Throttled, Fault::InternalError, Fault::ResetBeforeSend] {
        let shop = Shop::with(&["ana"]).await;
        let reviews = reviews(shop.cloud.client_with(move |_, _| Some(fault.clone())));
        let error = create(&reviews, review(&shop.product, "ana", 4)).await.unwrap_err();
        assert_eq!((error.kind, shop.recounted().await.1), (Kind::Unavailable, 0));
    }
}
