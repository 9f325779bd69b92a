//! When a delivery is tried, and tried again.

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// When it is tried, in milliseconds behind the event: a day long, ten times at most. The specification's own example counts
/// the same figures from try to try, which makes three days of it, too late to be told of an import.
const TRIES: [u64; 10] =
    [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, LAST_TRY];

const LAST_TRY: u64 = 24 * HOUR;

/// So many milliseconds behind the event it is given up, though it was never tried: the last try may come a little late.
pub const OVER: u64 = LAST_TRY + HOUR;

/// When to try again what has failed by `now`: at the next time of the day behind the event, and not before the receiver wants
/// it, `not_before`, but once more within the day whatever that says. `None` when the day is over. All in milliseconds since
/// 1970 UTC.
pub fn next(event: u64, now: u64, not_before: Option<u64>) -> Option<u64> {
    let next = TRIES.iter().map(|wait| event.saturating_add(*wait)).find(|next| *next > now)?;
    Some(next.max(not_before.unwrap_or_default()).min(event.saturating_add(LAST_TRY)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENT: u64 = 1_793_491_200_000;

    #[test]
    fn it_is_tried_ten_times_within_a_day() {
        let mut tries = vec![0];
        while let Some(next) = next(EVENT, EVENT + tries[tries.len() - 1] + 300, None) {
            tries.push(next - EVENT);
        }
        assert_eq!(tries, TRIES);
    }

    #[test]
    fn a_receiver_that_took_its_time_is_not_asked_again_at_once() {
        assert_eq!(next(EVENT, EVENT + 15 * SECOND, None), Some(EVENT + 5 * MINUTE));
        // Nor is the time made up for in which nothing could be sent at all.
        assert_eq!(next(EVENT, EVENT + 3 * HOUR, None), Some(EVENT + 5 * HOUR));
        assert_eq!(next(EVENT, EVENT + 25 * HOUR, None), None);
    }

    #[test]
    fn the_receiver_may_put_it_off_but_not_past_the_day() {
        let put_off = |by| next(EVENT, EVENT + 300, Some(EVENT + 300 + by));
        assert_eq!(put_off(SECOND), Some(EVENT + 5 * SECOND), "it is no reason to come sooner");
        assert_eq!(put_off(HOUR), Some(EVENT + 300 + HOUR));
        assert_eq!(put_off(1_000 * HOUR), Some(EVENT + 24 * HOUR));
        assert_eq!(put_off(u64::MAX - EVENT - 300), Some(EVENT + 24 * HOUR));
    }

    proptest! {
        #[test]
        fn the_next_try_is_later_and_within_the_day(now: u64, not_before: Option<u64>) {
            if let Some(next) = next(EVENT, now, not_before) {
                prop_assert!(next > now && next <= EVENT + 24 * HOUR);
            }
        }
    }
}
