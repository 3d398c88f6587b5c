//! Why a sale was rejected.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::Error;
use shared::error::Fault;

/// Why a sale was rejected: what `POST /purchases` would have answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    pub code: String,
    pub title: String,
    pub reasons: Vec<Reason>,
}

/// One reason; `meta` has the facts for machines, such as `shortages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
}

impl Rejection {
    /// The refusal of an order.
    pub fn of(refusal: Error) -> Self {
        let reason = |fault: Fault| Reason { detail: fault.detail, meta: fault.meta };
        let reasons = refusal.faults.into_iter().map(reason).collect();
        Self { code: refusal.code.to_owned(), title: refusal.title.to_owned(), reasons }
    }
}
