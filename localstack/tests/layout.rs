//! One name everywhere, and the house rules that a test can see.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml_ng::Value;
use shared::testing::template;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every Rust file below a folder of the project.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn all_sources() -> Vec<PathBuf> {
    ["functions", "shared", "localstack"].iter().flat_map(|folder| sources(&root().join(folder))).collect()
}

/// The functions, each with its service: every file below `src/handlers` of a service.
fn functions() -> BTreeMap<String, String> {
    let services = fs::read_dir(root().join("functions")).unwrap().map(|entry| entry.unwrap().path());
    let functions = services.flat_map(|service| {
        let name = service.file_name().unwrap().to_string_lossy().into_owned();
        let handlers = sources(&service.join("src/handlers")).into_iter();
        handlers.map(move |path| (path.file_stem().unwrap().to_string_lossy().replace('_', "-"), name.clone()))
    });
    functions.collect()
}

/// The functions of the template: name and properties.
fn template_functions() -> BTreeMap<String, Value> {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let functions = resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    functions.map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource["Properties"].clone())).collect()
}

/// `get-sale` → `GetSaleFunction`.
fn logical_id(function: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    function.split('-').map(word).collect::<String>() + "Function"
}

fn routes(api: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut routes = BTreeMap::<String, BTreeSet<String>>::new();
    for properties in template_functions().values() {
        for (_, event) in properties["Events"].as_mapping().into_iter().flatten() {
            let event = &event["Properties"];
            if format!("{:?}", event["RestApiId"]).contains(api) {
                let method = event["Method"].as_str().unwrap().to_uppercase();
                routes.entry(event["Path"].as_str().unwrap().to_owned()).or_default().insert(method);
            }
        }
    }
    routes
}

#[test]
fn a_function_has_one_name_in_code_template_events_and_readme() {
    let functions = functions();
    let logical_ids: BTreeSet<String> = functions.keys().map(|name| logical_id(name)).collect();
    assert_eq!(template_functions().into_keys().collect::<BTreeSet<_>>(), logical_ids);
    for (function, service) in &functions {
        let properties = &template_functions()[&logical_id(function)];
        assert_eq!(properties["CodeUri"], Value::from(format!("target/lambda/{service}/")));
        assert_eq!(properties["Handler"], Value::from(function.as_str()));
        let main = read(format!("functions/{service}/src/main.rs"));
        let module = function.replace('-', "_");
        let row = format!("(\"{function}\", || Box::pin({module}::start()))");
        assert!(main.contains(&row), "{service}/src/main.rs has no {row}");
    }
    let functions: BTreeSet<String> = functions.into_keys().collect();
    let events = fs::read_dir(root().join("events")).unwrap().map(|entry| entry.unwrap().path());
    let events: BTreeSet<String> =
        events.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(events, functions);
    let readme = read("README.md");
    let rows = readme.lines().filter(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(2));
    let named: BTreeSet<String> =
        rows.filter_map(|cell| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect();
    assert_eq!(named, functions);
}

#[test]
fn the_readme_maps_every_route_to_its_function() {
    let readme = read("README.md");
    let unknown = ["/{proxy+}", "/"];
    for api in ["PublicApi", "InternalApi"] {
        for (path, methods) in routes(api).iter().filter(|(path, _)| !unknown.contains(&path.as_str())) {
            for method in methods {
                let cell = format!("| `{method} {path}` |");
                assert!(readme.contains(&cell), "README.md has no row {cell}");
            }
        }
    }
}

#[test]
fn the_edge_knows_the_routes_of_the_template() {
    let mut routes = routes("PublicApi");
    routes.retain(|path, _| path != "/" && path != "/{proxy+}");
    let known: BTreeMap<String, BTreeSet<String>> = edge::routes::ROUTES
        .iter()
        .map(|(path, methods)| ((*path).to_owned(), methods.split(", ").map(str::to_owned).collect()))
        .collect();
    assert_eq!(known, routes);
}

#[test]
fn no_policy_has_a_wildcard() {
    for (name, properties) in template_functions() {
        let Some(policies) = properties["Policies"].as_sequence() else { continue };
        for statement in policies.iter().flat_map(|policy| policy["Statement"].as_sequence().unwrap()) {
            assert!(!format!("{statement:?}").contains('*'), "{name}: {statement:?}");
        }
    }
}

#[test]
fn every_table_is_on_demand_recoverable_kept_and_streamed() {
    let template = template();
    for (name, resource) in template["Resources"].as_mapping().unwrap() {
        if resource["Type"] == "AWS::DynamoDB::Table" {
            let properties = &resource["Properties"];
            let name = name.as_str().unwrap();
            assert_eq!(
                (&resource["DeletionPolicy"], &properties["BillingMode"]),
                (&Value::from("Retain"), &Value::from("PAY_PER_REQUEST")),
                "{name}"
            );
            assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{name}");
            assert_eq!(properties["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES", "{name}");
        }
    }
}

#[test]
fn only_stores_name_the_dynamodb_sdk() {
    for path in all_sources() {
        let text = path.to_string_lossy().into_owned();
        let may = text.ends_with("/store.rs") || text.contains("/store/") || text.contains("testing");
        let names = fs::read_to_string(&path).unwrap().contains(concat!("aws_sdk_", "dynamodb"));
        assert!(may || !names, "{text} names the DynamoDB SDK");
    }
}

#[test]
fn files_say_what_they_are_for_and_end_within_300_lines() {
    for path in all_sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
        assert!(text.lines().count() <= 300, "{} has {} lines", path.display(), text.lines().count());
    }
}

#[test]
fn handlers_fit_a_screen_and_mains_only_assemble() {
    for path in all_sources().into_iter().filter(|path| path.to_string_lossy().contains("/src/handlers/")) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (start, most) in [("pub async fn start()", 6), ("async fn ", 25)] {
            let body = code.split(start).nth(1).and_then(|body| body.split("\n}\n").next()).unwrap_or_default();
            assert!(body.lines().count() <= most, "{}: {start} has {} lines", path.display(), body.lines().count());
        }
    }
}
