//! Why a sale was rejected: what `POST /purchases` would have answered.

use contracts::sales::{Reason, Rejection};
use kernel::Error;
use kernel::error::Fault;

/// The rejection of an order by its refusal.
pub fn rejection(refusal: Error) -> Rejection {
    let reason = |fault: Fault| Reason { detail: fault.detail, meta: fault.meta };
    let reasons = refusal.faults.into_iter().map(reason).collect();
    Rejection { code: refusal.code.to_owned(), title: refusal.title.to_owned(), reasons }
}
