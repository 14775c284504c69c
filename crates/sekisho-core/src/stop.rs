//! Stop switches: what can be stopped by itself, without shutting the house.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

mod reach;

pub use reach::{NoReach, Reach};

use crate::{
    author::Author,
    check::Role,
    id::{SiteName, StaffId, StopId},
    lockdown::Why,
};

/// What is stopped.
///
/// In text: `everything`, `uploads`, `viewings`, `decisions`, `api`, `site:NAME`, `other-sites:NAME`, `person:ID`,
/// `other-people:ID`, `network:ADDRESS` or `network:ADDRESS/BITS`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// Uploads, viewings, decisions and the API; officers and administrators still come in.
    Everything,
    /// No document is taken in.
    Uploads,
    /// No assignment is given, and no document opens.
    Viewings,
    /// Nothing is decided.
    Decisions,
    /// No site's call is answered.
    Api,
    /// One site: its calls, its members' uploads, its documents.
    Site(SiteName),
    /// Every site but this one: to reopen one after the other.
    OtherSites(SiteName),
    /// One person: their shift ends and no new one begins.
    Person(StaffId),
    /// Every reviewer but this one.
    OtherPeople(StaffId),
    /// An address or a network, at gate and desk.
    Network(Network),
}

/// What the ledger tells of a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopping {
    /// Something was stopped.
    Stopped {
        /// Under this name it is lifted again.
        stop: StopId,
        /// What, as [`Target::on_ledger`] says it.
        what: String,
        /// By whom.
        by: Author,
        /// Why.
        why: Why,
    },
    /// It may go on.
    Lifted {
        /// Which stop.
        stop: StopId,
        /// Who said so.
        by: Author,
        /// Why.
        why: Why,
    },
    /// A key was made that only stops.
    KeyMade {
        /// How it is called.
        key: String,
        /// What it may stop.
        may: Vec<Reach>,
    },
    /// A key stops nothing any more.
    KeyDropped {
        /// How it was called.
        key: String,
    },
}

/// Why a text names nothing that can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not one of: everything, uploads, viewings, decisions, api, site:NAME, other-sites:NAME, person:ID, \
     other-people:ID, network:ADDRESS[/BITS]"
)]
pub struct NoTarget;

impl Target {
    /// Whether no document of this site is taken in.
    pub fn stops_upload_of(&self, site: &SiteName) -> bool {
        matches!(self, Self::Everything | Self::Uploads) || self.stops_site(site)
    }

    /// Whether this person opens nothing of this site.
    pub fn stops_viewing(&self, site: &SiteName, staff: StaffId) -> bool {
        matches!(self, Self::Everything | Self::Viewings) || self.stops_site(site) || self.stops_person(staff)
    }

    /// Whether this person decides nothing of this site.
    pub fn stops_decision(&self, site: &SiteName, staff: StaffId) -> bool {
        matches!(self, Self::Everything | Self::Decisions) || self.stops_site(site) || self.stops_person(staff)
    }

    /// Whether this reviewer may not work.
    pub fn stops_person(&self, staff: StaffId) -> bool {
        match self {
            Self::Person(stopped) => *stopped == staff,
            Self::OtherPeople(spared) => *spared != staff,
            _ => false,
        }
    }

    /// Whether nobody of this name and role may be on shift: whoever lifts stops is refused only by name.
    pub fn stops_shift(&self, staff: StaffId, role: Role) -> bool {
        self.stops_person(staff) && (role == Role::Reviewer || matches!(self, Self::Person(_)))
    }

    /// Whether no call of this site is answered.
    pub fn stops_call_of(&self, site: &SiteName) -> bool {
        matches!(self, Self::Everything | Self::Api) || self.stops_site(site)
    }

    fn stops_site(&self, site: &SiteName) -> bool {
        match self {
            Self::Site(stopped) => stopped == site,
            Self::OtherSites(spared) => spared != site,
            _ => false,
        }
    }

    /// Whether nobody at this address is answered.
    pub fn stops_address(&self, address: IpAddr) -> bool {
        matches!(self, Self::Network(network) if network.contains(address))
    }

    /// As it stands on the ledger: an address is kept where it is needed, and only as long.
    pub fn on_ledger(&self) -> String {
        match self {
            Self::Network(network) => format!("network of {} bits", network.bits),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Uploads => f.write_str("uploads"),
            Self::Viewings => f.write_str("viewings"),
            Self::Decisions => f.write_str("decisions"),
            Self::Api => f.write_str("api"),
            Self::Site(site) => write!(f, "site:{site}"),
            Self::OtherSites(site) => write!(f, "other-sites:{site}"),
            Self::Person(staff) => write!(f, "person:{staff}"),
            Self::OtherPeople(staff) => write!(f, "other-people:{staff}"),
            Self::Network(network) => write!(f, "network:{network}"),
        }
    }
}

impl FromStr for Target {
    type Err = NoTarget;

    fn from_str(text: &str) -> Result<Self, NoTarget> {
        let named = text.split_once(':');
        Ok(match (text, named) {
            ("everything", _) => Self::Everything,
            ("uploads", _) => Self::Uploads,
            ("viewings", _) => Self::Viewings,
            ("decisions", _) => Self::Decisions,
            ("api", _) => Self::Api,
            (_, Some(("site", site))) => Self::Site(site.parse().map_err(|_| NoTarget)?),
            (_, Some(("other-sites", site))) => Self::OtherSites(site.parse().map_err(|_| NoTarget)?),
            (_, Some(("person", staff))) => Self::Person(staff.parse().map_err(|_| NoTarget)?),
            (_, Some(("other-people", staff))) => Self::OtherPeople(staff.parse().map_err(|_| NoTarget)?),
            (_, Some(("network", network))) => Self::Network(network.parse()?),
            _ => return Err(NoTarget),
        })
    }
}

impl TryFrom<String> for Target {
    type Error = NoTarget;

    fn try_from(text: String) -> Result<Self, NoTarget> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

/// Addresses that begin with the same bits. A mapped IPv4 address is an IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(self.bits)
            }
            // One household has a whole /64: it can't hide in it.
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(self.bits.min(64))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

impl FromStr for Network {
    type Err = NoTarget;

    /// An address alone is itself. Fewer than 8 bits would be half the world, and are a slip.
    fn from_str(text: &str) -> Result<Self, NoTarget> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let base = address.parse::<IpAddr>().map_err(|_| NoTarget)?.to_canonical();
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse::<u8>().map_err(|_| NoTarget))?;
        if (8..=most).contains(&bits) { Ok(Self { base, bits }) } else { Err(NoTarget) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[test]
    fn every_target_is_read_back_from_its_text() {
        let person = StaffId::from_bytes([3; 16]);
        for text in ["everything", "uploads", "viewings", "decisions", "api", "site:a-site", "other-sites:a-site"] {
            assert_eq!(target(text).to_string(), text);
        }
        for text in [format!("person:{person}"), format!("other-people:{person}"), "network:203.0.113.0/24".into()] {
            assert_eq!(target(&text).to_string(), text);
        }
        for bad in ["", "all", "site:", "person:x", "network:0.0.0.0/0", "network:1.2.3.4/33", "network:x", "api:"] {
            assert_eq!(bad.parse::<Target>(), Err(NoTarget), "{bad}");
        }
    }

    /// M25
    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let holds = |network: &str, address: &str| target(network).stops_address(address.parse().unwrap());
        assert!(holds("network:203.0.113.0/24", "203.0.113.7") && !holds("network:203.0.113.0/24", "203.0.114.7"));
        assert!(holds("network:203.0.113.7", "::ffff:203.0.113.7") && !holds("network:203.0.113.7", "203.0.113.8"));
        assert!(holds("network:2001:db8::/32", "2001:db8:9::1") && !holds("network:2001:db8::/32", "2001:db9::1"));
        assert!(!holds("network:2001:db8::/32", "203.0.113.7") && !target("everything").stops_address([1; 4].into()));
    }

    #[test]
    fn each_stops_what_it_names_and_nothing_else() {
        let (a, b): (SiteName, SiteName) = ("site-a".parse().unwrap(), "site-b".parse().unwrap());
        let (me, you) = (StaffId::from_bytes([1; 16]), StaffId::from_bytes([2; 16]));
        let seen = |target: &Target| {
            let (upload, call) = (target.stops_upload_of(&a), target.stops_call_of(&a));
            (upload, target.stops_viewing(&a, me), target.stops_decision(&a, me), call, target.stops_person(me))
        };
        assert_eq!(seen(&Target::Everything), (true, true, true, true, false));
        assert_eq!(seen(&Target::Uploads), (true, false, false, false, false));
        assert_eq!(seen(&Target::Viewings), (false, true, false, false, false));
        assert_eq!(seen(&Target::Decisions), (false, false, true, false, false));
        assert_eq!(seen(&Target::Api), (false, false, false, true, false));
        assert_eq!(seen(&Target::Site(a.clone())), (true, true, true, true, false));
        assert_eq!(seen(&Target::Site(b.clone())), (false, false, false, false, false));
        assert_eq!(seen(&Target::OtherSites(b)), (true, true, true, true, false));
        assert_eq!(seen(&Target::OtherSites(a.clone())), (false, false, false, false, false));
        assert_eq!(seen(&Target::Person(me)), (false, true, true, false, true));
        assert_eq!(seen(&Target::OtherPeople(you)), (false, true, true, false, true));
        assert_eq!(seen(&Target::OtherPeople(me)), (false, false, false, false, false));
    }

    /// An address is not written where it stays for ever.
    #[test]
    fn the_ledger_names_no_address() {
        assert_eq!(target("network:203.0.113.7").on_ledger(), "network of 32 bits");
        assert_eq!(target("site:site-a").on_ledger(), "site:site-a");
    }
}
