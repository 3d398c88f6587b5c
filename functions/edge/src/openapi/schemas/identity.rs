//! The types of identity.

use serde_json::json;

use super::parts::{integer, new_password, nullable, password, text, time, with, words};
use super::types::Access::{Needed, ReadOnly, Settable, WriteOnly};
use super::types::{Attribute, Document, ID, Linkage, Relation, Type, attribute};

fn email(access: super::types::Access) -> Attribute {
    let schema = json!({"type": "string", "format": "email", "minLength": 3, "maxLength": 254});
    attribute(access, "email", schema, json!("ana@shop.example"))
}

fn any_email() -> Attribute {
    attribute(Needed, "email", text(), json!("ana@shop.example"))
}

fn display_name(access: super::types::Access) -> Attribute {
    attribute(access, "displayName", nullable(super::parts::line(1, 100)), json!("Ana"))
}

fn national_id() -> Attribute {
    let schema = json!({"type": "string", "minLength": 10, "maxLength": 32, "pattern": "^[0-9 -]*$"});
    let about = "A national id of the shop's country (Ecuador: a cédula). Shown masked, never again in full.";
    attribute(Settable, "nationalId", with(nullable(schema), about), json!("1710034065"))
}

fn role(access: super::types::Access) -> Attribute {
    attribute(access, "role", words(&["customer", "staff", "admin"]), json!("customer"))
}

fn current_password(access: super::types::Access) -> Attribute {
    attribute(access, "currentPassword", password(), json!("correct horse battery staple"))
}

fn times() -> [Attribute; 2] {
    [
        attribute(ReadOnly, "createdAt", time(), json!("2026-11-22T10:15:42Z")),
        attribute(ReadOnly, "updatedAt", time(), json!("2026-11-22T10:15:42Z")),
    ]
}

pub fn types() -> Vec<Type> {
    let masked = nullable(json!({"type": "string", "pattern": "^\\*+.{3}$"}));
    let masked = attribute(ReadOnly, "nationalId", masked, json!("*******065"));
    let own = vec![email(ReadOnly), display_name(ReadOnly), masked, role(ReadOnly)];
    let disabled = attribute(Settable, "disabled", json!({"type": "boolean"}), json!(false));
    let listed = vec![email(ReadOnly), display_name(ReadOnly), role(Settable), disabled];
    let user = Relation {
        name: "user",
        kind: "users",
        linkage: Linkage::One,
        settable: false,
        example: json!({"type": "users", "id": ID}),
    };
    vec![
        Type {
            name: "User",
            kind: "users",
            about: "A user, as users see themselves.",
            path: Some("/users/me"),
            versioned: true,
            attributes: own.into_iter().chain(times()).collect(),
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "ListedUser",
            kind: "users",
            about: "A user, as admins see them: without the national id, with what admins may change.",
            path: None,
            versioned: true,
            attributes: listed.into_iter().chain(times()).collect(),
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "Customer",
            kind: "users",
            about: "Who bought, as identity knows them now: how to speak to them. Nobody's once the account is gone.",
            path: None,
            versioned: false,
            attributes: vec![email(ReadOnly), display_name(ReadOnly)],
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "Session",
            kind: "sessions",
            about: "A session: an access token, and a refresh token that is good for one use.",
            path: None,
            versioned: false,
            attributes: vec![
                attribute(ReadOnly, "accessToken", text(), json!("eyJhbGciOiJFZERTQSJ9.e30.c2ln")),
                attribute(ReadOnly, "refreshToken", text(), json!(format!("zrt_{ID}.c2VjcmV0"))),
                attribute(ReadOnly, "tokenType", json!({"const": "Bearer"}), json!("Bearer")),
                attribute(ReadOnly, "expiresIn", with(integer(1, 86_400), "Seconds."), json!(900)),
            ],
            relations: vec![user],
            includes: &[],
        },
    ]
}

pub fn documents() -> Vec<Document> {
    let document = |name, kind, identified, attributes| Document {
        name,
        kind,
        identified,
        attributes,
        relations: vec![],
        rules: json!({}),
    };
    let new_password = |name| attribute(Needed, name, new_password(), json!("vier-und-siebzig Tassen"));
    let refresh_token = attribute(Needed, "refreshToken", text(), json!(format!("zrt_{ID}.c2VjcmV0")));
    let about = "`true` ends all of the user's sessions, and their access tokens at once.";
    let all = attribute(Settable, "all", with(json!({"type": "boolean"}), about), json!(true));
    let profile = vec![email(Settable), display_name(Settable), national_id(), current_password(WriteOnly)];
    vec![
        document(
            "Registration",
            "users",
            false,
            vec![email(Needed), new_password("password"), display_name(Settable), national_id()],
        ),
        document(
            "SignIn",
            "sessions",
            false,
            vec![any_email(), attribute(Needed, "password", password(), json!("correct horse battery staple"))],
        ),
        document("Refresh", "sessions", false, vec![refresh_token]),
        document("SignOut", "sessions", false, vec![all]),
        document(
            "PasswordChange",
            "password-changes",
            false,
            vec![current_password(Needed), new_password("newPassword")],
        ),
        Document {
            rules: json!({"dependentRequired": {"email": ["currentPassword"]}}),
            ..document("ProfileChanges", "users", true, profile)
        },
        Document {
            // Even here: the resource that goes is named, and the password stands beside it.
            rules: json!({"required": ["currentPassword"]}),
            ..document("AccountDeletion", "users", true, vec![current_password(Needed)])
        },
        document(
            "UserChanges",
            "users",
            true,
            vec![role(Settable), attribute(Settable, "disabled", json!({"type": "boolean"}), json!(false))],
        ),
    ]
}
