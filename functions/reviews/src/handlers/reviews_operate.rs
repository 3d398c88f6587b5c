//! What operators do with the reviews: `{"command": "republish", "kind": "review", "id": …}` or with `since`
//! ([`Selection`]). Who may call: whoever IAM lets invoke it (`zoco republish`).

use kernel::StartupError;
use messaging::job;
use messaging::republish::{Republisher, Selection};
use reviews::{events, store};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
enum Command {
    Republish(Selection),
}

pub async fn start() -> Result<(), StartupError> {
    let republisher = &Republisher::from_env("REVIEWS_TABLE")?;
    job::run(|Command::Republish(selection)| republisher.republish(selection, store::event_key, &events::messages))
        .await
}
