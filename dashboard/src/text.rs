//! Words and numbers as the page shows them.

use std::borrow::Cow;

/// `seconds` in at most two units: `3 s`, `2 min 5 s`, `1 h 4 min`, `3 d 2 h`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60);
    let two = |large, unit, small, small_unit| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {small_unit}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole} s"),
        (0, 0, _) => two(minutes, "min", whole % 60, "s"),
        (0, _, _) => two(hours, "h", minutes, "min"),
        _ => two(days, "d", hours, "h"),
    }
}

/// How long ago, in one unit: `now`, `3 s ago`, `5 min ago`.
pub fn ago(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0 => "now".to_owned(),
        1..60 => format!("{whole} s ago"),
        60..3_600 => format!("{} min ago", whole / 60),
        3_600..86_400 => format!("{} h ago", whole / 3_600),
        _ => format!("{} d ago", whole / 86_400),
    }
}

/// An estimate of seconds, no finer than it can be: `less than 5 s`, `about 40 s`, `about 3 min`.
pub fn about(seconds: f64) -> String {
    let to = |step: f64| (seconds / step).round() * step;
    match seconds {
        ..5.0 => "less than 5 s".to_owned(),
        5.0..57.5 => format!("about {}", duration(to(5.0))),
        57.5..3_570.0 => format!("about {}", duration(to(60.0).max(60.0))),
        _ => format!("about {}", duration(to(600.0))),
    }
}

/// The share of `part` in `whole` in whole percent. Not 0 for something, and not 100 for less than all.
pub fn percent(part: u32, whole: u32) -> u32 {
    if part == 0 || whole == 0 {
        return 0;
    }
    if part >= whole {
        return 100;
    }
    let share = u64::from(part) * 100 / u64::from(whole);
    u32::try_from(share).unwrap_or(99).clamp(1, 99)
}

/// The shares of `parts` in what they come to, in whole percent that come to 100. As honest at both ends as [`percent`].
pub fn shares<const N: usize>(parts: [u32; N]) -> [u32; N] {
    let whole: u64 = parts.iter().copied().map(u64::from).sum();
    let mut shares = parts.map(|part| percent(part, u32::try_from(whole).unwrap_or(u32::MAX)));
    // What rounding made too much or too little goes to the largest, which shows it least.
    let missing = 100_u32.saturating_sub(shares.iter().sum());
    let excess = shares.iter().sum::<u32>().saturating_sub(100);
    if let Some(largest) = shares.iter_mut().max().filter(|largest| **largest > 0) {
        *largest = largest.saturating_add(missing).saturating_sub(excess);
    }
    shares
}

/// The share of `part` in `whole` as a width in a style, to a hundredth of a percent.
pub fn width(part: u32, whole: u32) -> String {
    let share = (u64::from(part) * 10_000).checked_div(u64::from(whole)).unwrap_or_default().min(10_000);
    format!("{}.{:02}%", share / 100, share % 100)
}

/// A length in CSS pixels, in whole ones.
pub fn pixels(length: f64) -> String {
    format!("{}px", length as u32)
}

/// `one` for 1, else `many`.
pub const fn plural(count: u32, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `text` with what would act on the page instead of being seen made visible: control characters, and those that turn
/// the direction of the text around.
pub fn visible(text: &str) -> Cow<'_, str> {
    let acts = |char: char| {
        char.is_control() || matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(acts) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match u32::from(char) {
            0x09 => out.push('⇥'),
            0x0a => out.push('↵'),
            code if acts(char) => out.push_str(&format!("[U+{code:04X}]")),
            _ => out.push(char),
        }
    }
    out.into()
}

/// The first `most` characters of `text`, with a mark where something was left out.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        let texts = [-1.0, 0.4, 59.9, 60.0, 125.0, 3_840.0, 266_400.0].map(duration);
        assert_eq!(texts, ["0 s", "0 s", "59 s", "1 min", "2 min 5 s", "1 h 4 min", "3 d 2 h"]);
        assert_eq!([0.5, 3.0, 305.0, 7_300.0, 1e6].map(ago), ["now", "3 s ago", "5 min ago", "2 h ago", "11 d ago"]);
    }

    #[test]
    fn estimates_are_as_coarse_as_they_are_uncertain() {
        let texts = [2.0, 5.0, 43.0, 58.0, 170.0, 3_600.0, 9_000.0].map(about);
        assert_eq!(
            texts,
            ["less than 5 s", "about 5 s", "about 45 s", "about 1 min", "about 3 min", "about 1 h", "about 2 h 30 min"]
        );
    }

    #[test]
    fn a_percentage_is_honest_at_both_ends() {
        assert_eq!([percent(0, 9), percent(1, 50_000), percent(49_999, 50_000), percent(9, 9)], [0, 1, 99, 100]);
        assert_eq!([percent(0, 0), percent(u32::MAX, u32::MAX - 1)], [0, 100]);
        assert_eq!([width(1, 3), width(2, 2), width(0, 0), width(9, 2)], ["33.33%", "100.00%", "0.00%", "100.00%"]);
    }

    #[test]
    fn shares_come_to_a_hundred_and_hide_nothing() {
        assert_eq!(shares([1, 1, 1]), [33, 33, 34]);
        assert_eq!(shares([333, 167]), [67, 33]);
        assert_eq!(shares([49_998, 1, 1]), [98, 1, 1]);
        assert_eq!(shares([0, 7, 0]), [0, 100, 0]);
        assert_eq!(shares([0, 0, 0]), [0, 0, 0]);
        assert_eq!(shares([u32::MAX, u32::MAX]).iter().sum::<u32>(), 100);
    }

    #[test]
    fn what_would_act_on_the_page_is_seen_instead() {
        assert_eq!(visible("gpj\u{202e}exe"), "gpj[U+202E]exe");
        assert_eq!(visible("a\tb\nc\u{7f}\u{85}"), "a⇥b↵c[U+007F][U+0085]");
        assert_eq!(visible("<b>👩‍👩‍👧 é"), "<b>👩‍👩‍👧 é");
    }

    #[test]
    fn shortening_cuts_between_characters() {
        assert_eq!((shortened("äöü", 2), shortened("äöü", 3)), ("äö…".into(), "äöü".into()));
    }
}
