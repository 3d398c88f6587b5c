//! Putting a message among a queue's dead letters, with the reason.

use crate::queues::Queues;
use kernel::error::Error;
use kernel::log;

/// A dead-letter queue.
pub struct DeadLetters {
    url: String,
}

/// A message that is given up.
pub struct DeadLetter {
    /// As it came.
    pub body: String,
    /// Why, in a line. Nothing personal: causes are errors of ours and of AWS.
    pub reason: String,
    /// How often it was tried.
    pub receives: u32,
    pub correlation_id: String,
}

/// More than this is cut from a reason, in characters.
const LONGEST_REASON: usize = 500;

impl DeadLetters {
    /// The queue at a URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }

    /// Puts a message there.
    ///
    /// # Errors
    /// When the queue did not take it: the message must not be acknowledged then.
    pub async fn bury(&self, queues: &Queues, letter: DeadLetter) -> Result<(), Error> {
        let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        // Of what SQS takes in an attribute: no control characters.
        let reason: String = letter.reason.chars().filter(|sign| !sign.is_control()).take(LONGEST_REASON).collect();
        let attributes = [
            ("reason", reason),
            ("function", function),
            ("receives", letter.receives.to_string()),
            ("correlationid", letter.correlation_id),
        ];
        queues.send_with(&self.url, letter.body, &attributes).await?;
        log::count("DeadLetters");
        Ok(())
    }
}
