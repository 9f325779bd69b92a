//! The Worker and the dashboard as clients meet them: in workerd, with the real `wrangler.toml`, over HTTP.
//! A module a noun of the contract; what they stand on is in `support`. A plain `cargo test` ignores those that measure:
//! `npm test` runs them after all others, each alone.

mod authentication;
mod bad_input;
mod batch_status;
mod browser_accessibility;
mod browser_errors;
mod browser_first_load;
mod browser_import;
mod browser_keyboard;
mod browser_large;
mod browser_polling;
mod browser_reading;
mod browser_screens;
mod browser_screenshots;
mod browser_sign_in;
mod conditional;
mod demo;
mod headers;
mod import;
mod import_faults;
mod import_kills;
mod import_progress;
mod import_rules;
mod import_size;
mod job_list;
mod key_command;
mod memories;
mod official_client;
mod order_of_checks;
mod ping;
mod rate_limits;
mod running_jobs;
mod settings;
mod stack;
mod store_failure;
mod support;
