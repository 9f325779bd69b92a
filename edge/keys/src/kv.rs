//! The KV namespace of the keys, through wrangler: it knows which namespace `wrangler.toml` means, where the local one
//! is kept, and how to log in to the deployed one.

use crate::entry::{Entry, Metadata};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::{
    env,
    io::Write,
    iter,
    path::{self, Path, PathBuf},
    process::{Command, Stdio},
};

/// Which namespace is meant.
pub enum Namespace {
    /// The one of `npm start`, or of another state folder.
    Local {
        /// Where wrangler keeps its state, if not in `.wrangler/state`.
        persist_to: Option<PathBuf>,
    },
    /// The deployed one.
    Deployed {
        /// Of this environment in `wrangler.toml`.
        environment: String,
    },
}

/// An entry as KV lists it.
#[derive(Deserialize)]
pub struct Listed {
    /// The hash of the key.
    pub name: String,
    /// What is said of the key.
    pub metadata: Metadata,
}

impl Namespace {
    /// Stores `entry`: its key is good from now on, where it was not asked for before.
    ///
    /// # Errors
    /// When wrangler is missing or fails; so do the other calls.
    pub fn put(&self, entry: &Entry) -> Result<()> {
        let metadata = serde_json::to_string(&entry.metadata)?;
        self.wrangler(&["key", "put", &entry.key, &entry.value, "--metadata", &metadata]).map(drop)
    }

    /// Stores all of `entries`, in one call for each 10,000.
    pub fn put_all(&self, entries: &[Entry]) -> Result<()> {
        let mut file = tempfile::NamedTempFile::with_suffix(".json").context("cannot make a file for wrangler")?;
        file.write_all(&serde_json::to_vec(entries)?).context("cannot write the file for wrangler")?;
        self.wrangler(&["bulk", "put", &file.path().to_string_lossy()]).map(drop)
    }

    /// All entries whose names begin with `prefix`; the empty one begins them all.
    pub fn list(&self, prefix: &str) -> Result<Vec<Listed>> {
        let json = self.wrangler(&["key", "list", "--prefix", prefix])?;
        serde_json::from_str(&json).context("KV holds an entry that is not a key of this install")
    }

    /// Removes the entry that `name` names, which may be gone already: its key is refused once no cache knows it.
    pub fn delete(&self, name: &str) -> Result<()> {
        self.wrangler(&["key", "delete", name]).map(drop)
    }

    /// Runs `wrangler kv` and returns what it prints. No argument may hold a key: other users see them.
    fn wrangler(&self, arguments: &[&str]) -> Result<String> {
        let mut command = wrangler()?;
        command.arg("kv").args(arguments).args(["--binding", "KEYS"]);
        match self {
            Self::Deployed { environment } => command.args(["--remote", "--env", environment]),
            Self::Local { persist_to: None } => command.arg("--local"),
            Self::Local { persist_to: Some(folder) } => {
                command.arg("--local").arg("--persist-to").arg(path::absolute(folder)?)
            }
        };
        let output = command.output().context("cannot run wrangler")?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "wrangler says: {}", told.trim());
        String::from_utf8(output.stdout).context("wrangler did not answer in UTF-8")
    }
}

/// wrangler, at the root of the checkout and on the Node that comes with it.
fn wrangler() -> Result<Command> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let programs = root.join("node_modules/.bin");
    let wrangler = programs.join("wrangler");
    ensure!(wrangler.exists(), "wrangler is not installed here: run `npm ci`");
    let rest = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(iter::once(programs).chain(env::split_paths(&rest)))?;
    let mut command = Command::new(wrangler);
    command.current_dir(root).env("PATH", path).env("NO_COLOR", "1").stdin(Stdio::null());
    Ok(command)
}
