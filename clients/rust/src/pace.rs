//! How long to wait, and when to give up.

use crate::Error;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use std::time::{Duration, Instant, SystemTime};

/// Where the server says nothing else.
pub const PACE: Duration = Duration::from_secs(1);

/// The wait after the first accident; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest wait after an accident.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The end of a call's patience.
#[derive(Clone, Copy)]
pub struct Deadline {
    begin: Instant,
    patience: Duration,
    /// Whether the API is known to be there, so that connections and gateways that fail are waited out.
    pub persists: bool,
}

impl Deadline {
    pub fn new(patience: Duration) -> Self {
        Self { begin: Instant::now(), patience, persists: false }
    }

    pub fn left(&self) -> Duration {
        self.patience.saturating_sub(self.begin.elapsed())
    }

    pub fn gave_up(&self, last: Option<Error>) -> Error {
        Error::GaveUp { after: self.patience, last: last.map(Box::new) }
    }

    /// Waits, or gives up at once where the wait would outlast the patience.
    pub async fn pause(&self, pause: Duration, last: Option<Error>) -> Result<(), Error> {
        if pause >= self.left() {
            return Err(self.gave_up(last));
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// The wait after so many accidents on end.
pub fn after_accidents(count: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(count.saturating_sub(1));
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

/// For how long the answer asks to wait, be it in seconds or as a date. A date is held against the answer's own clock, so
/// that it does not matter how wrong the clock of this machine is.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &[(HeaderName, &str)]) -> Option<Duration> {
        retry_after(&lines.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect())
    }

    #[test]
    fn seconds_and_dates_are_understood_and_a_date_goes_by_the_answers_own_clock() {
        let (at, now) = ("Sat, 28 Nov 2026 10:00:07 GMT", "Sat, 28 Nov 2026 10:00:00 GMT");
        assert_eq!(asked(&[(RETRY_AFTER, "7")]), Some(Duration::from_secs(7)));
        assert_eq!(asked(&[(RETRY_AFTER, at), (DATE, now)]), Some(Duration::from_secs(7)));
        assert_eq!(asked(&[(RETRY_AFTER, now), (DATE, at)]), Some(Duration::ZERO), "it is over");
        for nonsense in ["", "-1", "soon", "1.5", "99999999999999999999999"] {
            assert_eq!(asked(&[(RETRY_AFTER, nonsense), (DATE, now)]), None, "{nonsense}");
        }
        assert_eq!(asked(&[(DATE, now)]), None);
    }

    #[test]
    fn the_wait_doubles_and_ends() {
        assert_eq!(
            [1, 2, 3, 40, u32::MAX].map(|count| after_accidents(count).as_millis()),
            [200, 400, 800, 10_000, 10_000]
        );
    }
}
