use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The name of one batch job.
///
/// Read in three forms, hex digits in either case: `job_` + 32 hex digits, 32 hex digits, or the hyphenated
/// 8-4-4-4-12 form. Written in one: `job_` + 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct JobId(Uuid);

/// The text is in none of the three forms. On the wire that is a 404, like an unknown job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAJobId;

const PREFIX: &str = "job_";

impl JobId {
    /// The job that `uuid` names.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// 32 lower-case hex digits, the form in which the store keeps it.
    pub fn hex(self) -> String {
        self.0.simple().to_string()
    }

    /// The 128 bits themselves, for keys of tables in memory.
    pub const fn as_u128(self) -> u128 {
        self.0.as_u128()
    }
}

impl FromStr for JobId {
    type Err = NotAJobId;

    fn from_str(text: &str) -> Result<Self, NotAJobId> {
        // `Uuid` itself also reads braces and `urn:uuid:`, which are not forms of a job id: the length rules them out.
        let uuid = match (text.strip_prefix(PREFIX), text.len()) {
            (Some(hex), 36) => Uuid::try_parse(hex),
            (None, 32 | 36) => Uuid::try_parse(text),
            _ => return Err(NotAJobId),
        };
        uuid.map(Self).map_err(|_| NotAJobId)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PREFIX}{}", self.0.simple())
    }
}

impl fmt::Display for NotAJobId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a job id is job_ and 32 hex digits, or a bare UUID")
    }
}

impl std::error::Error for NotAJobId {}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_three_forms_name_the_same_job_in_either_case() {
        let canonical = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";
        for text in [
            canonical,
            "job_8F2C1AAB4D7E4F0C9A1B2C3D4E5F6A7B",
            "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
            "8F2c1aab4d7e4f0c9a1b2c3d4e5f6a7B",
            "8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
            "8F2C1AAB-4D7E-4F0C-9A1B-2C3D4E5F6A7B",
        ] {
            assert_eq!(text.parse::<JobId>().unwrap().to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn other_spellings_of_a_uuid_name_no_job() {
        for text in [
            "",
            "job_",
            "JOB_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
            "job_8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
            "job_job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b",
            "{8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b}",
            "urn:uuid:8f2c1aab-4d7e-4f0c-9a1b-2c3d4e5f6a7b",
            "8f2c1aab4-d7e-4f0c-9a1b-2c3d4e5f6a7b",
            "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7",
            "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b0",
            "8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7g",
            " 8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7",
            "{8f2c1aab4d7e4f0c9a1b2c3d4e5f6a}",
            "job_{f2c1aab4d7e4f0c9a1b2c3d4e5f6a7}",
        ] {
            assert_eq!(text.parse::<JobId>(), Err(NotAJobId), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_job_id_only_if_it_is_one_of_the_three_forms(text in r"(job_)?[0-9a-fA-F{}:\-]{28,38}|\PC*") {
            let hex = text.strip_prefix("job_").unwrap_or(&text);
            let plain = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            let hyphens = |at: usize| matches!(at, 8 | 13 | 18 | 23);
            let hyphenated = text.len() == 36
                && text.bytes().enumerate().all(|(at, byte)| if hyphens(at) { byte == b'-' } else { byte.is_ascii_hexdigit() });
            prop_assert_eq!(text.parse::<JobId>().is_ok(), plain || hyphenated);
        }

        #[test]
        fn what_is_written_is_read_back(bits: u128) {
            let id = JobId::new(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
            prop_assert_eq!(id.hex().parse(), Ok(id));
        }
    }
}
