//! Sets up, builds and runs the real thing: the Worker in workerd, with the real `wrangler.toml`, its D1 and its KV.
//! `npm start` and the end-to-end tests go through the same code.
//!
//! - [`setup`]: what the build needs, installed where it is missing
//! - [`build`]: the [`worker`] and the [`dashboard`], only as far as something changed; what
//!   `dependencies` compile to is shared among checkouts
//! - [`state`]: a local database and a local KV namespace, in one folder
//! - [`serve`]: a running `wrangler dev` on such a state, which [`guard`] ends with its owner
//! - [`demo`]: the jobs and keys that `npm start` shows
//! - [`demo_import`]: `npm run demo`, which posts the batch in `demo_batch` and follows it
//! - [`bench`]: how fast it is, beside others

pub mod bench;
pub mod build;
pub mod checkout;
pub mod dashboard;
pub mod demo;
mod demo_batch;
pub mod demo_import;
mod dependencies;
pub mod guard;
pub mod progress;
pub mod serve;
pub mod setup;
mod stamp;
pub mod state;
mod wasm;
pub mod worker;
pub mod wrangler;
