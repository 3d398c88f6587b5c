//! What operators do with carts ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco migrate`).

use carts::migrations::MIGRATIONS;
use dynamo::migration::Migrator;
use kernel::StartupError;
use messaging::{Operator, job};

pub async fn start() -> Result<(), StartupError> {
    let migrator = Migrator::from_env("CARTS_TABLE", &["pk"], MIGRATIONS)?;
    let operator = &Operator::new(migrator);
    job::run(|command| operator.operate(command)).await
}
