//! The operations of reviews.

use crate::openapi::operation::Who::{Users, Visitors};
use crate::openapi::operation::{Operation, operation};
use crate::openapi::parameters::query;
use crate::openapi::schemas::parts::words;

pub fn operations() -> Vec<Operation> {
    let sorts = words(&["createdAt", "-createdAt", "rating", "-rating"]);
    vec![
        operation(
            ("POST", "/products/{id}/reviews"),
            "create-review",
            "Review a product",
            (Users, "whoever bought the product"),
        )
        .says(
            "Once, and counted at once. Who has a sale of the product that is confirmed, shipped or delivered has \
             bought it; that takes a second or two to be known here.",
        )
        .takes("NewReview")
        .keyed()
        .makes("Review", &["get-review", "update-review", "delete-review"])
        .refuses(&["forbidden", "already_exists"]),
        operation(
            ("GET", "/products/{id}/reviews"),
            "list-reviews",
            "List the reviews of a product",
            (Visitors, "anyone; hidden ones: staff"),
        )
        .says("Newest first, unless asked otherwise. Those with as many stars come in the same direction of age.")
        .with(query("filter[rating]", &words(&["1", "2", "3", "4", "5"]), "With so many stars."))
        .with(query("filter[status]", &words(&["published", "hidden"]), "What is `hidden` is for staff."))
        .with(query("sort", &sorts, "The order; `-` for descending. Without it, `-createdAt`."))
        .lists("Review")
        .refuses(&["forbidden"]),
        operation(("GET", "/products/{id}/rating"), "get-rating", "Read the rating of a product", (Visitors, "anyone"))
            .shows("Rating"),
        operation(
            ("GET", "/reviews/{id}"),
            "get-review",
            "Read a review",
            (Visitors, "anyone; hidden ones: the author and staff"),
        )
        .shows("Review"),
        operation(
            ("PATCH", "/reviews/{id}"),
            "update-review",
            "Change, hide or show a review",
            (Users, "the author and staff"),
        )
        .says("Stars and words are the author's to change, the status is for staff.")
        .takes("ReviewChanges")
        .matched()
        .shows("Review")
        .refuses(&["forbidden"]),
        operation(("DELETE", "/reviews/{id}"), "delete-review", "Delete a review", (Users, "the author and staff"))
            .says("What staff has hidden is for staff to delete.")
            .matched()
            .refuses(&["invalid_transition"]),
    ]
}
