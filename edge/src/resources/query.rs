//! The parameters of a request, and how a bad one is refused.

use crate::error::ApiError;
use std::{ops::RangeInclusive, str::FromStr};

/// What `after` must be.
pub const CURSOR: &str = "the value of next in an earlier answer";

/// A parameter as it was sent, decoded.
pub struct Parameter {
    pub name: String,
    pub value: String,
}

/// All of a query, in order.
pub fn parameters(query: &str) -> Vec<Parameter> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, value)| Parameter { name: name.into_owned(), value: value.into_owned() }).collect()
}

impl Parameter {
    /// A whole number.
    pub fn number(&self, within: RangeInclusive<u32>) -> Result<u32, ApiError> {
        let must = || self.must_be(&format!("a whole number from {} to {}", within.start(), within.end()));
        self.value.parse().ok().filter(|number| within.contains(number)).ok_or_else(must)
    }

    /// Whatever else has a form of its own; `what` says which.
    pub fn read<T: FromStr>(&self, what: &str) -> Result<T, ApiError> {
        self.value.parse().map_err(|_| self.must_be(what))
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Result<bool, ApiError> {
        self.read("true or false")
    }

    pub fn must_be(&self, what: &str) -> ApiError {
        ApiError::InvalidRequest(format!("{} must be {what}.", self.name))
    }

    /// It is none of `known`: a misspelt filter must not answer with everything. Its name is quoted as far as it could be a
    /// slip.
    pub fn unknown(&self, known: &str) -> ApiError {
        let name: String = self.name.chars().filter(|char| !char.is_control()).take(64).collect();
        ApiError::InvalidRequest(format!("{name} is no parameter of this request: it has {known}."))
    }
}
