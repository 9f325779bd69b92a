use crate::checkout;
use anyhow::{Context, Result};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

/// Remembers from which inputs something was made, so that it is made again only when one of them changed.
pub struct Stamp {
    file: PathBuf,
    hasher: DefaultHasher,
}

impl Stamp {
    /// For what is made of the contents of `inputs`; a file that is missing counts as an empty one. The stamp is kept in
    /// `file`, away from what it stands for.
    pub fn new(file: PathBuf, inputs: &[PathBuf]) -> Self {
        // Good enough: where another Rust hashes otherwise, it costs a build.
        let mut hasher = DefaultHasher::new();
        for input in inputs {
            fs::read(input).unwrap_or_default().hash(&mut hasher);
        }
        Self { file, hasher }
    }

    /// For what is made of `input` too.
    pub fn with(mut self, input: impl Hash) -> Self {
        input.hash(&mut self.hasher);
        self
    }

    /// For a build's output: the stamp lies in cargo's target folder. What npm installs is an input to all of them.
    pub fn of_build(name: &str, inputs: impl IntoIterator<Item = PathBuf>) -> Self {
        let inputs: Vec<_> = inputs.into_iter().chain([checkout::path("package-lock.json")]).collect();
        Self::new(checkout::target("stamps").join(name), &inputs)
    }

    /// What tells these inputs from others, in 16 hex digits.
    pub fn key(&self) -> String {
        format!("{:016x}", self.hasher.finish())
    }

    /// Whether `output` is there and was made from the inputs as they are.
    pub fn holds(&self, output: &Path) -> bool {
        output.exists() && fs::read_to_string(&self.file).is_ok_and(|hash| hash == self.key())
    }

    /// To be called once the output is complete.
    pub fn set(&self) -> Result<()> {
        let folder = self.file.parent().unwrap_or(&self.file);
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        fs::write(&self.file, self.key()).with_context(|| format!("cannot write {}", self.file.display()))
    }
}
