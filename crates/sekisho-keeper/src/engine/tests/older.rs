//! What the keystore knows of the ledger without any witness: how far it had come.

use super::*;
use crate::{engine::StartError, ledger::OpenError, wire::WitnessPlan};

/// M16: yesterday's data folder beside today's keystore, as a restore gone wrong leaves it.
#[test]
fn an_older_data_folder_is_refused_by_what_the_keystore_remembers() {
    let mut house = House::founded();
    let kept = house.keep_data();
    house.submit("one");
    house.tick();
    let right = house.keep_data();
    house.put_back(&kept);
    assert!(matches!(
        house.restart_with(WitnessPlan::default()),
        Err(StartError::Ledger(OpenError::Older { known, have })) if known > have
    ));
    house.put_back(&right);
    house.restart_with(WitnessPlan::default()).unwrap();
}

/// M16: the checkpoint was removed, and database and journal were cut together.
#[test]
fn a_ledger_cut_in_every_file_is_refused() {
    let mut house = House::founded();
    let kept = house.keep_data();
    house.submit("one");
    house.tick();
    house.put_back(&kept);
    house.remove_checkpoint();
    assert!(matches!(house.restart_with(WitnessPlan::default()), Err(StartError::Ledger(OpenError::Older { .. }))));
}

#[test]
fn the_checkpoint_file_alone_can_be_lost() {
    let mut house = House::founded();
    house.submit("one");
    house.tick();
    house.remove_checkpoint();
    house.restart_with(WitnessPlan::default()).unwrap();
    assert_eq!(house.opens(), Ok(()));
}
