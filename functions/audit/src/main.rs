//! The program of audit: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod audit;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[("audit", || Box::pin(audit::start()))];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
