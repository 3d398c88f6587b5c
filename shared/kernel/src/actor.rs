//! Who acts in the request that is being worked on: for its line in the log, and for the audit log.

use std::cell::RefCell;
use std::future::Future;

use crate::caller::Caller;
use crate::error::Error;

tokio::task_local! {
    static ACTING: RefCell<Acting>;
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The id of a user, or `operator`.
    pub subject: String,
    /// The name of their role.
    pub role: &'static str,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self { subject: caller.id.clone(), role: caller.role.name() }
    }
}

/// Where what somebody does is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub actor: Actor,
    /// The table of the audit log.
    pub table: String,
    /// For how many days.
    pub days: u64,
}

#[derive(Clone, Default)]
struct Acting {
    actor: Option<Actor>,
    record: Option<Record>,
}

/// Does some work in which somebody may act, and says who did, if it is known.
pub async fn within<T>(work: impl Future<Output = T>) -> (T, Option<Actor>) {
    let scope = ACTING.scope(RefCell::default(), async {
        let done = work.await;
        (done, ACTING.with(|acting| acting.borrow().actor.clone()))
    });
    scope.await
}

/// Notes who acts. Outside of any work, nothing.
pub fn note(actor: Actor) {
    // Nobody asks who acts there.
    ACTING.try_with(|acting| acting.borrow_mut().actor = Some(actor)).unwrap_or_default();
}

/// From here on, what is changed is recorded.
///
/// # Errors
/// `Internal` outside of any work: a change would not be recorded.
pub fn record(record: Record) -> Result<(), Error> {
    ACTING.try_with(|acting| acting.borrow_mut().record = Some(record)).map_err(Error::internal)
}

/// How what is changed now is to be recorded, if it is.
pub fn recorded() -> Option<Record> {
    ACTING.try_with(|acting| acting.borrow().record.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_acts_is_known_within_the_work_and_nowhere_else() {
        let ana = Actor { subject: "ana".to_owned(), role: "staff" };
        let (_, actor) = within(async { note(ana.clone()) }).await;
        assert_eq!(actor, Some(ana));
        assert_eq!(within(async {}).await.1, None);
    }

    #[tokio::test]
    async fn a_change_that_could_not_be_recorded_is_refused() {
        let eva = Actor { subject: "eva".to_owned(), role: "staff" };
        let to = Record { actor: eva, table: "AuditLogTable".to_owned(), days: 400 };
        assert!(record(to.clone()).is_err());
        let (kept, _) = within(async { record(to.clone()).map(|()| recorded()) }).await;
        assert_eq!((kept.unwrap(), recorded()), (Some(to), None));
    }
}
