//! What people see of an import.

use anyhow::Result;
use batch_client::Import;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;

/// So many lines of the file are named for each reason.
const NAMED: usize = 5;

/// How far the import is, on a terminal. Elsewhere nothing is shown.
pub struct Bar(ProgressBar);

impl Bar {
    /// Of so many memories.
    ///
    /// # Errors
    /// None, as long as the template is one.
    pub fn of(memories: usize) -> Result<Self> {
        let style = ProgressStyle::with_template("  {bar:40} {msg}")?.progress_chars("██·");
        Ok(Self(ProgressBar::new(memories as u64).with_style(style)))
    }

    pub fn show(&self, import: &Import) {
        let (imported, failed) = (import.imported(), import.failed());
        self.0.set_position(imported.saturating_add(failed));
        self.0.set_message(format!("{} sent, {imported} imported, {failed} failed", import.received()));
    }

    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// The jobs that were taken, a line each.
pub fn jobs(import: &Import) -> String {
    import.parts.iter().map(|part| part.job.id.to_string()).collect::<Vec<_>>().join("\n")
}

/// What came of it, with the failures by their reason, the most frequent first.
pub fn outcome(import: &Import, lines: &[u64]) -> String {
    let mut told = vec![format!("{} of {} memories landed.", import.imported(), import.received())];
    let mut reasons: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (at, reason) in import.errors() {
        reasons.entry(reason).or_default().extend(lines.get(at));
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, lines)| std::cmp::Reverse(lines.len()));
    for (reason, lines) in reasons {
        let named: Vec<String> = lines.iter().take(NAMED).map(u64::to_string).collect();
        let more = if lines.len() > NAMED { ", …" } else { "" };
        told.push(format!("  {:4} × {reason} (line {}{more})", lines.len(), named.join(", ")));
    }
    told.join("\n")
}
