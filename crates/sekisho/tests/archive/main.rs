//! `sekisho backup` and `sekisho restore` as an operator runs them, on an installation of real processes.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod export;
mod place;
mod refused;

use std::{collections::BTreeSet, fs, path::Path};

use sekisho::{
    app::archive::{judged, tombstones},
    demo::Picture,
    drill::{Got, Sought},
};

use place::{Place, files_below};

/// M50: a machine that burnt down comes back under its own name, on another disk, with nothing but the backup and the
/// passphrase; and the whole story passes on it.
#[test]
fn a_burnt_machine_comes_back_from_a_backup_with_its_identity() {
    let mut place = Place::new();
    let decided = place.decided();
    let waiting = place.house.submit("picture", &Picture::specimen()).unwrap();
    let backup = place.backup(&["--with-identity"]);
    place.burn(true);
    let told = place.restore(&backup, &[]);
    assert_eq!((&told["documents_lost"], &told["keystore_survived"]), (&1.into(), &false.into()));
    assert_eq!((&told["webhook_secrets"], &told["keeper"]), (&1.into(), &place.house.keeper.to_string().into()));
    place.house.revive().unwrap();
    assert_eq!(place.house.state(decided).unwrap(), "approved");
    assert_eq!(place.house.state(waiting).unwrap(), "awaiting_document");
    place.tell_the_story();
}

/// M8, M10: the bytes of a backup hold no picture, no birth date, and none of what would open one.
#[test]
fn a_backup_holds_no_picture_and_nothing_that_opens_one() {
    let place = Place::new();
    place.decided();
    place.house.submit("関所花子-19900401.jpg", &Picture::specimen()).unwrap();
    let backup = place.backup(&["--with-identity"]);
    let sought = Sought::new(&Picture::specimen(), &["1990-04-01", "19900401"], &["関所花子"]);
    let keys = place.secrets();
    assert!(keys.len() > 50, "{}: the wrapped key, its root, the slots, the seeds, the webhook secret", keys.len());
    let mut got = Got::default();
    for file in files_below(place.dest()) {
        let bytes = fs::read(&file).unwrap();
        got += sought.within(&bytes);
        for (what, key) in &keys {
            assert!(!bytes.windows(key.len()).any(|window| window == key), "{what} lies in {}", file.display());
        }
    }
    assert_eq!(got, Got::default());
    let live: Vec<u8> = files_below(&place.house.data()).iter().flat_map(|file| fs::read(file).unwrap()).collect();
    let wrapped = &keys.iter().find(|(what, _)| what == "a wrapped key").unwrap().1;
    assert!(live.windows(wrapped.len()).any(|window| window == wrapped), "the test sees what it claims to");
    let names: BTreeSet<_> = files_below(&backup).iter().map(|path| name(path)).collect();
    let expected = ["checkpoint", "gate.db", "identity.sealed", "keeper.db", "manifest.json", "pinned.json"];
    assert_eq!(names, expected.map(str::to_owned).into());
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// M8: a file that an installation makes is judged, or this fails.
#[test]
fn every_file_of_an_installation_is_judged() {
    let place = Place::new();
    place.decided();
    place.house.submit("picture", &Picture::specimen()).unwrap();
    let data = place.house.data();
    let paths = files_below(&data);
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        let path = path.strip_prefix(&data).unwrap().to_str().unwrap();
        assert!(judged::fate(path).is_some(), "{path}: nobody said what becomes of it in a backup");
    }
    assert!(judged::fate("keeper/something-new").is_none(), "the test sees what it claims to");
}

/// What a backup leaves on the disk is its owner's alone.
#[test]
fn folders_and_files_of_a_backup_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let backup = place.backup(&["--with-identity"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(place.dest()), mode(&backup)), (0o700, 0o700));
    for file in files_below(place.dest()) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert!(place.dest().join(tombstones::NAME).is_file());
}
