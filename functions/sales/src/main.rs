//! The program of sales: its functions by their names, which the template gives as `Handler`. Generated from
//! `src/handlers/` by `make generate`.

mod handlers {
    pub mod complete_sale;
    pub mod create_sale;
    pub mod delete_sale;
    pub mod expire_sale;
    pub mod get_sale;
    pub mod list_sale_lines;
    pub mod list_sales;
    pub mod publish_sales_events;
    pub mod purchase;
    pub mod sales_operate;
    pub mod update_sale;
}

use handlers::*;
use kernel::StartupError;
use kernel::program::{self, Handlers};

const HANDLERS: Handlers = &[
    ("complete-sale", || Box::pin(complete_sale::start())),
    ("create-sale", || Box::pin(create_sale::start())),
    ("delete-sale", || Box::pin(delete_sale::start())),
    ("expire-sale", || Box::pin(expire_sale::start())),
    ("get-sale", || Box::pin(get_sale::start())),
    ("list-sale-lines", || Box::pin(list_sale_lines::start())),
    ("list-sales", || Box::pin(list_sales::start())),
    ("publish-sales-events", || Box::pin(publish_sales_events::start())),
    ("purchase", || Box::pin(purchase::start())),
    ("sales-operate", || Box::pin(sales_operate::start())),
    ("update-sale", || Box::pin(update_sale::start())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    program::run(HANDLERS).await
}
