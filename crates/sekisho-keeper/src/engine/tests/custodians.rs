//! Custodians' shares: what they open, and how whoever has too few, others' or old ones is refused.

use sekisho_core::{
    id::KeeperId,
    lockdown::{KeystoreChange, Means},
};
use sekisho_seal::{IntakePublic, seal_share, testing::SeededEntropy};

use super::{house::PASSPHRASE, *};
use crate::{
    engine::{Ask, Locked, Opener, Reply, StartError},
    keystore::{Share, Terms, shares},
    wire::{OperatorAnswer, OperatorRequest, Secrets, SharesRefused},
};

/// What `keys request` is answered.
fn request(locked: &mut Locked) -> (KeeperId, IntakePublic) {
    match locked.answer(&Ask::Operator(OperatorRequest::ShareKey)) {
        Reply::Operator(Ok(OperatorAnswer::ShareKey { keeper, public })) => {
            (keeper, IntakePublic::from_bytes(&public).unwrap())
        }
        other => panic!("no key: {other:?}"),
    }
}

/// What `keys share` does on a custodian's device.
fn sealed((keeper, to): &(KeeperId, IntakePublic), share: &Share) -> Secrets {
    Secrets(seal_share(to, *keeper, &share.to_bytes(), &mut SeededEntropy::new(3)))
}

fn refused(locked: &Locked, sealed: &[&Secrets]) -> SharesRefused {
    let sealed: Vec<Secrets> = sealed.iter().map(|sealed| Secrets(sealed.0.clone())).collect();
    locked.joined(&sealed).map(drop).unwrap_err()
}

fn locked_down() -> (House, Locked, Vec<Share>) {
    let mut house = House::founded();
    house.submit("one");
    let (_, all) = house.deal(2, 3);
    let locked = house.lock_down();
    (house, locked, all)
}

fn open_with(house: &mut House, locked: Locked, sealed: &[Secrets]) -> Result<(), StartError> {
    let (secret, given) = locked.joined(sealed)?;
    house.unlock_by(locked, Opener::Shares(&secret, given))
}

/// M26: too few open nothing, the same one twice counts once, and one that was made up makes another secret.
#[test]
fn too_few_shares_open_nothing_and_one_that_was_made_up_does_not_help() {
    let (mut house, mut locked, all) = locked_down();
    let to = request(&mut locked);
    let one = sealed(&to, &all[0]);
    let too_few = SharesRefused::TooFew { needed: 2, given: 1 };
    assert_eq!(refused(&locked, &[&one]), too_few);
    assert_eq!(refused(&locked, &[&one, &one, &one]), too_few);
    assert_eq!(refused(&locked, &[]), SharesRefused::TooFew { needed: 1, given: 0 });
    let mut made_up = all[1].to_bytes();
    made_up[12] ^= 1;
    let check = crate::hash::sha256(&made_up[..43]);
    made_up[43..].copy_from_slice(&check[..4]);
    let made_up = sealed(&to, &Share::from_bytes(&made_up).unwrap());
    let refused = open_with(&mut house, locked, &[one, made_up]).unwrap_err();
    assert!(matches!(refused, StartError::Shares(SharesRefused::Wrong)), "{refused}");
}

/// M26: what was sealed for one occasion is worth nothing at another one, and whoever is refused is told why.
#[test]
fn a_share_for_another_keeper_for_another_request_or_used_before_is_refused_with_the_reason() {
    let (mut house, mut locked, all) = locked_down();
    let first = request(&mut locked);
    let old = sealed(&first, &all[0]);
    let second = request(&mut locked);
    let (one, two) = (sealed(&second, &all[0]), sealed(&second, &all[1]));
    assert_eq!(refused(&locked, &[&one, &old]), SharesRefused::OtherKey(2));
    let stranger = (KeeperId::from_bytes([9; 16]), second.1.clone());
    assert_eq!(refused(&locked, &[&sealed(&stranger, &all[0]), &one]), SharesRefused::OtherKey(1));
    open_with(&mut house, locked, &[Secrets(one.0.clone()), Secrets(two.0.clone())]).unwrap();
    assert_eq!(house.events(|what| *what == What::Unlocked { by: Means::Shares { given: 2, of: 3 } }), 1);
    // Overheard, kept, and sent again at the next lockdown.
    let mut locked = house.lock_down();
    assert_eq!(refused(&locked, &[&one, &two]), SharesRefused::NoRequest);
    request(&mut locked);
    assert_eq!(refused(&locked, &[&one, &two]), SharesRefused::OtherKey(1));
}

/// M26: one that was damaged on its way is named; the others needn't be sealed again.
#[test]
fn a_flipped_bit_is_refused_and_the_other_shares_are_not_lost() {
    let (mut house, mut locked, all) = locked_down();
    let to = request(&mut locked);
    let (one, two) = (sealed(&to, &all[0]), sealed(&to, &all[2]));
    for at in [8, 700, one.0.len() - 1] {
        let mut bent = Secrets(two.0.clone());
        bent.0[at] ^= 1;
        assert_eq!(refused(&locked, &[&one, &bent]), SharesRefused::Altered(2), "flipped at {at}");
    }
    let no_share = Secrets(seal_share(&to.1, to.0, b"no share at all", &mut SeededEntropy::new(4)));
    assert_eq!(refused(&locked, &[&no_share, &one]), SharesRefused::NoShare(1));
    open_with(&mut house, locked, &[one, two]).unwrap();
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}

/// M26: after a new dealing those that were dealt before are paper.
#[test]
fn shares_that_were_dealt_before_are_refused_as_such() {
    let mut house = House::founded();
    let (_, old) = house.deal(2, 3);
    let (_, new) = house.deal(2, 2);
    let mut locked = house.lock_down();
    let to = request(&mut locked);
    assert_eq!(refused(&locked, &[&sealed(&to, &new[0]), &sealed(&to, &old[1])]), SharesRefused::Earlier(2));
    let (_, _, others) = shares::deal(Terms::new(2, 2).unwrap(), &mut SeededEntropy::new(99));
    assert_eq!(refused(&locked, &[&sealed(&to, &others[0])]), SharesRefused::Earlier(1));
}

/// Given to a keeper that merely has no keys yet, they are on record too, and are to be dealt anew.
#[test]
fn shares_that_were_given_without_a_lockdown_are_on_record_too() {
    let mut house = House::founded();
    let (secret, _) = house.deal(2, 3);
    let locked = house.restart_locked_after(MINUTE);
    house.unlock_by(locked, Opener::Shares(&secret, 2)).unwrap();
    assert_eq!(house.events(|what| matches!(what, What::Unlocked { .. })), 1);
    let bytes = house.keystore();
    assert!(crate::keystore::label(&mut &bytes[..]).unwrap().unwrap().shares_used);
}

/// A lost passphrase: by shares another one is set, which is on record; the lost one opens nothing any more.
#[test]
fn whoever_gave_enough_shares_sets_another_passphrase() {
    let mut house = House::founded();
    house.submit("one");
    let (secret, _) = house.deal(1, 1);
    let locked = house.restart_locked_after(MINUTE);
    house.unlock_by(locked, Opener::Shares(&secret, 1)).unwrap();
    house.engine().choose_passphrase(b"another passphrase").unwrap();
    let chosen = What::KeystoreChanged { change: KeystoreChange::PassphraseChosen };
    assert_eq!(house.events(|what| *what == chosen), 1);
    let locked = house.restart_locked_after(MINUTE);
    let (still, _) = locked.unlock(PASSPHRASE).map(drop).unwrap_err();
    house.unlock_by(*still.unwrap(), Opener::Passphrase(b"another passphrase")).unwrap();
    assert_eq!(house.review(Reason::OldEnough), Ok(CheckState::Approved));
}
