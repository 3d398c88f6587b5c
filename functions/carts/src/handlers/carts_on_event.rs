//! The inbox of carts: carts show products and their categories as they are now, lose what was sold, and are deleted
//! with their user.

use carts::Carts;
use carts::inbox::{categories, products, sales, users};
use shared::events::Event;
use shared::{Error, StartupError, clock, queue};

async fn on_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    match event.topic.as_str() {
        "category.created" | "category.deleted" | "category.updated" => {
            categories::on_category_event(carts, event).await
        }
        "product.created" | "product.deleted" | "product.updated" => products::on_product_event(carts, event).await,
        "sale.cancelled" | "sale.confirmed" | "sale.rejected" => sales::on_sale_event(carts, event, clock::now()).await,
        "user.deleted" => users::on_user_event(carts, event).await,
        other => Err(Error::malformed(format!("carts does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let carts = &Carts::from_env().await?;
    queue::run(|event| async move { on_event(carts, &event).await }).await
}
