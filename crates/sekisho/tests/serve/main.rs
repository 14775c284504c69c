//! `sekisho serve` as an operator runs it: the real binary, an empty folder, a passphrase, a signal.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod clock;
mod doctor;
mod place;
mod proxy;
#[cfg(feature = "tls")]
mod tls;

use std::{fs, os::unix::fs::MetadataExt};

use rustix::process::{Signal, geteuid, getpgid, test_kill_process};
use sekisho::supervisor::Role;

use place::{PASSPHRASE, Place, refusal, run, text, until};

/// M45: a folder, a passphrase, one command; and the same command again.
#[test]
fn an_empty_folder_becomes_an_installation_that_starts_again() {
    let place = Place::new();
    let first = place.run(PASSPHRASE, &["--test-installation"]);
    assert_eq!(first.told["test"], true);
    for process in first.told["processes"].as_array().unwrap() {
        assert_eq!(process["confined"], true, "{process}");
    }
    assert_eq!(first.told["founding_token"], place.token().to_str().unwrap());
    let link = fs::read_to_string(place.token()).unwrap();
    let origin = first.told["desk"]["origin"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{origin}/enrol/")), "the link leads to the desk");
    // M47: the log names the place, never the token.
    let secret = link.trim().rsplit('/').next().unwrap().to_owned();
    assert!(secret.len() >= 20 && !first.log().contains(&secret) && !first.told.to_string().contains(&secret));
    first.stop(Signal::TERM);
    let again = place.run(PASSPHRASE, &[]);
    assert_eq!(again.told["test"], true, "the mark stays");
    assert_eq!(again.told["desk"]["origin"], origin.as_str(), "passkeys are bound to it");
    assert!(fs::read_to_string(place.token()).unwrap() != link, "a new start lays out a new link");
    again.stop(Signal::HUP);
}

/// The link lies where only the keeper's user can read it.
#[test]
fn the_founding_link_is_the_keepers_own() {
    let place = Place::new();
    let running = place.run(PASSPHRASE, &["--test-installation"]);
    let seen = fs::metadata(place.token()).unwrap();
    assert_eq!(seen.mode() & 0o777, 0o600);
    let owner = if geteuid().is_root() { Role::Keeper.user() } else { geteuid().as_raw() };
    assert_eq!(seen.uid(), owner);
    running.stop(Signal::INT);
}

#[test]
fn a_short_passphrase_founds_nothing_and_a_wrong_one_damages_nothing() {
    let place = Place::new();
    for short in ["", "\n", "eleven char"] {
        let said = place.refused(short, &["--test-installation"]);
        assert!(said.contains("at least 12"), "{said}");
    }
    assert!(!place.path("keys/keystore").exists() && !place.path("data/keeper/keeper.db").exists());
    place.run(PASSPHRASE, &["--test-installation"]).stop(Signal::TERM);
    let said = place.refused("another horse battery", &[]);
    assert!(said.contains("this passphrase does not open the keystore") && !said.contains("another horse"), "{said}");
    place.run(PASSPHRASE, &[]).stop(Signal::TERM);
}

/// As systemd hands it over: LoadCredential=passphrase:…
#[test]
fn a_systemd_credential_founds_and_opens() {
    let place = Place::new();
    fs::create_dir(place.path("credentials")).unwrap();
    place.file("credentials/passphrase", PASSPHRASE);
    let doors = ["--gate-listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0", "--test-installation"];
    let command = || {
        let mut command = place.bare(&doors);
        command.env("CREDENTIALS_DIRECTORY", place.path("credentials"));
        command
    };
    place.up(command()).stop(Signal::TERM);
    place.up(command()).stop(Signal::TERM);
    place.file("credentials/passphrase", "another horse battery");
    assert!(refusal(command().output().unwrap()).contains("does not open the keystore"));
}

#[test]
fn a_second_serve_on_the_same_data_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let first = place.run(PASSPHRASE, &["--test-installation"]);
    let said = place.refused(PASSPHRASE, &[]);
    assert!(said.contains("another sekisho serves this data"), "{said}");
    assert!(first.pids().iter().all(|pid| test_kill_process(*pid).is_ok()));
    first.stop(Signal::TERM);
    let mut killed = place.run(PASSPHRASE, &[]);
    let pids = killed.pids();
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    until("its roles ended", || pids.iter().all(|pid| test_kill_process(*pid).is_err()).then_some(()));
    place.run(PASSPHRASE, &[]).stop(Signal::TERM);
}

#[test]
fn before_there_is_an_administrator_only_this_machine_is_served() {
    let place = Place::new();
    for door in ["--gate-listen", "--desk-listen"] {
        let mut command = place.bare(&["--test-installation", door, "0.0.0.0:0"]);
        let said = refusal(command.output().unwrap());
        assert!(said.contains("until an administrator exists"), "{said}");
    }
    assert!(!place.path("keys/keystore").exists());
}

/// M17: what is a test stays one, and the two kinds never meet.
#[test]
fn a_test_and_a_production_installation_never_share_a_keystore() {
    let real = ["--behind-proxy", "--gate-origin", "https://check.example", "--desk-origin", "https://desk.example"];
    let (test, production) = (Place::new(), Place::new());
    test.run(PASSPHRASE, &["--test-installation"]).stop(Signal::TERM);
    let running = production.run(PASSPHRASE, &real);
    assert_eq!((&running.told["test"], &running.told["desk"]["wire"]), (&false.into(), &"proxy".into()));
    running.stop(Signal::TERM);
    let said = production.refused(PASSPHRASE, &[&real[..], &["--test-installation"]].concat());
    assert!(said.contains("not a test"), "{said}");
    let said = production.refused(PASSPHRASE, &[&real[..], &["--webhook-port", "8080"]].concat());
    assert!(said.contains("--webhook-port"), "{said}");
    let keystores = [&test, &production].map(|place| fs::read(place.path("keys/keystore")).unwrap());
    fs::write(test.path("keys/keystore"), &keystores[1]).unwrap();
    fs::write(production.path("keys/keystore"), &keystores[0]).unwrap();
    for said in [test.refused(PASSPHRASE, &[]), production.refused(PASSPHRASE, &real)] {
        assert!(said.contains("a test installation can't use a production keystore"), "{said}");
    }
    let foundling = Place::new();
    fs::create_dir(foundling.path("keys")).unwrap();
    foundling.file("keys/keystore", &keystores[1]);
    let said = foundling.refused(PASSPHRASE, &["--test-installation"]);
    assert!(said.contains("is there already"), "{said}");
    assert_eq!(fs::read(foundling.path("keys/keystore")).unwrap(), keystores[1], "nothing was changed");
}

/// The key of a witness that nobody runs: the seed is 07…07.
fn witness_key() -> String {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = pair.public_key().as_ref().try_into().unwrap();
    sekisho_core::ledger::WitnessKey::new("witness.example/7", public).unwrap().to_string()
}

/// M16: what an operator says of witnesses is judged before anything is founded or forgotten.
#[test]
fn a_witness_is_named_by_key_and_address_and_forgotten_by_name() {
    let place = Place::new();
    let (plain, secure) =
        (format!("{} http://127.0.0.1:9", witness_key()), format!("{} https://127.0.0.1:9", witness_key()));
    let mut command = place.bare(&["--test-installation", "--witness", "witness.example https://w.example"]);
    assert!(refusal(command.output().unwrap()).contains("not a witness's verifier key"));
    let real = ["--behind-proxy", "--gate-origin", "https://check.example", "--desk-origin", "https://desk.example"];
    let said = place.refused(PASSPHRASE, &[&real[..], &["--witness", &plain]].concat());
    assert!(said.contains("must be asked over https://"), "{said}");
    assert!(!place.path("keys/keystore").exists(), "nothing was founded");
    place.run(PASSPHRASE, &["--test-installation", "--witness", &plain]).stop(Signal::TERM);
    let said = place.refused(PASSPHRASE, &["--forget-witness", "witness.example"]);
    assert!(said.contains("no witness witness.example is registered"), "{said}");
    let altered = place.run(PASSPHRASE, &["--witness", &secure]);
    until("it is said that the registered one stays", || altered.log().contains("which stay").then_some(()));
    altered.stop(Signal::TERM);
    let said = place.refused(PASSPHRASE, &["--witness", &plain, "--forget-witness", "witness.example/7"]);
    assert!(said.contains("registered and forgotten at once"), "{said}");
    place.run(PASSPHRASE, &["--forget-witness", "witness.example/7"]).stop(Signal::TERM);
}

/// M16: yesterday's data folder beside today's keystore does not start, and says what to do.
#[test]
fn a_data_folder_of_an_earlier_time_is_refused_by_its_keystore() {
    let place = Place::new();
    place.run(PASSPHRASE, &["--test-installation"]).stop(Signal::TERM);
    let (data, kept) = (place.path("data"), place.path("kept"));
    copy(&data, &kept);
    place.run(PASSPHRASE, &[]).stop(Signal::TERM);
    fs::rename(&data, place.path("newest")).unwrap();
    fs::rename(&kept, &data).unwrap();
    let said = place.refused(PASSPHRASE, &[]);
    assert!(said.contains("of an earlier time than the keystore") && said.contains("newest data folder"), "{said}");
    fs::rename(&data, &kept).unwrap();
    fs::rename(place.path("newest"), &data).unwrap();
    place.run(PASSPHRASE, &[]).stop(Signal::TERM);
}

/// As `cp -a` does.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// What a terminal sends on Ctrl-C goes to a group; the roles are ended in order, by their supervisor.
#[test]
fn no_role_is_in_the_supervisors_group() {
    let place = Place::new();
    let running = place.run(PASSPHRASE, &["--test-installation"]);
    let groups: Vec<_> = running.pids().into_iter().map(|pid| getpgid(Some(pid)).unwrap()).collect();
    assert_eq!(groups, running.pids());
    running.stop(Signal::INT);
}

#[test]
fn plain_http_is_not_served_by_a_real_installation() {
    let place = Place::new();
    let https = ["--gate-origin", "https://check.example", "--desk-origin", "https://desk.example"];
    assert!(place.refused(PASSPHRASE, &https).contains("would speak plain HTTP"));
    assert!(place.refused(PASSPHRASE, &["--behind-proxy"]).contains("-origin https://HOST is needed"));
    let local = ["--behind-proxy", "--gate-origin", "http://gate.localhost", "--desk-origin", "http://desk.localhost"];
    assert!(place.refused(PASSPHRASE, &local).contains("it must be https://"));
    assert!(!place.path("keys/keystore").exists());
}

/// What an operator does for a first site, before and after the founding.
#[test]
fn a_site_and_a_policy_come_with_the_founding_and_a_secret_after_it() {
    let place = Place::new();
    let shop = place.path("shop");
    let new = ["site", "new", "shop", "--out", text(&shop), "--policy", "jp-night-shop", "--return-prefix"];
    let made = run(&[&new[..], &["https://shop.example/", "--webhook", "https://shop.example/hook"]].concat(), b"");
    assert!(made.status.success());
    let registration = shop.join("site.json");
    let founding = ["--test-installation", "--site", text(&registration)];
    let said = place.refused(PASSPHRASE, &founding);
    assert!(said.contains("jp-night-shop, which is not there"), "{said}");
    let shipped = include_str!("../../../../policies/jp-age-restricted-sale.toml");
    let own = place.file("own.toml", shipped.replace("jp-age-restricted-sale", "jp-night-shop"));
    let running = place.run(PASSPHRASE, &[&founding[..], &["--policy", text(&own)]].concat());
    assert!(running.log().contains("sekisho site secret"), "{}", running.log());
    running.stop(Signal::TERM);
    assert!(place.refused(PASSPHRASE, &founding).contains("page /sites"));
    let (data, secret) = (place.path("data"), shop.join("webhook-secret"));
    let put = run(&["site", "secret", "shop", "--data", text(&data), "--file", text(&secret)], b"");
    assert!(put.status.success(), "{}", String::from_utf8_lossy(&put.stderr));
    let lies = fs::metadata(place.path("data/courier/secrets/shop")).unwrap();
    let owner = if geteuid().is_root() { Role::Courier.user() } else { geteuid().as_raw() };
    assert_eq!((lies.mode() & 0o777, lies.uid()), (0o600, owner));
    assert!(!run(&["site", "secret", "shop", "--data", text(&data)], b"hunter2").status.success());
}
