//! The audit log: what staff, admins and operators changed, and nothing personal. An entry is a part of the transaction
//! that makes the change: there is no change without its entry, and no entry of a change that was not made.
//!
//! The table `AuditLogTable` is identity's, which shows it. Others put new entries, and can neither read nor change any.
//!
//! | Attribute | Contents |
//! | --- | --- |
//! | `listing`, `listingPosition` | the key: `entries`, and the time with the entry's id |
//! | `subject` | who: the id of a user, or `operator`; partition of the index `by-subject` |
//! | `resource` | what: `products/<id>`; partition of the index `by-resource` |
//! | `expiresAt` | when it is deleted, in seconds since 1970 |

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use kernel::actor::{self, Actor, Record};
use kernel::caller::Caller;
use kernel::clock::{self, Timestamp, seconds};
use kernel::{Error, StartupError, config, correlation, ids};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::jsonapi::Resource;

/// The list of all entries. Staff change less than a partition takes, which is 1,000 units a second: some 500 changes.
pub const ENTRIES: &str = "entries";

/// The longest value of an entry, in characters: an entry stays within some KB, whatever is changed.
const LONGEST: usize = 100;

/// What was done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    Create,
    Update,
    Delete,
}

/// A field before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: Value,
    pub after: Value,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub id: String,
    pub subject: String,
    pub role: String,
    pub action: Action,
    /// Type and id: `products/<id>`.
    pub resource: String,
    pub changes: BTreeMap<String, Change>,
    /// The id of the request, or of what began it.
    pub correlation_id: String,
    pub created_at: Timestamp,
    listing: String,
    expires_at: u64,
}

/// Where changes of staff are recorded.
#[derive(Clone)]
pub struct AuditLog {
    table: String,
    days: u64,
}

impl AuditLog {
    /// In the table `AUDIT_LOG_TABLE`, for `AUDIT_LOG_DAYS`.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(config::required::<String>("AUDIT_LOG_TABLE")?, config::required("AUDIT_LOG_DAYS")?))
    }

    /// In a table, for so many days.
    pub fn new(table: impl Into<String>, days: u64) -> Self {
        Self { table: table.into(), days }
    }

    /// From here on, what the caller changes in this request is recorded, if they work for the shop.
    ///
    /// # Errors
    /// `Internal` outside of a request.
    pub fn begin(&self, caller: &Caller) -> Result<(), Error> {
        if caller.is_staff() { self.begin_as(caller.into()) } else { Ok(()) }
    }

    /// From here on, what an operator changes is recorded.
    ///
    /// # Errors
    /// `Internal` outside of a job.
    pub fn begin_operator(&self) -> Result<(), Error> {
        self.begin_as(Actor { subject: "operator".to_owned(), role: "operator" })
    }

    fn begin_as(&self, actor: Actor) -> Result<(), Error> {
        actor::record(Record { actor, table: self.table.clone(), days: self.days })
    }
}

impl Resource for Entry {
    const TYPE: &'static str = "audit-log-entries";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({
            "subject": self.subject,
            "role": self.role,
            "action": self.action,
            "resource": self.resource,
            "changes": self.changes,
            "correlationId": self.correlation_id,
            "createdAt": self.created_at,
        })
    }
}

/// The part of a transaction that records how a resource is changed, if who changes it is to be recorded
/// ([`AuditLog::begin`]): of it `shown` alone, fields and relationships by their names.
///
/// # Errors
/// `Internal` never: all that a put needs is given.
pub fn entry<R: Resource>(
    before: Option<&R>,
    after: Option<&R>,
    shown: &[&str],
) -> Result<Option<TransactWriteItem>, Error> {
    let (Some(record), Some(resource)) = (actor::recorded(), after.or(before)) else { return Ok(None) };
    let action = match (before, after) {
        (None, _) => Action::Create,
        (_, None) => Action::Delete,
        _ => Action::Update,
    };
    let now = clock::now();
    let entry = Entry {
        id: ids::new(),
        subject: record.actor.subject,
        role: record.actor.role.to_owned(),
        action,
        resource: format!("{}/{}", R::TYPE, resource.id()),
        changes: changes(before, after, shown),
        correlation_id: correlation::current(),
        created_at: now,
        listing: ENTRIES.to_owned(),
        expires_at: seconds(now) + record.days * 86_400,
    };
    let mut item = dynamo::to_item(&entry)?;
    item.insert(dynamo::POSITION.to_owned(), dynamo::text(entry.position()));
    dynamo::put_new(&record.table, item, "listing").map(Some)
}

impl Entry {
    /// Its place among all entries, and among those of its subject and of its resource.
    pub fn position(&self) -> String {
        dynamo::position(self.created_at, &self.id)
    }
}

fn changes<R: Resource>(before: Option<&R>, after: Option<&R>, shown: &[&str]) -> BTreeMap<String, Change> {
    let (before, after) = (fields(before), fields(after));
    let change = |name: &&str| {
        let of = |fields: &BTreeMap<String, Value>| fields.get(*name).cloned().unwrap_or_default();
        let (before, after) = (of(&before), of(&after));
        (before != after).then(|| ((*name).to_owned(), Change { before: cut(before), after: cut(after) }))
    };
    shown.iter().filter_map(change).collect()
}

/// Attributes, and of relationships the ids.
fn fields<R: Resource>(resource: Option<&R>) -> BTreeMap<String, Value> {
    let Some(resource) = resource else { return BTreeMap::new() };
    let attributes = resource.attributes();
    let attributes = attributes.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone()));
    let related = resource.relationships().into_iter().map(|related| (related.name.to_owned(), related.ids()));
    attributes.chain(related).collect()
}

/// A value that is short: of others, how they begin.
fn cut(value: Value) -> Value {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::jsonapi::Relationship;

    struct Cup {
        name: String,
        price: i64,
        brand: Option<&'static str>,
    }

    impl Resource for Cup {
        const TYPE: &'static str = "cups";

        fn id(&self) -> &'static str {
            "c"
        }

        fn path(&self) -> Option<String> {
            None
        }

        fn attributes(&self) -> Value {
            json!({"name": self.name, "price": self.price, "note": "personal"})
        }

        fn relationships(&self) -> Vec<Relationship> {
            vec![Relationship::one("brand", "brands", self.brand, None)]
        }
    }

    fn cup(name: &str, brand: Option<&'static str>) -> Cup {
        Cup { name: name.to_owned(), price: 5, brand }
    }

    const SHOWN: [&str; 3] = ["name", "price", "brand"];

    #[test]
    fn an_entry_has_the_fields_that_differ_before_and_after_and_no_others() {
        let changes = changes(Some(&cup("a", Some("b"))), Some(&cup("c", None)), &SHOWN);
        let expected = json!({"name": {"before": "a", "after": "c"}, "brand": {"before": "b", "after": null}});
        assert_eq!(json!(changes), expected);
    }

    #[test]
    fn what_is_made_or_deleted_has_one_side_only_and_long_values_are_cut() {
        let long = "ä".repeat(101);
        let made = changes(None, Some(&cup(&long, None)), &SHOWN);
        assert_eq!(made["name"], Change { before: Value::Null, after: format!("{}…", "ä".repeat(100)).into() });
        assert_eq!(made["price"], Change { before: Value::Null, after: json!(5) });
        let deleted = changes(Some(&cup("a", None)), None, &SHOWN);
        assert_eq!(
            json!(deleted),
            json!({"name": {"before": "a", "after": null}, "price": {"before": 5, "after": null}})
        );
    }

    #[tokio::test]
    async fn customers_and_events_leave_no_entry() {
        let log = AuditLog::new("AuditLogTable", 400);
        let customer = Caller {
            id: "ana".to_owned(),
            role: kernel::caller::Role::Customer,
            credentials_version: 1,
            session_id: "s".to_owned(),
        };
        let (parts, _) = actor::within(async {
            log.begin(&customer).unwrap();
            let customers = entry(None, Some(&cup("a", None)), &SHOWN).unwrap();
            log.begin(&Caller { role: kernel::caller::Role::Staff, ..customer }).unwrap();
            (customers, entry(None, Some(&cup("a", None)), &SHOWN).unwrap())
        })
        .await;
        assert!(parts.0.is_none() && parts.1.is_some());
        assert!(entry(None, Some(&cup("a", None)), &SHOWN).unwrap().is_none());
    }
}
