//! What operators do with the sales: `{"command": "republish", "kind": "sale", "id": …}` or with `since`
//! ([`Selection`]). Who may call: whoever IAM lets invoke it (`zoco republish`).

use kernel::{StartupError, clock};
use messaging::republish::{Republisher, Selection};
use messaging::{Change, job};
use sales::events::Routes;
use sales::store;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
enum Command {
    Republish(Selection),
}

pub async fn start() -> Result<(), StartupError> {
    let republisher = &Republisher::from_env("SALES_TABLE")?;
    let routes = &Routes::from_env()?;
    let mapping = &|change: &Change<'_>| routes.messages(change, clock::now());
    job::run(|Command::Republish(selection)| republisher.republish(selection, store::event_key, mapping)).await
}
