//! The operations of identity.

use serde_json::json;

use crate::openapi::operation::Who::{Admins, Anyone, Users};
use crate::openapi::operation::{Operation, operation};
use crate::openapi::parameters::query;
use crate::openapi::schemas::parts::{schema, text, words};

pub fn operations() -> Vec<Operation> {
    sessions().into_iter().chain(users()).collect()
}

fn sessions() -> Vec<Operation> {
    let jwks = json!({"schema": schema("Jwks")});
    vec![
        operation(("POST", "/auth/register"), "register", "Make an account", (Anyone, "anyone"))
            .says("It starts as a customer's.")
            .takes("Registration")
            .keyed()
            .makes("User", &[])
            .refuses(&["already_exists"])
            .limited(),
        operation(("POST", "/auth/login"), "login", "Sign in", (Anyone, "anyone"))
            .says("The access token holds for 15 minutes: send it as `Authorization: Bearer …`.")
            .takes("SignIn")
            .makes("Session", &[])
            .refuses(&["wrong_credentials", "disabled"])
            .limited(),
        operation(
            ("POST", "/auth/refresh"),
            "refresh-session",
            "Get new tokens for old",
            (Anyone, "whoever holds the refresh token"),
        )
        .says("A refresh token is good for one use. One that is used again ends its session.")
        .takes("Refresh")
        .makes("Session", &[])
        .refuses(&["wrong_credentials"]),
        operation(("POST", "/auth/logout"), "logout", "Sign out", (Users, "the user"))
            .says("Without a body, of this session; with `{\"all\": true}`, of all of them.")
            .may_take("SignOut"),
        operation(
            ("PUT", "/auth/password"),
            "change-password",
            "Change the password",
            (Users, "the user, with the password"),
        )
        .says("The user's other sessions end. A wrong `currentPassword` is a 422.")
        .takes("PasswordChange")
        .limited(),
        operation(("GET", "/.well-known/jwks.json"), "jwks", "The keys of access tokens", (Anyone, "anyone"))
            .says("A JWKS (RFC 7517) of all keys that are live.")
            .raw(200, json!({"description": "The keys.", "content": {"application/jwk-set+json": jwks}}))
            .tells("Cache-Control"),
    ]
}

fn users() -> Vec<Operation> {
    let roles = words(&["customer", "staff", "admin"]);
    vec![
        operation(("GET", "/users/me"), "get-profile", "Read your profile", (Users, "the user")).shows("User"),
        operation(
            ("PATCH", "/users/me"),
            "update-profile",
            "Change your profile",
            (Users, "the user; a new address with the password"),
        )
        .says("`id` in the body is your own, as `GET /users/me` tells it.")
        .takes("ProfileChanges")
        .matched()
        .shows("User")
        .refuses(&["already_exists"])
        .limited(),
        operation(
            ("DELETE", "/users/me"),
            "delete-account",
            "Delete your account",
            (Users, "the user, with the password; admins cannot"),
        )
        .says("What is personal is gone; sales keep the bare id. The body names the user and has the password.")
        .takes("AccountDeletion")
        .matched()
        .refuses(&["in_use"])
        .limited(),
        operation(("GET", "/users"), "list-users", "List users, newest first", (Admins, "admins"))
            .with(query("filter[role]", &roles, "Users of a role only."))
            .with(query("filter[email]", &text(), "The user with this address, in any spelling."))
            .lists("ListedUser"),
        operation(
            ("PATCH", "/users/{id}"),
            "update-user",
            "Give a role, disable or enable",
            (Admins, "admins, but not on themselves"),
        )
        .says("The user's sessions end.")
        .takes("UserChanges")
        .matched()
        .shows("ListedUser")
        .refuses(&["in_use"]),
    ]
}
