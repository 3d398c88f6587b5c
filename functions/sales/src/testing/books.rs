//! The books of a shop, for tests: what its sales, its stock and its movements say, and what has to be true of them
//! together whatever happened.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter;

use inventory::Stock;
use inventory::inbox::sales::on_sale_event;
use inventory::movement::{Kind, Movement};
use inventory::stock::StockItem;
use kernel::clock;
use messaging::{Event, To};
use testing::{Cloud, publish};

use crate::events::Routes;
use crate::line::SaleLine;
use crate::open_sales::OpenSales;
use crate::sale::Sale;
use crate::status::Status;

/// All items of the tables of sales and of inventory, read while nobody writes.
pub struct Books {
    pub sales: Vec<Sale>,
    pub stock: Vec<StockItem>,
    pub movements: Vec<Movement>,
    pub open: Vec<OpenSales>,
}

impl Books {
    /// Reads them.
    ///
    /// # Panics
    /// When an item cannot be read.
    pub async fn of(cloud: &Cloud) -> Self {
        let sales = cloud.items("SalesTable").await.into_iter().map(|item| dynamo::from_item(item).unwrap());
        let open = cloud.items("OpenSalesTable").await.into_iter().map(|item| dynamo::from_item(item).unwrap());
        let (sales, open) = (sales.collect(), open.collect());
        let mut books = Self { sales, stock: Vec::new(), movements: Vec::new(), open };
        for item in cloud.items("InventoryTable").await {
            match item["sk"].as_s().unwrap().as_str() {
                "stock" => books.stock.push(dynamo::from_item(item).unwrap()),
                "level" => {}
                _ => books.movements.push(dynamo::from_item(item).unwrap()),
            }
        }
        books
    }

    /// Checks what is true at every moment. Each sale is consistent and took each step of its life once; of each
    /// product there is what was booked, less the pieces of the sales that have taken some, and never less than nothing.
    ///
    /// # Panics
    /// When one of these is not true.
    pub fn check(&self, when: &str) {
        self.sales.iter().for_each(|sale| check(sale, when));
        self.check_open(when);
        let (mut booked, mut taken, mut sold) = (HashMap::new(), HashMap::new(), BTreeSet::new());
        for movement in self.movements.iter().filter(|movement| !of_sale(movement)) {
            *booked.entry(&movement.product_id).or_insert(0) += movement.quantity;
        }
        for (sale, line) in self.lines() {
            *taken.entry(&line.product_id).or_insert(0) += pieces(sale, line);
            sold.extend(sale.total.is_some().then_some(&line.product_id));
        }
        let of = |pieces: &HashMap<&String, i64>, id| pieces.get(id).copied().unwrap_or_default();
        for item in &self.stock {
            let id = &item.product_id;
            assert!(item.available >= 0, "{when}: less than nothing of {id}");
            assert_eq!(item.available, of(&booked, id) - of(&taken, id), "{when}: booked less taken of {id}");
            assert!(item.sold || !sold.contains(id), "{when}: {id} was sold");
        }
        let known: BTreeSet<_> = self.stock.iter().map(|item| &item.product_id).collect();
        assert!(booked.keys().all(|id| known.contains(id)), "{when}: movements without a stock item");
    }

    /// Each customer has the sales open that are confirmed and not shipped, and their pieces.
    fn check_open(&self, when: &str) {
        let mut expected: BTreeMap<&str, (u64, BTreeMap<&str, i64>)> = BTreeMap::new();
        for (sale, line) in self.lines().filter(|(sale, _)| sale.status == Status::Confirmed) {
            let (_, pieces) = expected.entry(&sale.customer_id).or_default();
            *pieces.entry(&line.product_id).or_default() += line.quantity;
        }
        for sale in &self.sales {
            assert_eq!(sale.counted, sale.status == Status::Confirmed, "{when}: {sale:?}");
            expected.entry(&sale.customer_id).or_default().0 += u64::from(sale.counted);
        }
        for open in &self.open {
            let pieces = open.pieces.iter().map(|(id, pieces)| (id.as_str(), *pieces)).collect();
            let expected = expected.remove(open.customer_id.as_str()).unwrap_or_default();
            assert_eq!((open.sales, pieces), expected, "{when}: what {} has open", open.customer_id);
        }
        assert!(
            expected.values().all(|(sales, _)| *sales == 0),
            "{when}: open sales that are not counted: {expected:?}"
        );
    }

    /// Checks what is true when inventory has had the events of all sales ([`Books::events`]), too: the sum of a product's
    /// movements is its stock, and each sale has its movements once.
    ///
    /// # Panics
    /// When one of these is not true.
    pub fn check_with_movements(&self, when: &str) {
        self.check(when);
        let (mut sums, mut of_sales) = (HashMap::new(), HashMap::<_, (i64, i64)>::new());
        for movement in &self.movements {
            *sums.entry(&movement.product_id).or_insert(0) += movement.quantity;
            let (steps, pieces) = of_sales.entry((movement.reference.as_ref(), &movement.product_id)).or_default();
            *pieces += movement.quantity;
            *steps += i64::from(movement.kind == Kind::Sale) - i64::from(movement.kind == Kind::Cancellation);
        }
        for item in &self.stock {
            let sum = sums.get(&item.product_id).copied().unwrap_or_default();
            assert_eq!(item.available, sum, "{when}: the sum of the movements of {}", item.product_id);
        }
        for (sale, line) in self.lines() {
            let found = of_sales.remove(&(Some(&sale.number), &line.product_id)).unwrap_or_default();
            let expected = i64::from(sale.status.has_taken_stock());
            assert_eq!(found, (expected, -pieces(sale, line)), "{when}: the movements of {sale:?}");
        }
        // What is left is of no sale, or of one that was cancelled and deleted.
        assert!(of_sales.values().all(|(steps, _)| *steps == 0), "{when}: movements of sales that were not made");
    }

    /// The events of all sales that inventory handles.
    ///
    /// # Panics
    /// When a later step of a sale does not sort after an earlier one.
    pub fn events(&self) -> Vec<Event> {
        self.sales.iter().flat_map(events).collect()
    }

    fn lines(&self) -> impl Iterator<Item = (&Sale, &SaleLine)> {
        self.sales.iter().flat_map(|sale| sale.lines.iter().map(move |line| (sale, line)))
    }
}

/// The events of a sale that inventory handles: what the publisher makes of each of its versions, in order.
///
/// # Panics
/// When a later step does not sort after an earlier one.
pub fn events(sale: &Sale) -> Vec<Event> {
    let steps = life(sale);
    let before = iter::once(None).chain(steps.iter().map(Some));
    let mut events: Vec<Event> = before.zip(&steps).flat_map(|(before, step)| published(before, step)).collect();
    assert!(events.is_sorted_by(|one, next| one.sequence < next.sequence), "{events:?}");
    events.retain(|event| ["sale.confirmed", "sale.cancelled"].contains(&event.event_type.name()));
    events
}

/// What the publisher sends to the topic; without the sale before when it is new, or republished.
pub fn published(before: Option<&Sale>, sale: &Sale) -> Vec<Event> {
    let [requests, replies, deadlines] = ["requests", "replies", "deadlines"].map(str::to_owned);
    let routes = Routes { requests, replies, deadlines, deadline_seconds: 300 };
    let messages = publish(before, sale, |change| routes.messages(change, clock::now()));
    messages.into_iter().filter(|message| message.to == To::Topic).map(|message| message.event).collect()
}

/// Handles the events of all sales, the latest first and one twice, and checks what has to be true then.
///
/// # Panics
/// When an event cannot be handled, or something is not true.
pub async fn close(cloud: &Cloud, stock: &Stock, when: &str) {
    let books = Books::of(cloud).await;
    books.check(when);
    let events = books.events();
    for event in events.iter().rev().chain(events.last()) {
        on_sale_event(stock, event).await.unwrap();
    }
    Books::of(cloud).await.check_with_movements(when);
}

/// How many pieces of a line are out of stock.
fn pieces(sale: &Sale, line: &SaleLine) -> i64 {
    if sale.status.has_taken_stock() { line.quantity } else { 0 }
}

fn of_sale(movement: &Movement) -> bool {
    matches!(movement.kind, Kind::Sale | Kind::Cancellation)
}

/// Checks a sale by itself, at any moment: its total is the sum of its lines, it has what its state has, and its
/// version counts the steps that lead there, each once.
///
/// # Panics
/// When one of these is not true.
pub fn check(sale: &Sale, when: &str) {
    let total = sale.lines.iter().map(SaleLine::total).sum::<Option<i64>>();
    assert_eq!(sale.total.as_ref().map(|total| total.amount), total, "{when}: the total of {sale:?}");
    let (sold, status) = (sale.total.is_some(), sale.status);
    assert!(
        if sold { status.is_void() || status.has_taken_stock() } else { !status.has_taken_stock() },
        "{when}: {sale:?}"
    );
    assert_eq!(sale.rejection.is_some(), status == Status::Rejected, "{when}: {sale:?}");
    assert_eq!(sale.cancelled_by.is_some(), status == Status::Cancelled, "{when}: {sale:?}");
    assert_eq!(life(sale).last().map(|step| step.version), Some(sale.version), "{when}: the steps of {sale:?}");
    let products: BTreeSet<_> = sale.lines.iter().map(|line| &line.product_id).collect();
    assert_eq!(products.len(), sale.lines.len(), "{when}: a product is in one line of {sale:?}");
}

/// A sale as it was after each step of its life.
fn life(sale: &Sale) -> Vec<Sale> {
    let mut steps = Vec::new();
    steps.extend(sale.answered_pending.then_some(Status::Pending));
    steps.extend(sale.total.as_ref().map(|_| Status::Confirmed));
    steps.extend((sale.status == Status::Delivered).then_some(Status::Shipped));
    steps.extend((!steps.contains(&sale.status)).then_some(sale.status));
    let was = |(step, status): (usize, Status)| {
        let version = u64::try_from(step).unwrap() + 1;
        if status == sale.status {
            return Sale { version, ..sale.clone() };
        }
        let mut was = Sale { status, version, cancelled_by: None, rejection: None, ..sale.clone() };
        was.updated_at = was.created_at;
        if status == Status::Pending {
            was.total = None;
            was.lines.iter_mut().for_each(|line| line.sold = None);
        }
        was
    };
    steps.into_iter().enumerate().map(was).collect()
}
