//! The command `batch`: imports a file of memories, and tells what became of them.

mod file;
mod show;

use anyhow::{Context, Result, anyhow, bail};
use batch_client::{Batch, Client, Import, MemoryInput};
use clap::{Parser, Subcommand};
use file::Row;
use serde_json::value::RawValue;
use show::Bar;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// Some did not land.
const PARTIAL: u8 = 1;
/// None landed, or the import did not come to its end.
const FAILED: u8 = 2;

/// So many rows that are wrong are told one by one.
const TOLD: usize = 10;

/// Imports memories in batches, and tells what became of them.
#[derive(Parser)]
#[command(name = "batch", version, arg_required_else_help = true)]
struct Arguments {
    /// Where the API is
    #[arg(long, env = "BATCH_URL", default_value = "http://localhost:8787")]
    url: String,
    /// The API key. In the environment it is seen by fewer than on a command line
    #[arg(long, env = "BATCH_KEY", hide_env_values = true)]
    key: String,
    /// Seconds after which to give up
    #[arg(long, default_value_t = 3_600, value_name = "N")]
    patience: u64,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Import a file: JSON, JSON Lines, or CSV with a header
    #[command(
        after_help = "Ends with 0 where all landed, 1 where some did not, 2 where none did or it did not come to its end."
    )]
    Import {
        /// What to import
        file: PathBuf,
        /// Wait until all batches have ended, rather than until they are taken
        #[arg(long)]
        wait: bool,
        /// What people call it, if not by the name of the file
        #[arg(long)]
        label: Option<String>,
        /// Any word: the same import with the same word, again within 24 hours, imports nothing twice
        #[arg(long, value_name = "WORD")]
        import_key: Option<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            error.chain().skip(1).for_each(|cause| eprintln!("  {cause}"));
            ExitCode::from(FAILED)
        }
    }
}

fn run(arguments: &Arguments) -> Result<u8> {
    let client = Client::new(&arguments.url, &arguments.key)?.with_patience(Duration::from_secs(arguments.patience));
    let Command::Import { file, wait, label, import_key } = &arguments.command;
    let rows = file::read(file)?;
    check(file, &rows)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let label = label.clone().unwrap_or_else(|| name(file));
    runtime.block_on(import(&client, &rows, *wait, &label, import_key.as_deref()))
}

/// Refuses the file where the API would refuse a row of it: nothing is sent then.
fn check(file: &Path, rows: &[Row]) -> Result<()> {
    let wrong = rows.iter().filter_map(|(line, row)| Some((line, MemoryInput::read(row).err()?)));
    let wrong: Vec<String> = wrong.map(|(line, why)| format!("line {line}: {why}")).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let more = wrong.len().saturating_sub(TOLD);
    let told: Vec<&str> = wrong.iter().take(TOLD).map(String::as_str).collect();
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    bail!("nothing was sent, since rows of {} are no memories\n  {}{more}", file.display(), told.join("\n  "))
}

/// As much of the file's name as a label may have.
fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().chars().take(contract::LABEL_CHARS).collect()
}

async fn import(client: &Client, rows: &[Row], wait: bool, label: &str, key: Option<&str>) -> Result<u8> {
    let memories: Vec<&RawValue> = rows.iter().map(|(_, row)| serde_json::from_str(row)).collect::<Result<_, _>>()?;
    let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
    let batch = Batch { memories: &memories, label: Some(label), group: None, lines: Some(&lines), key };
    let bar = Bar::of(rows.len())?;
    let each = |import: &Import| bar.show(import);
    let done = if wait { client.import_with(&batch, each).await } else { client.send(&batch, each).await };
    bar.end();
    let import = done.map_err(|stopped| {
        let taken = show::jobs(&stopped.so_far);
        if !taken.is_empty() {
            say(&taken);
        }
        anyhow!(stopped)
    })?;
    if !wait {
        say(&show::jobs(&import));
        return Ok(0);
    }
    say(&show::outcome(&import, &lines));
    Ok(match import.imported() {
        0 => FAILED,
        landed if landed == rows.len() as u64 => 0,
        _ => PARTIAL,
    })
}

/// Whoever has closed the output does not want it: the exit code still says how it ended.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}
