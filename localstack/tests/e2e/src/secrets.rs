//! What must never be in a log: every password, token, e-mail address and national id that the tests send or
//! receive is noted in a file, and `make test` looks for each of them in all that the functions logged.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;

use serde_json::Value;

const NAMES: [&str; 8] =
    ["password", "currentPassword", "newPassword", "accessToken", "refreshToken", "email", "nationalId", "displayName"];

/// Notes the secrets in a document.
pub fn note(document: &str) {
    let Ok(path) = env::var("ZOCO_TEST_SECRETS") else { return };
    let Ok(document) = serde_json::from_str::<Value>(document) else { return };
    let mut found = Vec::new();
    collect(&document, &mut found);
    if !found.is_empty() {
        let lines = found.iter().map(|secret| secret.replace('\n', " ") + "\n").collect::<String>();
        // In one write, so that lines of tests that run at once do not mix.
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(lines.as_bytes()).unwrap();
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    // Shorter ones, such as `x`, are in any text.
                    Value::String(text) if NAMES.contains(&name.as_str()) && text.len() >= 8 => {
                        found.push(text.clone())
                    }
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
