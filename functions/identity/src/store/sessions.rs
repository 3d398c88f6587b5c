//! Sessions in the table: opened, refreshed, ended.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use dynamo::{Written, number, text};
use kernel::Error;
use kernel::clock::{Timestamp, seconds};

use super::{Users, attempts};
use crate::limiter::Attempts;
use crate::session::{RefreshToken, Session};
use crate::user::User;

/// What became of a refresh token that was presented.
pub enum Rotation {
    /// It was the session's own; the session has the new one now.
    Refreshed(Session),
    /// There is no such session any more, or its token was replaced a moment ago.
    Refused,
    /// It was used before, or never given out: somebody has what they should not have. The session was ended.
    Stolen(Session),
}

impl Users {
    /// Stores a new session, and resets the counts of attempts. One batch of two writes, three when others had
    /// failed at the account.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn open_session(&self, session: &Session, attempts: &Attempts, now: Timestamp) -> Result<(), Error> {
        let mut item = dynamo::to_item(session)?;
        item.insert("pk".to_owned(), text(key(&session.id)));
        let put = PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal)?;
        let mut writes = attempts::reset(attempts, now)?;
        writes.push(WriteRequest::builder().put_request(put).build());
        dynamo::batch_write(&self.client, &self.table, writes).await
    }

    /// Replaces a session's refresh token by the next, if it is the present one: of many requests with the
    /// same token one succeeds. One write; when a theft shows, as [`end_session`](Self::end_session) besides.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn refresh(&self, token: &RefreshToken, next: &RefreshToken, now: Timestamp) -> Result<Rotation, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(key(&token.session_id)))
            .condition_expression("tokenDigest = :presented AND expiresAt > :now")
            .update_expression("SET tokenDigest = :next, replacedDigest = :presented, replacedAt = :now")
            .expression_attribute_values(":presented", text(token.digest()))
            .expression_attribute_values(":next", text(next.digest()))
            .expression_attribute_values(":now", number(seconds(now)));
        let found = match dynamo::update(update).await? {
            Written::Done(item) => return Ok(Rotation::Refreshed(dynamo::from_item(item)?)),
            Written::Refused(None) => return Ok(Rotation::Refused),
            Written::Refused(Some(item)) => dynamo::from_item::<Session>(item)?,
        };
        if found.token_digest == next.digest() {
            // The client tried again by itself: the first try had succeeded.
            return Ok(Rotation::Refreshed(found));
        }
        let expired = found.expires_at <= seconds(now);
        if expired || !found.is_betrayed_by(token, now) {
            return Ok(Rotation::Refused);
        }
        self.end_session(&found.user_id, &found.id, now).await?;
        Ok(Rotation::Stolen(found))
    }

    /// The user of a session that was just refreshed, unless their credentials have changed since it was
    /// opened: then the session is ended. One consistent read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn user_of(&self, session: &Session) -> Result<Option<User>, Error> {
        let user = self.user(&session.user_id).await?.filter(|user| !user.disabled);
        let version = user.as_ref().map(|user| user.credentials_version);
        if version == Some(session.credentials_version) {
            return Ok(user);
        }
        let end = self.client.delete_item().table_name(&self.table).key("pk", text(key(&session.id)));
        let end = end.condition_expression("credentialsVersion = :seen");
        let end = end.expression_attribute_values(":seen", number(session.credentials_version));
        // It stays if a change of password has just renewed it.
        match dynamo::delete(end).await? {
            Written::Refused(Some(item)) => {
                let session: Session = dynamo::from_item(item)?;
                Ok(user.filter(|user| user.credentials_version == session.credentials_version))
            }
            _ => Ok(None),
        }
    }

    /// Ends a session of a user, and its access tokens. One read, one transaction of two items; nothing is written for one that
    /// was ended before.
    ///
    /// # Errors
    /// 429 when very many sessions of the user were ended a moment ago · `Unavailable` when others keep writing, or a table
    /// does not answer.
    pub async fn end_session(&self, user_id: &str, id: &str, now: Timestamp) -> Result<(), Error> {
        let mut attempts = dynamo::Attempts::of("the revocation");
        loop {
            attempts.next().await?;
            let Some(revoked) = self.revocations.end(user_id, id, now).await? else { return Ok(()) };
            let parts = vec![self.delete_part(&key(id))?, revoked];
            if dynamo::transact(&self.client, parts).await?.is_done() {
                return Ok(());
            }
        }
    }
}

pub fn key(id: &str) -> String {
    format!("session#{id}")
}
