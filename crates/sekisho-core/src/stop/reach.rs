//! What a key that only stops may stop.

use alloc::string::{String, ToString};
use core::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Network, Target};

/// The widest network that a key stops, in bits: not the half of the internet, nor the network from which it is lifted.
const BITS_AT_LEAST: (u8, u8) = (24, 48);

/// What a key may stop, by the first word of a [`Target`]. People are stopped by people alone: else whoever holds a key
/// would shut out those who lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Reach {
    /// [`Target::Everything`].
    Everything,
    /// [`Target::Uploads`].
    Uploads,
    /// [`Target::Viewings`].
    Viewings,
    /// [`Target::Decisions`].
    Decisions,
    /// [`Target::Api`].
    Api,
    /// [`Target::Site`], whichever.
    Site,
    /// [`Target::Network`] of 24 bits or more, or of 48 with IPv6.
    Network,
}

/// Why a text is nothing that a key may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of: everything, uploads, viewings, decisions, api, site, network")]
pub struct NoReach;

impl Reach {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Everything, Self::Uploads, Self::Viewings, Self::Decisions, Self::Api, Self::Site, Self::Network];

    /// Whether it reaches `target`.
    pub fn covers(self, target: &Target) -> bool {
        match (self, target) {
            (Self::Everything, Target::Everything)
            | (Self::Uploads, Target::Uploads)
            | (Self::Viewings, Target::Viewings)
            | (Self::Decisions, Target::Decisions)
            | (Self::Api, Target::Api)
            | (Self::Site, Target::Site(_)) => true,
            (Self::Network, Target::Network(network)) => is_narrow(network),
            _ => false,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Uploads => "uploads",
            Self::Viewings => "viewings",
            Self::Decisions => "decisions",
            Self::Api => "api",
            Self::Site => "site",
            Self::Network => "network",
        }
    }
}

fn is_narrow(network: &Network) -> bool {
    let least = if matches!(network.base, IpAddr::V4(_)) { BITS_AT_LEAST.0 } else { BITS_AT_LEAST.1 };
    network.bits >= least
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Reach {
    type Err = NoReach;

    fn from_str(text: &str) -> Result<Self, NoReach> {
        Self::ALL.into_iter().find(|reach| reach.word() == text).ok_or(NoReach)
    }
}

impl TryFrom<String> for Reach {
    type Error = NoReach;

    fn try_from(text: String) -> Result<Self, NoReach> {
        text.parse()
    }
}

impl From<Reach> for String {
    fn from(reach: Reach) -> Self {
        reach.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(target: &str) -> usize {
        let target = target.parse().unwrap();
        Reach::ALL.into_iter().filter(|reach| reach.covers(&target)).count()
    }

    /// M26: whoever holds a key shuts out nobody who lifts what it stopped.
    #[test]
    fn a_key_reaches_functions_sites_and_narrow_networks_and_no_person() {
        for target in ["everything", "uploads", "viewings", "decisions", "api", "site:site-a", "network:203.0.113.7"] {
            assert_eq!(covered(target), 1, "{target}");
        }
        let (staff, wide) = ("person:stf_00000000000000000000000000", "network:10.0.0.0/8");
        let spared = "other-people:stf_00000000000000000000000000";
        for target in [staff, spared, "other-sites:site-a", wide, "network:2001:db8::/32"] {
            assert_eq!(covered(target), 0, "{target}");
        }
        assert_eq!((covered("network:203.0.113.0/24"), covered("network:2001:db8::/48")), (1, 1));
    }

    #[test]
    fn a_word_is_read_back_and_another_is_none() {
        assert!(Reach::ALL.into_iter().all(|reach| reach.to_string().parse() == Ok(reach)));
        assert_eq!("person".parse::<Reach>(), Err(NoReach));
    }
}
