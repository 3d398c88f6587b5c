//! What is done to sales and stock, each as its function does it, for the proofs that break, disturb and interleave
//! everything.

use dynamo::Client;
use inventory::adjust_stock::adjust;
use inventory::inbox::sales::on_sale_event;
use inventory::movement::Movement;
use inventory::snapshot::Snapshot;
use inventory::testing::{CatalogStandIn, cup, receipt};
use kernel::caller::{Caller, Role};
use kernel::clock::{self, Timestamp};
use kernel::error::Kind;
use kernel::replay::Outcome;
use kernel::{Error, ids};
use messaging::Event;
use testing::{customer, usd};

use super::books::{Books, events};
use super::{Shop, buy, buy_at, change_status, decide_sale, purchases, stock};
use crate::sale::Sale;
use crate::status::Status;
use crate::{Sales, decide_sale as deciding};

/// A shop in which what is done meets: of the first product there are 3 pieces, and everybody wants 3.
pub struct Scene {
    pub shop: Shop,
    /// A sale to be decided, and what catalog answers for it.
    pub pending: String,
    pub answer: Event,
    /// Its deadline.
    pub due: Event,
    /// A sale of 3 pieces, and its event.
    pub sold: String,
    pub event: Event,
    /// A sale that was cancelled.
    pub void: String,
    /// A product that only catalog knows.
    pub new_product: String,
}

impl Scene {
    /// Sets it up.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn new() -> Self {
        let shop = Shop::with(&[6, 9]).await;
        let void = buy(&shop.purchases, "ana", "void", &shop.order(&[(0, 1), (1, 1)])).await;
        let Ok(Outcome::Made(void)) = void else { panic!("{void:?}") };
        let ana = customer("ana");
        shop.change_status().run(&void.id, Status::Cancelled, &ana, |_| Ok(()), clock::now()).await.unwrap();
        let sold = buy(&shop.purchases, "ana", "sold", &shop.order(&[(0, 3), (1, 1)])).await;
        let Ok(Outcome::Made(sold)) = sold else { panic!("{sold:?}") };
        let event = events(&sold).remove(0);
        let pending = shop.orders(&[(0, 3), (1, 1)]).await;
        let answer = shop.answer(&pending, &cup(1)).await;
        let due = shop.due(&pending).await;
        Self { shop, pending, answer, due, sold: sold.id, event, void: void.id, new_product: ids::new() }
    }

    async fn sale(&self, id: &str) -> Option<Sale> {
        self.shop.sales().get(id).await.unwrap()
    }
}

/// Something that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Purchase,
    /// Of more than there is.
    PurchaseTooMuch,
    CreateSale,
    CompleteSale,
    ExpireSale,
    CancelSold,
    CancelPending,
    Ship,
    DeleteVoid,
    DeleteSold,
    Receive,
    TakeOut,
    /// Of a product that inventory knows nothing of.
    ReceiveNew,
    LearnNew,
    UpdateStock,
    Reprice,
    /// Handles the event of the confirmed sale.
    HandleSaleEvent,
}

impl Operation {
    /// All there are.
    pub const ALL: [Self; 17] = [
        Self::Purchase,
        Self::PurchaseTooMuch,
        Self::CreateSale,
        Self::CompleteSale,
        Self::ExpireSale,
        Self::CancelSold,
        Self::CancelPending,
        Self::Ship,
        Self::DeleteVoid,
        Self::DeleteSold,
        Self::Receive,
        Self::TakeOut,
        Self::ReceiveNew,
        Self::LearnNew,
        Self::UpdateStock,
        Self::Reprice,
        Self::HandleSaleEvent,
    ];

    /// Does it over a client, by a clock.
    ///
    /// # Errors
    /// Whatever its function would answer.
    pub async fn run(self, scene: &Scene, client: Client, now: Timestamp) -> Result<(), Error> {
        let (ana, eva) = (customer("ana"), Caller { role: Role::Staff, ..customer("eva") });
        let (sales, product) = (Sales::new(client.clone(), "SalesTable"), &scene.shop.products[0]);
        let moved = async |id: &str, to, who: &Caller| {
            change_status(client.clone()).run(id, to, who, |_| Ok(()), now).await.map(drop)
        };
        let booked = async |product: &str, quantity| {
            let movement = Movement { created_at: now, ..receipt(&format!("{self:?}"), product, quantity) };
            let catalog = CatalogStandIn::start(&[200]).await.catalog;
            adjust(&stock(client.clone()), &catalog, movement, "f").await.map(drop)
        };
        match self {
            Self::Purchase | Self::PurchaseTooMuch => {
                let pieces = if self == Self::Purchase { 3 } else { 7 };
                let order = scene.shop.order(&[(0, pieces), (1, 1)]);
                buy_at(&purchases(client).await, "ana", &format!("{self:?}"), &order, now).await.map(drop)
            }
            Self::CreateSale => {
                let sale = Sale::pending(&self.sale_id(), "ana", &scene.shop.order(&[(0, 3)]), now);
                sales.put_pending_sale(sale, "f").await.map(drop)
            }
            Self::CompleteSale => decide_sale(client).run(&scene.answer, now).await,
            Self::ExpireSale => deciding::expire(&sales, &scene.due, now).await,
            Self::CancelSold => moved(&scene.sold, Status::Cancelled, &ana).await,
            Self::CancelPending => moved(&scene.pending, Status::Cancelled, &ana).await,
            Self::Ship => moved(&scene.sold, Status::Shipped, &eva).await,
            Self::DeleteVoid => sales.delete(&scene.void, Sale::check_deletable).await,
            Self::DeleteSold => sales.delete(&scene.sold, Sale::check_deletable).await,
            Self::Receive => booked(product, 5).await,
            Self::TakeOut => booked(product, -3).await,
            Self::ReceiveNew => booked(&scene.new_product, 5).await,
            Self::LearnNew => stock(client).put_snapshot(&scene.new_product, &cup(2), now).await,
            Self::UpdateStock => stock(client).warn_at(product, Some(Some(4)), |_| Ok(()), now).await.map(drop),
            Self::Reprice => stock(client).put_snapshot(product, &Snapshot { price: usd(1_400), ..cup(2) }, now).await,
            Self::HandleSaleEvent => on_sale_event(&stock(client), &scene.event).await,
        }
    }

    /// Whether it took effect: it does so once, and nothing undoes it.
    ///
    /// # Panics
    /// When a table cannot be read.
    pub async fn is_done(self, scene: &Scene) -> bool {
        let status = async |id: &str| scene.sale(id).await.map(|sale| sale.status);
        let item = async |product: &str| scene.shop.stock().get(product).await.unwrap();
        let product = &scene.shop.products[0];
        match self {
            Self::Purchase | Self::PurchaseTooMuch | Self::CreateSale => scene.sale(&self.sale_id()).await.is_some(),
            Self::CompleteSale | Self::ExpireSale | Self::CancelPending => {
                status(&scene.pending).await != Some(Status::Pending)
            }
            Self::CancelSold => matches!(status(&scene.sold).await, None | Some(Status::Cancelled)),
            Self::Ship => status(&scene.sold).await == Some(Status::Shipped),
            Self::DeleteVoid => status(&scene.void).await.is_none(),
            Self::DeleteSold => status(&scene.sold).await.is_none(),
            Self::Receive | Self::TakeOut | Self::ReceiveNew => {
                let name = format!("{self:?}");
                Books::of(&scene.shop.cloud).await.movements.iter().any(|movement| movement.id == name)
            }
            Self::LearnNew => item(&scene.new_product).await.is_some_and(|item| item.product == Some(cup(2))),
            Self::UpdateStock => item(product).await.is_some_and(|item| item.low_stock_at == Some(4)),
            Self::Reprice => item(product).await.is_some_and(|item| item.product.unwrap().price == usd(1_400)),
            Self::HandleSaleEvent => {
                let number = scene.event.data["number"].as_str();
                Books::of(&scene.shop.cloud)
                    .await
                    .movements
                    .iter()
                    .any(|movement| movement.reference.as_deref() == number)
            }
        }
    }

    /// Whether it is refused when nobody else does anything.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::PurchaseTooMuch | Self::DeleteSold)
    }

    /// Whether this is an answer: done; a refusal that others, or the same done before, explain; or to be tried
    /// again, and when. Anything else is a defect.
    pub fn may_answer(self, answer: &Result<(), Error>) -> bool {
        let refusals: &[&str] = match self {
            Self::Purchase | Self::PurchaseTooMuch | Self::TakeOut => &["insufficient_stock"],
            Self::CancelSold | Self::CancelPending | Self::Ship | Self::DeleteVoid | Self::DeleteSold => {
                &["invalid_transition", "not_found"]
            }
            _ => &[],
        };
        match answer {
            Err(error) if error.kind == Kind::Unavailable => error.retry_after.is_some(),
            Err(error) => refusals.contains(&error.code),
            Ok(()) => true,
        }
    }

    fn sale_id(self) -> String {
        ids::derived(&["purchases", "ana", &format!("{self:?}")])
    }
}
