//! The reviews of the last release, as this one reads them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use reviews::testing::reviews;
use testing::{Cloud, load_recorded};

#[tokio::test]
async fn the_reviews_and_ratings_of_the_last_release_are_read() {
    let cloud = Cloud::start().await;
    load_recorded(&cloud, "0.1.0").await;
    let (reviews, mut found, mut counted) = (reviews(cloud.client()), 0, 0);
    for item in cloud.items("ReviewsTable").await {
        let id = item["pk"].as_s().unwrap().split_once('#').unwrap().1;
        match item["sk"].as_s().unwrap().as_str() {
            "review" => found += usize::from(reviews.get(id).await.unwrap().is_some()),
            "rating" => counted += reviews.rating(id).await.unwrap().unwrap().histogram().count(),
            _ => {}
        }
    }
    // Two of the six reviews are hidden, and do not count.
    assert_eq!((found, counted), (6, 4));
}
