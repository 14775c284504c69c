//! Somebody without a site's key sends calls in its name.

use sekisho::demo::{Build, House};
use sekisho_core::{
    time::Clock as _,
    watch::{Cause, DENY_SECONDS, Detector, Setup, Verdict, observed::Outsider},
};
use sekisho_keeper::jose::{
    SigningKey,
    call::{Call, sign_call},
};

use crate::{
    ground::{ask_gate, build, found, unwatched},
    strangers::site,
    until::until,
};

const FORGER: [u8; 4] = [127, 0, 0, 5];
const SITE: [u8; 4] = [127, 0, 0, 6];
const PATH: &str = "/v1/checks?sub=x";

/// Whoever signs in the name of `other-site`.
struct Signer<'a> {
    house: &'a House,
    key: &'a SigningKey,
    calls: u64,
}

impl Signer<'_> {
    fn call(&mut self, from: [u8; 4]) -> u16 {
        self.calls += 1;
        let jti = format!("{}-{:016}", &self.key.public().thumbprint()[..8], self.calls);
        let (site, issued) = ("other-site".parse().unwrap(), self.house.clock.read().wall);
        let call = Call { site: &site, method: "GET", path: PATH, body: b"", issued, jti: &jti };
        let jws = sign_call(self.key, self.house.keeper, &call).unwrap();
        ask_gate(self.house, from, PATH, &format!("sekisho-call: {jws}\r\n")).0
    }
}

/// M7, M19, M20, M26: noticed at the eighth, and the forger's address is refused from then on, for a quarter of an hour;
/// the site in whose name it is done is heard all the while, from that address as well. The control goes on as long as
/// it likes.
#[test]
fn whoever_forges_a_sites_calls_is_refused_and_the_site_is_heard() {
    let (own, forged) = (SigningKey::ed25519(&[7; 32]).unwrap(), SigningKey::ed25519(&[9; 32]).unwrap());
    for watched in [false, true] {
        let of = if watched { build(Setup::default()) } else { unwatched() };
        let house = House::build_as(Build { sites: vec![site(&own)], ..of }).unwrap();
        let signer = |key| Signer { house: &house, key, calls: 0 };
        let (mut forger, mut honest) = (signer(&forged), signer(&own));
        if watched {
            assert!((0..8).all(|_| forger.call(FORGER) == 401));
            until("the watch has found it", || !found(&house, Detector::Forgery).is_empty());
            let finding = found(&house, Detector::Forgery).remove(0);
            assert_eq!((finding.verdict(), finding.evidence.count), (Verdict::Deny, 8));
            assert!(matches!(finding.cause, Cause::Outside { asker: Outsider::Network(_), .. }), "{finding:?}");
            until("the gate refuses", || forger.call(FORGER) == 429);
            assert_eq!((honest.call(SITE), honest.call(FORGER)), (200, 200), "the site is heard from anywhere");
            assert_eq!(ask_gate(&house, FORGER, "/v1/openapi.json", "").0, 200);
            house.pass(DENY_SECONDS);
            until("it is over", || forger.call(FORGER) == 401);
        } else {
            assert!((0..30).all(|_| forger.call(FORGER) == 401), "the control");
            assert_eq!(honest.call(SITE), 200);
            assert!(found(&house, Detector::Forgery).is_empty());
        }
        house.clear_away().unwrap();
    }
}
