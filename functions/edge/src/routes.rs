//! Which methods each public path knows. A test (`localstack/tests/layout.rs`) checks that the list
//! says the same as `template.yaml`.

use matchit::Router;

/// Every public route: its path as in the template, its methods.
pub const ROUTES: [(&str, &str); 35] = [
    ("/.well-known/jwks.json", "GET"),
    ("/auth/login", "POST"),
    ("/auth/logout", "POST"),
    ("/auth/password", "PUT"),
    ("/auth/refresh", "POST"),
    ("/auth/register", "POST"),
    ("/brands", "GET, POST"),
    ("/brands/{id}", "DELETE, GET, PATCH"),
    ("/carts/me", "DELETE, GET"),
    ("/carts/me/checkout", "POST"),
    ("/carts/me/items", "POST"),
    ("/carts/me/items/{productId}", "DELETE, PATCH"),
    ("/carts/me/merge", "POST"),
    ("/categories", "GET, POST"),
    ("/categories/{id}", "DELETE, GET, PATCH"),
    ("/docs", "GET"),
    ("/docs/{asset}", "GET"),
    ("/health", "GET"),
    ("/inventory", "GET"),
    ("/inventory/{productId}", "GET, PATCH"),
    ("/inventory/{productId}/adjustments", "POST"),
    ("/inventory/{productId}/movements", "GET"),
    ("/openapi.json", "GET"),
    ("/products", "GET, POST"),
    ("/products/{id}", "DELETE, GET, PATCH"),
    ("/products/{id}/rating", "GET"),
    ("/products/{id}/reviews", "GET, POST"),
    ("/purchases", "POST"),
    ("/reviews/{id}", "DELETE, GET, PATCH"),
    ("/sales", "GET, POST"),
    ("/sales/{id}", "DELETE, GET, PATCH"),
    ("/sales/{id}/lines", "GET"),
    ("/users", "GET"),
    ("/users/me", "DELETE, GET, PATCH"),
    ("/users/{id}", "PATCH"),
];

/// The methods of the path, as `Allow` lists them; `None` for a path that leads nowhere.
pub fn allowed(path: &str) -> Option<&'static str> {
    let mut router = Router::new();
    for (route, methods) in ROUTES {
        // Routes that cannot stand together would be a defect; the layout test inserts them all.
        router.insert(route, methods).ok()?;
    }
    router.at(path).ok().map(|found| *found.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_path_tells_its_methods_and_others_lead_nowhere() {
        assert_eq!(allowed("/products/7"), Some("DELETE, GET, PATCH"));
        assert_eq!(allowed("/products"), Some("GET, POST"));
        for path in ["/", "/nothing", "/products/7/8", "/internal/products/7"] {
            assert_eq!(allowed(path), None, "{path}");
        }
    }
}
