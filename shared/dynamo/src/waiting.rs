//! How long is waited before something is tried again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How long transactions of others are waited for.
pub fn patience() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(250))
        .with_max_times(8)
        .with_jitter()
}

/// Waits before another attempt, longer before each, and not all callers alike: 0, then 10 to 20 milliseconds, 20 to
/// 40, … up to a second.
pub async fn back_off(attempt: usize) {
    let waits = ExponentialBuilder::default().with_min_delay(Duration::from_millis(10)).with_max_times(attempt);
    let waits = waits.with_max_delay(Duration::from_millis(500)).with_jitter().build();
    if let Some(wait) = waits.last() {
        tokio::time::sleep(wait).await;
    }
}
