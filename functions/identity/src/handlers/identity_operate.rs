//! What operators do with users: `{"command": "set-role", "email": …, "role": "admin"}` for the first admin of a shop, whom no
//! request can make, and what they do with every service ([`messaging::operate`]). Who may call: whoever IAM lets invoke it
//! (`zoco users set-role`, `zoco republish`, `zoco migrate`).

use access::AuditLog;
use dynamo::migration::Migrator;
use identity::changes::AdminChanges;
use identity::migrations::MIGRATIONS;
use identity::store::Change;
use identity::user::User;
use identity::{Users, email, events, store};
use kernel::caller::Role;
use kernel::{Error, StartupError, clock};
use messaging::job;
use messaging::operate::{self, Operator};
use messaging::republish::Republisher;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
enum Command {
    SetRole {
        email: String,
        role: Role,
    },
    #[serde(untagged)]
    OfEveryService(operate::Command),
}

async fn operate(users: &Users, log: &AuditLog, operator: &Operator<'_>, command: Command) -> Result<Value, Error> {
    match command {
        Command::SetRole { email, role } => {
            log.begin_operator()?;
            set_role(users, &email, role).await
        }
        Command::OfEveryService(command) => operator.operate(command).await,
    }
}

/// Gives a registered user a role. Their sessions end.
async fn set_role(users: &Users, address: &str, role: Role) -> Result<Value, Error> {
    let user = users.user_by_email(&email::fold(address)).await?;
    let user = user.ok_or_else(|| Error::not_found(format!("nobody has registered as {address}: that comes first")))?;
    let (now, changes) = (clock::now(), AdminChanges { role: Some(role), disabled: None });
    let change = |user: User| Ok(Change::to(changes.apply(user, now)));
    let user = users.change(&user.id, now, change).await?;
    tracing::info!(user = user.id, role = user.role.name(), "an operator set a role");
    Ok(json!({"id": user.id, "role": user.role}))
}

pub async fn start() -> Result<(), StartupError> {
    let (users, log) = (&Users::from_env().await?, &AuditLog::from_env()?);
    let migrator = Migrator::from_env("IDENTITY_TABLE", &["pk"], MIGRATIONS)?;
    let republisher = Republisher::from_env("IDENTITY_TABLE")?.limited_to(&events::ATTRIBUTES);
    let operator = &Operator::new(migrator).publishing(republisher, store::event_key, &events::messages);
    job::run(|command| operate(users, log, operator, command)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::Shop;
    use messaging::Outbox;
    use testing::{Post, as_function};

    #[tokio::test]
    async fn an_operator_makes_a_registered_user_an_admin_and_their_older_sessions_end() {
        let shop = Shop::with(&["ana"]).await;
        let (before, _) = shop.sign_in("ana").await;
        as_function("identity-operate", set_role(shop.users(), " ANA@shop.example", Role::Admin)).await.unwrap();
        assert!(shop.users().of(&before).await.is_err());
        assert_eq!(shop.sign_in("ana").await.0.role, Role::Admin);
    }

    #[tokio::test]
    async fn a_role_that_the_user_has_already_changes_nothing_and_an_unknown_address_is_named() {
        let shop = Shop::with(&["ana"]).await;
        let (before, _) = shop.sign_in("ana").await;
        as_function("identity-operate", set_role(shop.users(), "ana@shop.example", Role::Customer)).await.unwrap();
        assert!(shop.users().of(&before).await.is_ok());
        let unknown =
            as_function("identity-operate", set_role(shop.users(), "bob@shop.example", Role::Admin)).await.unwrap_err();
        assert!(unknown.reason().contains("bob@shop.example"), "{unknown}");
    }

    #[tokio::test]
    async fn users_of_a_time_are_published_anew_without_reading_addresses_and_passwords() {
        let (shop, post) = (Shop::with(&["ana", "bob"]).await, Post::start(&[]).await);
        let outbox = Outbox::new(post.sns(), "t", post.queues());
        let republisher =
            Republisher::new(shop.cloud.client(), "IdentityTable", outbox).limited_to(&events::ATTRIBUTES);
        let asked = json!({"since": "2026-01-01T00:00:00Z", "segment": 0, "segments": 1});
        let selection = serde_json::from_value(asked).unwrap();
        let republish = republisher.republish(selection, store::event_key, &events::messages);
        assert_eq!(as_function("identity-operate", republish).await.unwrap().published, 2);
    }

    #[test]
    fn commands_are_read_as_the_command_line_sends_them() {
        let command = |text: &str| serde_json::from_str::<Command>(text);
        assert!(command(r#"{"command": "set-role", "email": "a@b.example", "role": "staff"}"#).is_ok());
        assert!(command(r#"{"command": "republish", "kind": "user", "id": "7"}"#).is_ok());
        assert!(command(r#"{"command": "migrate", "segment": 0, "segments": 8, "dryRun": true}"#).is_ok());
        assert!(command(r#"{"command": "migration-status"}"#).is_ok());
        assert!(command(r#"{"command": "set-role", "email": "a@b.example", "role": "owner"}"#).is_err());
    }
}
