//! From Markdown to HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// A document, and the headings of the level below its own.
pub struct Prose {
    pub html: String,
    /// Names and texts.
    pub headings: Vec<(String, String)>,
}

/// `markdown` with its headings a level deeper, since the page has one above them all. Each is named after `within` and its text.
pub fn document(within: &str, markdown: &str) -> Prose {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut headings = Vec::new();
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut begun = None;
    for event in parser {
        match event {
            Event::Start(Tag::Heading { .. }) => begun = Some(events.len()),
            Event::End(TagEnd::Heading(level)) => {
                let inside = events.split_off(begun.take().unwrap_or(events.len()));
                let text: String = inside.iter().map(plain).collect();
                let (level, name) = (level as usize + 1, slug(&format!("{within} {text}")));
                events.push(Event::Html(CowStr::from(format!("<h{level} id=\"{name}\">"))));
                events.extend(inside);
                events.push(Event::Html(CowStr::from(format!("</h{level}>\n"))));
                if level == 3 {
                    headings.push((name, text));
                }
            }
            event => events.push(event),
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    // What is wider than the page is scrolled, by the keyboard too.
    Prose { html: out.replace("<pre>", "<pre tabindex=\"0\">"), headings }
}

/// A sentence or two.
pub fn sentence(markdown: &str) -> String {
    let html = document("", markdown).html;
    html.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned()
}

/// `text` as it is, whatever is in it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Lines that are to be copied.
pub fn code(text: &str) -> String {
    format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escaped(text.trim_end()))
}

fn plain(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) | Event::Code(text) => text.to_string(),
        _ => String::new(),
    }
}

/// A name that an address can end with.
pub fn slug(text: &str) -> String {
    let letters =
        text.to_lowercase().chars().map(|char| if char.is_alphanumeric() { char } else { '-' }).collect::<String>();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_named_and_go_a_level_down() {
        let prose = document("", "# Guide\n\n## The `API`, now\n\n```sh\nls <a>\n```\n");
        assert_eq!(prose.headings, [("the-api-now".to_owned(), "The API, now".to_owned())]);
        assert!(prose.html.starts_with("<h2 id=\"guide\">Guide</h2>"), "{}", prose.html);
        assert!(prose.html.contains("<h3 id=\"the-api-now\">The <code>API</code>, now</h3>"), "{}", prose.html);
        assert!(prose.html.contains("<pre tabindex=\"0\">") && prose.html.contains("ls &lt;a&gt;"), "{}", prose.html);
    }
}
