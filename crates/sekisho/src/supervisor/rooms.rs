//! The rooms: which there are, what each keeps, and how they are joined.

use std::{fmt, path::PathBuf};

use sekisho_keeper::wire::WitnessTerms;
use sekisho_sys::confine::{PathAccess, Plan, Profile};
use serde::{Deserialize, Serialize};

use super::messages::RoleConfig;

/// One of the processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Has the keys.
    Keeper,
    /// Draws what the keeper shows.
    ViewingInspector,
    /// Reads what members send.
    UploadInspector,
    /// Faces the internet.
    Gate,
    /// Faces the staff.
    Desk,
    /// Speaks outward.
    Courier,
}

impl Role {
    /// All, in the order in which they start. The keeper is first up and last down.
    pub const ALL: [Role; 6] =
        [Role::Keeper, Role::ViewingInspector, Role::UploadInspector, Role::Gate, Role::Desk, Role::Courier];

    /// Its name on the command line and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Role::Keeper => "keeper",
            Role::ViewingInspector => "viewing-inspector",
            Role::UploadInspector => "upload-inspector",
            Role::Gate => "gate",
            Role::Desk => "desk",
            Role::Courier => "courier",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The user and group id that it gets when started by root. The range is the one that systemd sets aside for
    /// users that exist only while a service runs; nobody else is found there.
    pub fn user(self) -> u32 {
        const FIRST: u32 = 61_184;
        FIRST + self as u32
    }

    /// What its files are readable for: the keeper's group reads blobs, nothing else is shared.
    pub(super) fn umask(self) -> u32 {
        if self == Role::Gate { 0o027 } else { 0o077 }
    }

    fn profile(self) -> Profile {
        match self {
            Role::Keeper => Profile::Keeper,
            Role::ViewingInspector | Role::UploadInspector => Profile::InspectorParent,
            Role::Gate => Profile::Gate,
            Role::Desk => Profile::Desk,
            Role::Courier => Profile::Courier,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A pair of sockets between two rooms, and what each calls its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    one: (Role, &'static str),
    other: (Role, &'static str),
}

impl Link {
    /// What `role` calls its end, and who has the other under which name; nothing if the link is not `role`'s.
    pub(super) fn seen_from(self, role: Role) -> Option<(&'static str, (Role, &'static str))> {
        match role {
            role if role == self.one.0 => Some((self.one.1, self.other)),
            role if role == self.other.0 => Some((self.other.1, self.one)),
            _ => None,
        }
    }
}

/// How the rooms are joined. There is no other way between them.
pub(super) const LINKS: [Link; 5] = [
    Link { one: (Role::Gate, "keeper"), other: (Role::Keeper, "gate") },
    Link { one: (Role::Desk, "keeper"), other: (Role::Keeper, "desk") },
    Link { one: (Role::Courier, "keeper"), other: (Role::Keeper, "courier") },
    Link { one: (Role::Gate, "inspector"), other: (Role::UploadInspector, "client") },
    Link { one: (Role::Keeper, "inspector"), other: (Role::ViewingInspector, "client") },
];

/// What the courier's resolver and TLS read, where it exists.
const RESOLVER: [(&str, PathAccess); 7] = [
    ("/etc/resolv.conf", PathAccess::ReadFile),
    ("/etc/hosts", PathAccess::ReadFile),
    ("/etc/host.conf", PathAccess::ReadFile),
    ("/etc/gai.conf", PathAccess::ReadFile),
    ("/etc/nsswitch.conf", PathAccess::ReadFile),
    ("/etc/ssl/certs", PathAccess::ReadDir),
    ("/usr/share/ca-certificates", PathAccess::ReadDir),
];

/// What `role` keeps.
pub(super) fn plan(role: Role, config: &RoleConfig) -> Plan {
    let folder = |name: &str, access| (config.data.join(name), access);
    let own = || folder(role.name(), PathAccess::ReadWriteDir);
    let paths = match role {
        Role::ViewingInspector | Role::UploadInspector => Vec::new(),
        Role::Gate => vec![own(), folder("blobs", PathAccess::CreateOnlyDir)],
        Role::Desk => vec![own()],
        Role::Courier => vec![own()].into_iter().chain(resolver()).collect(),
        Role::Keeper => vec![
            own(),
            folder("ledger", PathAccess::ReadWriteDir),
            folder("blobs", PathAccess::ReadWriteDir),
            (config.keystore.clone(), PathAccess::ReadWriteFile),
        ],
    };
    let connect_ports = if role == Role::Courier { ports(config) } else { Vec::new() };
    Plan { profile: role.profile(), paths, connect_ports, own_user: config.own_user }
}

fn resolver() -> impl Iterator<Item = (PathBuf, PathAccess)> {
    RESOLVER.into_iter().map(|(path, access)| (PathBuf::from(path), access)).filter(|(path, _)| path.exists())
}

/// HTTPS, name servers that answer over TCP, and mail (RFC 8314, 6409, 5321). A test installation may name more, and
/// its witnesses' ports.
fn ports(config: &RoleConfig) -> Vec<u16> {
    let more = config.webhook_ports.iter().copied().chain(config.witnesses.named.iter().map(WitnessTerms::port));
    [443, 53, 465, 587, 25].into_iter().chain(more.filter(|_| config.test)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name_and_has_a_user_of_its_own() {
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(Role::from_name(role.name()), Some(role));
            assert_eq!(role.user(), 61_184 + place as u32);
        }
        assert_eq!(Role::from_name("supervisor"), None);
    }

    #[test]
    fn gate_and_desk_reach_the_keeper_and_never_each_other() {
        let joined = |a, b| LINKS.iter().any(|link| matches!(link.seen_from(a), Some((_, (peer, _))) if peer == b));
        assert!(joined(Role::Gate, Role::Keeper) && joined(Role::Desk, Role::Keeper));
        assert!(!joined(Role::Gate, Role::Desk) && !joined(Role::Courier, Role::Gate));
        assert!(!joined(Role::UploadInspector, Role::Keeper), "what strangers send never meets what is stored");
        assert!(!joined(Role::ViewingInspector, Role::Gate));
    }

    #[test]
    fn only_the_keeper_reads_blobs_and_keystore() {
        let config = RoleConfig { data: "/d".into(), keystore: "/k/keys".into(), ..RoleConfig::for_test() };
        for role in Role::ALL {
            let plan = plan(role, &config);
            let access = |path: &str| plan.paths.iter().find(|(at, _)| at == &PathBuf::from(path)).map(|(_, to)| *to);
            let (blobs, keys) = match role {
                Role::Keeper => (Some(PathAccess::ReadWriteDir), Some(PathAccess::ReadWriteFile)),
                Role::Gate => (Some(PathAccess::CreateOnlyDir), None),
                _ => (None, None),
            };
            assert_eq!((access("/d/blobs"), access("/k/keys")), (blobs, keys), "{role}");
        }
    }

    #[test]
    fn more_ports_are_for_test_installations_only() {
        let real = RoleConfig { webhook_ports: vec![8080], test: false, ..RoleConfig::for_test() };
        assert_eq!(plan(Role::Courier, &real).connect_ports, [443, 53, 465, 587, 25]);
        let test = RoleConfig { test: true, ..real };
        assert_eq!(plan(Role::Courier, &test).connect_ports, [443, 53, 465, 587, 25, 8080]);
        assert!(plan(Role::Gate, &test).connect_ports.is_empty());
    }
}
