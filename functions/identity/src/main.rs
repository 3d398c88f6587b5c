//! The program of identity: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod change_password;
    pub mod delete_account;
    pub mod get_profile;
    pub mod identity_operate;
    pub mod internal_users;
    pub mod jwks;
    pub mod list_audit_log;
    pub mod list_users;
    pub mod login;
    pub mod logout;
    pub mod publish_identity_events;
    pub mod refresh_session;
    pub mod register;
    pub mod update_profile;
    pub mod update_user;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("change-password", || Box::pin(change_password::start())),
    ("delete-account", || Box::pin(delete_account::start())),
    ("get-profile", || Box::pin(get_profile::start())),
    ("identity-operate", || Box::pin(identity_operate::start())),
    ("internal-users", || Box::pin(internal_users::start())),
    ("jwks", || Box::pin(jwks::start())),
    ("list-audit-log", || Box::pin(list_audit_log::start())),
    ("list-users", || Box::pin(list_users::start())),
    ("login", || Box::pin(login::start())),
    ("logout", || Box::pin(logout::start())),
    ("publish-identity-events", || Box::pin(publish_identity_events::start())),
    ("refresh-session", || Box::pin(refresh_session::start())),
    ("register", || Box::pin(register::start())),
    ("update-profile", || Box::pin(update_profile::start())),
    ("update-user", || Box::pin(update_user::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
