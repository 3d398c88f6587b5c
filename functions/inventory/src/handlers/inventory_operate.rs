//! What operators do with the stock ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`, `zoco migrate`).

use dynamo::migration::Migrator;
use inventory::migrations::MIGRATIONS;
use inventory::{events, store};
use kernel::StartupError;
use messaging::republish::Republisher;
use messaging::{Operator, job};

pub async fn start() -> Result<(), StartupError> {
    let migrator = Migrator::from_env("INVENTORY_TABLE", &["productId", "sk"], MIGRATIONS)?;
    let republisher = Republisher::from_env("INVENTORY_TABLE")?;
    let operator = &Operator::new(migrator).publishing(republisher, store::event_key, &events::messages);
    job::run(|command| operator.operate(command)).await
}
