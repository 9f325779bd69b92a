//! The Worker and the dashboard as clients meet them: in workerd, with the real `wrangler.toml`, over HTTP.
//! A module a noun of the contract; what they stand on is in `support`.

mod bad_input;
mod batch_status;
mod ping;
mod stack;
mod support;
