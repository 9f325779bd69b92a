//! What answers, once routes, key, limit and scope are settled: a file a resource.

pub mod batch;
pub mod cancel;
mod dry_run;
pub mod health;
mod idempotency;
pub mod items;
pub mod job;
pub mod jobs;
pub mod memories;
pub mod ping;
mod query;
pub mod retry;
pub mod usage;
pub mod webhooks;

/// Asserts that what was read is good, or refused with a sentence that quotes nothing that could break out of it.
#[cfg(test)]
fn assert_said<T>(read: Result<T, crate::error::ApiError>, query: &str) {
    match read {
        Ok(_) => {}
        Err(crate::error::ApiError::InvalidRequest(message)) => {
            assert!(message.ends_with('.') && message.chars().count() < 300, "{query:?}: {message:?}");
            assert!(!message.chars().any(char::is_control), "{query:?}: {message:?}");
        }
        Err(other) => panic!("{query:?}: {other:?}"),
    }
}
