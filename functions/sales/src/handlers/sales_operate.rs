//! What operators do with the sales ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`, `zoco migrate`).

use dynamo::migration::Migrator;
use kernel::{StartupError, clock};
use messaging::operate::{Events, Operator};
use messaging::republish::Republisher;
use messaging::{Change, job};
use sales::events::Routes;
use sales::migrations::MIGRATIONS;
use sales::store;

pub async fn start() -> Result<(), StartupError> {
    let republisher = Republisher::from_env("SALES_TABLE")?;
    let routes = &Routes::from_env()?;
    let mapping = &|change: &Change<'_>| routes.messages(change, clock::now());
    let operator = &Operator {
        migrator: Migrator::from_env("SALES_TABLE", &["id"], MIGRATIONS)?,
        events: Some(Events { republisher, key_of: store::event_key, mapping }),
    };
    job::run(|command| operator.operate(command)).await
}
