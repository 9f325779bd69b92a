use crate::{Account, Database, browser::server};
use xtask::serve::Server;

/// A job on [`server`] that only the test moves. It was accepted this moment, so that it may be polled once a second.
pub struct Running {
    account: String,
    database: Database,
}

impl Running {
    const ID: &str = "4b7c1d9e2f8a4c0db53e61a7908f2c14";

    /// One of `account` with `received` items, of which none is done.
    pub fn start(account: &Account, received: u32) -> Self {
        Self::on(server(), account, received)
    }

    /// The same on a server of the test's own, for one that has the Worker write too.
    pub fn on(server: &Server, account: &Account, received: u32) -> Self {
        let running = Self { account: account.name.clone(), database: Database::of(server.state()) };
        running.database.execute(&format!(
            "INSERT INTO batch_jobs (account_id, id, status, received, created_at, started_at, moved_at) \
             SELECT '{}', '{}', 'processing', {received}, now, now, 253370764800000 \
             FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now)",
            running.account,
            Self::ID
        ));
        running
    }

    /// The address of its page.
    pub fn page(&self) -> String {
        format!("/jobs/job_{}", Self::ID)
    }

    /// Changes columns of it.
    pub fn set(&self, columns: &str) {
        self.database.execute(&format!(
            "UPDATE batch_jobs SET version = version + 1, {columns} WHERE account_id = '{}' AND id = '{}'",
            self.account,
            Self::ID
        ));
    }

    /// Has the item at `index` fail with `error`.
    pub fn fail(&self, index: u32, error: &str) {
        let error = error.replace('\'', "''");
        let (account, id) = (&self.account, Self::ID);
        self.database.execute(&format!("INSERT INTO batch_errors (account_id, job_id, item_index, error) VALUES ('{account}', '{id}', {index}, '{error}')"));
        self.set("failed = failed + 1");
    }

    /// Has an item with `content` wait at `index`.
    pub fn wait(&self, index: u32, content: &str) {
        let (account, id) = (&self.account, Self::ID);
        self.database.execute(&format!("INSERT INTO batch_items (account_id, job_id, item_index, kind, content) VALUES ('{account}', '{id}', {index}, 'note', '{content}')"));
    }

    /// Ends it.
    pub fn complete(&self) {
        self.set("status = 'completed', imported = received - failed, finished_at = started_at + 60000");
    }
}
