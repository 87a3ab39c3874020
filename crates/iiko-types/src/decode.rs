//! What an answer of iiko says beyond the contract, and what our types would lose of it.
//!
//! Reading is lenient, so nobody notices when iiko begins to send more. This module notices: it decodes a text as the
//! answer of an operation, lists the properties and words that the contract does not know, encodes what it decoded and
//! compares. Nothing that a guest typed stands in a [`Report`]: places, kinds and unknown words, no values.
//!
//! ```
//! let text = r#"{"terminalGroupStopLists": [], "isNew": true}"#;
//! let report = iiko_types::decode::answer("/api/1/stop_lists", text)?;
//! assert_eq!(report.unknown_fields[0].place, "isNew");
//! assert!(report.loses_nothing());
//! # Ok::<(), iiko_types::decode::Error>(())
//! ```

pub(crate) mod compare;
mod inspect;

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

pub use self::inspect::{Inspect, Place};
use crate::{endpoint::Endpoint, generated::bodies, refusal::Refusal, schemas::WebhookEvent};

/// What was found in one text. Each list is in the order of its places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Properties that the contract does not name.
    pub unknown_fields: Vec<Finding>,
    /// Words, numbers and kinds of objects that the contract does not list.
    pub unknown_values: Vec<Finding>,
    /// What is not the same after decoding and encoding.
    pub losses: Vec<Finding>,
}

impl Report {
    /// Whether everything survives decoding and encoding.
    pub fn loses_nothing(&self) -> bool {
        self.losses.is_empty()
    }

    /// How much was found, each element of a list counted.
    pub fn count(&self) -> usize {
        let all = self.unknown_fields.iter().chain(&self.unknown_values);
        all.chain(&self.losses).map(|finding| finding.count).sum()
    }

    /// Whether the text holds nothing but what the contract says.
    pub fn is_as_the_contract_says(&self) -> bool {
        self.unknown_fields.is_empty() && self.unknown_values.is_empty() && self.losses.is_empty()
    }
}

/// The same thing found at one place, once or in many elements of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where, without the positions in lists: `products[].sizePrices[].price`. The text itself is `$`.
    pub place: String,
    /// What: the kind of an unknown property, an unknown word and the type it is none of, a loss.
    pub what: String,
    /// Where it was met first, with positions in lists.
    pub first: String,
    /// How often it was met.
    pub count: usize,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        match self.count {
            1 => Ok(()),
            count => write!(f, " ({count} times, first at {})", self.first),
        }
    }
}

/// Why there is no report.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The contract has no operation with this path.
    UnknownOperation {
        /// The path that was asked for.
        path: String,
    },
    /// The text is not what the operation is said to answer.
    Mismatch(serde_json::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperation { path } => {
                write!(f, "the contract has no operation `{path}`")
            }
            Self::Mismatch(_) => f.write_str("the text does not decode"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::UnknownOperation { .. } => None,
            Self::Mismatch(error) => Some(error),
        }
    }
}

/// Decodes a text as the answer of the operation with this path (`/api/1/stop_lists`).
pub fn answer(path: &str, text: &str) -> Result<Report, Error> {
    (find(path)?.answer)(text).map_err(Error::Mismatch)
}

/// Decodes a text as the body of a call of the operation with this path.
pub fn call(path: &str, text: &str) -> Result<Report, Error> {
    (find(path)?.call)(text).map_err(Error::Mismatch)
}

/// Decodes a text as what iiko sends to a webhook: a list of events.
pub fn webhook(text: &str) -> Result<Report, Error> {
    report::<Vec<WebhookEvent>>(text).map_err(Error::Mismatch)
}

/// Decodes a text as what iiko answers when it refuses a call.
pub fn refusal(text: &str) -> Result<Report, Error> {
    report::<Refusal>(text).map_err(Error::Mismatch)
}

/// Decodes a text as any type of this crate.
pub fn report<T: DeserializeOwned + Serialize + Inspect>(
    text: &str,
) -> Result<Report, serde_json::Error> {
    walk::<T>(text).map(Place::into_report)
}

/// The whole way of a text, with what was found on it.
pub(crate) fn walk<T: DeserializeOwned + Serialize + Inspect>(
    text: &str,
) -> Result<Place, serde_json::Error> {
    let decoded: T = serde_json::from_str(text)?;
    let mut place = Place::top();
    decoded.inspect(&mut place);
    place.compare(text, &decoded)?;
    Ok(place)
}

fn find(path: &str) -> Result<&'static Bodies, Error> {
    let found = bodies::ALL.iter().find(|bodies| bodies.path == path);
    found.ok_or_else(|| Error::UnknownOperation {
        path: path.to_owned(),
    })
}

type Read = fn(&str) -> Result<Report, serde_json::Error>;

/// How the bodies of an operation are read.
pub(crate) struct Bodies {
    path: &'static str,
    call: Read,
    answer: Read,
}

impl Bodies {
    pub(crate) const fn of<E: Endpoint>() -> Self
    where
        E::Request: Inspect,
        E::Response: Inspect,
    {
        Self {
            path: E::PATH,
            call: report::<E::Request>,
            answer: report::<E::Response>,
        }
    }
}
