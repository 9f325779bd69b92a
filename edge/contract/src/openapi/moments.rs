//! The form of a timestamp, as one pattern: what [`crate::is_timestamp`] takes. A test of the description holds the two
//! together.

use super::fields::{at_most, text};
use crate::TIMESTAMP_CHARS;
use utoipa::openapi::Object;

/// An ISO 8601 date or datetime.
pub fn timestamp() -> Object {
    let forms = [("-", ":"), ("", "")].map(|(dash, colon)| form(dash, colon));
    at_most(TIMESTAMP_CHARS, text(&format!("^({})$", forms.join("|"))))
}

/// The extended form or the basic one.
fn form(dash: &str, colon: &str) -> String {
    let leap_year = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
    let days_of = [
        ("(0[13578]|1[02])", "(0[1-9]|[12][0-9]|3[01])"),
        ("(0[469]|11)", "(0[1-9]|[12][0-9]|30)"),
        ("02", "(0[1-9]|1[0-9]|2[0-8])"),
    ];
    let days: Vec<String> = days_of.iter().map(|(month, day)| format!("{month}{dash}{day}")).collect();
    let date = format!("([0-9]{{4}}{dash}({})|{leap_year}{dash}02{dash}29)", days.join("|"));
    let hour = "([01][0-9]|2[0-3])";
    let minute = "[0-5][0-9]";
    let offset = format!("([Zz]|[+\u{2212}-]{hour}(:?{minute})?)?");
    format!("{date}([Tt _]{hour}{colon}{minute}({colon}{minute}([.,][0-9]+)?)?{offset})?")
}
