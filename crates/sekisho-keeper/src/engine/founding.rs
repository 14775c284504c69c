//! Founding: a keeper is born, with its keystore, its policies and its first people.

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, OpenFlags};
use sekisho_core::{
    budget::Limits,
    check::Role,
    entropy::Entropy,
    id::{KeeperId, StaffId},
    policy::Policy,
    time::{Clock, Timestamp},
    watch::Setup,
};

use super::{Engine, Locked, Parts, StartError, apart, budget, fault::Fault, registry, staff, watching};
use crate::{
    blobs::Blobs,
    db::meta::{self, Installation},
    keystore::{Cost, Keystore, KeystoreError, Medium},
    ledger::LedgerFiles,
    webauthn::Credential,
    wire::{SiteView, StaffView},
};

/// What an installation is founded with.
pub struct Plan {
    /// Whether it is marked as test, for ever.
    pub test: bool,
    /// The desk's origin, e.g. `https://desk.example.jp`.
    pub desk_origin: String,
    /// The ledger's origin line, without a scheme; e.g. `example.jp/sekisho`.
    pub ledger_name: String,
    /// What the passphrase costs.
    pub cost: Cost,
    /// Policies to begin with.
    pub policies: Vec<Policy>,
    /// Sites to begin with.
    pub sites: Vec<SiteView>,
    /// What the vault allows to be opened.
    pub budget: Limits,
    /// How the detectors are set.
    pub watch: Setup,
    /// People whose passkeys the founder binds.
    pub people: Vec<Founder>,
}

/// A person whose passkey the founder binds.
pub struct Founder {
    /// What the desk shows.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The passkey.
    pub passkey: Credential,
}

/// Why an installation could not be founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    /// There is one already.
    #[error("this data folder holds an installation already")]
    Exists,
    /// The desk's origin is not `https://host[:port]`, or for a test `http://….localhost[:port]`.
    #[error("the desk's origin must be https://host[:port]; a test may use http://name.localhost:port")]
    Origin,
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// Starting it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something else.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Where an installation is founded.
pub struct Ground {
    /// An empty keeper.db.
    pub db: Connection,
    /// A fresh keystore medium.
    pub medium: Box<dyn Medium>,
    /// An empty ledger.
    pub ledger: Box<dyn LedgerFiles>,
    /// The blob store.
    pub blobs: Box<dyn Blobs>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Box<dyn Entropy + Send>,
}

/// Founds an installation and gives its keeper, unlocked.
///
/// # Errors
/// [`FoundError`].
pub fn found(ground: Ground, plan: &Plan, passphrase: &[u8]) -> Result<Engine, FoundError> {
    let Ground { db, medium, ledger, blobs, clock, mut entropy } = ground;
    if meta::get::<Installation>(&db, meta::names::INSTALLATION).map_err(Fault::from)?.is_some() {
        return Err(FoundError::Exists);
    }
    let keeper = KeeperId::random(&mut *entropy);
    let installation = installation(plan, keeper)?;
    let born = (keeper, plan.test, clock.read().wall.hour());
    let keystore = Keystore::create(medium, born, passphrase, plan.cost, &mut *entropy)?;
    meta::set(&db, meta::names::INSTALLATION, &installation).map_err(Fault::from)?;
    let locked = Locked::start(Parts { db, keystore, ledger, blobs, clock, entropy })?;
    let mut engine = locked.unlock(passphrase).map_err(|(_, error)| error)?;
    engine.settle_in(plan)?;
    Ok(engine)
}

fn installation(plan: &Plan, keeper: KeeperId) -> Result<Installation, FoundError> {
    let desk_host = host_of(&plan.desk_origin, plan.test).ok_or(FoundError::Origin)?;
    Ok(Installation {
        keeper,
        test: plan.test,
        desk_origin: plan.desk_origin.clone(),
        desk_host,
        ledger_origin: format!("{}/{keeper}", plan.ledger_name),
    })
}

// The host is the passkeys' relying party, so it is the full one, without port.
fn host_of(origin: &str, test: bool) -> Option<String> {
    let (secure, rest) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return None,
    };
    let (host, port) = rest.split_once(':').unwrap_or((rest, "443"));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let sound = !host.is_empty() && host.bytes().all(plain) && port.parse::<u16>().is_ok();
    let allowed = secure || (test && (host == "localhost" || host.ends_with(".localhost")));
    (sound && allowed).then(|| host.to_owned())
}

impl Engine {
    fn settle_in(&mut self, plan: &Plan) -> Result<(), FoundError> {
        self.register(plan)?;
        for person in &plan.people {
            self.bind(person)?;
        }
        Ok(self.publish()?)
    }

    fn register(&mut self, plan: &Plan) -> Result<(), Fault> {
        let now = self.now();
        let (done, _, _) = self.transact(now, |turn| {
            apart(turn, |turn| {
                budget::enter(turn, Some(&plan.budget))?;
                watching::found(turn, &plan.watch)?;
                plan.policies.iter().try_for_each(|policy| registry::put_policy(turn, policy))?;
                plan.sites.iter().try_for_each(|site| registry::put_site(turn, site))
            })
        })?;
        done
    }

    fn bind(&mut self, person: &Founder) -> Result<(), Fault> {
        let now = self.now();
        let (bound, _, _) = self.transact(now, |turn| {
            apart(turn, |turn| {
                let staff = StaffId::random(&mut *turn.room.entropy);
                let view = StaffView { staff, name: person.name.clone(), role: person.role, enrolled: turn.now.at };
                staff::enrol_credential(turn, view, &person.passkey, None)
            })
        })?;
        bound.map(|_| ())
    }

    /// A one-use token for the first sign-in, while no administrator exists.
    ///
    /// It is an invitation like others, for thirty minutes. Earlier ones stop working.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn founding_token(&mut self) -> Result<Option<(String, Timestamp)>, Fault> {
        let now = self.now();
        let (token, _, _) = self.transact(now, |turn| {
            apart(turn, |turn| {
                if staff::is_founded(turn.db)? {
                    return Ok(None);
                }
                turn.db.execute("DELETE FROM invitation WHERE by IS NULL", [])?;
                staff::invitation(turn, "administrator", Role::Administrator, None).map(Some)
            })
        })?;
        token
    }

    /// Who this keeper is.
    pub fn keeper(&self) -> KeeperId {
        self.room.keeper()
    }

    /// The keeper's public identity, which gates pin: an Ed25519 public key, 32 bytes.
    pub fn identity(&self) -> Vec<u8> {
        self.room.signers.identity()
    }
}

/// What a keeper.db says of its installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Whether it is marked as test.
    pub test: bool,
    /// The desk's origin, to which passkeys are bound.
    pub desk_origin: String,
    /// Whether it has an administrator.
    pub has_administrator: bool,
}

/// What the keeper.db at `path` says of its installation; nothing if none was founded in it. Reads only.
///
/// # Errors
/// When there is no such database, or it may not be read.
pub fn known(path: &Path) -> rusqlite::Result<Option<Known>> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let Some(Installation { test, desk_origin, .. }) = meta::get(&db, meta::names::INSTALLATION)? else {
        return Ok(None);
    };
    Ok(Some(Known { test, desk_origin, has_administrator: staff::is_founded(&db)? }))
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn the_relying_party_is_the_full_host_of_a_secure_origin() {
        assert_eq!(host_of("https://desk.example.jp", false).as_deref(), Some("desk.example.jp"));
        assert_eq!(host_of("https://desk.example.jp:8443", false).as_deref(), Some("desk.example.jp"));
        assert_eq!(host_of("http://desk.localhost:8080", true).as_deref(), Some("desk.localhost"));
        for bad in
            ["http://desk.localhost:8080", "http://desk.example.jp", "desk.example.jp", "https://", "https://a/b"]
        {
            assert_eq!(host_of(bad, false), None, "{bad}");
        }
        assert_eq!(host_of("http://desk.example.jp", true), None);
    }
}
