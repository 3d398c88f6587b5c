//! The inbox of reviews: who has bought what, and what is left of deleted products and users.

use contracts::EventType;
use kernel::{Error, StartupError, clock};
use messaging::Event;
use messaging::{Work, queue};
use reviews::Reviews;
use reviews::inbox::{products, sales, users};

async fn on_event(reviews: &Reviews, event: &Event) -> Result<Work, Error> {
    let now = clock::now();
    match event.event_type {
        EventType::ProductCreated | EventType::ProductDeleted | EventType::ProductUpdated => {
            products::on_product_event(reviews, event, now).await
        }
        EventType::SaleCancelled | EventType::SaleConfirmed | EventType::SaleDelivered | EventType::SaleShipped => {
            sales::on_sale_event(reviews, event, now).await.map(Work::from)
        }
        EventType::UserDeleted => users::on_user_event(reviews, event, now).await,
        other => Err(Error::malformed(format!("reviews does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = &Reviews::from_env().await?;
    queue::run(|event| async move { on_event(reviews, &event).await }).await
}
