//! The inbox of inventory: stock items know their product, sales leave stock movements, products have their place in
//! the list of stock.

use inventory::Stock;
use inventory::inbox::{products, sales, stock as levels};
use shared::events::Event;
use shared::{Error, StartupError, clock, queue};

async fn on_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    match event.topic.as_str() {
        "product.created" | "product.deleted" | "product.updated" => {
            products::on_product_event(stock, event, clock::now()).await
        }
        "sale.cancelled" | "sale.confirmed" => sales::on_sale_event(stock, event).await,
        "stock.created" | "stock.depleted" | "stock.low" | "stock.replenished" => {
            levels::on_stock_event(stock, event).await
        }
        other => Err(Error::malformed(format!("inventory does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let stock = &Stock::from_env().await?;
    queue::run(|event| async move { on_event(stock, &event).await }).await
}
