//! What a table looks like, by its first rows: what stands between the cells, and whether the first row is a header.

use super::{
    cells::{Layout, cells},
    columns::Field,
};
use std::cmp::Reverse;

/// What may stand between cells; where two fit equally well the earlier wins.
pub const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows, and bytes, that are looked at to find that out.
const SAMPLE_ROWS: usize = 50;
const SAMPLE_BYTES: usize = 65_536;
/// How many rows of a thousand must have one number of cells before a text is taken for a table, and in a file whose name says
/// that it is one.
const MOST_ROWS: usize = 900;
const HALF_OF_ROWS: usize = 500;
/// The longest name of a column, in characters, and in words: what is longer is a value.
const NAME_CHARS: usize = 40;
const NAME_WORDS: usize = 4;

/// What a first line like `sep=;` says, as spreadsheets write and read it, and where the next line begins.
pub fn said(text: &str) -> Option<(char, usize)> {
    let head = text.get(..text.floor_char_boundary(16))?;
    let (line, _) = head.split_at_checked(head.find(['\n', '\r'])?)?;
    let (name, value) = line.trim_matches('"').split_at_checked(4)?;
    let mut value = value.chars();
    let delimiter = value.next().filter(|char| char.is_ascii() && *char != '"')?;
    if !name.eq_ignore_ascii_case("sep=") || value.next().is_some() {
        return None;
    }
    let is_two = text.get(line.len()..).is_some_and(|rest| rest.starts_with("\r\n"));
    Some((delimiter, line.len() + if is_two { 2 } else { 1 }))
}

/// The likeliest layout of `text`. Its file may be called a table.
pub fn likely(text: &str, is_called_table: bool) -> Layout {
    let first = head(text).lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().trim_matches('"');
    let is_content = Field::guess(first) == Some(Field::Content);
    if (is_content || Field::named(first).is_some()) && !first.contains(DELIMITERS) {
        // A known name alone: commas below it are those of sentences.
        return Layout { delimiter: None, has_quotes: true };
    }
    let rated = DELIMITERS.into_iter().enumerate().filter_map(|(at, delimiter)| {
        let rows = sample(text, Layout { delimiter: Some(delimiter), has_quotes: true }).rows;
        if rows.is_empty() {
            // Nothing stands between these.
            return Some(((1_000, 1, Reverse(at)), delimiter));
        }
        let share = |width: usize| rows.iter().filter(|row| row.len() == width).count() * 1_000 / rows.len();
        let widths = rows.iter().map(Vec::len).filter(|width| *width > 1);
        let width = widths.max_by_key(|width| (share(*width), *width))?;
        let is_table = is_table(&rows, delimiter, share(width), is_called_table);
        is_table.then_some(((share(width), width, Reverse(at)), delimiter))
    });
    match rated.max_by_key(|(rate, _)| *rate) {
        Some((_, delimiter)) => Layout { delimiter: Some(delimiter), has_quotes: true },
        None => Layout { delimiter: None, has_quotes: is_called_table || has_clean_quotes(text) },
    }
}

/// Whether `delimiter` makes columns of `rows`, of which `share` in a thousand have one number of cells. A comma in a sentence
/// makes none: other sentences have another number of them, or there is a space behind each.
fn is_table(rows: &[Vec<String>], delimiter: char, share: usize, is_called_table: bool) -> bool {
    let Some((first, others)) = rows.split_first() else { return false };
    let has_space = |row: &Vec<String>| row.iter().skip(1).all(|cell| cell.starts_with(' '));
    let may_be_sentences = delimiter == ',' && !is_called_table && rows.iter().all(has_space);
    let names = known_names(first, others);
    if names.are_certain || names.are_likely && !(delimiter == ',' && has_space(first)) {
        return true;
    }
    if is_called_table { share > HALF_OF_ROWS } else { share >= MOST_ROWS && rows.len() > 1 && !may_be_sentences }
}

/// Whether some lines are in quotes, and all of those as quotes are written in tables.
fn has_clean_quotes(text: &str) -> bool {
    let Sample { rows, has_quotes, is_broken } = sample(text, Layout { delimiter: None, has_quotes: true });
    !rows.is_empty() && has_quotes && !is_broken
}

/// What is looked at, wherever a line or a quote in it may end.
fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(SAMPLE_BYTES)).unwrap_or_default()
}

struct Sample {
    rows: Vec<Vec<String>>,
    /// Whether a row begins with a quote, and whether some quote is broken.
    has_quotes: bool,
    is_broken: bool,
}

/// The values of the first rows of `text` but for blank ones.
fn sample(text: &str, layout: Layout) -> Sample {
    let head = head(text);
    let mut sample = Sample { rows: Vec::new(), has_quotes: false, is_broken: false };
    let mut at = 0;
    while sample.rows.len() < SAMPLE_ROWS && at < head.len() {
        let row = cells(head, at, layout);
        // The last one is cut.
        if row.next == head.len() && head.len() < text.len() && !sample.rows.is_empty() {
            break;
        }
        sample.has_quotes |= head.get(at..).is_some_and(|rest| rest.starts_with('"'));
        sample.is_broken |= row.fault.is_some();
        at = row.next;
        if row.values.iter().any(|value| !value.trim().is_empty()) {
            sample.rows.push(row.values.into_iter().map(String::from).collect());
        }
    }
    sample
}

/// Whether the first row of `text` most likely names the columns: by the names, or because one stands above nothing but numbers.
pub fn has_header(text: &str, layout: Layout) -> bool {
    let rows = sample(text, layout).rows;
    let Some((first, others)) = rows.split_first() else { return false };
    let names = known_names(first, others);
    names.are_certain
        || names.are_likely
        || first.iter().enumerate().any(|(at, name)| {
            let mut below = others.iter().filter_map(|row| row.get(at)).peekable();
            !is_number(name) && below.peek().is_some() && below.all(|cell| is_number(cell))
        })
}

/// What a first row says about itself.
struct Names {
    /// It has a name of the API, or those of two fields.
    are_certain: bool,
    /// It may be called a content, and nothing in it is longer than a name.
    are_likely: bool,
}

/// One word that is a name elsewhere makes no header, and a guess that comes again below is a value.
fn known_names(first: &[String], others: &[Vec<String>]) -> Names {
    let mut fields = Vec::new();
    for (at, name) in first.iter().enumerate() {
        let comes_again = others.iter().filter_map(|row| row.get(at)).any(|cell| cell == name);
        fields.extend(Field::guess(name).filter(|field| !comes_again && !fields.contains(field)));
    }
    let is_of_api = first.iter().any(|name| Field::named(name.trim()).is_some());
    let may_be_names = first.iter().all(|name| {
        let has_end = name.trim_end().ends_with(['.', '!', '?']);
        name.chars().nth(NAME_CHARS).is_none() && name.split_whitespace().count() <= NAME_WORDS && !has_end
    });
    Names { are_certain: is_of_api || fields.len() > 1, are_likely: fields.contains(&Field::Content) && may_be_names }
}

/// Numbers, dates and times.
fn is_number(cell: &str) -> bool {
    let may_be = |char: char| char.is_ascii_digit() || ".,:+-/TZ% ".contains(char);
    let cell = cell.trim();
    cell.starts_with(|char: char| char.is_ascii_digit() || char == '-') && cell.chars().all(may_be)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Layout = Layout { delimiter: Some(','), has_quotes: true };

    #[test]
    fn what_stands_between_cells_is_found_outside_of_quotes() {
        for (text, delimiter) in [
            ("content,user_id\nhello,ann\n", Some(',')),
            ("content;\"user, id\"\r\nhello;ann\r\n", Some(';')),
            ("content;user_id;tags (a, b, c, d)\nhello;ann;x\n", Some(';')),
            ("content\tuser_id\na, b, c\tann\n", Some('\t')),
            ("content|user_id\na|b\n", Some('|')),
            ("text,label\nlong\nshort,x\n", Some(',')),
            ("hello;ann\nbye, then;bob\n", Some(';')),
            ("hello,ann\nbye,bob\n", Some(',')),
            ("hello,ann\n\"bye, then\",bob\n", Some(',')),
            ("content\nHello, world\nGood, fine\n", None),
            ("hello\nworld\n", None),
        ] {
            assert_eq!(likely(text, false).delimiter, delimiter, "{text}");
        }
    }

    #[test]
    fn sentences_are_no_table() {
        for text in [
            "Hello, world\nAda prefers tea\nBob, Cem and Dora, too\n",
            "Ada prefers tea\nBob likes coffee; Cem does not\nAll of them, however, like cake\n",
            "First, tea\nThen, coffee\n",
            "hello,ann",
            "Note, for all\nAda prefers tea\n",
            "Note, buy milk.\nTomorrow\n",
        ] {
            assert_eq!(likely(text, false), Layout { delimiter: None, has_quotes: false }, "{text}");
        }
        assert!(!likely("\"Hi,\" she said.\nBye\n", false).has_quotes);
        assert_eq!(likely("\"one\ntwo\"\n\"three\"\n", false), Layout { delimiter: None, has_quotes: true });
    }

    #[test]
    fn a_file_that_is_called_a_table_is_one_where_most_rows_agree() {
        for (text, delimiter) in [
            ("hello,ann\n", Some(',')),
            ("hello, ann\nbye, bob\n", Some(',')),
            ("Titel,Art\na,b\nc\n", Some(',')),
            ("Hello, world\nno comma\nfine\n", None),
        ] {
            assert_eq!(likely(text, true).delimiter, delimiter, "{text}");
        }
    }

    #[test]
    fn a_first_line_may_say_what_stands_between_cells() {
        assert_eq!(said("sep=|\ncontent|user\n"), Some(('|', 6)));
        assert_eq!(said("\"sep=\t\"\r\na\tb\n"), Some(('\t', 9)));
        for text in ["sep=\n", "sep=;;\n", "sep=;", "sex=;\n", &"é".repeat(40)] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn a_quote_that_does_not_close_is_looked_at_no_further_than_the_sample() {
        let text = format!("a,b\nc,\"d\n{}", "e,f\n".repeat(SAMPLE_BYTES));
        let sample = sample(&text, TABLE);
        assert_eq!((sample.rows.len(), sample.is_broken), (1, false));
    }

    #[test]
    fn a_header_is_told_from_data() {
        for (text, expected) in [
            ("content,user_id\na,b\n", true),
            ("User ID,created at\na,b\n", true),
            ("Text,Mood\na,b\n", true),
            ("Titel,Anzahl\na,1\nb,2\n", true),
            ("hello,ann\nbye,bob\n", false),
            ("user,hello\nassistant,hi\nuser,bye\n", false),
            ("user,hello there\nassistant,hi\n", false),
            ("note,Ada prefers tea to any coffee.\nsession,x\n", false),
            ("user\nassistant\n", false),
            ("1,2\n3,4\n", false),
            ("memory\n", true),
        ] {
            assert_eq!(has_header(text, TABLE), expected, "{text}");
        }
    }
}
