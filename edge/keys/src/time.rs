//! Times as key records hold them: milliseconds since 1970 UTC.

use std::time::{Duration, SystemTime};

/// Now.
#[expect(clippy::disallowed_methods, reason = "this command runs on a host, where there is a clock")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().and_then(milliseconds).unwrap_or_default()
}

/// The length of `duration`, or `None` past 500 million years.
pub fn milliseconds(duration: Duration) -> Option<u64> {
    duration.as_millis().try_into().ok()
}

/// As in RFC 3339 to the second.
pub fn rfc3339(milliseconds: u64) -> String {
    const LAST: u64 = 253_402_300_799_999; // the end of the year 9999, behind which there is no such form
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds.min(LAST));
    humantime::format_rfc3339_seconds(time).to_string()
}
