//! `template.yaml`, as tests read it.

use std::sync::LazyLock;

use serde_yaml_ng::Value;

/// `template.yaml`, its CloudFormation tags included. Read once: it is long, and proofs start many clouds.
///
/// # Panics
/// When it cannot be read.
pub fn template() -> &'static Value {
    static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        let mut template: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        template.apply_merge().unwrap();
        template
    });
    &TEMPLATE
}
