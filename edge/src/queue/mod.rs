//! The background half of the import: the queue's messages, the dead letters, and the sweep for what got lost.

mod consumer;
mod message;
mod sweep;

pub use consumer::consume;
pub use message::{Message, enqueue, send};
pub use sweep::{share, sweep};
