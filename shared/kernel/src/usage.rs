//! What a piece of work costs at DynamoDB: round trips (retries included) and capacity units. The store's client adds
//! each call's consumption to the work that is under way (`dynamo`), so no store has to remember to.

use std::cell::RefCell;
use std::future::Future;

/// What a request cost. Units as DynamoDB counts them, indexes included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Calls sent, retries included.
    pub calls: u32,
    pub read_units: f64,
    pub write_units: f64,
    /// The part of `write_units` that went to indexes.
    pub index_write_units: f64,
}

tokio::task_local! {
    static USAGE: RefCell<Usage>;
}

/// Measures a piece of work.
pub struct Meter;

impl Meter {
    /// Does the work and says what it used. Work outside of any measurement is not counted.
    pub async fn measure<T>(work: impl Future<Output = T>) -> (T, Usage) {
        USAGE
            .scope(RefCell::default(), async {
                let result = work.await;
                (result, USAGE.with(|usage| *usage.borrow()))
            })
            .await
    }

    /// Adds to what the present work used; outside of a measurement there is nothing to add to.
    pub fn add(change: impl FnOnce(&mut Usage)) {
        USAGE.try_with(|usage| change(&mut usage.borrow_mut())).unwrap_or_default();
    }
}
