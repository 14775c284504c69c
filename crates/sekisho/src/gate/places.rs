//! Places for uploads. Each body that comes in holds memory, each picture that is read an inspector: both are counted.
//!
//! They are counted apart, since a body may come slowly: whoever sends a byte now and then holds a place among many,
//! and keeps nobody from the inspectors.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::front::Asker;

/// How many bodies come in at one time; each may hold 26 MB.
const COMING: usize = 16;
/// How many of those from one address.
const COMING_FROM_ONE: usize = 4;
/// How many pictures are read at once; each holds an inspector.
const READ: usize = 4;
/// How long a picture that is here waits for an inspector before its member is told to send it again.
const PATIENCE: Duration = Duration::from_secs(15);

/// There is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("busy")]
pub(super) struct Full;

/// All places.
pub(super) struct Places {
    coming: Arc<Semaphore>,
    read: Arc<Semaphore>,
    from: Arc<Mutex<HashMap<Asker, usize>>>,
    patience: Duration,
}

/// A place for a body. Dropping it gives it back.
pub(super) struct Coming {
    _place: OwnedSemaphorePermit,
    from: Option<Asker>,
    counts: Arc<Mutex<HashMap<Asker, usize>>>,
}

impl Default for Places {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self { coming: places(COMING), read: places(READ), from: Arc::default(), patience: PATIENCE }
    }
}

impl Places {
    /// A place for a body that is to be read, at once or not at all.
    ///
    /// # Errors
    /// [`Full`], also when this asker has its share.
    pub(super) fn come(&self, from: Option<Asker>) -> Result<Coming, Full> {
        let place = Arc::clone(&self.coming).try_acquire_owned().map_err(|_| Full)?;
        if let Some(asker) = from {
            let mut counts = self.from.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(asker).or_default();
            if *count >= COMING_FROM_ONE {
                return Err(Full);
            }
            *count += 1;
        }
        Ok(Coming { _place: place, from, counts: Arc::clone(&self.from) })
    }

    /// A place for a picture that is here, within a time.
    ///
    /// # Errors
    /// [`Full`].
    pub(super) async fn read(&self) -> Result<OwnedSemaphorePermit, Full> {
        let place = timeout(self.patience, Arc::clone(&self.read).acquire_owned()).await;
        place.map_err(|_| Full)?.map_err(|_| Full)
    }

    /// Takes every place that there is, for a test.
    #[cfg(test)]
    pub(super) fn take_all(&self) -> Vec<OwnedSemaphorePermit> {
        std::iter::from_fn(|| Arc::clone(&self.coming).try_acquire_owned().ok()).collect()
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        let Some(asker) = self.from else { return };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(asker) {
            *count.get_mut() -= 1;
            // Whoever is gone is forgotten.
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn asker(last: u8) -> Option<Asker> {
        Some(Asker(IpAddr::from([203, 0, 113, last])))
    }

    /// M45.
    #[test]
    fn one_address_gets_its_share_of_the_places_and_gives_them_back() {
        let places = Places::default();
        let mine: Vec<_> = (0..COMING_FROM_ONE).map(|_| places.come(asker(1)).unwrap()).collect();
        assert!(places.come(asker(1)).is_err() && places.come(asker(2)).is_ok());
        drop(mine);
        assert!(places.come(asker(1)).is_ok() && places.from.lock().unwrap().is_empty());
    }

    /// M45.
    #[test]
    fn there_are_so_many_places_and_no_more() {
        let places = Places::default();
        let all: Vec<_> = (0..COMING as u8).map(|last| places.come(asker(last)).unwrap()).collect();
        assert!(places.come(asker(100)).is_err());
        drop(all);
        assert!(places.come(asker(100)).is_ok());
    }

    /// M45.
    #[tokio::test]
    async fn a_picture_waits_for_an_inspector_and_not_for_ever() {
        let places = Places { patience: Duration::from_millis(50), ..Places::default() };
        let mut busy = Vec::new();
        for _ in 0..READ {
            busy.push(places.read().await.unwrap());
        }
        assert!(places.read().await.is_err());
        let ((), waited) = tokio::join!(async { drop(busy.pop()) }, places.read());
        assert!(waited.is_ok());
    }
}
