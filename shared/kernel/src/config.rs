//! Configuration: environment variables, read once at start-up, typed, each missing one named.

use std::env;
use std::fmt;
use std::str::FromStr;

/// Why a function cannot start. Lambda logs it; no request is ever answered with it.
pub struct StartupError(pub String);

impl fmt::Display for StartupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `main` prints a start-up error by `Debug`: the sentence is what the reader needs.
impl fmt::Debug for StartupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for StartupError {}

/// The value of an environment variable that has to be there.
///
/// # Errors
/// Names the variable when it is missing, empty, or not what `T` reads.
pub fn required<T: FromStr<Err: fmt::Display>>(name: &str) -> Result<T, StartupError> {
    optional(name)?.ok_or_else(|| StartupError(format!("environment variable {name} is not set")))
}

/// The value of an environment variable that may be missing or empty.
///
/// # Errors
/// Names the variable when its value is not what `T` reads.
pub fn optional<T: FromStr<Err: fmt::Display>>(name: &str) -> Result<Option<T>, StartupError> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => match value.parse() {
            Ok(parsed) => Ok(Some(parsed)),
            Err(error) => Err(StartupError(format!("environment variable {name} cannot be read: {error}"))),
        },
        Err(env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(StartupError(format!("environment variable {name} cannot be read: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = required::<String>("ZOCO_NO_SUCH_VARIABLE").map_err(|error| error.to_string());
        assert_eq!(error, Err("environment variable ZOCO_NO_SUCH_VARIABLE is not set".to_owned()));
    }

    #[test]
    fn a_variable_of_the_wrong_kind_is_named() {
        let error = required::<u16>("CARGO_MANIFEST_DIR").map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("CARGO_MANIFEST_DIR cannot be read")));
    }
}
