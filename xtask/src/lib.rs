//! Sets up, builds and runs the real thing: the Worker in workerd, with the real `wrangler.toml`, its D1 and its KV.
//! `npm start`, the end-to-end tests and the benchmark go through the same code.
//!
//! - [`setup`]: what is needed, installed where it is missing
//! - [`build`]: the Worker and the dashboard, only as far as something changed
//! - [`state`]: a local database and a local KV namespace, in one folder
//! - [`serve`]: a running `wrangler dev` on such a state, which [`guard`] ends with its owner
//! - [`deploy`]: to an environment, after its database was migrated
//! - [`rehearse`]: an upgrade and its rollback on this machine
//! - [`demo`]: the jobs and keys that `npm start` shows, and `npm run demo`, which posts a batch and follows it
//! - [`accounts`]: moves an account to another database, and tells how that goes on
//! - [`bare`]: a Worker on such a state without wrangler, for the benchmark and the tests that slow it down
//! - [`fuzz`]: throws input at what reads it
//! - [`supply`]: checks what others have written, and brings it up to date
//! - [`leaks`]: searches what all servers of a run have written for keys and contents
//! - [`progress`]: tells what is being done

pub mod accounts;
pub mod bare;
pub mod build;
pub mod checkout;
mod dashboard;
pub mod demo;
pub mod deploy;
mod docs;
pub mod fuzz;
pub mod guard;
pub mod leaks;
pub mod progress;
pub mod rehearse;
pub mod serve;
pub mod setup;
mod stamp;
pub mod state;
pub mod supply;
mod wasm;
mod worker;
pub mod wrangler;
