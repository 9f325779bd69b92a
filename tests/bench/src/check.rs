//! Some answers are looked at closely, before all are asked for as fast as possible.

use crate::data::{Expected, Target};
use anyhow::{Context, Result, ensure};
use contract::{Code, ErrorBody};
use serde_json::{Map, Value, json};
use ureq::Agent;

/// An answer that was found right.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Map<String, Value>,
    pub body: String,
}

impl Answer {
    /// By what the answer is known again: its body or, where there is none, its `ETag`.
    pub fn proof(&self) -> &str {
        if self.body.is_empty() { self.header("etag") } else { &self.body }
    }

    /// As the floor says it.
    pub fn constant(&self) -> Value {
        json!({ "status": self.status, "headers": self.headers, "body": (!self.body.is_empty()).then_some(&self.body) })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// So many targets of a scenario are looked at.
const SAMPLE: usize = 20;

/// Asks the server at `url` for some of the targets and returns its answer to the first.
///
/// # Errors
/// When an answer is not what it must be.
pub fn check(url: &str, targets: &[Target]) -> Result<Answer> {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let sample = targets.iter().step_by(targets.len().div_ceil(SAMPLE));
    let ask = |target: &Target| ask(&agent, url, target).with_context(|| format!("{url}{}", target.path));
    let answers = sample.map(ask).collect::<Result<Vec<_>>>()?;
    answers.into_iter().next().context("a scenario asks for something")
}

fn ask(agent: &Agent, url: &str, target: &Target) -> Result<Answer> {
    let mut request =
        agent.get(format!("{url}{}", target.path)).header("authorization", format!("Bearer {}", target.key));
    if let Some(known) = &target.known {
        request = request.header("if-none-match", known);
    }
    let mut answer = request.call()?;
    let body = answer.body_mut().with_config().limit(64 << 20).read_to_string()?;
    // What HTTP says about the transfer is not the Worker's.
    let of_worker = |name: &str| !matches!(name, "content-length" | "transfer-encoding" | "connection" | "date");
    let headers = answer.headers().iter().filter(|(name, _)| of_worker(name.as_str()));
    let headers = headers.map(|(name, value)| Ok((name.to_string(), json!(value.to_str()?)))).collect::<Result<_>>()?;
    let answer = Answer { status: answer.status().as_u16(), headers, body };

    let said = || answer.body.chars().take(200).collect::<String>();
    let (status, proof) = target.answer.proof(&answer);
    let right = match &target.answer {
        Expected::UnknownKey => {
            serde_json::from_str::<ErrorBody>(&answer.body).is_ok_and(|body| body.code == Code::InvalidKey)
        }
        _ => answer.proof() == proof,
    };
    ensure!(answer.status == status && right, "expected {status}, got {}: {}", answer.status, said());
    for name in ["x-request-id", "cache-control", "vary", "x-content-type-options"] {
        ensure!(!answer.header(name).is_empty(), "an answer without {name}");
    }
    if status != 401 {
        ensure!(!answer.header("etag").is_empty(), "an answer without etag");
        ensure!(!answer.header("ratelimit-policy").is_empty(), "an answer without ratelimit-policy");
    }
    Ok(answer)
}
