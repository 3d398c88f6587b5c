//! The inbox of carts: carts show products and their categories as they are now, lose what was sold, and are deleted
//! with their user.

use carts::Carts;
use carts::inbox::{categories, products, sales, users};
use contracts::EventType;
use kernel::{Error, StartupError, clock};
use messaging::Event;
use messaging::queue;

async fn on_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    match event.event_type {
        EventType::CategoryCreated | EventType::CategoryDeleted | EventType::CategoryUpdated => {
            categories::on_category_event(carts, event).await
        }
        EventType::ProductCreated | EventType::ProductDeleted | EventType::ProductUpdated => {
            products::on_product_event(carts, event).await
        }
        EventType::SaleCancelled | EventType::SaleConfirmed | EventType::SaleRejected => {
            sales::on_sale_event(carts, event, clock::now()).await
        }
        EventType::UserDeleted => users::on_user_event(carts, event).await,
        other => Err(Error::malformed(format!("carts does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let carts = &Carts::from_env().await?;
    queue::run(|event| async move { on_event(carts, &event).await }).await
}
