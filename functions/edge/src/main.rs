//! The program of edge: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod docs;
    pub mod health;
    pub mod openapi;
    pub mod unknown_route;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("docs", || Box::pin(docs::start())),
    ("health", || Box::pin(health::start())),
    ("openapi", || Box::pin(openapi::start())),
    ("unknown-route", || Box::pin(unknown_route::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
