//! `main.rs` of each service: its functions by their names. It follows from the files in `src/handlers/`.

use std::fs;

use super::{generated, root};

/// The functions of a service: `create_brand`, `get_brand` …
fn handlers(service: &str) -> Vec<String> {
    let files = fs::read_dir(root().join("functions").join(service).join("src/handlers")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned())).collect();
    names.sort_unstable();
    names
}

fn program(service: &str, handlers: &[String]) -> String {
    let modules: String = handlers.iter().map(|name| format!("    pub mod {name};\n")).collect();
    let entry = |name: &String| format!("(\"{}\", || Box::pin({name}::start()))", name.replace('_', "-"));
    let entries = match handlers {
        [one] => entry(one),
        all => format!("\n{}", all.iter().map(|name| format!("    {},\n", entry(name))).collect::<String>()),
    };
    format!(
        "//! The program of {service}: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {{
{modules}}}

use handlers::*;
use kernel::StartupError;
use kernel::program::{{self, Handlers}};

const HANDLERS: Handlers = &[{entries}];

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), StartupError> {{
    program::run(HANDLERS).await
}}
"
    )
}

#[test]
fn the_generated_programs_have_all_handlers() {
    let mut services = 0;
    for service in fs::read_dir(root().join("functions")).unwrap() {
        let service = service.unwrap().file_name().into_string().unwrap();
        generated(&format!("functions/{service}/src/main.rs"), &program(&service, &handlers(&service)));
        services += 1;
    }
    assert_eq!(services, 8);
}
