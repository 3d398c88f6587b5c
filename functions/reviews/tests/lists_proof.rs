//! P17: every order and filter, every page size, forwards and backwards, while reviews come and go: none is shown twice,
//! none is missing that was there throughout, all are in the order asked for, every page but the last is full.
//! `PROOF=full` runs it on 1,000 reviews (`make proof`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::time::Instant;

use kernel::clock::{self, Timestamp};
use kernel::page::{Cursors, Page};
use kernel::query::Query;
use reviews::listing::ListQuery;
use reviews::review::{Review, Status};
use reviews::testing::{Shop, create, review};
use testing::{figure, row};
use tokio::sync::Semaphore;

const SIZES: [usize; 5] = [1, 2, 7, 50, 100];

const FILTERS: [&[(&str, &str)]; 3] = [&[], &[("filter[rating]", "3")], &[("filter[status]", "hidden")]];

/// A review of the shop's product; three are written at the same moment.
fn numbered(shop: &Shop, number: usize) -> Review {
    let second = i64::try_from(number / 3).unwrap();
    let stars = u8::try_from(1 + number * 7 % 5).unwrap();
    Review {
        created_at: Timestamp::from_second(1_800_000_000 + second).unwrap(),
        ..review(&shop.product, &format!("buyer {number}"), stars)
    }
}

async fn write(shop: &Shop, review: Review) {
    shop.sold_to(review.author_id.as_deref().unwrap()).await;
    create(&shop.reviews, review).await.unwrap();
}

/// A shop with reviews that stay, every ninth of them hidden; as they are stored.
async fn reviewed(count: usize) -> (Shop, Vec<Review>) {
    let (shop, mut reviews) = (Shop::with(&[]).await, Vec::new());
    for number in 0..count {
        let mut review = numbered(&shop, number);
        write(&shop, review.clone()).await;
        if number.is_multiple_of(9) {
            shop.set(&review, Status::Hidden).await;
            review.status = Status::Hidden;
        }
        reviews.push(review);
    }
    (shop, reviews)
}

/// Whether a review belongs to a filter, by what it is and not by any list.
fn fits(review: &Review, filter: &[(&str, &str)]) -> bool {
    match filter {
        [("filter[status]", _)] => review.status == Status::Hidden,
        [("filter[rating]", _)] => review.status == Status::Published && review.rating == 3,
        _ => review.status == Status::Published,
    }
}

async fn page(shop: &Shop, query: &[(&str, String)]) -> Page<Review> {
    let query = Query::new(query.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let list_query = ListQuery::parse(&query, shop.product.clone()).unwrap();
    let page = Cursors::new("key").page(&query, &format!("{list_query:?}")).unwrap();
    shop.reviews.list(&list_query, &page).await.unwrap()
}

/// All pages of a query, one way or the other (then from the last one back), in the order shown.
async fn walk(shop: &Shop, query: &[(&str, &str)], size: usize, backwards: bool) -> Vec<Review> {
    let mut base: Vec<_> = query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    base.push(("page[size]", size.to_string()));
    let at = |name, cursor| [base.clone(), vec![(name, cursor)]].concat();
    let (mut shown, mut found) = (Vec::new(), page(shop, &base).await);
    loop {
        assert!(found.next.is_none() || found.items.len() == size, "a page before another is full");
        shown.append(&mut found.items.clone());
        let Some(next) = found.next else { break };
        found = page(shop, &at("page[after]", next)).await;
    }
    if backwards {
        shown = found.items.into_iter().rev().collect();
        while let Some(cursor) = found.prev {
            found = page(shop, &at("page[before]", cursor)).await;
            assert!(found.prev.is_none() || found.items.len() == size, "a page before another is full");
            shown.extend(found.items.into_iter().rev());
        }
        shown.reverse();
    }
    shown
}

fn is_in_order(shown: &[Review], sort: &str) -> bool {
    let stars = |review: &Review| if sort.ends_with("rating") { review.rating } else { 0 };
    let mut places: Vec<(u8, Timestamp)> = shown.iter().map(|review| (stars(review), review.created_at)).collect();
    if sort.starts_with('-') {
        places.reverse();
    }
    places.is_sorted()
}

#[tokio::test]
async fn proof_p17_pages_of_reviews_show_everything_once_while_others_come_and_go() {
    let (count, started) = (figure(40, 1_000), Instant::now());
    let (shop, reviews) = reviewed(count).await;
    // Each walk lets two more come and go meanwhile.
    let passers = Semaphore::new(2);
    let come_and_go = async {
        let mut number = count;
        while let Ok(passer) = passers.acquire().await {
            passer.forget();
            // Somewhere among those that stay.
            let created_at = numbered(&shop, number * 31 % count).created_at;
            let passing = Review { created_at, ..numbered(&shop, number) };
            let id = passing.id.clone();
            write(&shop, passing).await;
            shop.reviews.delete(&id, |_| Ok(()), clock::now()).await.unwrap();
            number += 1;
        }
        number - count
    };
    let walks = async {
        let mut walked = 0;
        for sort in ["createdAt", "-createdAt", "rating", "-rating"] {
            for (filter, size) in FILTERS.iter().flat_map(|filter| SIZES.map(|size| (*filter, size))) {
                let expected: BTreeSet<&str> =
                    reviews.iter().filter(|review| fits(review, filter)).map(|review| review.id.as_str()).collect();
                for backwards in [false, true] {
                    let query = [filter, &[("sort", sort)]].concat();
                    let shown = walk(&shop, &query, size, backwards).await;
                    let ids: BTreeSet<&str> = shown.iter().map(|review| review.id.as_str()).collect();
                    assert_eq!(ids.len(), shown.len(), "one was shown twice: {query:?} {size} {backwards}");
                    assert!(expected.is_subset(&ids), "one is missing: {query:?} {size} {backwards}");
                    assert!(is_in_order(&shown, sort), "{query:?} {size} {backwards}");
                    walked += 1;
                    passers.add_permits(2);
                }
            }
        }
        passers.close();
        walked
    };
    let (came, walked) = tokio::join!(come_and_go, walks);
    assert!(came > 0);
    shop.adds_up().await;
    let asked = format!("{count} reviews, each order, filter, size, both ways");
    row(
        "P17 pages: reviews",
        &asked,
        &format!("{walked} walks, none twice, none missing, {came} came and went"),
        started,
    );
}
