//! Every route of the two APIs: method, path, function. From them follow 405 and 404.

use std::collections::BTreeSet;

use matchit::Router;

/// A route: its method, its path as in the template, the function that serves it.
pub type Route = (&'static str, &'static str, &'static str);

// Generated from the services' src/api.rs by `make generate`.
/// The routes of the public API.
pub const PUBLIC: &[Route] = &[
    // identity
    ("GET", "/.well-known/jwks.json", "jwks"),
    ("GET", "/audit-log", "list-audit-log"),
    ("POST", "/auth/login", "login"),
    ("POST", "/auth/logout", "logout"),
    ("PUT", "/auth/password", "change-password"),
    ("POST", "/auth/refresh", "refresh-session"),
    ("POST", "/auth/register", "register"),
    ("GET", "/users", "list-users"),
    ("DELETE", "/users/me", "delete-account"),
    ("GET", "/users/me", "get-profile"),
    ("PATCH", "/users/me", "update-profile"),
    ("PATCH", "/users/{id}", "update-user"),
    // catalog
    ("GET", "/brands", "list-brands"),
    ("POST", "/brands", "create-brand"),
    ("DELETE", "/brands/{id}", "delete-brand"),
    ("GET", "/brands/{id}", "get-brand"),
    ("PATCH", "/brands/{id}", "update-brand"),
    ("GET", "/categories", "list-categories"),
    ("POST", "/categories", "create-category"),
    ("DELETE", "/categories/{id}", "delete-category"),
    ("GET", "/categories/{id}", "get-category"),
    ("PATCH", "/categories/{id}", "update-category"),
    ("GET", "/products", "list-products"),
    ("POST", "/products", "create-product"),
    ("DELETE", "/products/{id}", "delete-product"),
    ("GET", "/products/{id}", "get-product"),
    ("PATCH", "/products/{id}", "update-product"),
    // inventory
    ("GET", "/inventory", "list-stock"),
    ("GET", "/inventory/{productId}", "get-stock"),
    ("PATCH", "/inventory/{productId}", "update-stock"),
    ("POST", "/inventory/{productId}/adjustments", "adjust-stock"),
    ("GET", "/inventory/{productId}/movements", "list-movements"),
    // sales
    ("POST", "/purchases", "purchase"),
    ("GET", "/sales", "list-sales"),
    ("POST", "/sales", "create-sale"),
    ("DELETE", "/sales/{id}", "delete-sale"),
    ("GET", "/sales/{id}", "get-sale"),
    ("PATCH", "/sales/{id}", "update-sale"),
    ("GET", "/sales/{id}/lines", "list-sale-lines"),
    // carts
    ("DELETE", "/carts/me", "clear-cart"),
    ("GET", "/carts/me", "get-cart"),
    ("POST", "/carts/me/checkout", "checkout"),
    ("POST", "/carts/me/items", "add-item"),
    ("DELETE", "/carts/me/items/{productId}", "remove-item"),
    ("PATCH", "/carts/me/items/{productId}", "update-item"),
    ("POST", "/carts/me/merge", "merge-cart"),
    // reviews
    ("GET", "/products/{id}/rating", "get-rating"),
    ("GET", "/products/{id}/reviews", "list-reviews"),
    ("POST", "/products/{id}/reviews", "create-review"),
    ("DELETE", "/reviews/{id}", "delete-review"),
    ("GET", "/reviews/{id}", "get-review"),
    ("PATCH", "/reviews/{id}", "update-review"),
    // edge
    ("GET", "/docs", "docs"),
    ("GET", "/docs/{asset}", "docs"),
    ("GET", "/health", "health"),
    ("GET", "/openapi.json", "openapi"),
];

/// The routes of the internal API, which the services call: each needs the API key.
pub const INTERNAL: &[Route] = &[
    // identity
    ("GET", "/internal/users", "internal-users"),
    // catalog
    ("GET", "/internal/products/{id}", "internal-product"),
];
// End of what is generated.

/// What serves every other path, and every other method of these.
pub const UNKNOWN: &str = "unknown-route";

/// The methods of a public path, as `Allow` lists them; `None` for a path that leads nowhere.
pub fn allowed(path: &str) -> Option<String> {
    let mut router = Router::new();
    let paths: BTreeSet<&str> = PUBLIC.iter().map(|(_, path, _)| *path).collect();
    for path in paths {
        // Routes that cannot stand together would be a defect; a test asks for all of them.
        router.insert(path, path).ok()?;
    }
    let known = *router.at(path).ok()?.value;
    let methods: BTreeSet<&str> = PUBLIC.iter().filter(|(_, path, _)| *path == known).map(|route| route.0).collect();
    Some(Vec::from_iter(methods).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_path_has_its_methods_and_others_have_none() {
        assert_eq!(allowed("/products/7").as_deref(), Some("DELETE, GET, PATCH"));
        assert_eq!(allowed("/products").as_deref(), Some("GET, POST"));
        for path in ["/", "/nothing", "/products/7/8", "/internal/products/7"] {
            assert_eq!(allowed(path), None, "{path}");
        }
    }

    #[test]
    fn every_route_stands_in_the_list_once_and_is_found() {
        let mut seen = BTreeSet::new();
        for (method, path, function) in PUBLIC.iter().chain(INTERNAL) {
            assert!(seen.insert((method, path)), "{method} {path} twice");
            assert!(!function.is_empty());
        }
        assert!(PUBLIC.iter().all(|(method, path, _)| allowed(path).is_some_and(|methods| methods.contains(method))));
    }
}
