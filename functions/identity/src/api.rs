//! The HTTP API of identity: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

mod audit_log;

use openapi::codes::{Code, code};
use openapi::operation::Who::{Admins, Anyone, Users};
use openapi::parameters::query;
use openapi::parts::{integer, new_password, nullable, password, schema, text, time, with, words};
use openapi::types::Access::{Needed, ReadOnly, Settable, WriteOnly};
use openapi::types::{Attribute, Document, ID, Linkage, Relation, Type, attribute};
use openapi::{Api, Operation, operation};
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "identity",
        about: "Accounts, sessions, users.",
        operations: operations(),
        internal: &[("GET", "/internal/users", "internal-users")],
        types: types(),
        documents: documents(),
        codes: CODES,
        schemas: vec![("Jwks", jwks())],
    }
}

/// What goes wrong here and nowhere else, or here first.
const CODES: &[Code] = &[
    code("wrong_credentials", 401, "Sign-in required", "the password or the token is wrong", "They do not match."),
    code("disabled", 403, "Not allowed", "the account is disabled", "This account is disabled. Ask the shop."),
];

fn operations() -> Vec<Operation> {
    sessions().into_iter().chain(users()).collect()
}

fn sessions() -> Vec<Operation> {
    let jwks = json!({"schema": schema("Jwks")});
    vec![
        operation(("POST", "/auth/register"), "register", "Create an account", (Anyone, "anyone"))
            .says("The new user is a customer.")
            .takes("Registration")
            .keyed()
            .makes("User", &[])
            .refuses(&["already_exists"])
            .limited(),
        operation(("POST", "/auth/login"), "login", "Sign in", (Anyone, "anyone"))
            .says("The access token is valid for 15 minutes: send it as `Authorization: Bearer …`.")
            .takes("SignIn")
            .makes("Session", &[])
            .refuses(&["wrong_credentials", "disabled"])
            .limited(),
        operation(
            ("POST", "/auth/refresh"),
            "refresh-session",
            "Refresh the tokens",
            (Anyone, "whoever has the refresh token"),
        )
        .says("A refresh token can be used once. Using it again ends its session.")
        .takes("Refresh")
        .makes("Session", &[])
        .refuses(&["wrong_credentials"]),
        operation(("POST", "/auth/logout"), "logout", "Sign out", (Users, "the user"))
            .says("Without a body, this session ends. With `{\"all\": true}`, all sessions of the user end.")
            .may_take("SignOut"),
        operation(
            ("PUT", "/auth/password"),
            "change-password",
            "Change the password",
            (Users, "the user, with the password"),
        )
        .says("The user's other sessions end. A wrong `currentPassword` is answered with 422.")
        .takes("PasswordChange")
        .limited(),
        operation(
            ("GET", "/.well-known/jwks.json"),
            "jwks",
            "Get the public keys of access tokens",
            (Anyone, "anyone"),
        )
        .says("A JWKS (RFC 7517) with all valid keys.")
        .raw(200, json!({"description": "The public keys.", "content": {"application/jwk-set+json": jwks}}))
        .sends("Cache-Control"),
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
        .says("`id` in the body is your own id, as in `GET /users/me`.")
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
        .says("Deletes all personal data. Sales keep only the user's id. The body has the id and the password.")
        .takes("AccountDeletion")
        .matched()
        .refuses(&["in_use"])
        .limited(),
        operation(("GET", "/users"), "list-users", "List users, newest first", (Admins, "admins"))
            .with(query("filter[role]", &roles, "Only users with this role."))
            .with(query(
                "filter[email]",
                &text(),
                "Only the user with this address. Upper and lower case count as the same.",
            ))
            .lists("ListedUser"),
        audit_log::operation(),
        operation(
            ("PATCH", "/users/{id}"),
            "update-user",
            "Change a user's role, disable or enable a user",
            (Admins, "admins, but not on themselves"),
        )
        .says("The user's sessions end.")
        .takes("UserChanges")
        .matched()
        .shows("ListedUser")
        .refuses(&["in_use"]),
    ]
}

fn email(access: openapi::types::Access) -> Attribute {
    let schema = json!({"type": "string", "format": "email", "minLength": 3, "maxLength": 254});
    attribute(access, "email", schema, json!("ana@shop.example"))
}

fn any_email() -> Attribute {
    attribute(Needed, "email", text(), json!("ana@shop.example"))
}

fn display_name(access: openapi::types::Access) -> Attribute {
    attribute(access, "displayName", nullable(openapi::parts::line(1, 100)), json!("Ana"))
}

fn national_id() -> Attribute {
    let schema = json!({"type": "string", "minLength": 10, "maxLength": 32, "pattern": "^[0-9 -]*$"});
    let about = "A national id of the shop's country (Ecuador: cédula). Answers show it masked.";
    attribute(Settable, "nationalId", with(nullable(schema), about), json!("1710034065"))
}

fn role(access: openapi::types::Access) -> Attribute {
    attribute(access, "role", words(&["customer", "staff", "admin"]), json!("customer"))
}

fn current_password(access: openapi::types::Access) -> Attribute {
    attribute(access, "currentPassword", password(), json!("correct horse battery staple"))
}

fn times() -> [Attribute; 2] {
    [
        attribute(ReadOnly, "createdAt", time(), json!("2026-11-22T10:15:42Z")),
        attribute(ReadOnly, "updatedAt", time(), json!("2026-11-22T10:15:42Z")),
    ]
}

fn types() -> Vec<Type> {
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
            about: "The signed-in user.",
            path: Some("/users/me"),
            versioned: true,
            attributes: own.into_iter().chain(times()).collect(),
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "ListedUser",
            kind: "users",
            about: "A user as admins see it: without the national id, with role and status.",
            path: None,
            versioned: true,
            attributes: listed.into_iter().chain(times()).collect(),
            relations: vec![],
            includes: &[],
        },
        audit_log::entry(),
        Type {
            name: "Customer",
            kind: "users",
            about: "The customer of a sale, with the current name. Not included when the account was deleted.",
            path: None,
            versioned: false,
            attributes: vec![email(ReadOnly), display_name(ReadOnly)],
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "Session",
            kind: "sessions",
            about: "A session: an access token, and a refresh token that can be used once.",
            path: None,
            versioned: false,
            attributes: vec![
                attribute(ReadOnly, "accessToken", text(), json!("eyJhbGciOiJFZERTQSJ9.e30.c2ln")),
                attribute(ReadOnly, "refreshToken", text(), json!(format!("zrt_{ID}.c2VjcmV0"))),
                attribute(ReadOnly, "tokenType", json!({"const": "Bearer"}), json!("Bearer")),
                attribute(ReadOnly, "expiresIn", with(integer(1, 86_400), "In seconds."), json!(900)),
            ],
            relations: vec![user],
            includes: &[],
        },
    ]
}

fn documents() -> Vec<Document> {
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

fn jwks() -> Value {
    let key = json!({"type": "object", "required": ["kty", "kid"], "properties": {
        "kty": {"type": "string"}, "kid": {"type": "string"}, "crv": {"type": "string"}, "x": {"type": "string"},
        "alg": {"type": "string"}, "use": {"type": "string"},
    }});
    json!({"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": key}}})
}
