//! When to ask again.

use crate::api::Error;

/// Milliseconds between two polls where the server says nothing about it.
const USUAL: f64 = 5_000.0;
/// The least milliseconds from one request that may be held back to the next: a job that moves all the time would be asked for
/// without a pause.
const BETWEEN_WAITS: f64 = 600.0;
/// The longest wait between two attempts, in milliseconds, unless the server asks for more.
const LONGEST: f64 = 30_000.0;

/// The longest wait that a server may ask for, in seconds.
const LONGEST_ASKED: u32 = 3_600;

/// The seconds that a `Retry-After` of `value` asks for: it has a number of them or a date. `date` reads one, and like `now` it
/// is in milliseconds since 1970.
pub fn asked(value: &str, now: f64, date: impl FnOnce(&str) -> Option<f64>) -> Option<u32> {
    let seconds = match value.trim().parse::<u64>() {
        Ok(seconds) => u32::try_from(seconds).unwrap_or(u32::MAX),
        // What a browser takes for a date is more than that: `-5` is one too.
        Err(_) if value.starts_with(|char: char| char.is_ascii_alphabetic()) => {
            ((date(value)? - now) / 1_000.0).ceil() as u32
        }
        Err(_) => return None,
    };
    Some(seconds.min(LONGEST_ASKED))
}

/// Milliseconds to wait after a good answer.
pub fn after_answer(retry_after: Option<u32>) -> f64 {
    retry_after.map_or(USUAL, |seconds| f64::from(seconds.max(1)) * 1_000.0)
}

/// Milliseconds to wait after a good answer where the server holds the next one back until there are news; the last was asked
/// for `since` milliseconds ago.
pub fn until_the_next_wait(since: f64) -> f64 {
    (BETWEEN_WAITS - since).clamp(0.0, BETWEEN_WAITS)
}

/// Milliseconds to wait after `failures` attempts in a row that failed, the last with `error`; `None` when asking again
/// cannot help. `random` in 0..1 spreads clients that failed together.
pub fn after_failure(error: &Error, failures: u32, random: f64) -> Option<f64> {
    let doubled = 1_000.0 * 2_f64.powi(failures.min(10).cast_signed().saturating_sub(1));
    let backoff = doubled.min(LONGEST) * (0.5 + random / 2.0);
    match error {
        Error::Fetch(_) | Error::Unreadable => Some(backoff),
        Error::Api(refusal) => match (refusal.status, refusal.retry_after) {
            (429, Some(seconds)) => Some(f64::from(seconds.max(1)) * 1_000.0),
            (429, None) => Some(backoff.max(USUAL)),
            (408, _) => Some(backoff),
            (500.., asked) => Some(asked.map_or(backoff, |seconds| backoff.max(f64::from(seconds) * 1_000.0))),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Refusal;
    use contract::{Code, ErrorBody};

    fn refused(status: u16, retry_after: Option<u32>) -> Error {
        let body = ErrorBody { code: Code::Unknown, message: String::new(), limit: None, used: None, resets_at: None };
        Error::Api(Box::new(Refusal { status, body, retry_after, request_id: None }))
    }

    #[test]
    fn the_server_sets_the_pace() {
        assert_eq!(after_answer(Some(7)), 7_000.0);
        assert_eq!(after_answer(Some(0)), 1_000.0);
        assert_eq!(after_answer(None), USUAL);
        assert_eq!(after_failure(&refused(429, Some(10)), 1, 0.0), Some(10_000.0));
        assert_eq!(after_failure(&refused(503, Some(20)), 1, 0.0), Some(20_000.0));
        assert_eq!(after_failure(&refused(408, None), 1, 1.0), Some(1_000.0));
    }

    #[test]
    fn waits_follow_each_other_at_once_but_not_too_often() {
        assert_eq!([0.0, 250.0, 600.0, 20_000.0, -1e9].map(until_the_next_wait), [600.0, 350.0, 0.0, 0.0, 600.0]);
    }

    #[test]
    fn a_server_asks_for_seconds_or_until_a_date_and_for_an_hour_at_most() {
        let now = 1_000_000.0;
        let read = |value: &str| asked(value, now, |date| (date == "Tue, 05 May 2026").then_some(now + 29_001.0));
        assert_eq!((read("7"), read(" 0 ")), (Some(7), Some(0)));
        assert_eq!(read("Tue, 05 May 2026"), Some(30));
        for none in ["", "-5", "1.5", "soon"] {
            assert_eq!(read(none), None, "{none}");
        }
        for long in ["86400", "99999999999"] {
            assert_eq!(read(long), Some(LONGEST_ASKED), "{long}");
        }
        assert_eq!(asked("Wed", now, |_| Some(now - 5_000.0)), Some(0), "it is over");
        assert_eq!(asked("Wed", now, |_| Some(f64::MAX)), Some(LONGEST_ASKED));
    }

    #[test]
    fn failures_back_off_with_a_spread_and_a_ceiling() {
        let offline = Error::Fetch(String::new());
        assert_eq!(after_failure(&offline, 1, 0.0), Some(500.0));
        assert_eq!(after_failure(&offline, 1, 1.0), Some(1_000.0));
        assert_eq!(after_failure(&offline, 4, 1.0), Some(8_000.0));
        assert_eq!(after_failure(&offline, 4_000_000_000, 1.0), Some(LONGEST));
    }

    #[test]
    fn what_asking_again_cannot_help_is_not_asked_again() {
        for status in [401, 403, 404, 405, 413, 422] {
            assert_eq!(after_failure(&refused(status, None), 1, 0.5), None, "{status}");
        }
    }
}
