//! A shop whose carts know some products, for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use aws_sdk_dynamodb::Client;
use inventory::Catalog;
use inventory::snapshot::Snapshot;
use inventory::testing::cup;
use kernel::clock::{self, Timestamp};
use kernel::replay::Outcome;
use kernel::sequence;
use kernel::{Error, ids};
use messaging::Event;
use sales::Sales;
use sales::testing::Shop as SalesShop;
use testing::{Cloud, Tokens, internal, usd};

use crate::add_to_cart::AddToCart;
use crate::cart::Cart;
use crate::cart::Rejected;
use crate::cart_view::{Item, Shown};
use crate::check_out::{Buyer, CheckOut};
use crate::line::RequestedItem;
use crate::owner::{Owner, Token};
use crate::product::{Category, CategoryNames, Product};
use crate::store::{Addition, Carts, Lives};

/// Days that carts live in tests.
pub const LIVES: Lives = Lives { customer: 30, guest: 7 };

/// A shop on an embedded database of its own, with stock; carts have snapshots of all its products, cups for 12.50.
pub struct Shop {
    pub sales_shop: SalesShop,
    pub products: Vec<String>,
}

impl Shop {
    /// A shop with so many products, ten pieces of each.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn with(products: usize) -> Self {
        let sales_shop = SalesShop::with(&vec![10; products]).await;
        let shop = Self { products: sales_shop.products.clone(), sales_shop };
        for id in &shop.products {
            shop.carts().put_product(id, &in_categories(&cup(1), &[])).await.unwrap();
        }
        shop
    }

    /// Its database.
    pub fn cloud(&self) -> &Cloud {
        &self.sales_shop.cloud
    }

    /// Its signer of tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.sales_shop.tokens
    }

    /// The table of carts.
    pub fn carts(&self) -> Carts {
        carts(self.cloud().client())
    }

    /// What adds to carts; catalog does not answer.
    pub fn add_to_cart(&self) -> AddToCart {
        add_to_cart(self.cloud().client())
    }

    /// What checks carts out.
    pub fn checkouts(&self) -> CheckOut {
        checkouts(self.cloud().client())
    }

    /// Puts pieces of products into an owner's cart.
    ///
    /// # Panics
    /// When they are refused.
    pub async fn put(&self, owner: &Owner, pieces: &[(usize, i64)]) {
        for (product, quantity) in pieces {
            add(&self.add_to_cart(), owner, &self.products[*product], *quantity, None).await.unwrap();
        }
    }

    /// A guest's cart with pieces of products in it: the token.
    ///
    /// # Panics
    /// When they are refused.
    pub async fn guest(&self, pieces: &[(usize, i64)]) -> Token {
        let token = Token::new().unwrap();
        let line = RequestedItem { product_id: self.products[pieces[0].0].clone(), quantity: pieces[0].1 };
        let addition = Addition { owner: &token.guest(), is_new: true, line: &line, request: None };
        self.add_to_cart().run(&addition, clock::now()).await.unwrap();
        self.put(&token.guest(), &pieces[1..]).await;
        token
    }

    /// What is in an owner's cart: the products' numbers and quantities.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn lines(&self, owner: &Owner) -> Vec<(usize, i64)> {
        let cart = self.carts().of(owner, clock::now()).await.unwrap();
        let number = |id: &String| self.products.iter().position(|known| known == id).unwrap();
        let mut lines: Vec<(usize, i64)> = cart.lines.iter().map(|(id, quantity)| (number(id), *quantity)).collect();
        lines.sort_unstable();
        lines
    }

    /// The next version of a product, as its event brings it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn publish_product(&self, product: usize, snapshot: &Snapshot) {
        self.publish_product_in(product, snapshot, &[]).await;
    }

    /// The next version of a product in categories, as its event brings it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn publish_product_in(&self, product: usize, snapshot: &Snapshot, category_ids: &[&str]) {
        self.carts().put_product(&self.products[product], &in_categories(snapshot, category_ids)).await.unwrap();
    }

    /// The first version of categories, as their events bring them: ids and names.
    ///
    /// # Panics
    /// When they cannot be written.
    pub async fn publish_categories(&self, categories: &[(&str, &str)]) {
        for (id, name) in categories {
            let category = Category { name: Some((*name).to_owned()), sequence: sequence::sequence(None, 1) };
            self.carts().put_category(id, &category).await.unwrap();
        }
    }

    /// The event of a sale as it is now.
    ///
    /// # Panics
    /// When there is no such sale.
    pub async fn sale_event(&self, sale_id: &str) -> Event {
        let sale = self.sales_shop.sales().get(sale_id).await.unwrap().unwrap();
        let data = serde_json::json!({"number": sale.number, "status": sale.status, "customerId": sale.customer_id,
            "lines": sale.lines, "rejection": sale.rejection});
        let topic = format!("sale.{}", sale.status.name());
        testing::event(&topic, sale_id, &sale.version.to_string(), clock::now(), &data)
    }

    /// Decides a pending sale: catalog has all its products as cups of this version.
    ///
    /// # Panics
    /// When it cannot be decided.
    pub async fn decides(&self, sale_id: &str, snapshot: &Snapshot) {
        let answer = self.sales_shop.answer(sale_id, snapshot).await;
        self.sales_shop.decide_sale().run(&answer, clock::now()).await.unwrap();
    }
}

/// A product in categories.
pub fn in_categories(snapshot: &Snapshot, category_ids: &[&str]) -> Product {
    Product {
        snapshot: snapshot.clone(),
        category_ids: category_ids.iter().map(|id| (*id).to_owned()).collect(),
        was_draft: false,
    }
}

/// Ana, a customer.
pub fn ana() -> Owner {
    Owner::Customer("ana".to_owned())
}

/// The table of carts over a client: one that meets faults, say.
pub fn carts(client: Client) -> Carts {
    Carts::new(client, "CartsTable", LIVES)
}

/// What adds to carts over a client. Nobody listens where catalog would be.
pub fn add_to_cart(client: Client) -> AddToCart {
    AddToCart { carts: carts(client), catalog: Catalog::new(internal("http://127.0.0.1:9")) }
}

/// What checks carts out over a client.
pub fn checkouts(client: Client) -> CheckOut {
    CheckOut { carts: carts(client.clone()), sales: Sales::new(client, "SalesTable") }
}

/// One addition to a cart, under a key if there is one.
///
/// # Errors
/// As [`AddToCart::run`].
pub async fn add(
    add_to_cart: &AddToCart,
    owner: &Owner,
    product_id: &str,
    quantity: i64,
    key: Option<&str>,
) -> Result<Outcome<Item>, Error> {
    let line = RequestedItem { product_id: product_id.to_owned(), quantity };
    let request = key.map(|key| (ids::derived(&[&owner.key(), key]), format!("{line:?}")));
    add_to_cart.run(&Addition { owner, is_new: false, line: &line, request }, clock::now()).await
}

/// One checkout of a customer under a key: the sale.
///
/// # Errors
/// As [`CheckOut::run`].
pub async fn check_out(
    checkouts: &CheckOut,
    user_id: &str,
    key: &str,
    now: Timestamp,
) -> Result<Outcome<sales::sale::Sale>, Error> {
    let sale_id = ids::derived(&["checkouts", user_id, key]);
    checkouts.run(&Buyer { user_id, sale_id: &sale_id, fingerprint: "f", expected_total: None }, now).await
}

/// A cart and an item, as answers show them.
///
/// # Panics
/// Never: their parts are sound.
pub fn shown() -> (Shown, Item) {
    let (id, now) = (ids::new(), clock::now());
    let insufficient = sales::rejection::rejection(inventory::shortage::insufficient_stock(&[]));
    let rejection = Some(Rejected { sale_id: ids::new(), why: insufficient });
    let cart = Cart { rejection, ..Cart::begun(&id, 2, now) };
    let product = in_categories(&cup(1), &["c"]);
    let names = CategoryNames::from([("c".to_owned(), "Cups".to_owned())]);
    let item = Item::of(&cart, &id, Some(product.clone()), &names);
    let shown = Shown::new(&ana(), cart, [(id, product)].into(), Some(names), &usd(0).currency).unwrap();
    (shown, item)
}
