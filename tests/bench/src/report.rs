//! What was measured, as a table and as JSON.

use crate::{imports::Imports, load::Round, machine, scenario};
use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};
use xtask::checkout;

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
    /// Where it is not the rival, and was measured: a constant, behind the limiter where such a request is counted. Its
    /// ratio to the rival is the most that a Worker could reach.
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
        let mut lines = vec![machine::line()];
        if !self.rows.is_empty() {
            lines.push(String::from("\n") + &self.rows().trim_fmt());
        }
        lines.push(String::new());
        for figure in &self.figures {
            let bar = figure.bar.map_or(String::new(), |bar| format!("  at most {bar}  {}", verdict(figure.holds())));
            lines.push(format!("{:44} {:>9.2} {}{bar}", figure.name, figure.value, figure.unit));
        }
        lines.join("\n")
    }

    fn rows(&self) -> Table {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_header(["answers a second", "this", "rival", "floor", "ratio", "least … most", "of CPU", "bar"]);
        for row in &self.rows {
            let (least, most) = row.spread();
            let floor = rate(&row.floor);
            let floor =
                if floor.is_nan() { "–".to_owned() } else { format!("{floor:.0} ({:.2})", floor / rate(&row.rival)) };
            table.add_row([
                row.name.clone(),
                format!("{:.0}", rate(&row.this)),
                format!("{:.0}", rate(&row.rival)),
                floor,
                format!("{:.2}", row.ratio()),
                format!("{least:.2} … {most:.2}"),
                row.computed_ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
                format!("{:.1}  {}", row.bar, verdict(row.holds())),
            ]);
        }
        for (at, column) in table.column_iter_mut().enumerate() {
            let alignment = if at == 0 { CellAlignment::Left } else { CellAlignment::Right };
            column.set_padding((0, 2)).set_cell_alignment(alignment);
        }
        table
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
        let report = json!({ "machine": machine::facts(), "rows": rows, "figures": figures });
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
