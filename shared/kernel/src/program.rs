//! A service's program: one handler for each of its functions, chosen by the name that Lambda gives in `_HANDLER`.

use std::future::Future;
use std::pin::Pin;

use crate::config::{self, StartupError};

/// A running handler: it opens what it needs, then serves until Lambda ends the environment.
pub type Started = Pin<Box<dyn Future<Output = Result<(), StartupError>>>>;

/// The handlers of a program by their names: the template's `Handler`, `get-sale`.
pub type Handlers = &'static [(&'static str, fn() -> Started)];

/// Starts the handler that `_HANDLER` names, and nothing of the others.
///
/// # Errors
/// When `_HANDLER` names none of them, with their names; when the handler cannot start.
pub async fn run(handlers: Handlers) -> Result<(), StartupError> {
    find(handlers, config::optional::<String>("_HANDLER")?.as_deref())?().await
}

fn find(handlers: Handlers, name: Option<&str>) -> Result<fn() -> Started, StartupError> {
    let found = handlers.iter().find(|(known, _)| Some(*known) == name);
    found.map(|(_, start)| *start).ok_or_else(|| {
        let names: Vec<&str> = handlers.iter().map(|(known, _)| *known).collect();
        let asked = name.map_or_else(|| "_HANDLER is not set".to_owned(), |name| format!("there is no handler {name}"));
        StartupError(format!("{asked}: the handlers of this program are {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDLERS: Handlers = &[
        ("get-sale", || Box::pin(async { Ok(()) })),
        ("list-sales", || Box::pin(async { Err(StartupError("the other".to_owned())) })),
    ];

    #[tokio::test]
    async fn the_named_handler_is_started_and_no_other() {
        assert!(find(HANDLERS, Some("get-sale")).unwrap()().await.is_ok());
        assert_eq!(find(HANDLERS, Some("list-sales")).unwrap()().await.unwrap_err().0, "the other");
    }

    #[test]
    fn a_handler_that_is_missing_or_unknown_ends_the_start_with_the_names_of_all() {
        for (name, asked) in [(None, "_HANDLER is not set"), (Some("bootstrap"), "there is no handler bootstrap")] {
            let error = find(HANDLERS, name).map(|_| ()).unwrap_err();
            assert_eq!(error.0, format!("{asked}: the handlers of this program are get-sale, list-sales"));
        }
    }
}
