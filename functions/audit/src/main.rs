//! The program of the audit: its functions by their names, which the template gives as `Handler`.

mod handlers {
    pub mod audit;
}

use handlers::*;
use shared::StartupError;
use shared::program::{self, Handlers};

const HANDLERS: Handlers = &[("audit", || Box::pin(audit::start()))];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
