//! What is refused, and that nothing was changed by it.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::place::{Place, files_below, refusal, until};

/// A restore overwrites nothing, and believes no file that is not what it was.
#[test]
fn a_restore_is_refused_where_something_is_or_where_a_file_was_altered() {
    let mut place = Place::new();
    place.decided();
    let backup = place.backup(&["--with-identity"]);
    let refused = |place: &Place| refusal(place.restore_command(&backup, &[]).output().unwrap());
    let (code, why) = refused(&place);
    assert!(code == Some(2) && why.contains("is not empty"), "{why}");
    place.burn(true);
    for name in ["keeper.db", "gate.db", "checkpoint", "identity.sealed"] {
        let whole = fs::read(backup.join(name)).unwrap();
        let mut altered = whole.clone();
        altered[whole.len() / 2] ^= 1;
        fs::write(backup.join(name), altered).unwrap();
        let (code, why) = refused(&place);
        assert!(code == Some(1) && why.contains(name) && why.contains("altered"), "{why}");
        fs::write(backup.join(name), whole).unwrap();
    }
    let manifest = fs::read_to_string(backup.join("manifest.json")).unwrap();
    fs::write(backup.join("manifest.json"), manifest.replace("\"format\": 1", "\"format\": 2")).unwrap();
    let (code, why) = refused(&place);
    assert!(code == Some(2) && why.contains("use the program that wrote it"), "{why}");
    // Whoever alters a file and its hash alters what the identity is bound to.
    let program = format!("\"program\": \"{}", env!("CARGO_PKG_VERSION"));
    let forged = manifest.replace(&program, &format!("{program}1"));
    assert_ne!(forged, manifest);
    fs::write(backup.join("manifest.json"), forged).unwrap();
    let (code, why) = refused(&place);
    assert!(code == Some(1) && why.contains("a file of this one was altered"), "{why}");
    fs::write(backup.join("manifest.json"), manifest).unwrap();
    assert!(!place.house.keystore().exists(), "no keystore is made");
    assert!(place.left_nothing(), "the new data is as empty as before");
    place.restore(&backup, &[]);
}

#[test]
fn without_identity_and_without_keystore_nothing_is_made_up() {
    let mut place = Place::new();
    let backup = place.backup(&[]);
    place.burn(true);
    let (code, why) = refusal(place.restore_command(&backup, &[]).output().unwrap());
    assert!(code == Some(2) && why.contains("--with-identity"), "{why}");
    assert!(!place.house.keystore().exists());
}

#[test]
fn a_backup_below_the_data_or_of_nothing_is_refused() {
    let place = Place::new();
    let data = place.house.data();
    fs::create_dir_all(place.dest()).unwrap();
    let link = place.dest().join("link");
    std::os::unix::fs::symlink(&data, &link).unwrap();
    for to in [data.join("backup"), link.join("backup"), data.clone()] {
        let mut command = place.command("backup");
        command.arg("--data").arg(&data).arg("--to").arg(&to);
        let (code, why) = refusal(command.output().unwrap());
        assert!(code == Some(2) && why.contains("lies below the data"), "{why}");
    }
    let mut command = place.command("backup");
    command.arg("--data").arg(place.dest()).arg("--to").arg(place.dest().join("to"));
    let (code, why) = refusal(command.output().unwrap());
    assert!(code == Some(2) && why.contains("no installation"), "{why}");
}

/// A disk that is full: no file may grow past a few blocks, which fails as a full disk does.
#[test]
fn a_full_disk_leaves_no_half_backup() {
    let place = Place::new();
    place.decided();
    let whole = place.backup(&[]);
    let before = files_below(place.dest()).len();
    let backup = place.backup_command(&[]);
    let mut limited = Command::new("sh");
    // Ignored, so that a write past the limit is an error instead of an end.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"]).arg(backup.get_program());
    limited.args(backup.get_args()).stdin(Stdio::null());
    thread::sleep(Duration::from_secs(1));
    let (code, why) = refusal(limited.output().unwrap());
    assert_eq!(code, Some(2), "{why}");
    assert_eq!(files_below(place.dest()).len(), before, "{why}");
    assert!(whole.join("manifest.json").is_file());
}

/// Killed in the middle: what is left is no backup, and the next run clears it away.
#[test]
fn a_backup_that_was_killed_is_none() {
    let mut place = Place::new();
    place.decided();
    let mut child = place.backup_command(&["--with-identity"]).stdout(Stdio::null()).spawn().unwrap();
    let partial = until("half a backup is there", || {
        let listed = fs::read_dir(place.dest()).ok()?;
        listed.map(|entry| entry.unwrap().path()).find(|path| path.to_str().unwrap().contains(".partial-"))
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!partial.join("manifest.json").exists(), "it was killed too late");
    thread::sleep(Duration::from_secs(1));
    let backup = place.backup(&[]);
    assert!(!partial.exists(), "what was half made is cleared away");
    place.burn(false);
    let half = place.dest().join("half");
    fs::create_dir(&half).unwrap();
    for name in ["keeper.db", "gate.db", "checkpoint"] {
        fs::copy(backup.join(name), half.join(name)).unwrap();
    }
    let (code, why) = refusal(place.restore_command(&half, &[]).output().unwrap());
    assert!(code == Some(2) && why.contains("never finished"), "{why}");
}
