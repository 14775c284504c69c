//! What thieves do with sessions that they hold, assignments and all.

/// A thief who holds live sessions. They are given assignments like the people whose sessions they are, and whoever
/// touches a passkey touches it for them too: the worst case, as every tenth assignment takes a touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attack {
    /// What it is called.
    pub name: &'static str,
    /// How many of the sessions that are live: 0 for all.
    pub sessions: usize,
    /// What they do with them.
    pub way: Way,
    /// For how long, in seconds.
    pub seconds: u64,
}

/// How a thief goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A document every so many seconds, decided blindly when the next one is wanted; the person whose session it is does nothing.
    Every(u64),
    /// Like a person who never rests.
    LikeAPerson,
    /// So many looks more in a hundred, in between the person's own; then the document is given back.
    DripBack(u64),
    /// The same, but decided blindly, so that nothing comes back.
    DripDecided(u64),
}

const DAY: u64 = 24 * 3600;

/// The attacks that are tried.
pub const ATTACKS: &[Attack] = &[
    Attack { name: "one session, one a second", sessions: 1, way: Way::Every(1), seconds: DAY },
    Attack { name: "one session, every 5 s", sessions: 1, way: Way::Every(5), seconds: DAY },
    Attack { name: "one session, every 9 s", sessions: 1, way: Way::Every(9), seconds: DAY },
    Attack { name: "one session, every 12 s", sessions: 1, way: Way::Every(12), seconds: DAY },
    Attack { name: "one session, human pace", sessions: 1, way: Way::LikeAPerson, seconds: DAY },
    Attack { name: "all sessions, one a second", sessions: 0, way: Way::Every(1), seconds: DAY },
    Attack { name: "all sessions, every 9 s", sessions: 0, way: Way::Every(9), seconds: DAY },
    Attack { name: "all sessions, human pace", sessions: 0, way: Way::LikeAPerson, seconds: DAY },
    Attack { name: "drip +15 %, given back", sessions: 0, way: Way::DripBack(15), seconds: 14 * DAY },
    Attack { name: "drip +15 %, decided", sessions: 0, way: Way::DripDecided(15), seconds: 14 * DAY },
];

impl Way {
    /// Whether the person whose session it is works on.
    pub const fn is_beside(self) -> bool {
        matches!(self, Self::DripBack(_) | Self::DripDecided(_))
    }
}
