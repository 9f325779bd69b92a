//! The parts of the comparison.

use crate::{
    IMPORTS, Options,
    check::{Answer, check},
    contender::{Contender, Running},
    data::Target,
    imports,
    load::{Plan, Round},
    report::{Figure, Report, Row},
    scenario::{FLOOR_BAR, MEMORY_BAR, SCENARIOS, STATEMENTS_BAR, Scenario},
};
use anyhow::Result;
use serde::Deserialize;
use std::{thread, time::Duration};
use xtask::{progress, state::State};

/// Who is compared, on which data.
pub struct Bench<'a> {
    pub options: &'a Options,
    pub this: Running,
    pub peer: Running,
    pub state: State,
}

/// What `lab.js` saw pass to D1.
#[derive(Deserialize)]
struct Seen {
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    runs: f64,
}

/// A server, and what it is asked.
struct Lane<'a> {
    server: &'a Running,
    plan: Plan,
}

impl Bench<'_> {
    /// Gives both servers some seconds of everything, so that they compile what they run often.
    pub fn warm_up_all(&self) -> Result<()> {
        let Some(mix) = SCENARIOS.last() else { return Ok(()) };
        let targets = (mix.targets)();
        let lanes = [lane("this", &self.this, &targets)?.0, lane("peer", &self.peer, &targets)?.0];
        self.warm_up(&lanes, mix)
    }

    /// A row of the table: this Worker and the peer, and the floor as far as there is time.
    pub fn compare(&self, scenario: &Scenario, report: &mut Report) -> Result<()> {
        let name = format!("{}  {}", scenario.letter, scenario.what);
        progress::say(&format!("{name} …"));
        let targets = (scenario.targets)();
        let (this, answer) = lane("this", &self.this, &targets)?;
        let (peer, _) = lane("peer", &self.peer, &targets)?;
        // Who is refused is never counted.
        let counted = answer.status < 400;
        let constant = if self.options.short { None } else { Some(self.floor(&answer, counted)?) };
        let mut lanes = vec![this, peer];
        if let Some(server) = &constant {
            lanes.push(floor_lane(server, &targets, &answer)?);
        }
        let mut rounds = self.rounds(&lanes, scenario)?.into_iter();
        let mut next = || rounds.next().unwrap_or_default();
        report.rows.push(Row { name, this: next(), rival: next(), floor: next(), bar: scenario.bar });
        Ok(())
    }

    /// The row in which the floor is the rival: finished jobs, and limiters that do not count.
    pub fn compare_with_floor(&self, report: &mut Report) -> Result<()> {
        let Some(scenario) = SCENARIOS.iter().find(|scenario| scenario.letter == "c") else { return Ok(()) };
        let name = format!("{}  without its limiter, and the floor", scenario.letter);
        progress::say(&format!("{name} …"));
        let targets = (scenario.targets)();
        let unlimited = Contender::Unlimited.start(&self.state)?;
        let (this, answer) = lane("this", &unlimited, &targets)?;
        let constant = self.floor(&answer, false)?;
        let lanes = [this, floor_lane(&constant, &targets, &answer)?];
        self.warm_up(&lanes, scenario)?;
        let mut rounds = self.rounds(&lanes, scenario)?.into_iter();
        let mut next = || rounds.next().unwrap_or_default();
        report.rows.push(Row { name, this: next(), rival: next(), floor: vec![], bar: FLOOR_BAR });
        Ok(())
    }

    /// A Worker that always answers `answer`, behind a limiter if there is one.
    fn floor(&self, answer: &Answer, limiter: bool) -> Result<Running> {
        Contender::Floor { answer: answer.constant(), limiter }.start(&self.state)
    }

    /// The rounds of each lane, taken in turn.
    fn rounds(&self, lanes: &[Lane], scenario: &Scenario) -> Result<Vec<Vec<Round>>> {
        if !self.options.short {
            lanes.iter().try_for_each(|lane| lane.plan.run(lane.server, scenario.clients, 1).map(drop))?;
        }
        let mut rounds = vec![vec![]; lanes.len()];
        for _ in 0..self.options.rounds() {
            for (lane, rounds) in lanes.iter().zip(&mut rounds) {
                rounds.push(lane.plan.run(lane.server, scenario.clients, 1)?);
            }
        }
        Ok(rounds)
    }

    /// Lets each lane run until it gets no faster: V8 takes some seconds of a load to compile WebAssembly well.
    fn warm_up(&self, lanes: &[Lane], scenario: &Scenario) -> Result<()> {
        const ROUNDS: usize = 12;
        const NO_FASTER: usize = 3;
        for lane in lanes {
            let (mut best, mut since_best) = (0.0, 0);
            for _ in 0..ROUNDS {
                let rate = lane.plan.run(lane.server, scenario.clients, 1)?.rate;
                since_best = if rate > best * 1.05 { 0 } else { since_best + 1 };
                best = rate.max(best);
                if since_best == NO_FASTER {
                    break;
                }
            }
        }
        Ok(())
    }

    /// D1 statements: of the watchers of one running job, and of a batch by its size.
    pub fn count_statements(&self, report: &mut Report) -> Result<()> {
        progress::say("Counting D1 statements …");
        let counted = Contender::Counted.start(&self.state)?;
        let statements = || -> Result<f64> {
            let seen = ureq::get(format!("{}/lab/seen", counted.url())).call()?.body_mut().read_to_string()?;
            Ok(serde_json::from_str::<Seen>(&seen)?.statements.iter().map(|statement| statement.runs).sum())
        };
        if let Some(scenario) = SCENARIOS.iter().find(|it| it.letter == "a" && self.options.wants("a")) {
            let (lane, _) = lane("counted", &counted, &(scenario.targets)())?;
            let before = statements()?;
            let round = lane.plan.run(lane.server, scenario.clients, 3)?;
            let count = statements()? - before;
            let name = format!("D1 statements in {}", scenario.letter);
            report.figures.extend([
                Figure {
                    name: format!("{name}, of 1,000 requests"),
                    value: count / round.answers * 1e3,
                    unit: "",
                    bar: None,
                },
                Figure {
                    name: format!("{name}, a second"),
                    value: count / round.seconds,
                    unit: "",
                    bar: Some(STATEMENTS_BAR),
                },
            ]);
        }
        if self.options.wants(IMPORTS) {
            for size in [50, 500] {
                let before = statements()?;
                imports::import_one(counted.url(), size)?;
                let name = format!("D1 statements of a batch of {size}");
                report.figures.push(Figure { name, value: statements()? - before, unit: "", bar: None });
            }
        }
        Ok(())
    }

    /// The memory under the mix, for five minutes.
    pub fn watch_memory(&self, report: &mut Report) -> Result<()> {
        const MINUTES: u32 = 5;
        progress::say(&format!("Watching the memory for {MINUTES} minutes …"));
        let Some(mix) = SCENARIOS.last() else { return Ok(()) };
        let server = Contender::This.start(&self.state)?;
        let (lane, _) = lane("memory", &server, &(mix.targets)())?;
        let mut peaks = vec![];
        let watch = || {
            for _ in 0..MINUTES {
                let mut peak = 0;
                for _ in 0..60 {
                    thread::sleep(Duration::from_secs(1));
                    peak = peak.max(server.memory()?);
                }
                peaks.push(peak as f64 / f64::from(1 << 20));
            }
            Ok(())
        };
        progress::side_by_side(watch, || lane.plan.run(lane.server, mix.clients, MINUTES * 60))?;
        for (minute, peak) in (1..).zip(&peaks) {
            let name = format!("memory of workerd in minute {minute} of {}", mix.letter);
            report.figures.push(Figure { name, value: *peak, unit: "MiB", bar: None });
        }
        let name = "the last minute to the second".to_owned();
        let growth = peaks[peaks.len() - 1] / peaks[1];
        report.figures.push(Figure { name, value: growth, unit: "×", bar: Some(MEMORY_BAR) });
        Ok(())
    }
}

/// Looks closely at some answers before all are asked for. With the answer to the first target.
fn lane<'a>(name: &str, server: &'a Running, targets: &[Target]) -> Result<(Lane<'a>, Answer)> {
    let answer = check(server.url(), targets)?;
    let plan = Plan::new(name, targets, |target| target.answer.proof(&answer))?;
    Ok((Lane { server, plan }, answer))
}

/// All targets get the same answer.
fn floor_lane<'a>(server: &'a Running, targets: &[Target], answer: &Answer) -> Result<Lane<'a>> {
    Ok(Lane { server, plan: Plan::new("floor", targets, |_| (answer.status, answer.proof()))? })
}
