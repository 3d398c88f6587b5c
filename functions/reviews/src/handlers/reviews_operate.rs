//! What operators do with the reviews ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`, `zoco migrate`).

use dynamo::migration::Migrator;
use kernel::StartupError;
use messaging::republish::Republisher;
use messaging::{Operator, job};
use reviews::migrations::MIGRATIONS;
use reviews::{events, store};

pub async fn start() -> Result<(), StartupError> {
    let migrator = Migrator::from_env("REVIEWS_TABLE", &["pk", "sk"], MIGRATIONS)?;
    let republisher = Republisher::from_env("REVIEWS_TABLE")?;
    let operator = &Operator::new(migrator).publishing(republisher, store::event_key, &events::messages);
    job::run(|command| operator.operate(command)).await
}
