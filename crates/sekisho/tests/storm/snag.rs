//! Why a step did not come to its good end, as whoever took it sees it.

use hyper::Response;
use sekisho::client::ClientError;

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Snag {
    /// Nobody answered, or the answer was cut off: whether it was done is not known.
    NoAnswer,
    /// This was answered, with the problem's code where there is one.
    Status(u16, String),
    /// The answer is not what it should be.
    Odd(&'static str),
}

impl From<ClientError> for Snag {
    fn from(_: ClientError) -> Self {
        Self::NoAnswer
    }
}

impl Snag {
    /// What the answer says.
    pub(crate) fn of(answer: &Response<Vec<u8>>) -> Self {
        let told: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        Self::Status(answer.status().as_u16(), told["code"].as_str().unwrap_or_default().to_owned())
    }

    /// A name to count it by.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::NoAnswer => "no_answer".into(),
            Self::Status(status, code) if code.is_empty() => status.to_string(),
            Self::Status(status, code) => format!("{status} {code}"),
            Self::Odd(what) => format!("odd: {what}"),
        }
    }

    /// Whether the same may go well a little later: nobody is there, or somebody is too busy.
    pub(crate) fn will_pass(&self) -> bool {
        matches!(self, Self::NoAnswer | Self::Status(429 | 503, _))
    }
}

/// Nothing but this status will do.
pub(crate) fn expect(answer: &Response<Vec<u8>>, status: u16) -> Result<(), Snag> {
    if answer.status() == status { Ok(()) } else { Err(Snag::of(answer)) }
}
