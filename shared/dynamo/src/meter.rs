//! Counts what a request costs at DynamoDB: round trips (retries included) and capacity units.
//! An interceptor on the client asks every call for its consumption and adds it to the request
//! that is under way, so no store has to remember to.

use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::scan::{ScanInput, ScanOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
use kernel::usage::Meter;

#[derive(Debug)]
pub struct Interceptor;

impl Intercept for Interceptor {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(wanted) = wanted(context.input_mut()) {
            *wanted = Some(ReturnConsumedCapacity::Indexes);
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Meter::add(|usage| usage.calls += 1);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Ok(output) = context.output_or_error() {
            let (reads, writes) = consumed(output);
            Meter::add(|usage| {
                usage.read_units += reads.iter().filter_map(ConsumedCapacity::capacity_units).sum::<f64>();
                for capacity in writes {
                    let total = capacity.capacity_units().unwrap_or_default();
                    let table = capacity.table().and_then(|table| table.capacity_units());
                    usage.write_units += total;
                    usage.index_write_units += total - table.unwrap_or(total);
                }
            });
        }
        Ok(())
    }
}

/// Where an input says whether it wants to know its consumption.
fn wanted(input: &mut Input) -> Option<&mut Option<ReturnConsumedCapacity>> {
    if input.downcast_ref::<GetItemInput>().is_some() {
        input.downcast_mut::<GetItemInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<QueryInput>().is_some() {
        input.downcast_mut::<QueryInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<ScanInput>().is_some() {
        input.downcast_mut::<ScanInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<BatchGetItemInput>().is_some() {
        input.downcast_mut::<BatchGetItemInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<TransactWriteItemsInput>().is_some() {
        input.downcast_mut::<TransactWriteItemsInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<BatchWriteItemInput>().is_some() {
        input.downcast_mut::<BatchWriteItemInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<UpdateItemInput>().is_some() {
        input.downcast_mut::<UpdateItemInput>().map(|input| &mut input.return_consumed_capacity)
    } else if input.downcast_ref::<PutItemInput>().is_some() {
        input.downcast_mut::<PutItemInput>().map(|input| &mut input.return_consumed_capacity)
    } else {
        input.downcast_mut::<DeleteItemInput>().map(|input| &mut input.return_consumed_capacity)
    }
}

/// What an output says it consumed: by reading, by writing.
fn consumed(output: &Output) -> (&[ConsumedCapacity], &[ConsumedCapacity]) {
    use std::slice::from_ref;
    if let Some(output) = output.downcast_ref::<GetItemOutput>() {
        (output.consumed_capacity().map_or(&[], from_ref), &[])
    } else if let Some(output) = output.downcast_ref::<QueryOutput>() {
        (output.consumed_capacity().map_or(&[], from_ref), &[])
    } else if let Some(output) = output.downcast_ref::<ScanOutput>() {
        (output.consumed_capacity().map_or(&[], from_ref), &[])
    } else if let Some(output) = output.downcast_ref::<BatchGetItemOutput>() {
        (output.consumed_capacity(), &[])
    } else if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
        (&[], output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<BatchWriteItemOutput>() {
        (&[], output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
        (&[], output.consumed_capacity().map_or(&[], from_ref))
    } else if let Some(output) = output.downcast_ref::<PutItemOutput>() {
        (&[], output.consumed_capacity().map_or(&[], from_ref))
    } else if let Some(output) = output.downcast_ref::<DeleteItemOutput>() {
        (&[], output.consumed_capacity().map_or(&[], from_ref))
    } else {
        (&[], &[])
    }
}
