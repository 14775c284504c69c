//! What a throwaway installation is founded with: a site, people with passkeys, policies.

use sekisho_core::{
    budget::Limits,
    check::Role,
    entropy::{Entropy, fresh},
    policy::{Policy, ReviewHours, Text, Window},
    watch::Setup,
};
use sekisho_keeper::{
    engine::{Founder, Plan},
    jose::{Alg, KeyError},
    keystore::Cost,
    webauthn::{RelyingParty, verify_registration},
};

use super::house::{HouseError, POLICY, origin};
use crate::{
    client::Server,
    policy_file,
    site::kit::{Kit, Profile},
    testing::authenticator::SoftAuthenticator,
};

pub(super) fn kit(site: &Server, entropy: &mut dyn Entropy) -> Kit {
    let profile = Profile {
        name: "sample-site".parse().expect("a name"),
        title: Text { ja: "見本のサイト".into(), en: "Sample site".into() },
        policies: vec![POLICY.parse().expect("a name")],
        return_prefix: format!("{}/", origin(site)),
        webhook: Some(format!("{}/hook", origin(site))),
    };
    Kit::new(profile, Alg::ES256, entropy)
}

pub(super) fn passkey(desk: &Server, entropy: &mut dyn Entropy) -> Result<SoftAuthenticator, KeyError> {
    SoftAuthenticator::new("desk.localhost", &origin(desk), entropy)
}

pub(super) fn plan(
    desk: &Server,
    kit: &Kit,
    passkey: &mut SoftAuthenticator,
    entropy: &mut dyn Entropy,
) -> Result<Plan, HouseError> {
    Ok(Plan {
        test: true,
        desk_origin: origin(desk),
        ledger_name: "demo.sekisho.invalid".into(),
        cost: Cost::STANDARD,
        budget: Limits::default(),
        watch: Setup::default(),
        policies: policy_file::built_in(),
        sites: vec![kit.registration.clone()],
        people: vec![founder("demo-reviewer", Role::Reviewer, desk, passkey, entropy)?],
    })
}

// Whoever founds binds the passkey to the person; here it is verified like any other.
pub(super) fn founder(
    name: &str,
    role: Role,
    desk: &Server,
    passkey: &mut SoftAuthenticator,
    entropy: &mut dyn Entropy,
) -> Result<Founder, HouseError> {
    let challenge = fresh(entropy);
    let made = passkey.create(&challenge);
    let party = RelyingParty { id: "desk.localhost".into(), origin: origin(desk) };
    let passkey = verify_registration(&party, &challenge, &made.client_data, &made.attestation)?;
    Ok(Founder { name: name.into(), role, passkey })
}

/// So many reviewers more, who are called `reviewer-2` and on; answers with their passkeys.
pub(super) fn reviewers(
    more: usize,
    desk: &Server,
    people: &mut Vec<Founder>,
    entropy: &mut dyn Entropy,
) -> Result<Vec<SoftAuthenticator>, HouseError> {
    let mut passkeys = Vec::new();
    for number in 2..more + 2 {
        let mut passkey = passkey(desk, entropy)?;
        people.push(founder(&format!("reviewer-{number}"), Role::Reviewer, desk, &mut passkey, entropy)?);
        passkeys.push(passkey);
    }
    Ok(passkeys)
}

/// Keeps pictures for so long, and has somebody at work at all hours, so that none is turned away meanwhile.
pub(super) fn keep_for(policy: &mut Policy, hours: u16) {
    policy.retention.picture_hours = hours;
    policy.retention.warn_hours = hours / 2;
    let week = std::array::from_fn(|_| vec![Window { from: 0, to: 24 * 60 }]);
    policy.hours = ReviewHours { week, closed_on_holidays: false, closed: Vec::new() };
}
