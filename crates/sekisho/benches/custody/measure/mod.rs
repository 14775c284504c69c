//! What is measured, one thing a file. The program beside this folder runs it whole, a test runs it tiny.

pub(crate) mod assigned;
pub(crate) mod clients;
pub(crate) mod commit;
pub(crate) mod disk;
pub(crate) mod fill;
pub(crate) mod forgetting;
pub(crate) mod house;
pub(crate) mod intake;
pub(crate) mod ledger;
pub(crate) mod machine;
pub(crate) mod metering;
pub(crate) mod openbao;
pub(crate) mod record;
pub(crate) mod release;
pub(crate) mod report;
pub(crate) mod roots;
pub(crate) mod sealing;
pub(crate) mod start;
pub(crate) mod stats;
pub(crate) mod viewing;

use std::{path::PathBuf, time::Duration};

use record::Measured;

/// What a measurement gives, or why it could not be taken.
pub(crate) type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How much of everything.
#[derive(Debug, Clone)]
pub(crate) struct Sizes {
    /// What the record calls it.
    pub(crate) name: &'static str,
    /// Live documents for changes of root.
    pub(crate) live: Vec<u64>,
    /// Overdue documents.
    pub(crate) overdue: Vec<u64>,
    /// Width and height of a photograph, in pixels.
    pub(crate) photograph: (u32, u32),
    /// Changes of root for each number of documents.
    pub(crate) changes: usize,
    /// Parts in which the ends of overdue documents are written, at most.
    pub(crate) parts: usize,
    /// Rounds that are taken in turns.
    pub(crate) rounds: usize,
    /// Viewings in a round at one client; four times as many at sixteen.
    pub(crate) views: usize,
    /// OpenBao's keys.
    pub(crate) keys: usize,
    /// Viewings through the desk.
    pub(crate) looks: usize,
    /// How long a round of appends lasts.
    pub(crate) lasting: Duration,
    /// Entries of a grown ledger.
    pub(crate) entries: Vec<u64>,
}

impl Sizes {
    /// `full` for the record, `small` for developing (a minute or so), `tiny` for a test that this runs at all; what
    /// that measures means nothing.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "full" => Self {
                name: "full",
                photograph: (4000, 3000),
                live: vec![10_000, 1_711_756],
                overdue: vec![10, 10_000, 1_711_756],
                changes: 3,
                parts: 100,
                rounds: 5,
                views: 80,
                keys: 200,
                looks: 60,
                lasting: Duration::from_millis(800),
                entries: vec![10_000, 1_000_000],
            },
            "small" => Self {
                name: "small",
                photograph: (4000, 3000),
                live: vec![1_000, 50_000],
                overdue: vec![10, 3_000],
                changes: 3,
                parts: 4,
                rounds: 3,
                views: 20,
                keys: 20,
                looks: 5,
                lasting: Duration::from_millis(200),
                entries: vec![20_000],
            },
            "tiny" => Self {
                name: "tiny",
                photograph: (1600, 1010),
                live: vec![20],
                overdue: vec![3, 40],
                changes: 1,
                parts: 2,
                rounds: 1,
                views: 1,
                keys: 2,
                looks: 1,
                lasting: Duration::from_millis(10),
                entries: vec![300],
            },
            _ => return None,
        })
    }
}

/// Where and with what measurements are taken.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    /// A folder on the disk that is measured. Everything below is thrown away.
    pub(crate) ground: PathBuf,
    /// How much.
    pub(crate) sizes: Sizes,
    /// The program of OpenBao, if it is here.
    pub(crate) openbao: Option<PathBuf>,
    /// The program of Sekisho.
    pub(crate) sekisho: PathBuf,
}

/// One measurement.
pub(crate) struct Measurement {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Takes it.
    pub(crate) take: fn(&Bench) -> Done<Measured>,
}

/// All of them, in the order of the document.
pub(crate) const ALL: &[Measurement] = &[
    Measurement { name: "sealing", take: sealing::take },
    Measurement { name: "intake", take: intake::take },
    Measurement { name: "release", take: release::take },
    Measurement { name: "viewing", take: viewing::take },
    Measurement { name: "roots", take: roots::take },
    Measurement { name: "forgetting", take: forgetting::take },
    Measurement { name: "ledger", take: ledger::take },
    Measurement { name: "start", take: start::take },
];
