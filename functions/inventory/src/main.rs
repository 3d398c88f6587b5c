//! The program of inventory: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod adjust_stock;
    pub mod get_stock;
    pub mod inventory_on_event;
    pub mod inventory_operate;
    pub mod list_movements;
    pub mod list_stock;
    pub mod publish_inventory_events;
    pub mod update_stock;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("adjust-stock", || Box::pin(adjust_stock::start())),
    ("get-stock", || Box::pin(get_stock::start())),
    ("inventory-on-event", || Box::pin(inventory_on_event::start())),
    ("inventory-operate", || Box::pin(inventory_operate::start())),
    ("list-movements", || Box::pin(list_movements::start())),
    ("list-stock", || Box::pin(list_stock::start())),
    ("publish-inventory-events", || Box::pin(publish_inventory_events::start())),
    ("update-stock", || Box::pin(update_stock::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
