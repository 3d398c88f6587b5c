//! What operators do with the sales ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`, `zoco migrate`).

use dynamo::migration::Migrator;
use kernel::{StartupError, clock};
use messaging::republish::Republisher;
use messaging::{Change, Operator, job};
use sales::events::Routes;
use sales::migrations::MIGRATIONS;
use sales::store;

pub async fn start() -> Result<(), StartupError> {
    let migrator = Migrator::from_env("SALES_TABLE", &["id"], MIGRATIONS)?;
    let (republisher, routes) = (Republisher::from_env("SALES_TABLE")?, &Routes::from_env()?);
    let mapping = &|change: &Change<'_>| routes.messages(change, clock::now());
    let operator = &Operator::new(migrator).publishing(republisher, store::event_key, mapping);
    job::run(|command| operator.operate(command)).await
}
