//! The correlation id: the id of the HTTP request that began it all. It is in log lines, in the
//! items a request writes, and so in the events that follow from them, through every hop.

use std::future::Future;

tokio::task_local! {
    static CORRELATION: String;
}

/// What a client may send to have its own id used, and what calls between services carry.
pub const HEADER: &str = "x-correlation-id";

/// Does some work under a correlation id.
pub async fn within<T>(id: String, work: impl Future<Output = T>) -> T {
    CORRELATION.scope(id, work).await
}

/// The id of what is being worked on; empty outside of any.
pub fn current() -> String {
    CORRELATION.try_with(Clone::clone).unwrap_or_default()
}

/// Whether a text can be a correlation id: 1 to 64 letters, digits, `-`, `_`, `.` and `=`.
pub fn is_sound(id: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte);
    (1..=64).contains(&id.len()) && id.bytes().all(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_id_is_known_within_the_work_and_nowhere_else() {
        assert_eq!(within("r-1".to_owned(), async { current() }).await, "r-1");
        assert_eq!(current(), "");
    }

    #[test]
    fn an_id_that_could_forge_a_log_line_is_not_taken() {
        assert!(is_sound("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"));
        for id in ["", "a b", "a\nb", "é", &"x".repeat(65)] {
            assert!(!is_sound(id), "{id}");
        }
    }
}
