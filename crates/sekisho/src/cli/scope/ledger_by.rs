//! What `--by` of `sekisho scope ledger` says.

use std::str::FromStr;

use sekisho_core::id::{DeviceId, NetworkId, ShiftId, SiteName, StaffId};

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    Reviewer(StaffId),
    Named(String),
    Session(ShiftId),
    Device(DeviceId),
    Network(NetworkId),
    Site(SiteName),
    Finding(u64),
}

impl FromStr for By {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, value) = text.split_once('=').ok_or("write KIND=VALUE, e.g. reviewer=Sato")?;
        let wrong = |what: &str| format!("{value} is no {what}");
        match kind {
            "reviewer" => Ok(value.parse().map_or_else(|_| Self::Named(value.into()), Self::Reviewer)),
            "session" => value.parse().map(Self::Session).map_err(|_| wrong("session: sft_ and 26 characters")),
            "device" => value.parse().map(Self::Device).map_err(|_| wrong("device: dev_ and 26 characters")),
            "network" => value.parse().map(Self::Network).map_err(|_| wrong("network: net_ and 26 characters")),
            "site" | "client" => value.parse().map(Self::Site).map_err(|_| wrong("site's name")),
            "finding" | "incident" => value.parse().map(Self::Finding).map_err(|_| wrong("place: a whole number")),
            _ => Err(format!("{kind} is none; there are reviewer, session, device, network, site, client, finding")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_says_its_kind_and_an_id_is_told_from_a_name() {
        let staff = StaffId::from_bytes([7; 16]);
        assert_eq!(format!("reviewer={staff}").parse(), Ok(By::Reviewer(staff)));
        assert_eq!("reviewer=Sato".parse(), Ok(By::Named("Sato".into())));
        assert_eq!("incident=7".parse(), Ok(By::Finding(7)));
        for wrong in ["Sato", "colour=red", "session=x", "finding=-1", "network=10.0.0.0/8"] {
            assert!(wrong.parse::<By>().is_err(), "{wrong}");
        }
    }
}
