//! The later life of a sale: shipped, delivered, cancelled. What a cancelled sale had taken is back in the same
//! transaction, so exactly once.

use inventory::Stock;
use shared::auth::Caller;
use shared::clock::Timestamp;
use shared::idempotency::Stored;
use shared::{Error, StartupError, store};

use crate::Sales;
use crate::sale::Sale;
use crate::status::Status;
use crate::store::{ATTEMPTS, unknown};

/// All that a change of state works on.
pub struct Transitions {
    pub sales: Sales,
    pub stock: Stock,
}

impl Transitions {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let sales = Sales::from_env().await?;
        let stock = Stock::from_env_with(sales.client())?;
        Ok(Self { sales, stock })
    }

    /// Moves a sale to the state that the caller wants, if `allow` does not refuse its version. One read, one
    /// transaction: of the sale alone, and of the stock items that a cancellation fills up.
    ///
    /// # Errors
    /// `NotFound` for a sale that is not there or not theirs · what `allow` says · as [`Sale::moved`] ·
    /// `Unavailable` when others keep writing, or DynamoDB does not answer.
    pub async fn apply(
        &self,
        id: &str,
        to: Status,
        caller: &Caller,
        allow: impl Fn(&Sale) -> Result<(), Error>,
        now: Timestamp,
    ) -> Result<Sale, Error> {
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let held = self.sales.held(id).await?.filter(|held| held.value.may_be_read_by(caller));
            let Stored { value: sale, fingerprint } = held.ok_or_else(unknown)?;
            allow(&sale)?;
            let moved = sale.clone().moved(to, caller, now)?;
            let back = sale.status.holds_pieces() && !moved.status.holds_pieces();
            let back = sale.lines.iter().filter(|_| back);
            let back = back.map(|line| self.stock.give_back(&line.product_id, line.quantity, now));
            let back = back.collect::<Result<Vec<_>, _>>()?;
            let parts = back.len();
            match self.sales.decide(&moved, &fingerprint, back).await? {
                Ok(()) => return Ok(moved),
                Err(refused) if refused.part(parts) => {}
                Err(_) => return Err(Error::internal("a stock item that was sold from is gone")),
            }
        }
        Err(Error::unavailable("the sale kept changing"))
    }
}
