//! Throws input at what reads it. A target is a test that calls [`run`]; it names what it reads, gives samples of it, and says
//! what must hold of any input. In a run of all tests that is a bounded number of inputs; under `npm run fuzz -- TARGET` it
//! goes on for as long as one likes, and tells how it gets on. What is found is made as small as it can be.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, RngSeed, TestRunner},
};
use std::{
    env,
    fmt::Debug,
    time::{Duration, Instant},
};

/// The variable that says for how many seconds a target goes on.
pub const SECONDS: &str = "FUZZ_SECONDS";

/// Inputs of a target in a run of all tests, and between two looks at the clock.
const PORTION: u32 = 2_000;
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Throws what `inputs` makes at `check`.
///
/// # Panics
/// On the first input of which it does not hold: with the smallest such input that was found.
pub fn run<S: Strategy>(target: &str, inputs: &S, check: impl Fn(S::Value))
where
    S::Value: Debug,
{
    let seconds = env::var(SECONDS).ok().and_then(|seconds| seconds.parse().ok());
    let (begin, length) = (Instant::now(), Duration::from_secs(seconds.unwrap_or_default()));
    let (mut done, mut told) = (0_u64, begin);
    if seconds.is_some() {
        // Each try at a smaller input panics too, and would say so.
        std::panic::set_hook(Box::new(|_| {}));
    }
    loop {
        let config =
            Config { cases: PORTION, failure_persistence: None, rng_seed: RngSeed::Random, ..Config::default() };
        let tried = TestRunner::new(config).run(inputs, |input| {
            check(input);
            Ok(())
        });
        if let Err(finding) = tried {
            let told = format!("{target}: after {done} inputs that were well, {finding}");
            if seconds.is_some() {
                eprintln!("{told}");
            }
            panic!("{told}");
        }
        done += u64::from(PORTION);
        if begin.elapsed() >= length {
            break;
        }
        if told.elapsed() >= HEARTBEAT {
            eprintln!("{target}: {done} inputs in {} s", begin.elapsed().as_secs());
            told = Instant::now();
        }
    }
    if seconds.is_some() {
        let rate = done as f64 / begin.elapsed().as_secs_f64();
        println!("{target}: {done} inputs in {} s, {rate:.0} a second: nothing was found", begin.elapsed().as_secs());
    }
}

/// Bytes that are nearly one of `samples`: cut, doubled, replaced, mixed with one another and with `words`; some are any bytes.
pub fn nearly(samples: &'static [&'static str], words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<Index>(), any::<Index>(), select(words), any::<u8>(), 0..6_u8);
    let edited = (select(samples), select(samples), vec(edit, 0..6)).prop_map(|(sample, other, edits)| {
        edits.into_iter().fold(sample.as_bytes().to_vec(), |bytes, edit| edited(bytes, other.as_bytes(), edit))
    });
    prop_oneof![9 => edited, 1 => vec(any::<u8>(), 0..80)]
}

/// [`nearly`], where only text can come in.
pub fn nearly_text(samples: &'static [&'static str], words: &'static [&'static str]) -> impl Strategy<Value = String> {
    nearly(samples, words).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn edited(mut bytes: Vec<u8>, other: &[u8], edit: (Index, Index, &str, u8, u8)) -> Vec<u8> {
    let (one, two, word, byte, kind) = edit;
    let (one, two) = (one.index(bytes.len() + 1), two.index(bytes.len() + 1));
    let (from, to) = (one.min(two), one.max(two));
    let instead = match kind {
        0 => Vec::new(),
        1 => bytes[from..to].repeat(2),
        2 => word.as_bytes().to_vec(),
        3 => vec![byte],
        4 => other[from.min(other.len())..].to_vec(),
        // A word between two bytes, and nothing taken away.
        _ => [word.as_bytes(), &bytes[from..to]].concat(),
    };
    bytes.splice(from..to, instead);
    // Doubled again and again it would say nothing new.
    bytes.truncate(4_096);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "minimal failing input: \"https://example.com/a#b\"")]
    fn what_breaks_a_reader_is_found_and_made_small() {
        let inputs = nearly_text(&["https://example.com/a#b"], &["#"]);
        run("a reader of addresses", &inputs, |input| assert!(!input.contains('#')));
    }

    #[test]
    fn samples_come_whole_and_damaged() {
        let (whole, damaged) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        run("samples", &nearly(&["a sample"], &["word"]), |bytes| {
            let counted = if bytes == b"a sample" { &whole } else { &damaged };
            counted.set(counted.get() + 1);
        });
        assert!(whole.get() > 100 && damaged.get() > 1_000, "{whole:?} {damaged:?}");
    }
}
