//! (d) and (e): what copies open.
//!
//! A copy is told by the keys in it. Each form in which a document's key ever lay in the database is kept, so every
//! earlier copy of database and ciphertexts is tried, not a few of them.

use super::{Held, Law, Violation};
use crate::{
    disk::database,
    model::Known,
    thief,
    world::{Keeper, World},
};

impl World {
    /// Every earlier copy without keystore, with every key that can be had now.
    pub(super) fn check_old_copies(&mut self) -> Held {
        if self.ring_checked == self.disk.keystore_version() {
            return Ok(());
        }
        for (id, document) in self.model.documents.iter().filter(|(_, document)| document.is_past) {
            if document.wrapped.iter().any(|wrapped| wrapped.open(&self.ring).is_some()) {
                let text = format!("an earlier copy opens {id} with the keys of now, after the change of root");
                return Err(Violation::of(Law::OldCopy, text));
            }
            let recorded = thief::open_recorded(&self.ring, &document.context, &document.receive.sealed_key);
            if let Some(hour) = recorded.filter(|hour| hour.plus(2).start() <= self.model.worked) {
                let text = format!("what went over the wire opens {id} with the intake key of {hour:?}");
                return Err(Violation::of(Law::OldCopy, text));
            }
        }
        self.check_copies_of_what_waited()?;
        self.ring_checked = self.disk.keystore_version();
        Ok(())
    }

    /// Every earlier copy of what waited, once a keeper has its keys: the unlocking overwrites the waiting key before
    /// anything is given out.
    fn check_copies_of_what_waited(&self) -> Held {
        let on = matches!(self.keeper, Keeper::On(_));
        for (id, document) in self.model.documents.iter().filter(|(_, document)| document.waited) {
            let opens = || thief::open_waiting(&self.ring, &document.context, &document.receive.sealed_key).is_some();
            if (on || document.is_past) && opens() {
                let text = format!("an earlier copy, in which {id} waited, opens it with the keys of now");
                return Err(Violation::of(Law::OldCopy, text));
            }
        }
        Ok(())
    }

    /// This very moment's copy with keystore and passphrase: nothing is left in the files of what is over.
    pub(super) fn check_whole_copy(&self) -> Held {
        let over = |known| known == Known::Yes;
        let documents = self.model.documents.iter();
        let suspects = documents.filter(|(_, it)| over(it.ended) && it.is_settled && !it.is_past);
        let forms = suspects.flat_map(|(id, it)| it.wrapped.iter().map(move |wrapped| (id, wrapped)));
        let opening: Vec<_> = forms.filter(|(_, wrapped)| wrapped.open(&self.ring).is_some()).collect();
        if opening.is_empty() {
            return Ok(());
        }
        let files = database::files(self.disk.folder());
        for (id, wrapped) in opening {
            if files.bytes().any(|file| thief::lies_in(file, &wrapped.bytes)) {
                let text = format!("the key of {id}, which is over, lies in the database's files and opens");
                return Err(Violation::of(Law::WholeCopy, text));
            }
        }
        Ok(())
    }

    /// No key and no picture lies in clear in any file. To look for a key is to try every 32 bytes that lie there.
    pub(crate) fn check_nothing_in_clear(&self) -> Held {
        let database = database::files(self.disk.folder());
        let (keystore, journal) = (self.disk.keystore(), self.disk.journal_from(0));
        let files: Vec<&[u8]> = database.bytes().chain([&keystore[..], &journal[..]]).collect();
        let secrets = self
            .ring
            .roots
            .iter()
            .chain(&self.ring.slots)
            .chain(&self.ring.intakes)
            .chain(&self.ring.waiting)
            .map(|(_, it)| &it[..]);
        let documents = self.model.documents.values();
        let sealed = documents.flat_map(|document| [&document.key[..], &document.picture[..]]);
        for secret in secrets.chain(sealed).chain([&self.master[..]]) {
            if files.iter().any(|file| thief::lies_in(file, secret)) {
                return Err(Violation::of(Law::WholeCopy, "a key or a picture lies in clear in a file"));
            }
        }
        Ok(())
    }
}
