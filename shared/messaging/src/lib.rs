//! Functions that no request starts: publishers of a table's changes, functions driven by queues, jobs of operators;
//! and the way out of a service, to the topic and to queues.
//!
//! | Module | What it is for |
//! | --- | --- |
//! | [`event`] | the envelope of events and messages (CloudEvents) |
//! | [`change`] | one change of an item, from a table's stream |
//! | [`publisher`] | a service's `publish-…-events`: its table's stream in, events out |
//! | [`outbox`] | sending events to the topic and messages to queues |
//! | [`queue`] | functions driven by a queue |
//! | [`queues`], [`dead_letters`] | sending to queues; messages that cannot be handled |
//! | [`republish`] | publishing the event of an item anew |
//! | [`operate`] | what every service's function for operators does |
//! | [`job`] | functions that an operator or a schedule calls |

pub mod change;
pub mod dead_letters;
pub mod event;
pub mod job;
pub mod operate;
pub mod outbox;
pub mod publisher;
pub mod queue;
pub mod queues;
pub mod republish;

pub use change::{Change, Step};
pub use dead_letters::{DeadLetter, DeadLetters};
pub use event::Event;
pub use operate::Operator;
pub use outbox::{Message, Outbox, To};
pub use queue::{Channel, Handling, Work};
pub use queues::Queues;
