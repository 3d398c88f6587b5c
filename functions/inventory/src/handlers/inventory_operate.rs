//! What operators do with the stock ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`, `zoco migrate`).

use dynamo::migration::Migrator;
use inventory::migrations::MIGRATIONS;
use inventory::{events, store};
use kernel::StartupError;
use messaging::job;
use messaging::operate::{Events, Operator};
use messaging::republish::Republisher;

pub async fn start() -> Result<(), StartupError> {
    let republisher = Republisher::from_env("INVENTORY_TABLE")?;
    let operator = &Operator {
        migrator: Migrator::from_env("INVENTORY_TABLE", &["productId", "sk"], MIGRATIONS)?,
        events: Some(Events { republisher, key_of: store::event_key, mapping: &events::messages }),
    };
    job::run(|command| operator.operate(command)).await
}
