//! Laying bait as the console does: by the keystore's passphrase, beside a keeper that runs.

use sekisho_core::id::CanaryId;

use super::*;
use crate::canary::{self, Bait, Book, BookError, BookKey, Laid};

/// The secret of the link that is laid.
pub(in crate::engine::tests) const LINK: [u8; 32] = [0x11; 32];

/// Each sealing draws a nonce of its own.
static EDITS: AtomicU64 = AtomicU64::new(0);

impl House {
    fn console(&self) -> (rusqlite::Connection, BookKey) {
        let keystore = Keystore::open(Box::new(self.medium.clone())).unwrap();
        let identity = keystore.identity(PASSPHRASE).unwrap();
        (db::open(&self.folder.join("keeper.db")).unwrap(), BookKey::of(&identity, keystore.keeper()))
    }

    pub(in crate::engine::tests) fn edit_book<T>(&self, work: impl FnOnce(&mut Book) -> T) -> T {
        let (mut db, key) = self.console();
        let mut entropy = SeededEntropy::new(4242 + EDITS.fetch_add(1, Ordering::Relaxed));
        canary::edit::<_, BookError>(&mut db, &key, &mut entropy, |book| Ok(work(book))).unwrap()
    }

    pub(in crate::engine::tests) fn book(&self) -> Book {
        let (db, key) = self.console();
        canary::load(&db, &key).unwrap()
    }

    pub(in crate::engine::tests) fn lay(&self, number: u8, laid: Laid) -> CanaryId {
        let id = CanaryId::from_bytes([number; 16]);
        let (place, made) = (format!("place {number}"), self.now());
        let bait = Bait { id, place, made, laid, rotated: None, retired: None, touched: None };
        self.edit_book(|book| book.baits.push(bait));
        id
    }

    pub(in crate::engine::tests) fn lay_link(&self) -> CanaryId {
        self.lay(1, Laid::Link { sha256: body_sha256(&LINK) })
    }

    /// A site's key as any site makes it, laid as bait: its registration and the key that the thief finds.
    pub(in crate::engine::tests) fn lay_key(&self, name: &str) -> (CanaryId, SigningKey) {
        let key = SigningKey::generate(Alg::ES256, &mut SeededEntropy::new(7));
        let jwks = Jwks::new(vec![key.public().clone()]).unwrap().to_json();
        let title = Text { ja: "サイトB".into(), en: "Site B".into() };
        let hook = format!("https://{name}.example/hook");
        let site = SiteView {
            name: name.parse().unwrap(),
            title,
            jwks,
            return_prefix: format!("https://{name}.example/"),
            webhook: Some(hook),
            ..fixtures::site()
        };
        (self.lay(2, Laid::SiteKey { site: Box::new(site), entered: false }), key)
    }

    /// A call that says what it likes, signed with `key`.
    pub(in crate::engine::tests) fn signed_with(&self, key: &SigningKey, site: &str) -> SignedCall {
        let (site, path) = (site.parse().unwrap(), format!("/v1/members/{}/left", sub_text()));
        let jti = format!("{:032}", self.clock.read_now().since_boot);
        let call = Call { site: &site, method: "POST", path: &path, body: b"", issued: self.now(), jti: &jti };
        let jws = sign_call(key, self.keeper(), &call).unwrap();
        SignedCall { jws, method: "POST".into(), path, body_sha256: body_sha256(b"") }
    }

    pub(in crate::engine::tests) fn refused_at_the_gate(&mut self, what: Refused, from: u8) {
        let from = Some(sekisho_core::id::NetworkId::from_bytes([from; 16]));
        let heard = self.gate(GateRequest::Unheard(Unheard { what, from }));
        // Neither bait nor anything else is told apart by who is refused from now on.
        assert!(matches!(heard, Ok(GateAnswer::Heard(denials)) if denials.is_empty()));
    }

    /// Every value of every row of keeper.db, by table.
    pub(in crate::engine::tests) fn rows(&self, table: &str) -> Vec<Vec<rusqlite::types::Value>> {
        let db = db::open(&self.folder.join("keeper.db")).unwrap();
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        all.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    pub(in crate::engine::tests) fn told(&mut self) -> Vec<What> {
        let all = self.bodies().into_iter().map(|body| Event::from_bytes(&body).unwrap().what);
        all.filter(|what| matches!(what, What::Observed { .. } | What::Canary { .. })).collect()
    }

    /// What the watch finds in the ledger as it stands.
    pub(in crate::engine::tests) fn found(&mut self) -> Vec<sekisho_core::watch::Finding> {
        use sekisho_core::watch::{Setup, Sight, Watch};
        let events: Vec<_> = self.bodies().iter().map(|body| Event::from_bytes(body).unwrap()).collect();
        let mut watch = Watch::new(Setup::default());
        let sights = events.iter().zip(0..).map(|(event, place)| Sight { place, event });
        sights.flat_map(|sight| watch.see(sight)).collect()
    }
}
