//! What follows an attempt to hand in a batch that failed.

use crate::{api::Error, pace};
use contract::Code;

/// Attempts that follow answers which cannot be read. Such an answer may be of something in front of the API, which stays.
const UNREADABLE: u32 = 3;

/// What to do next.
#[derive(PartialEq, Debug)]
pub enum Next {
    /// The account has as many batches running as it may: try again when one has ended.
    WhenThereIsRoom,
    /// Try again after so many milliseconds.
    After(f64),
    /// Nothing: the batch is refused.
    Stop(String),
}

/// The failed attempts to hand in one batch.
#[derive(Default)]
pub struct Failures {
    all: u32,
    unreadable: u32,
}

impl Failures {
    /// Counts one more, because of `error`. `random` is in 0..1.
    pub fn next(&mut self, error: &Error, random: f64) -> Next {
        self.all = self.all.saturating_add(1);
        self.unreadable = self.unreadable.saturating_add(u32::from(*error == Error::Unreadable));
        if self.unreadable > UNREADABLE {
            let again = "Trying again did not help. Sending the rest imports nothing twice.";
            return Next::Stop(format!("{} {again}", error.sentence()));
        }
        match (error.code(), pace::after_failure(error, self.all, random)) {
            (Some(Code::TooManyBatches), _) => Next::WhenThereIsRoom,
            (Some(Code::QuotaExceeded), _) | (_, None) => Next::Stop(error.sentence().to_owned()),
            (_, Some(pause)) => Next::After(pause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Refusal;
    use contract::ErrorBody;

    fn next(status: u16, code: Code) -> Next {
        let body = ErrorBody { code, message: "Why.".to_owned(), limit: None, used: None, resets_at: None };
        let refusal = Refusal { status, body, retry_after: Some(7), request_id: None };
        Failures::default().next(&Error::Api(Box::new(refusal)), 0.0)
    }

    #[test]
    fn what_passes_is_waited_for_and_what_does_not_stops() {
        assert_eq!(next(429, Code::TooManyBatches), Next::WhenThereIsRoom);
        assert_eq!(next(429, Code::RateLimitExceeded), Next::After(7_000.0));
        assert_eq!(next(429, Code::QuotaExceeded), Next::Stop("Why.".to_owned()));
        for status in [408, 429, 500, 502, 503, 520] {
            assert!(matches!(next(status, Code::Unknown), Next::After(_)), "{status}");
        }
        for status in [400, 401, 403, 404, 405, 409, 411, 413, 422, 451] {
            assert_eq!(next(status, Code::Unknown), Next::Stop("Why.".to_owned()), "{status}");
        }
    }

    #[test]
    fn answers_that_cannot_be_read_end_it_after_three_more_attempts() {
        let mut failures = Failures::default();
        for _ in 0..UNREADABLE {
            assert!(matches!(failures.next(&Error::Unreadable, 0.5), Next::After(_)));
            // What lies between does not count as one, and does not make it begin anew.
            assert!(matches!(failures.next(&Error::Fetch(String::new()), 0.5), Next::After(_)));
        }
        let Next::Stop(sentence) = failures.next(&Error::Unreadable, 0.5) else { panic!("it goes on") };
        assert!(sentence.starts_with("The server's answer cannot be read. Trying again did not help."), "{sentence}");
    }

    #[test]
    fn no_network_is_waited_for_without_end() {
        let mut failures = Failures::default();
        for _ in 0..100 {
            assert!(matches!(failures.next(&Error::Fetch(String::new()), 1.0), Next::After(..=30_000.0)));
        }
    }
}
