//! What must never reach a log: keys, and what was sent. After the tests, all that their servers have written is searched for
//! every key and for every content that the tests have sent.

use anyhow::{Context, Result, ensure};
use contract::KEY_PREFIXES;
use std::{
    collections::HashSet,
    env,
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    process,
    sync::{LazyLock, Mutex, PoisonError},
};

/// The variable that names the folder in which a run of the tests keeps its servers' logs, and what was sent to them.
pub const FOLDER: &str = "TEST_LOGS";

/// A content is known by so many of its first bytes. What is shorter could stand in any log by chance.
const LENGTH: usize = 12;

/// A content's first bytes.
type Mark = [u8; LENGTH];

/// Remembers the contents in the body of a request, for [`look`], where this is a run of the tests.
///
/// # Errors
/// When the file of the run cannot be written.
pub fn note(body: &[u8]) -> Result<()> {
    static KNOWN: LazyLock<Mutex<HashSet<Mark>>> = LazyLock::new(Mutex::default);
    let Some(folder) = env::var_os(FOLDER) else { return Ok(()) };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let new: Vec<u8> = marks(body).filter(|mark| known.insert(*mark)).flatten().collect();
    if !new.is_empty() {
        let file = Path::new(&folder).join(format!("{}.sent", process::id()));
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(&new)?;
    }
    Ok(())
}

/// The marks of the contents in a body, be it JSON or only nearly. One with an escape stands in a log otherwise, if it does:
/// others of its kind are looked for.
fn marks(body: &[u8]) -> impl Iterator<Item = Mark> {
    const FIELD: &[u8] = b"\"content\":";
    let at =
        body.windows(FIELD.len()).enumerate().filter(|(_, window)| *window == FIELD).map(|(at, _)| at + FIELD.len());
    at.filter_map(move |at| {
        let text = body[at..].trim_ascii_start().strip_prefix(b"\"")?;
        let mark: Mark = text.get(..LENGTH)?.try_into().ok()?;
        let tells = |byte: &u8| !byte.is_ascii_control() && !matches!(byte, b'"' | b'\\');
        (mark.iter().all(tells) && !mark.trim_ascii().is_empty()).then_some(mark)
    })
}

/// Searches the logs in `folder`, and tells in a sentence how much was searched for what.
///
/// # Errors
/// When something was found: then in which log, and how the line begins.
pub fn look(folder: &Path) -> Result<String> {
    let (mut sent, mut logs) = (HashSet::new(), Vec::new());
    for file in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = file?.path();
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if path.extension().is_some_and(|extension| extension == "sent") {
            sent.extend(bytes.chunks_exact(LENGTH).filter_map(|mark| Mark::try_from(mark).ok()));
        } else {
            logs.push((path, bytes));
        }
    }
    for (path, log) in &logs {
        for line in log.split(|byte| *byte == b'\n') {
            let has_key =
                KEY_PREFIXES.iter().any(|prefix| line.windows(prefix.len()).any(|it| it == prefix.as_bytes()));
            let content = line.windows(LENGTH).find(|window| sent.contains(*window));
            let found = if has_key { Some("a key") } else { content.map(|_| "a content") };
            ensure!(
                found.is_none(),
                "{} in the log {}: {}",
                found.unwrap_or_default(),
                path.display(),
                String::from_utf8_lossy(&line[..line.len().min(400)])
            );
        }
    }
    let size: usize = logs.iter().map(|(_, log)| log.len()).sum();
    Ok(format!(
        "In {} logs, of {} KiB together, stands no key and none of {} contents that were sent",
        logs.len(),
        size >> 10,
        sent.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    #[test]
    fn the_contents_of_a_body_are_known_by_their_beginnings() {
        let body = br#"{"memories":[{"content":"Ada prefers tea"},{ "content": "Bob drinks milk"},{"content":"short"},
            {"content":"            "},{"content":"a\"quoted content"},{"content":7}]"#;
        let marks: Vec<_> = marks(body).collect();
        assert_eq!(marks, [*b"Ada prefers ", *b"Bob drinks m"]);
    }

    #[test]
    fn a_key_or_a_content_in_a_log_is_found_and_nothing_else_is() {
        let state = State::scratch().unwrap();
        let folder = state.folder().join("logs");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("1.sent"), b"Ada prefers Bob drinks m").unwrap();
        fs::write(folder.join("1-0.log"), "a line\nAda prefer\nanother\n").unwrap();
        assert!(look(&folder).unwrap().contains("2 contents"));
        for (line, what) in [
            ("{\"detail\":\"UNIQUE failed: Ada prefers tea\"}", "a content"),
            ("Authorization: Bearer kor_self_x", "a key"),
            ("kor_live_y", "a key"),
        ] {
            fs::write(folder.join("1-1.log"), format!("a line\n{line}\n")).unwrap();
            let found = look(&folder).unwrap_err().to_string();
            assert!(found.starts_with(what) && found.contains("1-1.log") && found.ends_with(line), "{found}");
        }
    }
}
