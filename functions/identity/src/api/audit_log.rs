//! The audit log in the HTTP API.

use openapi::Operation;
use openapi::operation::Who::Admins;
use openapi::parameters::query;
use openapi::parts::{PERIOD, period, text, time, with, words};
use openapi::types::Access::ReadOnly;
use openapi::types::{ID, Type, attribute};
use serde_json::json;

pub(super) fn operation() -> Operation {
    openapi::operation(
        ("GET", "/audit-log"),
        "list-audit-log",
        "List what staff, admins and operators changed, newest first",
        (Admins, "admins"),
    )
    .with(query("filter[subject]", &text(), "Only changes by this user, or by `operator`."))
    .with(query("filter[resource]", &text(), "Only changes of this resource: type and id, such as `products/0193…`."))
    .with(query("filter[createdAt]", &period(), PERIOD))
    .with(query("sort", &words(&["createdAt", "-createdAt"]), "Without it, `-createdAt`: newest first."))
    .lists("AuditLogEntry")
}

pub(super) fn entry() -> Type {
    let change = json!({
        "type": "object",
        "properties": {"before": {}, "after": {}},
        "required": ["before", "after"],
        "additionalProperties": false,
    });
    let changes = json!({
        "type": "object",
        "description": "Fields and relationships before and after. `null` where there was nothing. Long values are cut after 100 characters.",
        "additionalProperties": change,
    });
    let resource = with(text(), "Type and id of what was changed.");
    Type {
        name: "AuditLogEntry",
        kind: "audit-log-entries",
        about: "A change that a member of staff, an admin or an operator made. It has no URL of its own.",
        path: None,
        versioned: false,
        attributes: vec![
            attribute(ReadOnly, "subject", with(text(), "The id of the user who made it, or `operator`."), json!(ID)),
            attribute(ReadOnly, "role", words(&["staff", "admin", "operator"]), json!("staff")),
            attribute(ReadOnly, "action", words(&["create", "update", "delete"]), json!("update")),
            attribute(ReadOnly, "resource", resource, json!(format!("products/{ID}"))),
            attribute(ReadOnly, "changes", changes, json!({"status": {"before": "draft", "after": "active"}})),
            attribute(ReadOnly, "correlationId", with(text(), "The id of the request, as in the log."), json!(ID)),
            attribute(ReadOnly, "createdAt", time(), json!("2026-11-22T10:15:42Z")),
        ],
        relations: vec![],
        includes: &[],
    }
}
