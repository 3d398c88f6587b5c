//! The program of catalog: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod answer_product_requests;
    pub mod catalog_on_event;
    pub mod catalog_operate;
    pub mod create_brand;
    pub mod create_category;
    pub mod create_product;
    pub mod delete_brand;
    pub mod delete_category;
    pub mod delete_product;
    pub mod get_brand;
    pub mod get_category;
    pub mod get_product;
    pub mod internal_product;
    pub mod list_brands;
    pub mod list_categories;
    pub mod list_products;
    pub mod publish_catalog_events;
    pub mod update_brand;
    pub mod update_category;
    pub mod update_product;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("answer-product-requests", || Box::pin(answer_product_requests::start())),
    ("catalog-on-event", || Box::pin(catalog_on_event::start())),
    ("catalog-operate", || Box::pin(catalog_operate::start())),
    ("create-brand", || Box::pin(create_brand::start())),
    ("create-category", || Box::pin(create_category::start())),
    ("create-product", || Box::pin(create_product::start())),
    ("delete-brand", || Box::pin(delete_brand::start())),
    ("delete-category", || Box::pin(delete_category::start())),
    ("delete-product", || Box::pin(delete_product::start())),
    ("get-brand", || Box::pin(get_brand::start())),
    ("get-category", || Box::pin(get_category::start())),
    ("get-product", || Box::pin(get_product::start())),
    ("internal-product", || Box::pin(internal_product::start())),
    ("list-brands", || Box::pin(list_brands::start())),
    ("list-categories", || Box::pin(list_categories::start())),
    ("list-products", || Box::pin(list_products::start())),
    ("publish-catalog-events", || Box::pin(publish_catalog_events::start())),
    ("update-brand", || Box::pin(update_brand::start())),
    ("update-category", || Box::pin(update_category::start())),
    ("update-product", || Box::pin(update_product::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
