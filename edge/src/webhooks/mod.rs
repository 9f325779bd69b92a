//! Who asked for it is told when a batch ends, by the Standard Webhooks specification: a signed `POST`, tried again for a day.
//!
//! What is to be told stands in D1 from the moment that the job ends (`store/deliveries.rs`); a message of the queue is only a
//! nudge, which may get lost or come twice. An import never waits for a receiver: it writes a row and sends a message.

mod address;
mod deliver;
mod nudge;
mod receiver;
mod schedule;

pub use address::address;
pub use deliver::consume;
pub use nudge::{nudge, set_going};
pub use receiver::new_secret;

/// How the name of the queue ends whose messages name deliveries.
pub const QUEUE: &str = "-webhooks";
