//! The operations of catalog.

use serde_json::json;

use crate::openapi::operation::Who::{Staff, Visitors};
use crate::openapi::operation::{Operation, operation};
use crate::openapi::parameters::query;
use crate::openapi::schemas::parts::{schema, text, with, words};

pub fn operations() -> Vec<Operation> {
    products().into_iter().chain(brands()).chain(categories()).collect()
}

fn products() -> Vec<Operation> {
    let range = json!({"type": "string", "pattern": r"^([0-9]{1,11}\.\.([0-9]{1,11})?|\.\.[0-9]{1,11})$"});
    let range = with(range, "`1000..2000`, `1000..` or `..2000`.");
    let sorts = words(&["name", "-name", "price", "-price", "createdAt", "-createdAt"]);
    let statuses = words(&["draft", "active", "archived"]);
    vec![
        operation(("POST", "/products"), "create-product", "Add a product", (Staff, "staff"))
            .takes("NewProduct")
            .keyed()
            .makes("Product", &["get-product", "update-product", "delete-product"])
            .refuses(&["already_exists", "unknown_related"]),
        operation(
            ("GET", "/products"),
            "list-products",
            "List products",
            (Visitors, "anyone; drafts and archived ones: staff"),
        )
        .says("What is on offer, newest first, unless asked otherwise.")
        .with(query("filter[status]", &statuses, "What is not `active` is for staff."))
        .with(query("filter[category]", &schema("Id"), "In a category or anywhere below it."))
        .with(query("filter[brand]", &schema("Id"), "Of a brand."))
        .with(query("filter[text]", &text(), "With these words."))
        .with(query("filter[price]", &range, "In minor units; only sorted by `price`, or with no `sort`."))
        .with(query("sort", &sorts, "The order; `-` for descending. Without it, `-createdAt`."))
        .includes(&["brand", "categories"])
        .lists("Product")
        .refuses(&["forbidden"]),
        operation(("GET", "/products/{id}"), "get-product", "Read a product", (Visitors, "anyone; drafts: staff"))
            .includes(&["brand", "categories"])
            .shows("Product"),
        operation(("PATCH", "/products/{id}"), "update-product", "Change a product", (Staff, "staff"))
            .takes("ProductChanges")
            .matched()
            .shows("Product")
            .refuses(&["already_exists", "unknown_related"]),
        operation(("DELETE", "/products/{id}"), "delete-product", "Delete a product", (Staff, "staff"))
            .says("Not one that was ever sold: archive it.")
            .matched()
            .refuses(&["in_use"]),
    ]
}

fn brands() -> Vec<Operation> {
    let sorts = words(&["name", "-name", "createdAt", "-createdAt"]);
    vec![
        operation(("POST", "/brands"), "create-brand", "Add a brand", (Staff, "staff"))
            .takes("NewBrand")
            .keyed()
            .makes("Brand", &["get-brand", "update-brand", "delete-brand"])
            .refuses(&["already_exists"]),
        operation(("GET", "/brands"), "list-brands", "List brands", (Visitors, "anyone"))
            .with(query("sort", &sorts, "The order; `-` for descending. Without it, `name`."))
            .lists("Brand"),
        operation(("GET", "/brands/{id}"), "get-brand", "Read a brand", (Visitors, "anyone")).shows("Brand"),
        operation(("PATCH", "/brands/{id}"), "update-brand", "Change a brand", (Staff, "staff"))
            .takes("BrandChanges")
            .matched()
            .shows("Brand")
            .refuses(&["already_exists"]),
        operation(("DELETE", "/brands/{id}"), "delete-brand", "Delete a brand", (Staff, "staff"))
            .says("Not one that products have.")
            .matched()
            .refuses(&["in_use"]),
    ]
}

fn categories() -> Vec<Operation> {
    vec![
        operation(("POST", "/categories"), "create-category", "Add a category", (Staff, "staff"))
            .says("Without a parent, a root of the tree.")
            .takes("NewCategory")
            .keyed()
            .makes("Category", &["get-category", "update-category", "delete-category"])
            .refuses(&["already_exists", "unknown_related", "invalid_parent"]),
        operation(("GET", "/categories"), "list-categories", "List categories", (Visitors, "anyone"))
            .says("In order of their paths.")
            .with(query("filter[parent]", &schema("Id"), "Those right below a category, or `root` for the roots."))
            .with(query("filter[product]", &schema("Id"), "Those that a product is in."))
            .includes(&["parent"])
            .lists("Category"),
        operation(("GET", "/categories/{id}"), "get-category", "Read a category", (Visitors, "anyone"))
            .includes(&["parent"])
            .shows("Category"),
        operation(("PATCH", "/categories/{id}"), "update-category", "Change or move a category", (Staff, "staff"))
            .takes("CategoryChanges")
            .matched()
            .shows("Category")
            .refuses(&["already_exists", "unknown_related", "invalid_parent"]),
        operation(("DELETE", "/categories/{id}"), "delete-category", "Delete a category", (Staff, "staff"))
            .says("Not one that has products or categories.")
            .matched()
            .refuses(&["in_use"]),
    ]
}
