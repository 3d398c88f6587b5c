//! Looking at a segment of the tables, and again at what differs: the shop sells while it is audited, and
//! movements of sales follow by events. So a difference is looked at again until it has settled.

use std::slice::from_ref;
use std::time::Duration;

use dynamo::Segment;
use identity::store::Directory;
use inventory::Stock;
use inventory::store::Books;
use jiff::SignedDuration;
use kernel::clock::{self, Timestamp};
use kernel::{Error, StartupError};
use sales::Sales;
use sales::sale::Sale;
use serde::Serialize;

use crate::rules::{Difference, movements, of_product, of_sale};

/// The most products and sales that are looked at again and reported.
const MOST: usize = 1_000;

/// A product with more movements than these is looked at again once: it takes a while, and its readings are shared with
/// those of who buys it.
const LONG: u64 = 10_000;

/// How long is waited for what may still settle.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often something is looked at again.
    pub looks: usize,
    pub pause: Duration,
    /// What was changed more recently is not judged: the next audit does that. Longer than a message about movements
    /// takes that has to be tried again.
    pub fresh: SignedDuration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { looks: 5, pause: Duration::from_secs(2), fresh: SignedDuration::from_mins(15) }
    }
}

/// All that an audit reads.
pub struct Audit {
    pub stock: Stock,
    pub sales: Sales,
    pub directory: Directory,
    pub patience: Patience,
}

/// What an audit of a segment found.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub products: usize,
    pub movements: u64,
    pub sales: usize,
    pub differences: Vec<Difference>,
    /// Products and sales that differ and were changed so recently that they are not judged.
    pub unsettled: Vec<String>,
    /// How many more differ at first sight, past the first thousand.
    pub more: usize,
}

/// Something that differs.
struct Suspect {
    what: What,
    differences: Vec<Difference>,
    /// Whether it was changed a moment ago.
    fresh: bool,
}

#[derive(Clone)]
enum What {
    Product { id: String, movements: u64 },
    Sale(String),
}

impl Audit {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let stock = Stock::from_env().await?;
        let sales = Sales::from_env_with(stock.client())?;
        let directory = Directory::from_env_with(stock.client())?;
        Ok(Self { stock, sales, directory, patience: Patience::default() })
    }

    /// Audits a segment of the products and one of the sales.
    ///
    /// # Errors
    /// When a table does not answer, or an item cannot be read.
    pub async fn segment(&self, segment: Segment) -> Result<Report, Error> {
        let books = self.stock.books(segment).await?;
        let mut report = Report {
            products: books.len(),
            movements: books.values().map(|books| books.movements).sum(),
            ..Report::default()
        };
        let mut suspects: Vec<Suspect> = books.iter().filter_map(|(id, books)| self.product(id, books)).collect();
        drop(books);
        let mut pages = self.sales.segment(segment);
        while let Some(sales) = Sales::read_page(&mut pages).await? {
            report.sales += sales.len();
            suspects.extend(self.suspected(&sales).await?);
            tracing::info!(sales = report.sales, suspects = suspects.len(), "audit");
        }
        // What has had time to settle first.
        suspects.sort_by_key(|suspect| suspect.fresh);
        let more = suspects.split_off(suspects.len().min(MOST));
        report.more = more.iter().filter(|suspect| !suspect.fresh).count();
        for Suspect { what, differences, fresh } in self.settled(suspects).await? {
            match (fresh, what) {
                (true, What::Product { id, .. } | What::Sale(id)) => report.unsettled.push(id),
                (false, _) => report.differences.extend(differences),
            }
        }
        Ok(report)
    }

    /// What still differs after it was looked at again, as often as patience says.
    async fn settled(&self, mut suspects: Vec<Suspect>) -> Result<Vec<Suspect>, Error> {
        for look in 0..self.patience.looks {
            if suspects.is_empty() {
                break;
            }
            tokio::time::sleep(self.patience.pause).await;
            let mut differing = Vec::new();
            for suspect in suspects {
                let is_long = matches!(suspect.what, What::Product { movements: LONG.., .. });
                match is_long && look > 0 {
                    true => differing.push(suspect),
                    false => differing.extend(self.look(&suspect.what).await?),
                }
            }
            suspects = differing;
        }
        Ok(suspects)
    }

    /// Looks again at something: whether it differs.
    async fn look(&self, what: &What) -> Result<Option<Suspect>, Error> {
        match what {
            What::Product { id, .. } => Ok(self.product(id, &self.stock.books_of(id).await?)),
            What::Sale(id) => match self.sales.get(id).await? {
                // Deleted meanwhile.
                None => Ok(None),
                Some(sale) => Ok(self.suspected(from_ref(&sale)).await?.pop()),
            },
        }
    }

    fn product(&self, id: &str, books: &Books) -> Option<Suspect> {
        let differences = vec![of_product(id, books)?];
        let what = What::Product { id: id.to_owned(), movements: books.movements };
        Some(Suspect { what, differences, fresh: books.changed_at.is_some_and(|at| self.is_fresh(at)) })
    }

    /// Those of some sales that differ: one batch read for each 100 of their movements and of their customers.
    async fn suspected(&self, sales: &[Sale]) -> Result<Vec<Suspect>, Error> {
        let wanted: Vec<_> = sales.iter().flat_map(movements).collect();
        let entered = self.stock.entered(&wanted).await?;
        let known = self.directory.known(&sales.iter().map(|sale| sale.customer_id.as_str()).collect()).await?;
        let suspected = sales.iter().filter_map(|sale| {
            let differences = of_sale(sale, &entered, known.contains(sale.customer_id.as_str()));
            let (what, fresh) = (What::Sale(sale.id.clone()), self.is_fresh(sale.updated_at));
            (!differences.is_empty()).then_some(Suspect { what, differences, fresh })
        });
        Ok(suspected.collect())
    }

    fn is_fresh(&self, changed_at: Timestamp) -> bool {
        clock::now().duration_since(changed_at) < self.patience.fresh
    }
}
