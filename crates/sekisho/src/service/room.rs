//! The ports of the gate in one hand, and the few questions that every use case asks of them.

use std::sync::{Arc, Mutex, PoisonError};

use sekisho_core::{
    calendar::Day,
    entropy,
    id::{CheckId, KeeperId, PolicyName, SiteName},
    policy::Policy,
    stop::Target,
    time::Timestamp,
};
use sekisho_keeper::{
    intake,
    wire::{CheckView, Directory, GateAnswer, GateRequest, IntakeKey, Refusal, SiteView, Status},
};

use super::ports::{Blobs, Clock, Entropy, GateKeeper, GateStore, Reader, StoreError};

/// The gate's ports.
pub struct Room {
    /// The keeper.
    pub keeper: Arc<dyn GateKeeper>,
    /// What the gate remembers.
    pub store: Arc<dyn GateStore>,
    /// Where ciphertext goes.
    pub blobs: Arc<dyn Blobs>,
    /// The upload inspector.
    pub reader: Arc<dyn Reader>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Mutex<Box<dyn Entropy + Send>>,
    /// Whom this gate was told to trust: the keeper and the Ed25519 key that signs its intake keys.
    pub pinned: Pinned,
    /// What the keeper said of sites and policies last.
    pub known: Known,
}

/// Sites and policies as the keeper said them last. While it is locked they can't change, and it says nothing of them:
/// it could not tell what is bait. So a gate that was at work before it was locked goes on with this.
#[derive(Debug, Default)]
pub struct Known(Mutex<Option<Directory>>);

impl Known {
    fn learn(&self, directory: &Directory) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(directory.clone());
    }

    fn recall(&self) -> Option<Directory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// That a document could be taken in, and how.
#[derive(Debug, Clone)]
pub struct Ready {
    /// What it would be sealed to.
    pub key: IntakeKey,
    /// Whether it would wait: the keeper is locked, and nobody can look before it is unlocked.
    pub waits: bool,
}

/// The keeper that a gate was told to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinned {
    /// Its id.
    pub keeper: KeeperId,
    /// Its Ed25519 identity, which signs intake keys.
    pub identity: [u8; 32],
}

/// Why the gate can do nothing for anybody just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Away {
    /// The keeper does not answer, or a disk of ours does not.
    #[error("unavailable")]
    Unavailable,
    /// The keeper holds no keys now.
    #[error("locked")]
    Locked,
    /// What answers is not the keeper that this gate was told to trust.
    #[error("stranger")]
    Stranger,
    /// Somebody responsible stopped it for now.
    #[error("stopped")]
    Stopped,
    /// The disk has no room to spare for another document.
    #[error("no_space")]
    NoSpace,
}

impl From<StoreError> for Away {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSpace => Self::NoSpace,
            StoreError::Conflict | StoreError::Unavailable => Self::Unavailable,
        }
    }
}

impl Away {
    /// What a refusal that is nobody's fault means.
    pub fn from_refusal(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Locked | Refusal::LockedDown => Self::Locked,
            Refusal::Stopped => Self::Stopped,
            _ => Self::Unavailable,
        }
    }
}

impl Room {
    /// The time on the wall.
    pub fn now(&self) -> Timestamp {
        self.clock.read().wall
    }

    /// `N` fresh bytes.
    pub fn draw<const N: usize>(&self) -> [u8; N] {
        let mut entropy = self.entropy.lock().unwrap_or_else(PoisonError::into_inner);
        entropy::fresh(&mut **entropy)
    }

    /// Sites and policies; while the keeper is locked, as it said them last.
    ///
    /// # Errors
    /// When the keeper is away, or is locked since before this gate knew it.
    pub async fn directory(&self) -> Result<Directory, Away> {
        match self.keeper.ask(GateRequest::Directory).await {
            Ok(GateAnswer::Directory(directory)) => {
                self.known.learn(&directory);
                Ok(directory)
            }
            Ok(_) => Err(Away::Unavailable),
            Err(refusal) => match Away::from_refusal(refusal) {
                Away::Locked => self.known.recall().ok_or(Away::Locked),
                away => Err(away),
            },
        }
    }

    /// How the keeper is.
    ///
    /// # Errors
    /// When it is away, or is another keeper.
    pub async fn status(&self) -> Result<Status, Away> {
        match self.keeper.ask(GateRequest::Status).await {
            Ok(GateAnswer::Status(status)) if status.keeper == self.pinned.keeper => Ok(status),
            Ok(GateAnswer::Status(_)) => Err(Away::Stranger),
            Ok(_) => Err(Away::Unavailable),
            Err(refusal) => Err(Away::from_refusal(refusal)),
        }
    }

    /// The newest intake key that is valid now and that the pinned identity signed.
    ///
    /// # Errors
    /// When there is none, so that nothing can be sealed.
    pub async fn intake_key(&self) -> Result<IntakeKey, Away> {
        let keys = match self.keeper.ask(GateRequest::IntakeKey).await {
            Ok(GateAnswer::IntakeKey(keys)) => keys,
            Ok(_) => return Err(Away::Unavailable),
            Err(refusal) => return Err(Away::from_refusal(refusal)),
        };
        if keys.keeper != self.pinned.keeper {
            return Err(Away::Stranger);
        }
        let newest = keys.keys.into_iter().next().ok_or(Away::Unavailable)?;
        self.trusted(newest)
    }

    fn trusted(&self, key: IntakeKey) -> Result<IntakeKey, Away> {
        if !intake::is_signed_by(&self.pinned.identity, self.pinned.keeper, &key) {
            tracing::error!("an intake key is not signed by the pinned identity");
            return Err(Away::Stranger);
        }
        let now = self.now();
        // The keeper judges by its own time; this only keeps a stale key from being used for nothing.
        if now >= key.not_after || now >= key.deadline { Err(Away::Unavailable) } else { Ok(key) }
    }

    /// Whether a document could be taken in now; asked before a camera opens.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready(&self) -> Result<Ready, Away> {
        let waits = self.status().await?.locked;
        if !self.blobs.has_room() {
            tracing::error!("no document is taken in: the disk has no room to spare");
            return Err(Away::NoSpace);
        }
        match self.intake_key().await {
            Ok(key) => Ok(Ready { key, waits }),
            Err(Away::Unavailable) if waits => Err(Away::Locked),
            Err(away) => Err(away),
        }
    }

    /// What is stopped now.
    ///
    /// # Errors
    /// When the keeper is away.
    pub async fn stops(&self) -> Result<Vec<Target>, Away> {
        match self.keeper.ask(GateRequest::Stops).await {
            Ok(GateAnswer::Stops(targets)) => Ok(targets),
            Ok(_) => Err(Away::Unavailable),
            Err(refusal) => Err(Away::from_refusal(refusal)),
        }
    }

    /// Whether a document of this site under this policy could be taken in now; asked before a camera opens.
    ///
    /// # Errors
    /// Why not.
    pub async fn ready_for(&self, site: &SiteName, policy: &Policy) -> Result<Ready, Away> {
        if self.stops().await?.iter().any(|target| target.stops_upload_of(site)) {
            return Err(Away::Stopped);
        }
        let ready = self.ready().await?;
        if ready.waits && !intake::may_wait(self.now(), ready.key.deadline, policy) {
            return Err(Away::Locked);
        }
        Ok(ready)
    }

    /// Whether this site's calls are answered now.
    ///
    /// # Errors
    /// Why not.
    pub async fn hears(&self, site: &SiteName) -> Result<(), Away> {
        let stopped = self.stops().await?.iter().any(|target| target.stops_call_of(site));
        if stopped { Err(Away::Stopped) } else { Ok(()) }
    }

    /// Where the keeper says a check stands; nothing if no document of it arrived.
    ///
    /// # Errors
    /// When the keeper is away.
    pub async fn view(&self, check: CheckId) -> Result<Option<Box<CheckView>>, Away> {
        match self.keeper.ask(GateRequest::Check(check)).await {
            Ok(GateAnswer::Check(view)) => Ok(Some(view)),
            Ok(_) => Err(Away::Unavailable),
            Err(Refusal::NotFound) => Ok(None),
            Err(refusal) => Err(Away::from_refusal(refusal)),
        }
    }
}

/// A site by its name.
pub fn site<'a>(directory: &'a Directory, name: &SiteName) -> Option<&'a SiteView> {
    directory.sites.iter().find(|site| site.name == *name)
}

/// A policy by its name.
pub fn policy<'a>(directory: &'a Directory, name: &PolicyName) -> Option<&'a Policy> {
    directory.policies.iter().find(|policy| policy.name == *name)
}

/// Whether a policy is in force on the day in Japan that `now` lies in.
pub fn in_force(policy: &Policy, now: Timestamp) -> bool {
    let today = Day::of(now);
    policy.valid_from <= today && policy.valid_to.is_none_or(|last| today <= last)
}
