//! The limiter's counts in the table, read together with the account they guard.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use dynamo::{Item, Written, migration, number, text};
use kernel::Error;
use kernel::clock::Timestamp;

use super::{Users, email_key};
use crate::account::Account;
use crate::limiter::{Attempts, Count, Counted, Limits, Subject};

/// How often counting is tried again when others count at the same time. Each time one of them got through,
/// and soon all have to wait.
const TRIES: usize = 30;

impl Users {
    /// The account of a folded address, and what is counted of attempts at it from an address of the network.
    /// One consistent batch read of four items.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn account_and_attempts(&self, email: &str, address: &str) -> Result<(Option<Account>, Attempts), Error> {
        let subjects = [Subject::account_address(email, address), Subject::address(address), Subject::account(email)];
        let mut keys: Vec<Item> = subjects.iter().map(|subject| pk(&key(subject))).collect();
        keys.push(pk(&email_key(email)));
        let found = dynamo::batch_get(&self.client, HashMap::from([(self.table.clone(), keys)])).await?;
        let mut items: HashMap<String, Item> = HashMap::new();
        for item in found.into_values().flatten() {
            let pk = item.get("pk").and_then(|pk| pk.as_s().ok()).cloned();
            items.insert(pk.unwrap_or_default(), item);
        }
        let account = items.remove(&email_key(email)).map(dynamo::from_item).transpose()?;
        let mut counted = subjects.into_iter().map(|subject| {
            let count: Option<Count> = items.remove(&key(&subject)).map(dynamo::from_item).transpose()?;
            Ok::<_, Error>(Counted { subject, count: count.unwrap_or_default() })
        });
        let mut next = || counted.next().unwrap_or_else(|| Err(Error::internal("three subjects")));
        Ok((account, Attempts { account_address: next()?, address: next()?, account: next()? }))
    }

    /// Counts an attempt before it is made, so that many at once do not slip through: the count is written on
    /// condition that it is still the one that was read. One write; one more for each rival.
    ///
    /// # Errors
    /// 429 when it has to wait; when the table does not answer.
    pub async fn count(&self, counted: &Counted, free: u32, limits: &Limits, now: Timestamp) -> Result<(), Error> {
        let mut present = counted.count.clone();
        for _ in 0..TRIES {
            let next = present.one_more(free, limits, now)?;
            let unchanged = "attempts = :present AND notBefore = :notBefore";
            let condition = match present.attempts {
                0 => format!("attribute_not_exists(pk) OR {unchanged}"),
                _ => unchanged.to_owned(),
            };
            let update = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", text(key(&counted.subject)))
                .condition_expression(condition)
                // Not `knownUntil`: a sign-in in between may have set it.
                .update_expression(
                    "SET attempts = :attempts, notBefore = :next, forgottenAt = :forgottenAt, expiresAt = :expiresAt, \
                     schemaVersion = if_not_exists(schemaVersion, :schema)",
                )
                .expression_attribute_values(":present", number(present.attempts))
                .expression_attribute_values(":notBefore", number(present.not_before))
                .expression_attribute_values(":attempts", number(next.attempts))
                .expression_attribute_values(":schema", migration::schema())
                .expression_attribute_values(":next", number(next.not_before))
                .expression_attribute_values(":forgottenAt", number(next.forgotten_at))
                .expression_attribute_values(":expiresAt", number(next.expires_at));
            match dynamo::update(update).await? {
                Written::Done(_) => return Ok(()),
                Written::Refused(found) => present = found.map(dynamo::from_item).transpose()?.unwrap_or_default(),
            }
        }
        Err(Error::too_many("Too many attempts at once. Try again in a second.", 1))
    }

    /// Counts a failed attempt after it was made: none of many at once is lost, and none has to wait. One
    /// write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn count_failure(&self, counted: &Counted, now: Timestamp) -> Result<(), Error> {
        // What was counted until yesterday no longer counts.
        let attempts = match counted.count.attempts(now) {
            0 if counted.count.attempts > 0 => "SET attempts = :one,",
            _ => "SET attempts = if_not_exists(attempts, :zero) + :one,",
        };
        let forgotten_at = number(Count::forgotten_after(now));
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key(&counted.subject)))
            .update_expression(format!(
                "{attempts} notBefore = if_not_exists(notBefore, :zero), forgottenAt = :forgottenAt, \
                 expiresAt = :forgottenAt, schemaVersion = if_not_exists(schemaVersion, :schema)"
            ))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":schema", migration::schema())
            .expression_attribute_values(":forgottenAt", forgotten_at);
        dynamo::update(update).await.map(drop)
    }

    /// Counts something whose count was not read before: a registration, a claim.
    ///
    /// # Errors
    /// As [`count`](Self::count).
    pub async fn count_new(&self, subject: Subject, free: u32, limits: &Limits, now: Timestamp) -> Result<(), Error> {
        self.count(&Counted { subject, count: Count::default() }, free, limits, now).await
    }

    /// Forgives the attempts before the right password: the address is known from now on. One write, two
    /// when others had failed at the account.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn reset(&self, attempts: &Attempts, now: Timestamp) -> Result<(), Error> {
        dynamo::batch_write(&self.client, &self.table, reset(attempts, now)?).await
    }
}

/// The writes that forgive attempts.
pub fn reset(attempts: &Attempts, now: Timestamp) -> Result<Vec<WriteRequest>, Error> {
    let mut item = dynamo::to_item(&Count::after_success(now))?;
    item.extend(pk(&key(&attempts.account_address.subject)));
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
    let mut writes = vec![WriteRequest::builder().put_request(put).build()];
    if attempts.account.count.attempts > 0 {
        let delete = DeleteRequest::builder().set_key(Some(pk(&key(&attempts.account.subject)))).build();
        writes.push(WriteRequest::builder().delete_request(delete.map_err(Error::internal)?).build());
    }
    Ok(writes)
}

fn key(subject: &Subject) -> String {
    format!("attempts#{}", subject.as_str())
}

fn pk(key: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(key))])
}
