//! The codes of errors that services share.

use crate::codes::{Code, at, code, telling};

/// Codes that several services have.
pub const SHARED: &[Code] = &[
    at(
        code(
            "malformed_document",
            400,
            "Malformed document",
            "the body is not a JSON:API document",
            "The body is not JSON.",
        ),
        "pointer",
        "/data",
    ),
    at(
        code(
            "invalid_parameter",
            400,
            "Invalid query parameter",
            "a query parameter is unknown, given twice, or has a wrong value",
            "Ask for 1 to 100 items a page.",
        ),
        "parameter",
        "page[size]",
    ),
    at(
        code(
            "invalid_header",
            400,
            "Invalid request header",
            "a request header is missing or has a wrong value",
            "The key has to be 1 to 255 visible ASCII characters.",
        ),
        "header",
        "Idempotency-Key",
    ),
    code("unauthenticated", 401, "Sign-in required", "no token, or an invalid one", "Sign in first."),
    code("forbidden", 403, "Not allowed", "the role may not do this", "This is for staff."),
    at(
        code(
            "id_given",
            403,
            "Not allowed",
            "the client cannot choose the id",
            "The shop chooses the id: leave out `id`.",
        ),
        "pointer",
        "/data/id",
    ),
    code(
        "not_found",
        404,
        "Not found",
        "there is no such resource, or it belongs to somebody else",
        "There is nothing with this id.",
    ),
    at(
        code(
            "unknown_related",
            404,
            "Not found",
            "a resource that the body names does not exist",
            "There is no such product.",
        ),
        "pointer",
        "/data/attributes/lines/0/productId",
    ),
    code(
        "not_acceptable",
        406,
        "Not acceptable",
        "every JSON:API media type in `Accept` has a parameter that is not supported",
        "Every application/vnd.api+json in Accept has a parameter or extension that is not supported here.",
    ),
    at(
        code(
            "type_mismatch",
            409,
            "Type or id mismatch",
            "the type or the id differs from the path",
            "`id` is not the id in the path.",
        ),
        "pointer",
        "/data/id",
    ),
    at(
        code(
            "already_exists",
            409,
            "Already exists",
            "a value that has to be unique is taken",
            "Another one has this.",
        ),
        "pointer",
        "/data/attributes/name",
    ),
    telling(
        code("in_use", 409, "In use", "something else still uses it", "Products or categories still belong to it."),
        r#"{"products": 3, "categories": 0}"#,
    ),
    at(
        code(
            "invalid_parent",
            409,
            "Invalid parent",
            "the parent would make a cycle, or the tree deeper than 6",
            "A category cannot be below itself.",
        ),
        "pointer",
        "/data/relationships/parent",
    ),
    code(
        "precondition_failed",
        412,
        "Precondition failed",
        "the resource has another version than `If-Match`",
        "The resource has changed: its ETag is now \"3\". Read it again.",
    ),
    code("body_too_large", 413, "Body too large", "the body is over 256 KiB", "At most 262144 bytes are read."),
    code(
        "unsupported_media_type",
        415,
        "Unsupported media type",
        "the `Content-Type` of the body is not that of JSON:API",
        "Send the header `Content-Type: application/vnd.api+json`, without media type parameters.",
    ),
    at(
        code(
            "invalid_attribute",
            422,
            "Invalid attribute",
            "members are missing, unknown, read-only, of the wrong type or out of range; one error for each",
            "is missing",
        ),
        "pointer",
        "/data/attributes/name",
    ),
    at(
        code(
            "idempotency_key_reused",
            422,
            "Idempotency key reused",
            "the key was used before with another body",
            "This key was used before with another body. Take a new key for a new request.",
        ),
        "header",
        "Idempotency-Key",
    ),
    code("too_many_requests", 429, "Too many requests", "too many requests", "Wait, then try again."),
];

/// Those of ours, which every endpoint may meet.
pub const OURS: &[Code] = &[
    code("internal", 500, "Internal error", "an error of the server", "Something went wrong on our side."),
    code(
        "unavailable",
        503,
        "Temporarily unavailable",
        "a part of the shop does not answer; try again",
        "A part of the shop did not answer in time. Try again, with the same Idempotency-Key if you sent one.",
    ),
];
