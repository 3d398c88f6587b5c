//! The program of carts: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod add_item;
    pub mod carts_on_event;
    pub mod carts_operate;
    pub mod checkout;
    pub mod clear_cart;
    pub mod get_cart;
    pub mod merge_cart;
    pub mod remove_item;
    pub mod update_item;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("add-item", || Box::pin(add_item::start())),
    ("carts-on-event", || Box::pin(carts_on_event::start())),
    ("carts-operate", || Box::pin(carts_operate::start())),
    ("checkout", || Box::pin(checkout::start())),
    ("clear-cart", || Box::pin(clear_cart::start())),
    ("get-cart", || Box::pin(get_cart::start())),
    ("merge-cart", || Box::pin(merge_cart::start())),
    ("remove-item", || Box::pin(remove_item::start())),
    ("update-item", || Box::pin(update_item::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
