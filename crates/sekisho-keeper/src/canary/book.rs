//! What the book says.

use sekisho_core::{
    canary::Lure,
    check::Verdict,
    id::{CanaryId, CheckId},
    time::{Hour, Timestamp},
};
use serde::{Deserialize, Serialize};

use crate::{
    jose::{Jwks, TYP_CALL, TYP_CHECK, jws::Unverified},
    wire::SiteView,
};

/// All canaries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// The hour in which the keeper last sealed it anew.
    pub sealed: Hour,
    /// Every canary, oldest first.
    pub baits: Vec<Bait>,
}

/// One canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bait {
    /// Its id: drawn at random, tied to nothing that lies outside.
    pub id: CanaryId,
    /// Where it was laid, in the words of whoever did.
    pub place: String,
    /// Since when.
    pub made: Timestamp,
    /// What it is.
    pub laid: Laid,
    /// When a fresh one took its place. A touch of the old one is told all the same.
    pub rotated: Option<Timestamp>,
    /// When it was given up. From then on it is refused as before and a touch is not told.
    pub retired: Option<Timestamp>,
    /// When it was first touched.
    pub touched: Option<Timestamp>,
}

/// What was laid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Laid {
    /// A private key of this site.
    SiteKey {
        /// Its registration, as any site's.
        site: Box<SiteView>,
        /// Whether the keeper has entered it among its sites.
        entered: bool,
    },
    /// A member's link.
    Link {
        /// SHA-256 of its secret.
        sha256: [u8; 32],
    },
    /// A document of the operator's own, which comes in by a check of the operator's own site.
    Document {
        /// The check.
        check: CheckId,
        /// What a reviewer ought to decide.
        answer: Verdict,
        /// When the storage's access log showed that somebody read it, until the keeper has entered it.
        reported: Option<Timestamp>,
    },
}

impl Bait {
    /// What kind of bait it is.
    pub fn lure(&self) -> Lure {
        match &self.laid {
            Laid::SiteKey { .. } => Lure::SiteKey,
            Laid::Link { .. } => Lure::Link,
            Laid::Document { .. } => Lure::Document,
        }
    }

    fn signed(&self, jws: &str) -> bool {
        let Laid::SiteKey { site, .. } = &self.laid else { return false };
        let Ok(keys) = Jwks::parse(&site.jwks) else { return false };
        [TYP_CALL, TYP_CHECK].iter().any(|typ| Unverified::parse(jws, typ).is_ok_and(|jws| jws.verify(&keys).is_ok()))
    }
}

impl Book {
    /// The canary of that id.
    pub fn find(&mut self, id: CanaryId) -> Option<&mut Bait> {
        self.baits.iter_mut().find(|bait| bait.id == id)
    }

    /// The canary whose key signed `jws`, whatever it says and whenever it was signed.
    pub fn signer(&self, jws: &str) -> Option<&Bait> {
        self.baits.iter().find(|bait| bait.signed(jws))
    }

    /// The canary that is the link with this secret's SHA-256.
    pub fn link(&self, sha256: &[u8; 32]) -> Option<&Bait> {
        self.baits.iter().find(|bait| matches!(&bait.laid, Laid::Link { sha256: held } if held == sha256))
    }

    /// The canary that came in by this check.
    pub fn check(&self, check: CheckId) -> Option<&Bait> {
        self.baits.iter().find(|bait| matches!(&bait.laid, Laid::Document { check: held, .. } if *held == check))
    }

    /// Forgets documents that were laid before `then`: they are long gone, and so is every log that could name them.
    pub fn drop_documents_before(&mut self, then: Timestamp) {
        self.baits.retain(|bait| bait.made >= then || bait.lure() != Lure::Document);
    }

    /// Whether this registration is a canary's. A real site that bears the same name has other keys and is none.
    pub fn is_site(&self, view: &SiteView) -> bool {
        let same = |site: &SiteView| site.name == view.name && site.jwks == view.jwks;
        self.baits.iter().any(|bait| matches!(&bait.laid, Laid::SiteKey { site, .. } if same(site)))
    }
}
