//! What operators do with the stock: `{"command": "republish", "kind": "stock", "id": …}` or with `since`
//! ([`Selection`]). Who may call: whoever IAM lets invoke it (`zoco republish`).

use inventory::{events, store};
use kernel::StartupError;
use messaging::job;
use messaging::republish::{Republisher, Selection};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
enum Command {
    Republish(Selection),
}

pub async fn start() -> Result<(), StartupError> {
    let republisher = &Republisher::from_env("INVENTORY_TABLE")?;
    job::run(|Command::Republish(selection)| republisher.republish(selection, store::event_key, &events::messages))
        .await
}
