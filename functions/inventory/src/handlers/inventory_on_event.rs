//! The inbox of inventory: stock items know their product, sales leave stock movements, products have their place in
//! the list of stock.

use contracts::EventType;
use inventory::Stock;
use inventory::inbox::{products, sales, stock as levels};
use kernel::{Error, StartupError, clock};
use messaging::Event;
use messaging::queue;

async fn on_event(stock: &Stock, event: &Event) -> Result<(), Error> {
    match event.event_type {
        EventType::ProductCreated | EventType::ProductDeleted | EventType::ProductUpdated => {
            products::on_product_event(stock, event, clock::now()).await
        }
        EventType::SaleCancelled | EventType::SaleConfirmed => sales::on_sale_event(stock, event).await,
        EventType::StockCreated | EventType::StockDepleted | EventType::StockLow | EventType::StockReplenished => {
            levels::on_stock_event(stock, event).await
        }
        other => Err(Error::malformed(format!("inventory does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let stock = &Stock::from_env().await?;
    queue::run(|event| async move { on_event(stock, &event).await }).await
}
