//! What the API says of itself: its OpenAPI document, and a page to read and try it (Swagger UI).
//! `assets/README.md` says where the files come from.

use ::http::HeaderValue;
use kernel::Error;
use serde_json::Value;
use web::http::{self, Response};

const OPENAPI: &str = include_str!("../openapi.json");

/// The base URL in the stored document; answers have the shop's own in its place.
pub const STAND_IN: &str = "https://shop.example/v1";

/// Scripts and styles come from here and nowhere else, nothing inline; requests go here and nowhere else.
/// Swagger UI draws icons from `data:` URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file that the page is made of.
pub struct Asset {
    pub name: &'static str,
    content_type: &'static str,
    text: &'static str,
}

const fn script(name: &'static str, text: &'static str) -> Asset {
    Asset { name, content_type: "text/javascript; charset=utf-8", text }
}

/// The page's files by their names.
pub const ASSETS: [Asset; 4] = [
    script("docs.js", include_str!("../assets/docs.js")),
    script("swagger-ui-bundle.js", include_str!("../assets/swagger-ui-bundle.js")),
    Asset {
        name: "swagger-ui.css",
        content_type: "text/css; charset=utf-8",
        text: include_str!("../assets/swagger-ui.css"),
    },
    // Swagger UI's script names this file as the place of its licences.
    Asset {
        name: "swagger-ui-bundle.js.LICENSE.txt",
        content_type: "text/plain; charset=utf-8",
        text: include_str!("../assets/swagger-ui-bundle.js.LICENSE.txt"),
    },
];

/// The OpenAPI document of the shop at a base URL.
pub fn openapi(base_url: &str) -> String {
    // As JSON: the URL may be what the request's own header says.
    OPENAPI.replacen(&Value::from(STAND_IN).to_string(), &Value::from(base_url).to_string(), 1)
}

/// The page. Its links are relative, so it works at any host and stage.
pub fn page() -> Response {
    guarded(http::raw("text/html; charset=utf-8", "public, max-age=300", include_str!("../assets/docs.html")))
}

/// One of the page's files.
///
/// # Errors
/// 404 for any other name.
pub fn asset(name: &str) -> Result<Response, Error> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Error::not_found("The documentation has no such file."))?;
    Ok(guarded(http::raw(asset.content_type, "public, max-age=3600", asset.text)))
}

fn guarded(mut response: Response) -> Response {
    let headers = [
        ("content-security-policy", POLICY),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_served_with_the_shops_own_url() {
        let document: Value = serde_json::from_str(&openapi("https://zoco.test/\"v1\"")).unwrap();
        assert_eq!(document["servers"][0]["url"], "https://zoco.test/\"v1\"");
    }

    #[test]
    fn the_page_loads_from_its_own_place_only() {
        let page = include_str!("../assets/docs.html");
        assert!(!page.contains("://") && !page.contains("=\"/"), "an absolute link");
        for name in ["docs.js", "swagger-ui-bundle.js", "swagger-ui.css"] {
            assert!(page.contains(&format!("\"docs/{name}\"")), "{name}");
        }
        assert!(!page.contains("<script>") && !page.contains("<style>"), "something inline");
    }
}
