//! The fields of the shop's types: what `fields[type]` may ask for (JSON:API 1.1, "Sparse Fieldsets"). All types are known
//! to all functions, so that a name that no type has is reported whatever the answer would have in it.

use kernel::Error;

// Generated from the services' src/api.rs by `make generate`.
/// Each type with its attributes and relationships.
#[rustfmt::skip]
const FIELDS: &[(&str, &[&str])] = &[
    ("audit-log-entries", &[
        "action",
        "changes",
        "correlationId",
        "createdAt",
        "resource",
        "role",
        "subject",
    ]),
    ("brands", &[
        "createdAt",
        "description",
        "name",
        "slug",
        "updatedAt",
    ]),
    ("cart-items", &[
        "categoryNames",
        "lineTotal",
        "name",
        "product",
        "productId",
        "quantity",
        "unavailable",
        "unitPrice",
    ]),
    ("carts", &[
        "items",
        "rejection",
        "total",
        "updatedAt",
    ]),
    ("categories", &[
        "createdAt",
        "description",
        "name",
        "parent",
        "path",
        "slug",
        "updatedAt",
    ]),
    ("products", &[
        "brand",
        "brandName",
        "categories",
        "categoryNames",
        "createdAt",
        "description",
        "imageUrl",
        "inStock",
        "name",
        "price",
        "rating",
        "sku",
        "status",
        "tags",
        "updatedAt",
    ]),
    ("ratings", &[
        "average",
        "count",
        "histogram",
        "product",
    ]),
    ("reviews", &[
        "author",
        "body",
        "createdAt",
        "product",
        "rating",
        "status",
        "title",
        "updatedAt",
        "verifiedPurchase",
    ]),
    ("sale-lines", &[
        "lineTotal",
        "name",
        "product",
        "productId",
        "quantity",
        "sku",
        "unitPrice",
    ]),
    ("sales", &[
        "createdAt",
        "customer",
        "lines",
        "number",
        "rejection",
        "status",
        "total",
        "updatedAt",
    ]),
    ("sessions", &[
        "accessToken",
        "expiresIn",
        "refreshToken",
        "tokenType",
        "user",
    ]),
    ("stock-items", &[
        "available",
        "lowStockAt",
        "product",
        "updatedAt",
    ]),
    ("stock-movements", &[
        "createdAt",
        "createdBy",
        "kind",
        "product",
        "quantity",
        "reason",
        "reference",
    ]),
    ("users", &[
        "createdAt",
        "disabled",
        "displayName",
        "email",
        "nationalId",
        "role",
        "updatedAt",
    ]),
];
// End of what is generated.

/// Checks the names that a parameter `fields[type]` asks for. An empty one asks for no fields.
///
/// # Errors
/// 400 naming the parameter, for a type that the shop does not have or a field that the type does not have.
pub(crate) fn check(parameter: &str, kind: &str, names: &str) -> Result<(), Error> {
    let Some((_, fields)) = FIELDS.iter().find(|(known, _)| *known == kind) else {
        let known: Vec<_> = FIELDS.iter().map(|(known, _)| *known).collect();
        return Err(Error::parameter(parameter, format!("There is no such type. There are: {}.", known.join(", "))));
    };
    let unknown: Vec<_> = names.split(',').filter(|name| !name.is_empty() && !fields.contains(name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let detail = format!("{kind} have no {}. They have: {}.", unknown.join(", "), fields.join(", "));
    Err(Error::parameter(parameter, detail))
}
