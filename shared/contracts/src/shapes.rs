//! The JSON Schemas of values that come from `kernel`, which knows no schemas.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// An amount in minor units with its currency: [`kernel::money::Money`].
pub(crate) fn money(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Money>()
}

/// An amount of money.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
#[expect(dead_code, reason = "its shape is all that is wanted of it")]
struct Money {
    /// In minor units.
    amount: i64,
    #[schemars(pattern(r"^[A-Z]{3}$"))]
    currency: String,
}

/// [`kernel::caller::Role`], or nothing.
pub(crate) fn role_or_null(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"enum": ["customer", "staff", "admin", null]})
}

/// [`kernel::histogram::Histogram`].
pub(crate) fn histogram(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "required": ["1", "2", "3", "4", "5"],
        "additionalProperties": {"type": "integer", "minimum": 0},
    })
}
