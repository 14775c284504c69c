//! What leaves with `sekisho export`, read without our program.

use std::{fs, io::Read};

use base64ct::{Base64, Encoding};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::place::{Place, answer, files_below, refusal};

fn lines(path: &std::path::Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

/// RFC 6962, section 2.1, written anew: no code of ours.
fn root(leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves {
        [] => Sha256::digest([]).to_vec(),
        [one] => one.clone(),
        more => {
            let half = more.len().next_power_of_two() / 2;
            Sha256::digest([&[1][..], &root(&more[..half]), &root(&more[half..])].concat()).to_vec()
        }
    }
}

/// M50: everything in open formats; the events alone lead to the signed root, by the README's own words.
#[test]
fn an_export_is_read_and_its_ledger_checked_without_our_program() {
    let place = Place::new();
    let check = place.decided();
    let to = place.house.data().parent().unwrap().join("export");
    let command = || {
        let mut command = place.command("export");
        command.arg("--data").arg(place.house.data()).arg("--to").arg(&to).arg("--json");
        command
    };
    let told = answer(command().output().unwrap());
    let (code, why) = refusal(command().output().unwrap());
    assert!(code == Some(2) && why.contains("is not empty"), "{why}");
    let checks = lines(&to.join("keeper/checks.jsonl"));
    assert_eq!((checks.len(), &told["rows"]["keeper/checks.jsonl"]), (1, &1.into()));
    assert_eq!((&checks[0]["id"], &checks[0]["state"]), (&check.to_string().into(), &"approved".into()));
    assert!(checks[0]["attestation"].as_str().unwrap().split('.').count() == 3, "a JWS");
    let staff = lines(&to.join("keeper/staff.jsonl"));
    assert!(staff[0]["passkey"]["public"]["kty"].is_string(), "{}", staff[0]);
    assert!(lines(&to.join("keeper/policy.jsonl")).iter().any(|policy| policy["body"]["name"] == "jp-dating-site"));
    assert!(lines(&to.join("keeper/document.jsonl")).iter().all(|document| document.get("key_place").is_none()));
    assert!(lines(&to.join("keeper/key_page.jsonl")).is_empty());
    let leaf = |event: &Value| {
        let body = event["body"].as_str().unwrap().as_bytes();
        let length = (body.len() as u64).to_be_bytes();
        let salt = unhex(event["salt"].as_str().unwrap());
        let entry = Sha256::digest([b"sekisho ledger entry v1\0", &salt[..], &length, body].concat());
        Sha256::digest([&[0][..], &entry].concat()).to_vec()
    };
    let leaves: Vec<_> = lines(&to.join("keeper/event.jsonl")).iter().map(leaf).collect();
    let checkpoint = fs::read_to_string(to.join("ledger/checkpoint")).unwrap();
    let said: Vec<_> = checkpoint.lines().collect();
    let size: usize = said[1].parse().unwrap();
    assert!(size > 5 && size <= leaves.len());
    assert_eq!(Base64::encode_string(&root(&leaves[..size])), said[2]);
    let mut readme = String::new();
    fs::File::open(to.join("README.md")).unwrap().read_to_string(&mut readme).unwrap();
    for file in files_below(&to) {
        let name = file.strip_prefix(&to).unwrap().to_str().unwrap();
        let named = readme.contains(&format!("### {name}\n")) || name.starts_with("ledger/") || name == "README.md";
        assert!(named, "{name} is not in the README");
    }
}
