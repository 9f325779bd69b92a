/// Whether `text` is a date or datetime of ISO 8601, in the extended form (`2026-05-04T10:30:00.5+02:00`) or the basic one
/// (`20260504T103000Z`). As in RFC 3339 the separator may be `t`, a space or `_` too, and `z` stands for `Z`. Seconds,
/// any number of fraction digits and the offset may be left out. The day must be in the calendar; a leap second is not
/// taken.
pub fn is_timestamp(text: &str) -> bool {
    datetime(text).is_some()
}

fn datetime(text: &str) -> Option<()> {
    let (year, rest) = number(text, 4)?;
    // One form throughout: ISO 8601 does not mix them.
    let (dash, colon) = if rest.starts_with('-') { ("-", ":") } else { ("", "") };
    let (month, rest) = number(rest.strip_prefix(dash)?, 2)?;
    let (day, rest) = number(rest.strip_prefix(dash)?, 2)?;
    if !(1..=days(year, month)).contains(&day) {
        return None;
    }
    if rest.is_empty() { Some(()) } else { time(rest.strip_prefix(['T', 't', ' ', '_'])?, colon) }
}

fn time(text: &str, colon: &str) -> Option<()> {
    let (hour, rest) = number(text, 2)?;
    let (minute, rest) = number(rest.strip_prefix(colon)?, 2)?;
    let (second, rest) = match rest.strip_prefix(colon).and_then(|rest| number(rest, 2)) {
        Some((second, rest)) => (second, behind_fraction(rest)?),
        None => (0, rest),
    };
    if hour < 24 && minute < 60 && second < 60 { offset(rest) } else { None }
}

fn behind_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix(['.', ',']) else { return Some(text) };
    let rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (rest.len() < fraction.len()).then_some(rest)
}

fn offset(text: &str) -> Option<()> {
    if matches!(text, "" | "Z" | "z") {
        return Some(());
    }
    // U+2212 is the minus that ISO 8601 prefers.
    let (hour, rest) = number(text.strip_prefix(['+', '-', '\u{2212}'])?, 2)?;
    let (minute, rest) = match rest {
        "" => (0, ""),
        _ => number(rest.strip_prefix(':').unwrap_or(rest), 2)?,
    };
    (hour < 24 && minute < 60 && rest.is_empty()).then_some(())
}

/// A number of so many digits, and what stands behind it.
fn number(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    // `parse` would take a sign.
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

/// Days of a month of the Gregorian calendar; none where there is no such month.
fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_and_datetimes_are_taken_as_clients_write_them() {
        for text in [
            "2026-05-04",
            "20240501",
            "2024-02-29",
            "2000-02-29",
            "0000-01-01",
            "2026-05-04T10:30",
            "2026-05-04T10:30Z",
            "2026-05-04T10:30:00",
            "2026-05-04t23:59:59z",
            "2024-05-01 10:00:00.123456+00",
            "2024-05-01 10:00:00+05:30",
            "2024-05-01_10:00:00-0330",
            "2024-05-01T10:00:00\u{2212}03:30",
            "2024-05-01T10:00:00,5",
            "2024-05-01T10:00:00.123456789Z",
            "2024-05-01T10:00:00.123456789012345678901234567890Z",
            "20240501T100000Z",
            "20240501T1000",
            "20240501 100000.25+0200",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_of_the_calendar_is_refused() {
        for text in [
            "",
            "2026",
            "2026-05",
            "2026-13-01",
            "2026-00-01",
            "2026-02-30",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-05-00",
            "2026-05-4",
            "2026-0504",
            "202605-04",
            "+026-05-04",
            "2026-05-04T",
            "2026-05-04Z",
            "2026-05-04X10:30",
            "2026-05-04T10",
            "2026-05-04T25:00",
            "2026-05-04T24:00:00",
            "2026-05-04T10:60",
            "2026-05-04T10:30:60",
            "2026-05-04T10:30:0",
            "2026-05-04T10:30:00.",
            "2026-05-04T10:30:00.Z",
            "2026-05-04T10:30.5",
            "2026-05-04T103000",
            "20260504T10:30:00",
            "2026-05-04T10:30:00+2",
            "2026-05-04T10:30:00+02:",
            "2026-05-04T10:30:00+24",
            "2026-05-04T10:30:00+02:60",
            "2026-05-04T10:30:00+02:000",
            "2026-05-04T10:30:00ZZ",
            " 2026-05-04",
            "2026-05-04 ",
            "4 May",
            "1767225600",
            "२०२६-०५-०४",
        ] {
            assert!(!is_timestamp(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_a_panic(text in "[0-9Tt:+.\u{2212}é-]{0,70}") {
            is_timestamp(&text);
        }

        #[test]
        fn a_day_is_taken_only_if_the_month_has_it(year in 0_u32..=9999, month in 0_u32..=13, day in 0_u32..=32) {
            let exists = (1..=days(year, month)).contains(&day);
            prop_assert_eq!(is_timestamp(&format!("{year:04}-{month:02}-{day:02}")), exists);
            prop_assert_eq!(is_timestamp(&format!("{year:04}{month:02}{day:02}T000000Z")), exists);
        }
    }
}
