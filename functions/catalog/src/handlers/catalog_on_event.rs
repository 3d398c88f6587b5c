//! The inbox of catalog: products show their stock, their rating, and the names of their brand and categories.

use catalog::Catalog;
use catalog::inbox::{names, reviews, stock};
use catalog::names::Link;
use shared::events::Event;
use shared::queue::{self, Work};
use shared::{Error, StartupError};

async fn on_event(catalog: &Catalog, event: &Event) -> Result<Work, Error> {
    match event.topic.as_str() {
        "stock.depleted" | "stock.first-sold" | "stock.low" | "stock.replenished" => {
            stock::on_stock_event(catalog, event).await.map(Work::from)
        }
        "review.rated" => reviews::on_review_event(catalog, event).await.map(Work::from),
        "brand.created" | "brand.updated" => {
            names::on_renamed(catalog, &Link::Brand(event.subject.clone()), event).await
        }
        "category.created" | "category.updated" => {
            names::on_renamed(catalog, &Link::Category(event.subject.clone()), event).await
        }
        other => Err(Error::malformed(format!("catalog does not listen to {other}"))),
    }
}

pub async fn start() -> Result<(), StartupError> {
    let catalog = &Catalog::from_env().await?;
    queue::run(|event| async move { on_event(catalog, &event).await }).await
}
