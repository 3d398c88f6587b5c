//! The inbox of reviews: who has bought what, and what is left of deleted products and users.

use reviews::Reviews;
use reviews::inbox::{products, sales, users};
use shared::events::Event;
use shared::queue::{self, Work};
use shared::{Error, StartupError, clock};

async fn on_event(reviews: &Reviews, event: &Event) -> Result<Work, Error> {
    let now = clock::now();
    match event.topic.as_str() {
        "product.created" | "product.deleted" | "product.updated" => {
            products::on_product_event(reviews, event, now).await
        }
        "sale.cancelled" | "sale.confirmed" | "sale.delivered" | "sale.shipped" => {
            sales::on_sale_event(reviews, event, now).await.map(Work::from)
        }
        "user.deleted" => users::on_user_event(reviews, event, now).await,
        other => Err(Error::malformed(format!("reviews does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = &Reviews::from_env().await?;
    queue::run(|event| async move { on_event(reviews, &event).await }).await
}
