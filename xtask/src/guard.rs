//! Programs that end when this one does, however that ends.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

/// Runs a program in a process group of its own, which ends when the standard input does: so also when its owner is
/// killed. The program gets a few seconds to end what it runs and to clear up.
const SCRIPT: &str = "
exec 3<&0 </dev/null
trap : TERM
( trap '' TERM; cat <&3 >/dev/null; kill -s TERM -- -$$; sleep 5; kill -s KILL -- -$$ ) &
\"$@\" 3<&-
kill -s KILL -- -$$";

/// Starts `program`, whose output goes to `output`. Its process group is the id of the child, and it ends when the
/// child's standard input is closed.
///
/// # Errors
/// When the shell cannot be started.
pub fn spawn(program: &Command, output: (Stdio, Stdio)) -> io::Result<Child> {
    let mut guard = Command::new("sh");
    guard.args(["-c", SCRIPT, "sh"]).arg(program.get_program()).args(program.get_args());
    guard.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = program.get_current_dir() {
        guard.current_dir(folder);
    }
    guard.process_group(0).stdin(Stdio::piped()).stdout(output.0).stderr(output.1);
    guard.spawn()
}
