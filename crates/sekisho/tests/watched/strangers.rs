//! A site's program asks about checks that are another's.

use sekisho::demo::{Build, House};
use sekisho_core::{
    id::CheckId,
    policy::Text,
    time::Clock as _,
    watch::{DENY_SECONDS, Detector, Setup, Verdict},
};
use sekisho_keeper::{
    jose::{
        Jwks, SigningKey,
        call::{Call, sign_call},
    },
    wire::SiteView,
};

use crate::{
    ground::{ask_gate, build, found, unwatched},
    until::until,
};

const FROM: [u8; 4] = [127, 0, 0, 4];

/// A second site, with this key.
pub(crate) fn site(key: &SigningKey) -> SiteView {
    SiteView {
        name: "other-site".parse().unwrap(),
        title: Text { ja: "ほかのサイト".into(), en: "Other site".into() },
        jwks: Jwks::new(vec![key.public().clone()]).unwrap().to_json(),
        policies: vec!["jp-dating-site".parse().unwrap()],
        return_prefix: "https://other.example/".into(),
        webhook: None,
        budget: None,
    }
}

struct Thief<'a> {
    house: &'a House,
    key: &'a SigningKey,
    calls: u64,
}

impl Thief<'_> {
    fn ask(&mut self, check: CheckId) -> u16 {
        self.calls += 1;
        let (path, jti) = (format!("/v1/checks/{check}"), format!("a-call-{:016}", self.calls));
        let (site, issued) = ("other-site".parse().unwrap(), self.house.clock.read().wall);
        let call = Call { site: &site, method: "GET", path: &path, body: b"", issued, jti: &jti };
        let jws = sign_call(self.key, self.house.keeper, &call).unwrap();
        ask_gate(self.house, FROM, &path, &format!("sekisho-call: {jws}\r\n")).0
    }
}

/// M7, M20: eight questions about checks that are there and another site's, over the sockets and with a key that holds:
/// none is answered, and the site is refused for a quarter of an hour; the site that owns them is not. The control may
/// ask on.
#[test]
fn a_site_that_asks_about_anothers_checks_is_refused_for_a_while() {
    let key = SigningKey::ed25519(&[7; 32]).unwrap();
    for watched in [false, true] {
        let of = if watched { build(Setup::default()) } else { unwatched() };
        let house = House::build_as(Build { sites: vec![site(&key)], ..of }).unwrap();
        let checks: Vec<_> = (0..8).map(|_| house.ask().unwrap().0).collect();
        let mut thief = Thief { house: &house, key: &key, calls: 0 };
        assert!(checks.iter().all(|check| thief.ask(*check) == 404), "nothing is told");
        if watched {
            until("the watch has found it", || !found(&house, Detector::Strangers).is_empty());
            until("the site is refused", || thief.ask(checks[0]) == 429);
            assert_eq!(found(&house, Detector::Strangers)[0].verdict(), Verdict::Deny);
            assert_eq!(house.state(checks[0]).unwrap(), "awaiting_document", "the other site goes on");
            house.pass(DENY_SECONDS);
        }
        until("it may ask", || thief.ask(checks[0]) == 404);
        assert_eq!(found(&house, Detector::Strangers).len(), usize::from(watched));
        house.clear_away().unwrap();
    }
}
