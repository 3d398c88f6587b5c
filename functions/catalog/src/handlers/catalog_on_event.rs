//! The inbox of catalog: products show their stock, their rating, and the names of their brand and categories.

use catalog::Catalog;
use catalog::inbox::{names, reviews, stock};
use catalog::names::Link;
use contracts::EventType;
use kernel::{Error, StartupError};
use messaging::Event;
use messaging::{Work, queue};

async fn on_event(catalog: &Catalog, event: &Event) -> Result<Work, Error> {
    match event.event_type {
        EventType::StockDepleted | EventType::StockFirstSold | EventType::StockLow | EventType::StockReplenished => {
            stock::on_stock_event(catalog, event).await.map(Work::from)
        }
        EventType::ReviewRated => reviews::on_review_event(catalog, event).await.map(Work::from),
        EventType::BrandCreated | EventType::BrandUpdated => {
            names::on_renamed(catalog, &Link::Brand(event.subject.clone()), event).await
        }
        EventType::CategoryCreated | EventType::CategoryUpdated => {
            names::on_renamed(catalog, &Link::Category(event.subject.clone()), event).await
        }
        other => Err(Error::malformed(format!("catalog does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let catalog = &Catalog::from_env().await?;
    queue::run(|event| async move { on_event(catalog, &event).await }).await
}
