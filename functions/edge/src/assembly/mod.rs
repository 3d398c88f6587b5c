//! The APIs of all services put together, and the files that follow from them: the OpenAPI document, the routes, the
//! template's APIs, `docs/functions.md`; and the services' `main.rs`, which follow from their handlers. `make generate`
//! writes them; without it, these tests compare them.

mod functions;
mod openapi;
mod parsers;
mod programs;
mod template;

use std::fs;
use std::path::{Path, PathBuf};

use ::openapi::Api;
use ::openapi::operation::Operation;
use ::openapi::types::fields_by_kind;

use crate::routes::Route;

/// The APIs of all services.
fn apis() -> Vec<Api> {
    vec![
        identity::api::api(),
        catalog::api::api(),
        inventory::api::api(),
        sales::api::api(),
        carts::api::api(),
        reviews::api::api(),
        crate::api::api(),
    ]
}

/// The function that serves an operation: one serves the page of documentation and its files.
fn function_of(operation: &Operation) -> &'static str {
    if operation.id == "docs-asset" { "docs" } else { operation.id }
}

/// The routes of the public API, by service.
fn public() -> Vec<(&'static str, Vec<Route>)> {
    let routes = |api: Api| {
        let mut routes: Vec<Route> =
            api.operations.iter().map(|one| (one.method, one.path, function_of(one))).collect();
        routes.sort_by_key(|(method, path, _)| (*path, *method));
        (api.service, routes)
    };
    apis().into_iter().map(routes).collect()
}

/// The routes of the internal API, by service.
fn internal() -> Vec<(&'static str, Vec<Route>)> {
    let own = apis().into_iter().filter(|api| !api.internal.is_empty());
    own.map(|api| (api.service, api.internal.to_vec())).collect()
}

fn all(routes: Vec<(&'static str, Vec<Route>)>) -> Vec<Route> {
    routes.into_iter().flat_map(|(_, routes)| routes).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares a generated file with what it should be, or writes it.
fn generated(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, text).unwrap();
    } else {
        assert!(fs::read_to_string(&file).unwrap_or_default() == text, "{path} is out of date: make generate");
    }
}

/// A file with the text between two lines replaced.
fn between(text: &str, begin: &str, end: &str, part: &str) -> String {
    let start = text.find(begin).unwrap_or_else(|| panic!("no {begin}")) + begin.len();
    let length = text[start..].find(end).unwrap_or_else(|| panic!("no {end}"));
    let indent = text[start..start + length].rfind('\n').map_or(0, |newline| newline + 1);
    format!("{}{part}{}", &text[..start], &text[start + indent..])
}

#[test]
fn the_generated_list_of_routes_is_that_of_the_services() {
    let list = |name: &str, about: &str, routes: Vec<(&str, Vec<Route>)>| {
        let mut text = format!("/// {about}\npub const {name}: &[Route] = &[\n");
        for (service, routes) in routes {
            text += &format!("    // {service}\n");
            for (method, path, function) in routes {
                text += &format!("    (\"{method}\", \"{path}\", \"{function}\"),\n");
            }
        }
        text + "];\n"
    };
    let lists = [
        list("PUBLIC", "The routes of the public API.", public()),
        list(
            "INTERNAL",
            "The routes of the internal API, which the services call: each needs the API key.",
            internal(),
        ),
    ];
    let path = "functions/edge/src/routes.rs";
    let text = fs::read_to_string(root().join(path)).unwrap();
    let (begin, end) =
        ("// Generated from the services' src/api.rs by `make generate`.\n", "// End of what is generated.");
    generated(path, &between(&text, begin, end, &lists.join("\n")));
}

#[test]
fn the_generated_list_of_fields_is_that_of_the_types() {
    let types: Vec<_> = apis().into_iter().flat_map(|api| api.types).collect();
    let mut list = "/// Each type with its attributes and relationships.\n#[rustfmt::skip]\nconst FIELDS: &[(&str, &[&str])] = &[\n".to_owned();
    for (kind, fields) in fields_by_kind(&types) {
        let fields: Vec<_> = fields.iter().map(|name| format!("\"{name}\"")).collect();
        list += &format!("    (\"{kind}\", &[\n        {},\n    ]),\n", fields.join(",\n        "));
    }
    let path = "shared/web/src/fields.rs";
    let text = fs::read_to_string(root().join(path)).unwrap();
    let (begin, end) =
        ("// Generated from the services' src/api.rs by `make generate`.\n", "// End of what is generated.");
    generated(path, &between(&text, begin, end, &(list + "];\n")));
}
