//! Products: what a request may say of one, and what answers show.

use kernel::Error;
use kernel::clock::Timestamp;
use kernel::input::{Body, Faults, Fields, Input};
use kernel::money::{Currency, Money};
use kernel::sequence;
use serde::{Deserialize, Serialize};
use url::Url;

/// What the audit log shows of a change: what staff set.
pub const AUDITED: [&str; 9] =
    ["name", "sku", "price", "description", "status", "tags", "imageUrl", "brand", "categories"];

pub use crate::names::{Link, Names, NamesRead};
pub use crate::published::{Availability, Rated};
pub use crate::sku::Sku;
pub use crate::status::Status;

const READ_ONLY: [&str; 6] = ["brandName", "categoryNames", "inStock", "rating", "createdAt", "updatedAt"];

/// How many categories a product can be in.
pub const MOST_CATEGORIES: usize = 5;

/// A product as stored and as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub id: String,
    pub name: String,
    pub sku: Sku,
    pub price: Money,
    pub description: Option<String>,
    pub status: Status,
    pub tags: Vec<String>,
    pub image_url: Option<String>,
    pub brand_id: Option<String>,
    /// Those it is right in, not those above them.
    pub category_ids: Vec<String>,
    /// Of the brand and the categories. Not part of the version: they change with these.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub names: Names,
    /// Nor is this: it changes with the stock.
    #[serde(default)]
    pub stock: Availability,
    /// Nor is this: it changes with the reviews.
    #[serde(default)]
    pub rated: Rated,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: u64,
}

impl Product {
    /// Reads a new product. Without a `status` it is on offer at once.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, currency: &Currency, id: String, now: Timestamp) -> Result<Self, Error> {
        let (fields, mut links) = body.members()?;
        let mut fields = fields.read_only(&READ_ONLY);
        let (name, sku) = (fields.required("name", name), fields.required("sku", Sku::parse));
        let price = fields.required("price", |price| Money::unit_price(price, currency));
        let rest = ProductChanges::optional(&mut fields, &mut links);
        let product = fields.merge(links).finish(|| {
            Some(Self {
                id,
                name: name?,
                sku: sku?,
                price: price?,
                description: rest.description.flatten(),
                status: rest.status.unwrap_or(Status::Active),
                tags: rest.tags.unwrap_or_default(),
                image_url: rest.image_url.flatten(),
                brand_id: rest.brand_id.flatten(),
                category_ids: rest.category_ids.unwrap_or_default(),
                names: Names::default(),
                stock: Availability::default(),
                rated: Rated::default(),
                created_at: now,
                updated_at: now,
                version: 1,
            })
        });
        Ok(product?)
    }

    /// Its brand and its categories.
    pub fn links(&self) -> Vec<Link> {
        let brand = self.brand_id.iter().cloned().map(Link::Brand);
        brand.chain(self.category_ids.iter().cloned().map(Link::Category)).collect()
    }

    /// The stored name of its brand or of one of its categories. None of others, and of a product that release 0.1.0
    /// stored.
    pub fn name_of(&self, link: &Link) -> Option<&String> {
        match link {
            Link::Brand(id) => self.names.brand.as_ref().filter(|_| self.brand_id.as_ref() == Some(id)),
            Link::Category(id) => {
                let place = self.category_ids.iter().position(|category| category == id)?;
                self.names.categories.get(place)
            }
        }
    }

    /// The product with the names of its links: each as it was read, or else as `old` has it.
    #[must_use]
    pub fn with_names(self, old: Option<&Self>, read: &NamesRead) -> Self {
        let name = |link: Link| {
            let name = read.get(&link).or_else(|| old.and_then(|old| old.name_of(&link)));
            name.cloned().unwrap_or_default()
        };
        let brand = self.brand_id.clone().map(|id| name(Link::Brand(id)));
        let categories = self.category_ids.iter().map(|id| name(Link::Category(id.clone()))).collect();
        Self { names: Names { brand, categories }, ..self }
    }

    /// What was sold stays, for those who bought it.
    ///
    /// # Errors
    /// 409 (`in_use`) when any was ever sold.
    pub fn check_deletable(&self) -> Result<(), Error> {
        if self.stock.sold { Err(was_sold()) } else { Ok(()) }
    }

    /// Its place among the changes of this product, as its events have it.
    pub fn sequence(&self) -> String {
        sequence::sequence(Some(self.created_at), self.version)
    }

    /// Whether those who do not work here may see it.
    pub fn is_public(&self) -> bool {
        self.status != Status::Draft
    }
}

/// 409: a product that was sold is not deleted.
pub fn was_sold() -> Error {
    let detail = "This product was sold. Set its status to archived instead: it is no longer on offer then.";
    Error::conflict("in_use", "In use", detail)
}

/// Changes to a product: each member that was sent.
#[derive(Clone, Debug, Default)]
pub struct ProductChanges {
    name: Option<String>,
    sku: Option<Sku>,
    price: Option<Money>,
    description: Option<Option<String>>,
    status: Option<Status>,
    tags: Option<Vec<String>>,
    image_url: Option<Option<String>>,
    brand_id: Option<Option<String>>,
    category_ids: Option<Vec<String>>,
}

impl ProductChanges {
    /// Reads changes.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, currency: &Currency) -> Result<Self, Error> {
        let (fields, mut links) = body.members()?;
        let mut fields = fields.read_only(&READ_ONLY);
        let (name, sku) = (fields.optional("name", name), fields.optional("sku", Sku::parse));
        let price = fields.optional("price", |price| Money::unit_price(price, currency));
        let rest = Self::optional(&mut fields, &mut links);
        Ok(fields.merge(links).finish(|| Some(Self { name, sku, price, ..rest }))?)
    }

    fn optional(fields: &mut Fields, links: &mut Fields) -> Self {
        Self {
            brand_id: links.optional("brand", |brand| brand.to_one("brands")),
            category_ids: links.optional("categories", |some| some.to_many("categories", 0..=MOST_CATEGORIES)),
            description: fields.clearable("description", |text| text.prose(0..=4_000)),
            status: fields.optional("status", |status| status.one_of(&Status::NAMES)),
            tags: fields.optional("tags", |tags| tags.list(0..=20, |tag| tag.line(1..=50))),
            image_url: fields.clearable("imageUrl", image_url),
            ..Self::default()
        }
    }

    /// The product after the changes.
    pub fn apply(&self, product: Product, now: Timestamp) -> Product {
        let changes = self.clone();
        Product {
            name: changes.name.unwrap_or(product.name),
            sku: changes.sku.unwrap_or(product.sku),
            price: changes.price.unwrap_or(product.price),
            description: changes.description.unwrap_or(product.description),
            status: changes.status.unwrap_or(product.status),
            tags: changes.tags.unwrap_or(product.tags),
            image_url: changes.image_url.unwrap_or(product.image_url),
            brand_id: changes.brand_id.unwrap_or(product.brand_id),
            category_ids: changes.category_ids.unwrap_or(product.category_ids),
            updated_at: now,
            version: product.version + 1,
            ..product
        }
    }
}

fn name(input: Input) -> Result<String, Faults> {
    input.line(1..=200)
}

fn image_url(input: Input) -> Result<String, Faults> {
    let fault = input.fault("must be an absolute http or https URL without a user name");
    let url = Url::parse(&input.line(1..=2_000)?).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.filter(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
    url.map(String::from).ok_or(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::clock;
    use serde_json::{Value, json};

    fn parse(attributes: &Value) -> Result<Product, Vec<String>> {
        let document = json!({"data": {"type": "products", "attributes": attributes}}).to_string();
        let currency = "USD".parse().unwrap();
        Body::new_resource(document.as_bytes(), "products")
            .and_then(|body| Product::parse(body, &currency, "id".to_owned(), clock::now()))
            .map_err(|error| error.faults.into_iter().map(|fault| format!("{:?}", fault.source)).collect())
    }

    fn cup() -> Value {
        json!({"name": "Cup", "sku": "CUP-1", "price": {"amount": 1250, "currency": "USD"}})
    }

    #[test]
    fn a_product_without_a_status_is_on_offer() {
        assert_eq!(parse(&cup()).map(|product| product.status), Ok(Status::Active));
    }

    #[test]
    fn every_member_that_cannot_be_accepted_is_reported() {
        let wrong = json!({"name": "", "sku": "a b", "price": {"amount": 0.5, "currency": "EUR"}, "status": "sold",
            "tags": ["", "x"], "imageUrl": "javascript:alert(1)", "rating": 5, "colour": "red"});
        assert_eq!(parse(&wrong).err().map(|faults| faults.len()), Some(9));
    }

    #[test]
    fn changes_leave_alone_what_they_do_not_name() {
        let product = parse(&cup()).unwrap();
        let document = json!({"data": {"type": "products", "id": "id", "attributes": {"description": "Blue"}}});
        let body = Body::update_of(document.to_string().as_bytes(), "products", "id").unwrap();
        let changed =
            ProductChanges::parse(body, &"USD".parse().unwrap()).unwrap().apply(product.clone(), clock::now());
        let expected =
            Product { description: Some("Blue".to_owned()), version: 2, updated_at: changed.updated_at, ..product };
        assert_eq!(changed, expected);
    }
}
