//! Optimistic writes: a write whose condition fails because somebody else wrote in between is tried again from its read.

use kernel::error::Error;

use crate::waiting::back_off;

/// How often something is tried before the answer is 503.
pub const LAST_ATTEMPT: usize = 8;

/// Counts the attempts at a change, and waits before each but the first.
///
/// ```ignore
/// let mut attempts = Attempts::of("the product");
/// loop {
///     attempts.next().await?;
///     // read, decide, write on condition that nothing changed; return when that succeeds
/// }
/// ```
pub struct Attempts {
    what: &'static str,
    begun: usize,
}

impl Attempts {
    /// Attempts at a change of something, which is named for the log: `the product`.
    pub fn of(what: &'static str) -> Self {
        Self { what, begun: 0 }
    }

    /// Begins another attempt, after a wait that grows.
    ///
    /// # Errors
    /// `Unavailable` when others were faster every time.
    pub async fn next(&mut self) -> Result<(), Error> {
        if self.begun == LAST_ATTEMPT {
            return Err(Error::unavailable(format!("{} kept changing", self.what)));
        }
        back_off(self.begun).await;
        self.begun += 1;
        Ok(())
    }

    /// Whether the present attempt is not the first: then an earlier one may have succeeded, its answer lost.
    pub fn is_repeated(&self) -> bool {
        self.begun > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_change_is_tried_eight_times_and_then_the_error_names_what_kept_changing() {
        let mut attempts = Attempts::of("the cart");
        for number in 0..LAST_ATTEMPT {
            attempts.next().await.unwrap();
            assert_eq!(attempts.is_repeated(), number > 0);
        }
        assert_eq!(attempts.next().await.unwrap_err().reason(), "the cart kept changing");
    }
}
