//! The later life of a sale: shipped, delivered, cancelled. What a cancelled sale had taken is back in the same
//! transaction, so exactly once.

use access::audit_log;
use dynamo::{Attempts, Written};
use inventory::Stock;
use kernel::caller::Caller;
use kernel::clock::Timestamp;
use kernel::replay::Stored;
use kernel::{Error, StartupError};

use crate::sale::AUDITED;
use crate::sale::Sale;
use crate::status::Status;
use crate::store::unknown;
use crate::{OpenSalesTable, Sales};

/// All that a change of state works on.
pub struct ChangeStatus {
    pub sales: Sales,
    pub open_sales: OpenSalesTable,
    pub stock: Stock,
}

impl ChangeStatus {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let sales = Sales::from_env().await?;
        let stock = Stock::from_env_with(sales.client())?;
        let open_sales = OpenSalesTable::from_env_with(sales.client())?;
        Ok(Self { sales, open_sales, stock })
    }

    /// Moves a sale to the state that the caller wants, if `allow` does not refuse its version. One read, one
    /// transaction: of the sale, and of the stock items that a cancellation fills up. A sale that was open until now is
    /// one read and one part more: it no longer counts among what its customer has open.
    ///
    /// # Errors
    /// `NotFound` for a sale that is not there or not theirs · what `allow` says · as [`Sale::moved`] ·
    /// `Unavailable` when others keep writing, or DynamoDB does not answer.
    pub async fn run(
        &self,
        id: &str,
        to: Status,
        caller: &Caller,
        allow: impl Fn(&Sale) -> Result<(), Error>,
        now: Timestamp,
    ) -> Result<Sale, Error> {
        let mut attempts = Attempts::of("the sale");
        loop {
            attempts.next().await?;
            let stored = self.sales.get_stored(id).await?.filter(|stored| stored.value.may_be_read_by(caller));
            let Stored { value: sale, fingerprint } = stored.ok_or_else(unknown)?;
            allow(&sale)?;
            let moved = sale.clone().moved(to, caller, now)?;
            let back = sale.status.has_taken_stock() && !moved.status.has_taken_stock();
            let back = sale.lines.iter().filter(|_| back);
            let back = back.map(|line| self.stock.give_back(&line.product_id, line.quantity, now));
            let back = back.collect::<Result<Vec<_>, _>>()?;
            let parts = back.len();
            let closed = match sale.counted {
                true => Some(self.open_sales.get(&sale.customer_id).await?.without(&sale.lines)),
                false => None,
            };
            let closed = closed.map(|open| self.open_sales.put_part(&open)).transpose()?;
            let entry = audit_log::entry(Some(&sale), Some(&moved), &AUDITED)?;
            match self.sales.decide(&moved, &fingerprint, back, closed.into_iter().chain(entry)).await? {
                Written::Done(()) => return Ok(moved),
                // The parts after those of the stock: the sale, and what its customer has open.
                Written::Refused(refused) if refused.part(parts) || refused.part(parts + 1) => {}
                Written::Refused(_) => return Err(Error::internal("a stock item that was sold from does not exist")),
            }
        }
    }
}
