//! A running `wrangler dev`.

use crate::{guard, state::State, wrangler};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    net::TcpListener,
    path::PathBuf,
    process::Child,
    sync::mpsc::{Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(90);
const PACE: Duration = Duration::from_millis(50);

/// The Worker and the dashboard on 127.0.0.1, over a [`State`]. Dropped, all its processes end.
pub struct Server {
    guard: Child,
    state: State,
    log: PathBuf,
    url: String,
}

impl Server {
    /// Serves `state`, and returns when the Worker answers. Port 0 is any free one. What is served must be built.
    ///
    /// # Errors
    /// When the server ends or does not answer within a minute and a half: then with the end of its log.
    pub fn start(state: State, port: u16) -> Result<Self> {
        Self::start_with(state, port, &[])
    }

    /// [`Server::start`] with other values than those in `wrangler.toml` for some of the variables there.
    ///
    /// # Errors
    /// As there.
    pub fn start_with(state: State, port: u16, variables: &[(&str, &str)]) -> Result<Self> {
        let log = state.new_log()?;
        let mut dev =
            wrangler::command(&["dev", "--ip", "127.0.0.1", "--port", &port.to_string(), "--inspector-port", "0"]);
        dev.arg("--persist-to").arg(state.folder());
        if let Some(count) = state.databases() {
            dev.arg("--config").arg(wrangler::with_databases(count)?);
        }
        // Whoever tries webhooks out has a receiver on this machine.
        dev.args(["--var", "WEBHOOK_LOCAL:1"]);
        dev.args(variables.iter().flat_map(|(name, value)| ["--var".to_owned(), format!("{name}:{value}")]));
        let output = OpenOptions::new().append(true).open(&log).context("cannot open the server's log")?;
        let guard = guard::spawn(&dev, (output.try_clone()?.into(), output.into())).context("cannot run sh")?;
        let mut server = Self { guard, state, log, url: String::new() };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is served.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What wrangler and the Worker have written so far.
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default()
    }

    /// The process group in which all of it runs.
    pub fn process_group(&self) -> u32 {
        self.guard.id()
    }

    /// Runs the Worker's scheduled handler once: under wrangler no cron fires by itself.
    ///
    /// # Errors
    /// When the handler cannot be called, or fails.
    pub fn fire_cron(&self) -> Result<()> {
        fire_cron(&self.url)
    }

    /// Runs the scheduled handler every minute, which is as often as a cron can, for as long as this program runs.
    pub fn fire_crons(&self) {
        let url = self.url.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(60));
                // What fails is in the server's log.
                let _ = fire_cron(&url);
            }
        });
    }

    /// Copies the log from here on to the standard output, until something comes from `stop`.
    ///
    /// # Errors
    /// When the server ends by itself.
    pub fn follow_log(&mut self, stop: &Receiver<()>) -> Result<()> {
        let mut log = File::open(&self.log).context("cannot read the server's log")?;
        io::Seek::seek(&mut log, io::SeekFrom::End(0))?;
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(PACE) {
            io::copy(&mut log, &mut io::stdout()).context("cannot write to the standard output")?;
            ensure!(self.guard.try_wait()?.is_none(), "wrangler ended; its log is {}", self.log.display());
        }
        Ok(())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.guard.try_wait()?.is_some() {
                bail!("wrangler ended before it served anything:\n{}", self.log());
            }
            if let Some(url) = self.log().split_once("Ready on ").and_then(|(_, rest)| rest.split_whitespace().next()) {
                self.url = url.to_owned();
            }
            // Without a key the Worker answers 401; what counts is that it is the Worker who answers.
            if !self.url.is_empty()
                && matches!(
                    ureq::get(self.url.clone() + contract::path::PING).call(),
                    Err(ureq::Error::StatusCode(401))
                )
            {
                return Ok(());
            }
            thread::sleep(PACE);
        }
        bail!("the Worker does not answer after {} s:\n{}", PATIENCE.as_secs(), self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

fn fire_cron(url: &str) -> Result<()> {
    let answer = ureq::get(format!("{url}/cdn-cgi/handler/scheduled")).call();
    answer.map(drop).context("the scheduled handler did not succeed")
}

/// Whether `port` can be listened on.
///
/// # Errors
/// When not: in one sentence, with what helps.
pub fn ensure_free(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "port {port} is in use: end what listens there, or take another with `npm start -- --port {}`",
                port.wrapping_add(1)
            )
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on port {port}")),
        Ok(_) => Ok(()),
    }
}
