//! A local database and a local KV namespace, in one folder.

use crate::{checkout, leaks, progress, stamp, wrangler};
use anyhow::{Context, Result};
use keys::entry::Entry;
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

/// The folder in which wrangler keeps what D1 and KV keep when they are deployed. Nothing here reaches beyond it.
pub struct State {
    folder: PathBuf,
    /// How many databases are served, if not those of `wrangler.toml`.
    databases: Option<u32>,
    /// Held as long as a folder for one run is used.
    _lock: Option<File>,
}

impl State {
    /// The one that `npm start` serves and `npm run key` changes.
    pub fn of_checkout() -> Self {
        Self::of_folder(checkout::path(".wrangler/state"))
    }

    /// The one in `folder`, which is made when something is put there.
    pub fn of_folder(folder: PathBuf) -> Self {
        Self { folder, databases: None, _lock: None }
    }

    /// A new and empty one for this run alone. It stays for a look at what went wrong until a later run begins.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn scratch() -> Result<Self> {
        Self::scratch_in(&checkout::target("scratch"))
    }

    fn scratch_in(all: &Path) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        fs::create_dir_all(all).with_context(|| format!("cannot create {}", all.display()))?;
        // One at a time: a folder that is not locked yet would pass for an old one.
        let turn = File::create(all.join("turn")).context("cannot create a lock for scratch folders")?;
        turn.lock()?;
        for old in fs::read_dir(all)?.flatten() {
            // A run that lives holds its lock.
            if File::open(old.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
                fs::remove_dir_all(old.path()).with_context(|| format!("cannot remove {}", old.path().display()))?;
            }
        }
        let folder = all.join(format!("{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let lock = File::create(folder.join("lock"))?;
        lock.lock()?;
        Ok(Self { folder, databases: None, _lock: Some(lock) })
    }

    /// A [`State::scratch`] that begins as this one is. Nothing may be running on this one.
    ///
    /// # Errors
    /// When the files cannot be copied.
    pub fn copy(&self) -> Result<Self> {
        self.copy_to(Self::scratch()?)
    }

    /// It is served with so many databases, which are there already.
    #[must_use]
    pub fn with_databases(self, count: u32) -> Self {
        Self { databases: Some(count), ..self }
    }

    /// With how many databases it is served, if not with those of `wrangler.toml`.
    pub fn databases(&self) -> Option<u32> {
        self.databases
    }

    /// A [`State::copy`] in the main memory where the system has a folder there, so that no disk is waited for.
    ///
    /// # Errors
    /// When the files cannot be copied.
    pub fn copy_to_memory(&self) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        self.copy_to(if memory.is_dir() { Self::scratch_in(&memory.join("batch-status"))? } else { Self::scratch()? })
    }

    fn copy_to(&self, copy: Self) -> Result<Self> {
        let mut cp = Command::new("cp");
        cp.arg("-R").arg(self.folder.join("v3")).arg(&copy.folder);
        progress::run("Copying the local state", cp)?;
        Ok(Self { databases: self.databases, ..copy })
    }

    /// Migrates it and fills it with the file `sql` of the checkout and with `keys`, where that was not done before.
    ///
    /// # Errors
    /// When wrangler fails; so do the next ones.
    pub fn seed(&self, sql: &str, keys: &[Entry]) -> Result<()> {
        let sql = checkout::path(sql);
        let migrations = fs::read_dir(checkout::path("edge/migrations")).context("cannot list the migrations")?;
        let mut inputs = migrations.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
        inputs.sort();
        inputs.push(sql.clone());
        let inputs = (stamp::contents(&inputs), serde_json::to_vec(keys)?);
        stamp::unless_made(&self.folder.join("seed.stamp"), inputs, &self.folder.join("v3/d1"), || {
            self.migrate()?;
            self.run_sql(&sql)?;
            self.put_keys(keys)
        })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new file for the log of what serves it: beside it, or where `npm test` keeps the logs of all servers of a run.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new_log(&self) -> Result<PathBuf> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let log = match env::var_os(leaks::FOLDER) {
            Some(folder) => {
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                Path::new(&folder).join(format!("{}-{number}.log", process::id()))
            }
            None => self.folder.join("server.log"),
        };
        File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
        Ok(log)
    }

    /// Applies the migrations that it lacks.
    pub fn migrate(&self) -> Result<()> {
        for database in wrangler::databases(&wrangler::config()?) {
            progress::run("Applying the migrations", self.wrangler(&["d1", "migrations", "apply", &database]))?;
        }
        Ok(())
    }

    /// Runs the statements in `file` on the database, also while it is served.
    pub fn run_sql(&self, file: &Path) -> Result<()> {
        let command = self.wrangler(&["d1", "execute", "DB", "--yes", &format!("--file={}", file.display())]);
        progress::run("Filling the local database", command)
    }

    /// Makes keys good.
    pub fn put_keys(&self, entries: &[Entry]) -> Result<()> {
        let file = self.folder.join("keys.json");
        fs::create_dir_all(&self.folder)?;
        fs::write(&file, serde_json::to_vec(entries)?).with_context(|| format!("cannot write {}", file.display()))?;
        let mut command = self.wrangler(&["kv", "bulk", "put", "--binding", "KEYS"]);
        command.arg(&file);
        progress::run("Storing the local keys", command)
    }

    /// wrangler on this state.
    pub fn wrangler(&self, arguments: &[&str]) -> Command {
        let mut command = wrangler::command(arguments);
        // Always local: there is no way from here to a deployed database.
        command.arg("--local").arg("--persist-to").arg(&self.folder);
        command
    }
}
