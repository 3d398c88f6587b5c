//! P17: every order and filter, every page size, forwards and backwards, while products come and go: none is shown
//! twice, none is missing that was there throughout, every page but the last is full. `PROOF=full` runs it on
//! 10,000 products (`make proof`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use catalog::Catalog;
use catalog::brand::Brand;
use catalog::category::Category;
use catalog::listing::ListQuery;
use catalog::product::{Product, Sku, Status};
use catalog::testing::{cup, stock};
use kernel::input::{Body, Input};
use kernel::page::{Cursors, Page};
use kernel::query::Query;
use kernel::usage::Meter;
use kernel::{clock, ids};
use serde_json::{Value, json};
use testing::{Cloud, figure, row, usd};
use tokio::sync::Semaphore;

const SIZES: [usize; 5] = [1, 2, 7, 50, 100];

/// A shop with a brand, a tree `kitchen/coffee`, and products; every third is of the brand, every fifth in coffee,
/// every seventh right in the kitchen, and every eleventh in both.
struct Shop {
    cloud: Cloud,
    catalog: Arc<Catalog>,
    brand: String,
    kitchen: String,
    coffee: String,
    /// Those that stay.
    products: Vec<Product>,
}

fn new(kind: &str, name: &str, parent: Option<&str>) -> Body {
    let mut data = json!({"type": kind, "attributes": {"name": name}});
    if let Some(id) = parent {
        data["relationships"] = json!({"parent": {"data": {"type": "categories", "id": id}}});
    }
    Body::new_resource(json!({"data": data}).to_string().as_bytes(), kind).unwrap()
}

impl Shop {
    async fn with(products: usize) -> Self {
        let cloud = Cloud::start().await;
        let catalog = Arc::new(Catalog::new(cloud.client(), "CatalogTable"));
        let (brand, kitchen, coffee, now) = (ids::new(), ids::new(), ids::new(), clock::now());
        let made = Brand::parse(new("brands", "Loza", None), brand.clone(), now).unwrap();
        catalog.create_brand(made, "").await.unwrap();
        for (id, name, parent) in [(&kitchen, "Kitchen", None), (&coffee, "Coffee", Some(kitchen.as_str()))] {
            let made = Category::parse(new("categories", name, parent), id.clone(), now).unwrap();
            catalog.create_category(made, "").await.unwrap();
        }
        let mut shop = Self { cloud, catalog, brand, kitchen, coffee, products: Vec::new() };
        for number in 0..products {
            let product = shop.product(number);
            shop.catalog.create(product.clone(), "").await.unwrap();
            shop.products.push(product);
        }
        shop
    }

    /// The ids of those that stay and belong to a filter, by what they are and not by any list.
    fn expected(&self, filter: &[(&str, String)]) -> BTreeSet<&String> {
        let fits = |product: &&Product| {
            filter.iter().all(|(name, value)| match *name {
                "filter[brand]" => product.brand_id.as_ref() == Some(value),
                _ if *value == self.coffee => product.category_ids.contains(value),
                _ => !product.category_ids.is_empty(),
            })
        };
        self.products.iter().filter(fits).map(|product| &product.id).collect()
    }

    fn product(&self, number: usize) -> Product {
        let every = |n: usize| number.is_multiple_of(n);
        let categories = [(every(5) || every(11), &self.coffee), (every(7) || every(11), &self.kitchen)];
        Product {
            // Not `cup`'s own, which is a random id and may well begin with `caf`.
            sku: Sku::parse(Input::new(json!(format!("SKU-{number}")), "")).unwrap(),
            name: format!("{} {}", ["Café", "Taza", "cafetera", "Álbum"][number % 4], number % 100),
            price: usd(i64::try_from(number % 50).unwrap() * 100),
            brand_id: every(3).then(|| self.brand.clone()),
            category_ids: categories.into_iter().filter(|(within, _)| *within).map(|(_, id)| id.clone()).collect(),
            ..cup(Status::Active)
        }
    }

    fn filters(&self) -> Vec<Vec<(&'static str, String)>> {
        let (brand, kitchen, coffee) = (self.brand.clone(), self.kitchen.clone(), self.coffee.clone());
        vec![
            vec![],
            vec![("filter[brand]", brand.clone())],
            vec![("filter[category]", coffee)],
            vec![("filter[category]", kitchen.clone())],
            vec![("filter[category]", kitchen), ("filter[brand]", brand)],
        ]
    }

    async fn page(&self, query: &[(&str, String)]) -> Page<Product> {
        let query = Query::new(query.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let list_query = ListQuery::parse(&query).unwrap();
        let page = Cursors::new("key").page(&query, &format!("{list_query:?}")).unwrap();
        self.catalog.list(&list_query, &page).await.unwrap()
    }

    /// All pages of a query, one way or the other; the ids in the order shown.
    async fn walk(&self, query: &[(&'static str, String)], size: usize, backwards: bool) -> Vec<String> {
        let mut shown = Vec::new();
        let mut at = query.to_vec();
        at.push(("page[size]", size.to_string()));
        let base = at.clone();
        if backwards {
            // From the end: forwards to the last page, then back.
            let mut last = self.page(&at).await;
            while let Some(next) = last.next {
                at = [base.clone(), vec![("page[after]", next)]].concat();
                last = self.page(&at).await;
            }
            shown = last.items.into_iter().rev().map(|product| product.id).collect();
            let mut prev = last.prev;
            while let Some(cursor) = prev {
                let page = self.page(&[base.clone(), vec![("page[before]", cursor)]].concat()).await;
                assert!(page.prev.is_none() || page.items.len() == size, "a page before another is full");
                shown.extend(page.items.into_iter().rev().map(|product| product.id));
                prev = page.prev;
            }
            shown.reverse();
            return shown;
        }
        loop {
            let page = self.page(&at).await;
            assert!(page.next.is_none() || page.items.len() == size, "a page before another is full");
            shown.extend(page.items.into_iter().map(|product| product.id));
            let Some(next) = page.next else { return shown };
            at = [base.clone(), vec![("page[after]", next)]].concat();
        }
    }
}

fn different(ids: &[String]) -> BTreeSet<&String> {
    let different: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "one was shown twice");
    different
}

#[tokio::test]
async fn proof_p17_pages_show_everything_once_while_products_come_and_go() {
    let (products, started) = (figure(40, 10_000), Instant::now());
    let shop = Shop::with(products).await;
    // Each walk lets two more come and go meanwhile.
    let passers = Semaphore::new(2);
    let come_and_go = async {
        let mut number = products;
        while let Ok(passer) = passers.acquire().await {
            passer.forget();
            let passing = shop.product(number * 3 * 5 * 7 * 11);
            shop.catalog.create(passing.clone(), "").await.unwrap();
            shop.catalog.remove(&stock(&shop.cloud), &passing.id, |_| Ok(())).await.unwrap();
            number += 1;
        }
        number - products
    };
    let walks = async {
        let mut walked = 0;
        let sorts = ["createdAt", "-name", "price", "-createdAt", "name", "-price"];
        for sort in &sorts[..figure(3, 6)] {
            for filter in shop.filters() {
                // No walk of more than 1,200 pages: they show nothing that these do not.
                let sizes = SIZES.into_iter().filter(|size| shop.expected(&filter).len() / size <= 1_200);
                for size in sizes {
                    for backwards in [false, true] {
                        let query = [filter.clone(), vec![("sort", (*sort).to_owned())]].concat();
                        let shown = shop.walk(&query, size, backwards).await;
                        let shown = different(&shown);
                        assert!(shop.expected(&filter).is_subset(&shown), "{query:?} {size} {backwards}");
                        walked += 1;
                        passers.add_permits(2);
                    }
                }
            }
        }
        passers.close();
        walked
    };
    let (came, walked) = tokio::join!(come_and_go, walks);
    assert!(came > 0);
    let asked = format!("{products} products, each order, filter, size, both ways");
    row("P17 pages", &asked, &format!("{walked} walks, none twice, none missing, {came} came and went"), started);
}

#[tokio::test]
async fn orders_are_what_they_say() {
    let shop = Shop::with(60).await;
    let list = async |sort: &str| shop.page(&[("sort", sort.to_owned()), ("page[size]", "100".to_owned())]).await.items;
    let prices: Vec<i64> = list("price").await.iter().map(|product| product.price.amount).collect();
    assert!(prices.is_sorted() && prices.len() == 60);
    let names: Vec<String> = list("-name").await.iter().map(|product| kernel::text::fold(&product.name)).collect();
    assert!(names.iter().rev().is_sorted());
    assert!(list("-createdAt").await.iter().rev().map(|product| product.created_at).is_sorted());
    let within = shop.page(&[("filter[price]", "1000..2000".to_owned()), ("page[size]", "100".to_owned())]).await;
    assert!(within.items.iter().all(|product| (1_000..=2_000).contains(&product.price.amount)));
    assert_eq!(within.items.len(), prices.iter().filter(|price| (1_000..=2_000).contains(*price)).count());
}

#[tokio::test]
async fn words_are_found_by_their_beginning_without_accents_and_each_product_once() {
    let shop = Shop::with(40).await;
    let find = async |text: &str| {
        let mut found = shop.walk(&[("filter[text]", text.to_owned())], 7, false).await;
        let twice = found.len();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), twice);
        found.len()
    };
    assert_eq!(find("cafe").await, 20, "Café and cafetera");
    assert_eq!(find("CAFÉ 12").await, 1);
    assert_eq!(find("cafete").await, 10);
    assert_eq!(find("album").await, 10);
    assert_eq!(find("nothing").await, 0);
    let product = Product { tags: vec!["caf".to_owned(), "cafeína".to_owned()], ..shop.product(400) };
    shop.catalog.create(product, "").await.unwrap();
    assert_eq!(find("caf").await, 21, "a product with four such words once");
    let in_brand = shop.page(&[("filter[text]", "cafe".to_owned()), ("filter[brand]", shop.brand.clone())]).await;
    assert!(in_brand.items.iter().all(|product| product.brand_id.is_some()) && !in_brand.items.is_empty());
}

#[tokio::test]
async fn what_cannot_be_served_quickly_is_refused_naming_the_parameter() {
    for query in [
        vec![("filter[price]", "1..2"), ("sort", "name")],
        vec![("filter[text]", "cup"), ("sort", "price")],
        vec![("filter[price]", "2..1")],
        vec![("filter[price]", "x")],
        vec![("sort", "rating")],
        vec![("sort", "name,price")],
        vec![("filter[status]", "sold")],
    ] {
        let pairs = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        assert_eq!(ListQuery::parse(&Query::new(pairs)).unwrap_err().code, "invalid_parameter", "{query:?}");
    }
}

#[tokio::test]
async fn a_list_costs_one_query_and_a_subtree_one_for_each_category_and_the_tree() {
    let shop = Shop::with(30).await;
    let cost = async |query: &[(&str, String)]| Meter::measure(shop.page(query)).await.1;
    let all = cost(&[]).await;
    assert_eq!((all.calls, all.read_units), (1, 2.0), "22 products of some 600 bytes");
    let brand = cost(&[("filter[brand]", shop.brand.clone())]).await;
    assert_eq!((brand.calls, brand.read_units), (1, 1.0));
    let leaf = cost(&[("filter[category]", shop.coffee.clone())]).await;
    assert_eq!((leaf.calls, leaf.read_units), (2, 1.5), "the tree and the list");
    let subtree = cost(&[("filter[category]", shop.kitchen.clone())]).await;
    assert_eq!((subtree.calls, subtree.read_units), (3, 2.5), "the tree and two lists");
    let text = cost(&[("filter[text]", "caf".to_owned())]).await;
    assert_eq!(text.calls, 1);
}

#[tokio::test]
async fn a_moved_category_takes_its_products_along_and_a_changed_product_its_rows() {
    let shop = Shop::with(12).await;
    let count = async |category: &str| shop.walk(&[("filter[category]", category.to_owned())], 50, false).await.len();
    assert_eq!((count(&shop.coffee).await, count(&shop.kitchen).await), (4, 5));
    let id = shop.coffee.clone();
    let body = json!({"data": {"type": "categories", "id": id, "relationships": {"parent": {"data": Value::Null}}}});
    let body = Body::update_of(body.to_string().as_bytes(), "categories", &id).unwrap();
    let changes = catalog::category::CategoryChanges::parse(body).unwrap();
    shop.catalog.update_category(&id, |category| Ok(changes.apply(category, clock::now()))).await.unwrap();
    assert_eq!((count(&shop.coffee).await, count(&shop.kitchen).await), (4, 3));
    let some = shop.page(&[("filter[category]", id.clone())]).await.items.remove(0);
    let moved = |product: Product| Ok(Product { category_ids: Vec::new(), version: product.version + 1, ..product });
    shop.catalog.update(&some.id, moved).await.unwrap();
    assert_eq!(count(&id).await, 3);
    let hidden = |product: Product| Ok(Product { status: Status::Draft, version: product.version + 1, ..product });
    shop.catalog.update(&some.id, hidden).await.unwrap();
    assert_eq!(shop.walk(&[], 50, false).await.len(), 11);
    let in_use = shop.catalog.delete_category(&id, |_| Ok(())).await.unwrap_err();
    assert_eq!(
        (in_use.code, in_use.faults[0].meta.clone().unwrap()),
        ("in_use", json!({"products": 3, "categories": 0}))
    );
    for product in shop.page(&[]).await.items {
        shop.catalog.remove(&stock(&shop.cloud), &product.id, |_| Ok(())).await.unwrap();
    }
    shop.catalog.remove(&stock(&shop.cloud), &some.id, |_| Ok(())).await.unwrap();
    shop.catalog.delete_category(&id, |_| Ok(())).await.unwrap();
    shop.catalog.delete_brand(&shop.brand, |_| Ok(())).await.unwrap();
    let left = shop.cloud.items("CatalogTable").await;
    assert_eq!(left.len(), 2, "the kitchen and the tree: {left:?}");
}
