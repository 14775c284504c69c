//! Who is signed in at the desk.
//!
//! A session is a random secret in a cookie. The database holds its hash and its
//! end; the keeper's shift token and the present assignment are held in memory
//! only, so that neither a copy of the database nor a restarted desk can go on
//! with anybody's shift.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::{
    entropy::{self, Entropy},
    time::Timestamp,
};
use sekisho_keeper::wire::{Assignment, Shift};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::desk_ports::{DeskStore, SessionHash, SessionRow, StoreDown};

/// Bytes of a session's secret.
const SECRET: usize = 32;

/// A session that was found, for the length of one request.
#[derive(Clone)]
pub struct Signed {
    /// Names the session without opening it.
    pub hash: SessionHash,
    /// What every form of this session must carry.
    pub form_token: String,
    /// The shift behind it.
    pub shift: Shift,
    /// The assignment it was given last, if that is not over.
    pub present: Option<Assignment>,
}

/// What is held in memory for a session.
struct Live {
    shift: Shift,
    present: Option<Assignment>,
}

/// The sessions of one desk.
pub struct Sessions {
    store: Arc<dyn DeskStore>,
    live: Mutex<HashMap<SessionHash, Live>>,
}

impl Sessions {
    /// No session yet; rows of an earlier run can't be used, since their shifts are gone.
    pub fn new(store: Arc<dyn DeskStore>) -> Self {
        Self { store, live: Mutex::default() }
    }

    /// Begins a session for a shift and returns the cookie's text.
    pub async fn begin(
        &self,
        shift: Shift,
        secret: Zeroizing<[u8; SECRET]>,
        now: Timestamp,
    ) -> Result<String, StoreDown> {
        let hash = session_hash(&secret);
        let (staff, role, until) = (shift.staff.staff, shift.staff.role, shift.until);
        self.store.begin(SessionRow { hash, staff, role, began: now, until }).await?;
        self.live().insert(hash, Live { shift, present: None });
        Ok(Base64UrlUnpadded::encode_string(&*secret))
    }

    /// The session of a cookie, if it is not over at `now`.
    pub async fn find(&self, cookie: &str, now: Timestamp) -> Result<Option<Signed>, StoreDown> {
        let Some(secret) = decode(cookie) else { return Ok(None) };
        let hash = session_hash(&secret);
        if self.store.find(hash, now).await?.is_none() {
            self.live().remove(&hash);
            return Ok(None);
        }
        let live = self.live();
        Ok(live.get(&hash).filter(|live| live.shift.until > now).map(|live| Signed {
            hash,
            form_token: form_token(&secret),
            shift: live.shift.clone(),
            present: live.present.clone().filter(|present| present.until > now),
        }))
    }

    /// Remembers the assignment that a session was given, or that it has none any more.
    pub fn hold(&self, hash: SessionHash, present: Option<Assignment>) {
        if let Some(live) = self.live().get_mut(&hash) {
            live.present = present;
        }
    }

    /// Marks that the one look of the present assignment was taken.
    pub fn looked(&self, hash: SessionHash) {
        if let Some(present) = self.live().get_mut(&hash).and_then(|live| live.present.as_mut()) {
            present.viewed = true;
        }
    }

    /// Ends a session: the shift token goes first, whatever the database says.
    pub async fn end(&self, hash: SessionHash) -> Result<(), StoreDown> {
        self.live().remove(&hash);
        self.store.end(hash).await
    }

    /// Forgets what is over at `now`.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, StoreDown> {
        self.live().retain(|_, live| live.shift.until > now);
        self.store.sweep(now).await
    }

    fn live(&self) -> MutexGuard<'_, HashMap<SessionHash, Live>> {
        // A map is whole after each of the calls above, also when a thread died over it.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Draws a session's secret.
pub fn draw_secret(entropy: &mut dyn Entropy) -> Zeroizing<[u8; SECRET]> {
    Zeroizing::new(entropy::fresh(entropy))
}

fn decode(cookie: &str) -> Option<Zeroizing<[u8; SECRET]>> {
    let mut secret = Zeroizing::new([0; SECRET]);
    let length = Base64UrlUnpadded::decode(cookie, secret.as_mut_slice()).ok()?.len();
    (length == SECRET).then_some(secret)
}

/// Two hashes of one secret, so that the database's copy says nothing about a form's.
fn tagged_hash(tag: &str, secret: &[u8; SECRET]) -> [u8; 32] {
    Sha256::new().chain_update(tag).chain_update(secret).finalize().into()
}

fn session_hash(secret: &[u8; SECRET]) -> SessionHash {
    tagged_hash("sekisho desk session v1\0", secret)
}

fn form_token(secret: &[u8; SECRET]) -> String {
    Base64UrlUnpadded::encode_string(&tagged_hash("sekisho desk form v1\0", secret))
}

#[cfg(test)]
mod tests {
    use sekisho_core::{
        check::Role,
        id::{ShiftId, StaffId},
    };
    use sekisho_keeper::wire::{ShiftToken, StaffView};

    use super::*;
    use crate::store::desk_sqlite::SqliteDeskStore;

    const NOW: Timestamp = Timestamp(1_000);

    fn shift(until: Timestamp) -> Shift {
        let staff = StaffView {
            staff: StaffId::from_bytes([1; 16]),
            name: "審査一".into(),
            role: Role::Reviewer,
            enrolled: Timestamp(1),
        };
        Shift { id: ShiftId::from_bytes([2; 16]), token: ShiftToken([3; 32]), staff, until }
    }

    fn sessions() -> (Sessions, Arc<SqliteDeskStore>) {
        let store = Arc::new(SqliteDeskStore::in_memory().unwrap());
        (Sessions::new(store.clone()), store)
    }

    #[tokio::test]
    async fn a_session_is_found_by_its_cookie_until_its_shift_ends() {
        let (sessions, _) = sessions();
        let cookie = sessions.begin(shift(NOW + 60), Zeroizing::new([9; 32]), NOW).await.unwrap();
        assert!(sessions.find(&cookie, NOW + 59).await.unwrap().is_some());
        assert!(sessions.find(&cookie, NOW + 60).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_row_of_an_earlier_run_opens_nothing() {
        let (before, store) = sessions();
        let cookie = before.begin(shift(NOW + 60), Zeroizing::new([9; 32]), NOW).await.unwrap();
        let after = Sessions::new(store);
        assert!(after.find(&cookie, NOW).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_ended_session_stays_ended() {
        let (sessions, _) = sessions();
        let cookie = sessions.begin(shift(NOW + 60), Zeroizing::new([9; 32]), NOW).await.unwrap();
        let hash = sessions.find(&cookie, NOW).await.unwrap().unwrap().hash;
        sessions.end(hash).await.unwrap();
        assert!(sessions.find(&cookie, NOW).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_cookie_that_is_not_ours_finds_nothing() {
        let (sessions, _) = sessions();
        for cookie in ["", "x", &"A".repeat(43), &"A".repeat(44), "***"] {
            assert!(sessions.find(cookie, NOW).await.unwrap().is_none(), "{cookie}");
        }
    }

    #[test]
    fn what_the_database_holds_is_neither_the_cookie_nor_the_form_token() {
        let secret = [9; 32];
        let stored = Base64UrlUnpadded::encode_string(&session_hash(&secret));
        assert_ne!(stored, Base64UrlUnpadded::encode_string(&secret));
        assert_ne!(stored, form_token(&secret));
    }
}
