//! The installation that is attacked: two sites, documents that wait, one that was decided.

use sekisho_core::id::CheckId;
use sekisho_keeper::jose::Alg;
use sekisho_sys::entropy::SystemEntropy;

use super::{DrillError, caller::Caller, sought::Sought};
use crate::{
    demo::{Build, House, POLICY, Picture},
    site::kit::{Kit, Profile},
};

/// How the member's file is called: what a device names it is not ours to keep.
const FILE_NAME: &str = "関所花子-19900401.jpg";

/// What stands on the card, and what its member's file is called.
const BIRTH_DATES: [&str; 6] = ["1990-04-01", "1990/04/01", "19900401", "1990年4月1日", "平成2年4月1日", "1990.4.1"];
const NAMES: [&str; 2] = ["見本 花子", "関所花子"];

/// An installation at work.
pub(super) struct Ground {
    /// The installation.
    pub house: House,
    /// The site whose key is stolen in one drill.
    pub robbed: Kit,
    /// Undecided checks of the robbed site.
    pub robbed_checks: Vec<CheckId>,
    /// Undecided checks of another site.
    pub others_checks: Vec<CheckId>,
    /// A check that was decided.
    pub decided: CheckId,
    /// What an attacker looks for.
    pub sought: Sought,
}

impl Ground {
    /// Founds it, sends documents in, and has one decided.
    pub(super) fn prepare(program: Option<std::path::PathBuf>) -> Result<Self, DrillError> {
        let robbed = kit();
        let house = House::build_as(Build { program, sites: vec![robbed.registration.clone()], ..Build::default() })?;
        let picture = Picture::specimen();
        let decided = house.submit(FILE_NAME, &picture)?;
        house.look(Some("old_enough"))?;
        let others_checks = vec![house.submit(FILE_NAME, &picture)?, house.submit(FILE_NAME, &picture)?];
        let robbed_check = Caller::of(&house, &robbed)?.ask(b"member-9")?;
        house.send(&robbed_check.1, FILE_NAME, &picture)?.map_err(|_| DrillError::Ground)?;
        let sought = Sought::new(&picture, &BIRTH_DATES, &NAMES);
        Ok(Self { house, robbed, robbed_checks: vec![robbed_check.0], others_checks, decided, sought })
    }

    /// Every undecided check.
    pub(super) fn undecided(&self) -> usize {
        self.robbed_checks.len() + self.others_checks.len()
    }
}

pub(super) fn kit() -> Kit {
    kit_of("robbed-site")
}

/// A site of this name.
pub(super) fn kit_of(name: &str) -> Kit {
    let profile = Profile {
        name: name.parse().expect("a name"),
        title: sekisho_core::policy::Text { ja: "見本の別のサイト".into(), en: "Another sample site".into() },
        policies: vec![POLICY.parse().expect("a name")],
        return_prefix: "https://robbed.example/".into(),
        webhook: None,
    };
    Kit::new(profile, Alg::ES256, &mut SystemEntropy)
}
