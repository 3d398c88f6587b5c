//! Looking at a segment of the tables, and again at what differs: a shop goes on selling while it is audited, and
//! the ledger follows its sales by events, so what differs at first is looked at until it has settled.

use std::collections::HashSet;
use std::time::Duration;

use identity::store::Directory;
use inventory::Stock;
use jiff::SignedDuration;
use sales::Sales;
use sales::sale::Sale;
use serde::Serialize;
use shared::clock::{self, Timestamp};
use shared::store::Segment;
use shared::{Error, StartupError};

use crate::rules::{Difference, movements, of_product, of_sale};

/// The most products and sales that are looked at again, and told of.
const MOST: usize = 1_000;

/// How long is waited for what may still settle.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often something is looked at again.
    pub looks: usize,
    pub pause: Duration,
    /// What was changed more recently is not judged: the next audit does that.
    pub fresh: SignedDuration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { looks: 5, pause: Duration::from_secs(2), fresh: SignedDuration::from_secs(60) }
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

/// What differed at first sight.
#[derive(Clone)]
enum Suspect {
    Product(String),
    Sale(String),
}

/// What still differs on another look.
struct Look {
    suspect: Suspect,
    differences: Vec<Difference>,
    changed_at: Option<Timestamp>,
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
        let differing = books.iter().filter(|(id, books)| of_product(id, books).is_some());
        let mut suspects: Vec<Suspect> = differing.map(|(id, _)| Suspect::Product(id.clone())).collect();
        drop(books);
        let mut pages = self.sales.segment(segment);
        while let Some(sales) = Sales::read_page(&mut pages).await? {
            report.sales += sales.len();
            let differing = self.differences(&sales).await?.into_iter().map(|difference| difference.id);
            suspects.extend(differing.collect::<HashSet<_>>().into_iter().map(Suspect::Sale));
            tracing::info!(sales = report.sales, suspects = suspects.len(), "audit");
        }
        report.more = suspects.len().saturating_sub(MOST);
        suspects.truncate(MOST);
        self.settle(suspects, &mut report).await?;
        Ok(report)
    }

    /// What is wrong with some sales: one batch read for each 100 of their movements and of their customers.
    async fn differences(&self, sales: &[Sale]) -> Result<Vec<Difference>, Error> {
        let wanted: Vec<_> = sales.iter().flat_map(movements).collect();
        let entered = self.stock.entered(&wanted).await?;
        let known = self.directory.known(&sales.iter().map(|sale| sale.customer_id.as_str()).collect()).await?;
        let of = |sale: &Sale| of_sale(sale, &entered, known.contains(sale.customer_id.as_str()));
        Ok(sales.iter().flat_map(of).collect())
    }

    /// Looks again at what differed until it no longer does, or patience is at its end.
    async fn settle(&self, mut suspects: Vec<Suspect>, report: &mut Report) -> Result<(), Error> {
        let mut differing = Vec::new();
        for _ in 0..self.patience.looks {
            if suspects.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(self.patience.pause).await;
            differing.clear();
            for suspect in suspects.drain(..) {
                let look = self.look(suspect).await?;
                differing.extend((!look.differences.is_empty()).then_some(look));
            }
            suspects.extend(differing.iter().map(|look| look.suspect.clone()));
        }
        for Look { suspect: Suspect::Product(id) | Suspect::Sale(id), differences, changed_at } in differing {
            let fresh =
                changed_at.is_some_and(|changed_at| clock::now().duration_since(changed_at) < self.patience.fresh);
            match fresh {
                true => report.unsettled.push(id),
                false => report.differences.extend(differences),
            }
        }
        Ok(())
    }

    async fn look(&self, suspect: Suspect) -> Result<Look, Error> {
        let (differences, changed_at) = match &suspect {
            Suspect::Product(id) => {
                let books = self.stock.books_of(id).await?;
                (of_product(id, &books).into_iter().collect(), books.changed_at)
            }
            Suspect::Sale(id) => match self.sales.get(id).await? {
                // Deleted meanwhile.
                None => (Vec::new(), None),
                Some(sale) => (self.differences(std::slice::from_ref(&sale)).await?, Some(sale.updated_at)),
            },
        };
        Ok(Look { suspect, differences, changed_at })
    }
}
