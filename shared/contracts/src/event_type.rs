//! The types of events and messages by name.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The data of an event: which types of events carry it.
pub trait EventData: Serialize + DeserializeOwned {
    /// The types of events that have it.
    const TYPES: &'static [EventType];
}

/// Declares the types with their names and services, so that each stands in one line.
macro_rules! event_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal by $service:literal),+ $(,)?) => {
        /// What happened, or what is asked: the attribute `type` of an event, and the attribute `topic` of its message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventType {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
        }

        impl EventType {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name: `product.created`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The service that sends it.
            pub fn service(self) -> &'static str {
                match self { $(Self::$variant => $service,)+ }
            }
        }
    };
}

event_types! {
    ProductCreated = "product.created" by "catalog",
    ProductUpdated = "product.updated" by "catalog",
    ProductDeleted = "product.deleted" by "catalog",
    BrandCreated = "brand.created" by "catalog",
    BrandUpdated = "brand.updated" by "catalog",
    BrandDeleted = "brand.deleted" by "catalog",
    CategoryCreated = "category.created" by "catalog",
    CategoryUpdated = "category.updated" by "catalog",
    CategoryDeleted = "category.deleted" by "catalog",
    StockCreated = "stock.created" by "inventory",
    StockChanged = "stock.changed" by "inventory",
    /// The first piece of a product was sold.
    StockFirstSold = "stock.first-sold" by "inventory",
    /// Nothing is left.
    StockDepleted = "stock.depleted" by "inventory",
    /// No more is left than where the shop wants to be warned.
    StockLow = "stock.low" by "inventory",
    /// There is enough again.
    StockReplenished = "stock.replenished" by "inventory",
    SalePending = "sale.pending" by "sales",
    SaleConfirmed = "sale.confirmed" by "sales",
    SaleRejected = "sale.rejected" by "sales",
    SaleShipped = "sale.shipped" by "sales",
    SaleDelivered = "sale.delivered" by "sales",
    SaleCancelled = "sale.cancelled" by "sales",
    UserCreated = "user.created" by "identity",
    UserUpdated = "user.updated" by "identity",
    UserDeleted = "user.deleted" by "identity",
    ReviewCreated = "review.created" by "reviews",
    ReviewUpdated = "review.updated" by "reviews",
    ReviewDeleted = "review.deleted" by "reviews",
    /// The rating of a product changed.
    ReviewRated = "review.rated" by "reviews",
    /// A message: catalog is asked for products.
    ProductsRequested = "products.requested" by "sales",
    /// A message: its answer.
    ProductsAnswered = "products.answered" by "catalog",
    /// A message, delayed: the time of a pending sale is up.
    SaleDue = "sale.due" by "sales",
}

impl EventType {
    /// What it is about: `product` of `product.created`.
    pub fn subject_kind(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventType {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|known| known.name() == name).copied();
        found.ok_or_else(|| format!("there is no event type {name:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_its_name_alone() {
        for known in EventType::ALL {
            assert_eq!(known.name().parse::<EventType>().as_ref(), Ok(known));
            assert_eq!(serde_json::to_value(known).unwrap(), serde_json::json!(known.name()));
        }
        assert!("product.eaten".parse::<EventType>().is_err());
    }
}
