//! What was measured, as a table and as JSON.

use super::{imports::Imports, load::Round, scenario};
use crate::checkout;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Command};

/// Everything that a run finds out. A part that was not asked for is missing.
#[derive(Default)]
pub struct Report {
    pub rows: Vec<Row>,
    pub figures: Vec<Figure>,
}

/// Two contenders in one scenario, round by round.
pub struct Row {
    pub name: String,
    pub this: Vec<Round>,
    /// What this Worker is measured against: the peer, or the floor where it is the bar.
    pub rival: Vec<Round>,
    /// Where it is not the rival, and was measured.
    pub floor: Vec<Round>,
    /// The least ratio to the rival.
    pub bar: f64,
}

/// A single figure.
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    /// The most that it may be.
    pub bar: Option<f64>,
}

impl Row {
    /// The ratio of the medians.
    pub fn ratio(&self) -> f64 {
        rate(&self.this) / rate(&self.rival)
    }

    /// How much longer the rival's workerd computes for an answer, by the medians.
    fn computed_ratio(&self) -> Option<f64> {
        let median = |rounds: &[Round]| {
            rounds.iter().map(|round| round.computed).collect::<Option<Vec<_>>>().map(|computed| median(&computed))
        };
        Some(median(&self.rival)? / median(&self.this)?)
    }

    /// The least and the greatest ratio of one round.
    fn spread(&self) -> (f64, f64) {
        let ratios = self.this.iter().zip(&self.rival).map(|(this, rival)| this.rate / rival.rate);
        ratios.fold((f64::INFINITY, 0.0), |(least, most), ratio| (ratio.min(least), ratio.max(most)))
    }

    fn holds(&self) -> bool {
        self.ratio() >= self.bar
    }
}

impl Figure {
    fn holds(&self) -> bool {
        self.bar.is_none_or(|bar| self.value <= bar)
    }
}

impl Report {
    /// Adds what the imports took.
    pub fn imports(&mut self, imports: &Imports) {
        let milliseconds =
            |name: &str, value| Figure { name: name.to_owned(), value: value * 1e3, unit: "ms", bar: None };
        self.figures.extend([
            milliseconds("POST of 500 memories until completed", imports.completed),
            Figure {
                name: "ten such batches at once".to_owned(),
                value: imports.memories,
                unit: "memories/s",
                bar: None,
            },
            milliseconds("POST of 1 memory", imports.post_one),
            milliseconds("POST of 500 memories of 1 kB", imports.post_batch),
            Figure {
                name: "POST of 500 to POST of 1".to_owned(),
                value: imports.post_batch / imports.post_one,
                unit: "×",
                bar: Some(scenario::POST_BAR),
            },
        ]);
    }

    /// How many bars were missed.
    pub fn missed(&self) -> usize {
        let rows = self.rows.iter().filter(|row| !row.holds()).count();
        rows + self.figures.iter().filter(|figure| !figure.holds()).count()
    }

    /// For a person.
    pub fn table(&self) -> String {
        let mut lines = vec![machine_line()];
        if !self.rows.is_empty() {
            lines.push(format!(
                "\n{:36} {:>8} {:>8} {:>8}   {:>6}  {:13} {:>6} {:>5}",
                "answers a second", "this", "rival", "floor", "ratio", "least … most", "of CPU", "bar"
            ));
        }
        for row in &self.rows {
            let ((least, most), verdict) = (row.spread(), verdict(row.holds()));
            let computed = row.computed_ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
            let floor = if row.floor.is_empty() { "–".to_owned() } else { format!("{:.0}", rate(&row.floor)) };
            lines.push(format!(
                "{:36} {:>8.0} {:>8.0} {floor:>8}   {:>6.2}  {:13} {computed:>6} {:>5.1}  {verdict}",
                row.name,
                rate(&row.this),
                rate(&row.rival),
                row.ratio(),
                format!("{least:.2} … {most:.2}"),
                row.bar
            ));
        }
        lines.push(String::new());
        for figure in &self.figures {
            let bar = figure.bar.map_or(String::new(), |bar| format!("  at most {bar}  {}", verdict(figure.holds())));
            lines.push(format!("{:44} {:>9.2} {}{bar}", figure.name, figure.value, figure.unit));
        }
        lines.join("\n")
    }

    /// For a program: all rounds of all rows.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Result<PathBuf> {
        let rows: Vec<Value> = self.rows.iter().map(|row| {
            json!({
                "name": row.name, "ratio": row.ratio(), "computed_ratio": row.computed_ratio(), "spread": row.spread(), "bar": row.bar, "holds": row.holds(),
                "this": rounds(&row.this), "rival": rounds(&row.rival), "floor": rounds(&row.floor),
            })
        }).collect();
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                let Figure { name, value, unit, bar } = figure;
                json!({ "name": name, "value": value, "unit": unit, "bar": bar, "holds": figure.holds() })
            })
            .collect();
        let report = json!({ "machine": machine(), "rows": rows, "figures": figures });
        let file = checkout::target("bench.json");
        fs::write(&file, serde_json::to_string_pretty(&report)?).context("cannot write the report")?;
        Ok(file)
    }
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    match (values.get(values.len() / 2), values.len() % 2) {
        (Some(middle), 1) => *middle,
        (Some(middle), _) => (values[values.len() / 2 - 1] + middle) / 2.0,
        (None, _) => f64::NAN,
    }
}

fn rate(rounds: &[Round]) -> f64 {
    median(&rounds.iter().map(|round| round.rate).collect::<Vec<_>>())
}

fn rounds(rounds: &[Round]) -> Vec<Value> {
    let round = |round: &Round| json!({ "rate": round.rate, "median_ms": round.median, "p99_ms": round.p99, "computed_us": round.computed });
    rounds.iter().map(round).collect()
}

fn verdict(holds: bool) -> &'static str {
    if holds { "ok" } else { "MISSED" }
}

/// On what, with what and when it was measured.
fn machine() -> Value {
    let read = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim().to_owned()));
        value.unwrap_or_else(|| "unknown".to_owned())
    };
    let said = |program: &mut Command| {
        let output = program.output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        output.unwrap_or_else(|_| "unknown".to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    json!({
        "date": said(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"])),
        "system": said(Command::new("uname").args(["-sm"])),
        "processor": read("/proc/cpuinfo", "model name"),
        "cores": cores,
        "memory": read("/proc/meminfo", "MemTotal"),
        "workerd": said(checkout::command(checkout::npm_program("workerd")).arg("--version")),
    })
}

fn machine_line() -> String {
    let machine = machine();
    let text = |name: &str| machine[name].as_str().unwrap_or_default().to_owned();
    format!(
        "{}, {} × {}, {} of memory, {}, {}",
        text("date"),
        machine["cores"],
        text("processor"),
        text("memory"),
        text("system"),
        text("workerd")
    )
}
