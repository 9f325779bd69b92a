//! What to say when a job was not cancelled, or its errors not retried.

use crate::{api::Error, text};
use contract::Code;

/// Why a job was not cancelled.
pub fn cancel(error: &Error) -> String {
    sentence(error, "The job may still run. Cancel it again: twice is as good as once.")
}

/// Why nothing was retried.
pub fn retry(error: &Error) -> String {
    let known = match error.code() {
        Some(Code::NothingToRetry) => {
            "Nothing is left to retry here: what could be was retried already, and is in a later job.".to_owned()
        }
        Some(Code::JobNotFinal) => "The job still runs. Retry once it has ended.".to_owned(),
        Some(Code::TooManyBatches) => "As many jobs run as may. Retry once one of them has ended.".to_owned(),
        Some(Code::QuotaExceeded) => quota(error),
        _ => return sentence(error, "Retry again: nothing is imported twice."),
    };
    format!("Not retried. {known}")
}

fn quota(error: &Error) -> String {
    let Error::Api(refusal) = error else { return String::new() };
    match &refusal.body.resets_at {
        Some(day) => format!("Nothing is left of this month's quota. It begins anew on {day}: retry then."),
        None => refusal.body.message.clone(),
    }
}

/// What the API says of it; where it may work another time, `again`.
fn sentence(error: &Error, again: &str) -> String {
    let says = error.sentence();
    match error {
        Error::Api(refusal) if refusal.status == 429 => match refusal.retry_after {
            Some(seconds) => format!("Too many requests. Try again in {}.", text::duration(f64::from(seconds))),
            None => says.to_owned(),
        },
        Error::Api(refusal) if (400..500).contains(&refusal.status) && refusal.status != 408 => says.to_owned(),
        _ => format!("{says} {again}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Refusal;
    use contract::ErrorBody;

    fn refused(status: u16, code: Code, resets_at: Option<&str>) -> Error {
        let resets_at = resets_at.map(str::to_owned);
        let body = ErrorBody { code, message: "Why.".to_owned(), limit: None, used: None, resets_at };
        Error::Api(Box::new(Refusal { status, body, retry_after: Some(7), request_id: None }))
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let of = |status, code| retry(&refused(status, code, None));
        assert!(of(409, Code::NothingToRetry).contains("in a later job"));
        assert!(of(409, Code::JobNotFinal).contains("once it has ended"));
        assert!(of(429, Code::TooManyBatches).contains("once one of them has ended"));
        assert_eq!(of(429, Code::RateLimitExceeded), "Too many requests. Try again in 7 s.");
        assert_eq!(of(403, Code::Forbidden), "Why.");
        assert_eq!(of(503, Code::Unavailable), "Why. Retry again: nothing is imported twice.");
        assert_eq!(of(429, Code::QuotaExceeded), "Not retried. Why.");
        let day = retry(&refused(429, Code::QuotaExceeded, Some("2026-12-01")));
        assert!(day.ends_with("It begins anew on 2026-12-01: retry then."), "{day}");
    }

    #[test]
    fn what_got_lost_can_be_done_again() {
        let lost = Error::Fetch("The server cannot be reached.".to_owned());
        assert_eq!(
            cancel(&lost),
            "The server cannot be reached. The job may still run. Cancel it again: twice is as good as once."
        );
        assert_eq!(retry(&lost), "The server cannot be reached. Retry again: nothing is imported twice.");
        assert_eq!(cancel(&refused(404, Code::NotFound, None)), "Why.");
    }
}
