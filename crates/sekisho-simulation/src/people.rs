//! Who takes part: two sites with their members, two reviewers, an officer, an administrator.

use base64ct::{Base64UrlUnpadded, Encoding};
use sekisho_core::{
    budget::{Limits, Relief, Windows},
    check::Role,
    id::{CheckId, KeeperId, PolicyName, SiteName},
    policy::{AcceptedKind, AgeRule, Basis, BasisClass, Field, LeapDay, Policy, Reached, Retention, ReviewHours, Text},
    time::Timestamp,
    watch::{Setup, Switch},
};
use sekisho_keeper::{
    engine::{Founder, Plan},
    hash::sha256,
    jose::{
        Jwks, SigningKey, Sub,
        call::{Call, body_sha256, sign_call},
        request::{Ask, sign_request},
    },
    keystore::Cost,
    webauthn::Credential,
    wire::{Assertion, SignedCall, SiteView, Whence},
};

/// What unlocks the keystore.
pub const PASSPHRASE: &[u8] = b"a passphrase for simulations";
/// How many sites there are.
pub const SITES: u8 = 2;
/// How many members each site has.
pub const MEMBERS: u8 = 4;
/// Everybody's role. The first two are reviewers.
pub const STAFF: [Role; 4] = [Role::Reviewer, Role::Reviewer, Role::Officer, Role::Administrator];
/// The officer's place among the staff.
pub const OFFICER: u8 = 2;

const ORIGIN: &str = "https://desk.example.jp";
/// Hours for which each site's policy keeps a picture.
const PICTURE_HOURS: [u16; 2] = [72, 5];

/// What people may open: so little that runs reach it in all windows.
pub fn budget() -> Limits {
    let person = Windows { minute: 2, hour: 5, day: 9, three_days: 16 };
    let again = Windows { minute: 1, hour: 2, day: 3, three_days: 4 };
    Limits { person, device: person, again, relief: Relief { after_hours: 6, day_at_most: 5 }, ..Limits::default() }
}

/// Whether what the watch finds is obeyed, or it is only tried: a run in which shifts end all the time shows less.
fn watch(seed: u64) -> Setup {
    Setup::all(if seed.is_multiple_of(3) { Switch::On } else { Switch::Shadow })
}

/// What an installation is founded with.
pub fn plan(seed: u64) -> Plan {
    let people = STAFF.iter().zip(0..).map(|(role, n)| {
        let passkey = Credential { id: vec![n; 20], key: passkey(n).public().clone(), counter: 0 };
        Founder { name: format!("person-{n}"), role: *role, passkey }
    });
    Plan {
        test: true,
        desk_origin: ORIGIN.into(),
        ledger_name: "example.jp/sekisho".into(),
        cost: Cost::TEST,
        budget: budget(),
        watch: watch(seed),
        policies: (0..SITES).map(policy).collect(),
        sites: (0..SITES).map(site).collect(),
        people: people.collect(),
    }
}

fn named<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a fixed name is a name")
}

fn passkey(person: u8) -> SigningKey {
    SigningKey::ed25519(&[person + 1; 32]).expect("32 bytes make a key")
}

fn site_key(site: u8) -> SigningKey {
    SigningKey::ed25519(&[site + 100; 32]).expect("32 bytes make a key")
}

fn text(text: &str) -> Text {
    Text { ja: text.into(), en: text.into() }
}

/// A site's name.
pub fn site_name(site: u8) -> SiteName {
    named(["site-a", "site-b"][usize::from(site % SITES)])
}

fn policy_name(site: u8) -> PolicyName {
    named(["jp-dating-site", "jp-short"][usize::from(site % SITES)])
}

/// Whether a site wants to be told.
pub fn has_webhook(site: u8) -> bool {
    site.is_multiple_of(SITES)
}

fn site(site: u8) -> SiteView {
    let name = site_name(site);
    SiteView {
        title: text(name.as_str()),
        jwks: Jwks::new(vec![site_key(site).public().clone()]).expect("one key is a set").to_json(),
        policies: vec![policy_name(site)],
        return_prefix: format!("https://{name}.example/"),
        budget: None,
        webhook: has_webhook(site).then(|| format!("https://{name}.example/hook")),
        name,
    }
}

/// The kind of document that everybody has.
pub const KIND: &str = "jp-driving-licence";

fn policy(site: u8) -> Policy {
    let picture_hours = PICTURE_HOURS[usize::from(site % SITES)];
    Policy {
        name: policy_name(site),
        version: 1,
        title: text("title"),
        valid_from: named("2020-01-01"),
        valid_to: None,
        basis: Basis {
            class: BasisClass::Age,
            law: text("law"),
            article: text("5"),
            purpose: text("purpose"),
            source: "source".into(),
        },
        kinds: vec![AcceptedKind { kind: named(KIND), name: text("licence"), hide: text("name"), valid_to: None }],
        visible: vec![Field::BirthDate],
        age: AgeRule { at_least: 18, reached: Reached::Birthday, leap_day: LeapDay::March1 },
        question: text("born on or before {date}?"),
        reviewers: 1,
        retention: Retention { picture_hours, warn_hours: 2, member_days: 3, member_days_reason: None },
        hours: ReviewHours { week: Default::default(), closed_on_holidays: false, closed: vec![] },
    }
}

fn sub(site: u8, member: u8) -> Sub {
    Sub::of_member(&[site; 32], &[member])
}

/// A site's own reference to a member.
pub fn sub_text(site: u8, member: u8) -> String {
    sub(site, member).to_string()
}

/// The check that a site's request number `n` makes, and the request.
pub fn request(keeper: KeeperId, site: u8, member: u8, n: u64, times: (Timestamp, Timestamp)) -> (CheckId, String) {
    let name = site_name(site);
    let jti = format!("request-{n:016}");
    let ask = Ask {
        site: name.clone(),
        jti: jti.clone(),
        issued: times.0,
        expires: times.1,
        policy: policy_name(site),
        sub: sub(site, member),
        return_url: format!("https://{name}.example/back"),
    };
    let signed = sign_request(&site_key(site), keeper, &ask).expect("an Ed25519 key signs");
    (CheckId::derive(keeper, &name, &jti), signed)
}

/// A call that a site signs.
pub fn call(keeper: KeeperId, site: u8, path: &str, n: u64, issued: Timestamp) -> SignedCall {
    let (name, jti) = (site_name(site), format!("call-{n:016}"));
    let call = Call { site: &name, method: "POST", path, body: b"", issued, jti: &jti };
    let jws = sign_call(&site_key(site), keeper, &call).expect("an Ed25519 key signs");
    SignedCall { jws, method: "POST".into(), path: path.into(), body_sha256: body_sha256(b"") }
}

/// From where a person works: mostly from where they did before.
pub fn whence(person: u8, chance: u8) -> Whence {
    let last = if chance < 32 { chance } else { 0 };
    let agent = if chance.is_multiple_of(8) { "another program" } else { "a program" };
    Whence { address: [203, 0, 113 + person, last].into(), agent: agent.into() }
}

/// A person's answer to a challenge.
pub fn assertion(person: u8, challenge: &[u8; 32]) -> Assertion {
    let client_data = serde_json::json!({
        "type": "webauthn.get",
        "challenge": Base64UrlUnpadded::encode_string(challenge),
        "origin": ORIGIN,
        "crossOrigin": false,
    });
    let client_data = client_data.to_string().into_bytes();
    // User present and verified; a counter that doesn't count.
    let authenticator_data = [&sha256(b"desk.example.jp")[..], &[0b101], &[0; 4]].concat();
    let signed = [&authenticator_data[..], &sha256(&client_data)].concat();
    let signature = passkey(person).sign(&signed).expect("an Ed25519 key signs");
    Assertion { credential: vec![person; 20], client_data, authenticator_data, signature }
}
