//! What supervisor and roles say to each other, in postcard, over the control channel.

use std::{fmt, io, os::fd::BorrowedFd, os::fd::OwnedFd, os::unix::net::UnixStream, path::PathBuf};

use sekisho_core::{budget::Limits, watch::Setup};
use sekisho_keeper::wire::WitnessPlan;
use sekisho_sys::{
    confine::{Grade, Options},
    fds::{recv_with_fds, send_with_fds},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{Driven, ProcessReport, identity::Identity, rooms::Role};

/// The most that one message may hold, in bytes.
const MAX_MESSAGE: usize = 1 << 20;

/// What opens the keystore. Wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Passphrase(#[serde(with = "wiped")] pub Zeroizing<Vec<u8>>);

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

pub(super) mod wiped {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use zeroize::Zeroizing;

    pub(in super::super) fn serialize<S: Serializer>(bytes: &Zeroizing<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        bytes.as_slice().serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<Vec<u8>>, D::Error> {
        Vec::deserialize(from).map(Zeroizing::new)
    }
}

/// What a role needs to know of the installation. The same for all but for `passphrase` and `identity`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleConfig {
    /// The folder with the state: each role's own folder, `blobs` and `ledger` below it.
    pub data: PathBuf,
    /// The keystore's file, never below `data`. It exists: founding made it.
    pub keystore: PathBuf,
    /// Opens the keystore; the keeper alone gets it.
    pub passphrase: Option<Passphrase>,
    /// What to prove oneself with in TLS: gate and desk each get their own, if they end TLS themselves.
    pub identity: Option<Identity>,
    /// The gate's origin as browsers name it, e.g. `https://gate.example`.
    pub gate_origin: String,
    /// The desk's origin as browsers name it.
    pub desk_origin: String,
    /// Whether this is a test installation.
    pub test: bool,
    /// Whether a proxy stands before gate and desk, so that its word about the caller's address counts.
    pub behind_proxy: bool,
    /// Ports beside 443 that a test installation's webhooks may go to.
    pub webhook_ports: Vec<u16>,
    /// What the keeper is told of witnesses at this start.
    pub witnesses: WitnessPlan,
    /// What the vault allows to be opened, if this start says so.
    pub budget: Option<Limits>,
    /// How the detectors are set, if this start says so.
    pub watch: Option<Setup>,
    /// Where a demo's "demo reviewer" button posts to.
    pub demo_reviewer: Option<String>,
    /// What an intruder in this role's place knows: a drill on a test installation, for gate or desk alone.
    pub intruder: Option<Vec<u8>>,
    /// Whether the inspector of uploads reads print.
    pub reads_print: bool,
    /// How a test installation's clock differs from the machine's.
    pub driven: Driven,
    /// Whether each role has a user id of its own.
    pub own_user: bool,
    /// Departures from full confinement.
    pub confinement: Options,
}

#[cfg(test)]
impl RoleConfig {
    pub(crate) fn for_test() -> RoleConfig {
        RoleConfig {
            data: PathBuf::new(),
            keystore: PathBuf::new(),
            passphrase: None,
            identity: None,
            gate_origin: "http://gate.localhost".into(),
            desk_origin: "http://desk.localhost".into(),
            test: true,
            behind_proxy: false,
            webhook_ports: Vec::new(),
            witnesses: WitnessPlan::default(),
            budget: None,
            watch: None,
            demo_reviewer: None,
            intruder: None,
            reads_print: false,
            driven: Driven::default(),
            own_user: false,
            confinement: Options::default(),
        }
    }
}

/// What the supervisor says to a role.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToRole {
    /// The first message. With it come the ends in the order of their names, then the listeners and the networks' files, if there are any.
    Start {
        /// Who it is.
        role: Role,
        /// What it needs to know.
        config: Box<RoleConfig>,
        /// What the descriptors are.
        ends: Vec<String>,
        /// How many listeners follow: the role's own, then the one for figures.
        listeners: u8,
        /// How many files of networks are the last of them; for the inspector of uploads.
        networks: u8,
    },
    /// A peer was started anew; the descriptor replaces the end of this name.
    Peer(String),
    /// A test installation's clock is driven so from now on.
    Driven(Driven),
    /// How every process is; the desk is told, for its officers.
    Processes(Vec<ProcessReport>),
    /// To finish what is under way and end.
    Stop,
}

/// What a role says to the supervisor.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromRole {
    /// It gave up what it does not need; this holds.
    Confined(Grade),
    /// It does its work from now on.
    Ready,
    /// The keeper wiped its keys: whatever opens them is to be forgotten.
    LockedDown,
    /// It can't, for a reason that is fit for an operator's eyes.
    Failed(String),
}

/// Sends `message` with descriptors.
pub(super) fn send<T: Serialize>(channel: &UnixStream, message: &T, fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let bytes = Zeroizing::new(postcard::to_allocvec(message).map_err(io::Error::other)?);
    send_with_fds(channel, &bytes, fds)
}

/// Receives a message with its descriptors; nothing when the other end is gone.
pub(super) fn receive<T: DeserializeOwned>(channel: &UnixStream) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let Some((bytes, fds)) = recv_with_fds(channel, MAX_MESSAGE)? else { return Ok(None) };
    let bytes = Zeroizing::new(bytes);
    Ok(Some((postcard::from_bytes(&bytes).map_err(io::Error::other)?, fds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_arrives_as_it_was_sent() {
        let (a, b) = UnixStream::pair().unwrap();
        let passphrase = Some(Passphrase(Zeroizing::new(b"open".to_vec())));
        let config = Box::new(RoleConfig { passphrase, ..RoleConfig::for_test() });
        send(
            &a,
            &ToRole::Start { role: Role::Keeper, config, ends: vec!["gate".into()], listeners: 0, networks: 0 },
            &[],
        )
        .unwrap();
        let (message, _) = receive(&b).unwrap().unwrap();
        let ToRole::Start { role, config, ends, .. } = message else { panic!("not a start") };
        assert_eq!((role, ends), (Role::Keeper, vec!["gate".to_owned()]));
        assert_eq!(config.passphrase.unwrap().0.as_slice(), b"open");
    }

    #[test]
    fn a_passphrase_is_not_printed() {
        let config =
            RoleConfig { passphrase: Some(Passphrase(Zeroizing::new(b"open".to_vec()))), ..RoleConfig::for_test() };
        assert!(!format!("{config:?}").contains("111"));
    }
}
