//! What operators do with the reviews ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`, `zoco migrate`).

use dynamo::migration::Migrator;
use kernel::StartupError;
use messaging::job;
use messaging::operate::{Events, Operator};
use messaging::republish::Republisher;
use reviews::migrations::MIGRATIONS;
use reviews::{events, store};

pub async fn start() -> Result<(), StartupError> {
    let republisher = Republisher::from_env("REVIEWS_TABLE")?;
    let operator = &Operator {
        migrator: Migrator::from_env("REVIEWS_TABLE", &["pk", "sk"], MIGRATIONS)?,
        events: Some(Events { republisher, key_of: store::event_key, mapping: &events::messages }),
    };
    job::run(|command| operator.operate(command)).await
}
