//! The embedded engine refuses what DynamoDB refuses in expressions, so every expression of the stores is checked by their
//! tests (Amazon DynamoDB Developer Guide, "Reserved words in DynamoDB", "Using expressions in DynamoDB"). Were a version of
//! the engine to forgive one of these, this would fail.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use testing::Cloud;

type Request = fn(UpdateItemFluentBuilder) -> UpdateItemFluentBuilder;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn reserved_words_and_names_and_values_that_are_not_used_are_refused() {
    let cloud = Cloud::start().await;
    let requests: [(&str, Request); 6] = [
        ("reserved word", |update| {
            update.update_expression("SET status = :a").expression_attribute_values(":a", text("x"))
        }),
        ("unused name", |update| {
            let update = update.update_expression("SET a = :a").expression_attribute_values(":a", text("x"));
            update.expression_attribute_names("#unused", "b")
        }),
        ("unused value", |update| {
            let update = update.update_expression("SET a = :a").expression_attribute_values(":a", text("x"));
            update.expression_attribute_values(":unused", text("x"))
        }),
        ("undefined value", |update| {
            update.update_expression("SET a = :a, b = :b").expression_attribute_values(":a", text("x"))
        }),
        ("one path twice", |update| {
            update.update_expression("SET a = :a, a = :a").expression_attribute_values(":a", text("x"))
        }),
        ("the key", |update| update.update_expression("SET pk = :a").expression_attribute_values(":a", text("x"))),
    ];
    for (what, request) in requests {
        let update = cloud.client().update_item().table_name("CatalogTable").key("pk", text("product#1"));
        let refused = request(update).send().await.map_err(|error| format!("{:?}", error.into_service_error()));
        assert!(refused.as_ref().is_err_and(|error| error.contains("ValidationException")), "{what}: {refused:?}");
    }
}
