use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn store() -> (tempfile::TempDir, GateSqlite) {
    let folder = tempfile::tempdir().unwrap();
    let store = GateSqlite::open(&folder.path().join("gate.db")).unwrap();
    (folder, store)
}

fn row(number: u8) -> CheckRow {
    CheckRow {
        check: CheckId::from_bytes([number; 16]),
        site: "site-a".parse().unwrap(),
        jti: format!("jti-{number}"),
        policy: "jp-dating-site".parse().unwrap(),
        sub: Some("an-hmac".into()),
        request: format!("a.b.{number}"),
        return_url: "https://site.example/back".into(),
        announced: NOW,
        expires: NOW + 86_400,
        withdrawn: None,
    }
}

fn session(number: u8) -> NewSession {
    NewSession {
        session: [number; 32],
        session_until: NOW + 3600,
        status: [number + 100; 32],
        status_until: NOW + 86_400 * 90,
    }
}

#[tokio::test]
async fn a_check_comes_back_as_it_was_announced() {
    let (_folder, store) = store();
    assert_eq!(store.announce(row(1), [1; 32], NOW + 86_400).await, Ok(Announced::New));
    assert_eq!(store.check(row(1).check).await, Ok(Some(row(1))));
    assert_eq!(store.check(row(2).check).await, Ok(None));
}

#[tokio::test]
async fn one_jti_is_one_request() {
    let (_folder, store) = store();
    store.announce(row(1), [1; 32], NOW + 86_400).await.unwrap();
    assert_eq!(store.announce(row(1), [2; 32], NOW + 86_400).await, Ok(Announced::Known));
    let other = CheckRow { request: "another".into(), ..row(1) };
    assert_eq!(store.announce(other, [3; 32], NOW + 86_400).await, Err(StoreError::Conflict));
    assert_eq!(store.peek_link([1; 32], NOW).await, Ok(None), "the earlier link must stop working");
    assert_eq!(store.peek_link([2; 32], NOW).await, Ok(Some(row(1).check)));
    assert_eq!(store.peek_link([3; 32], NOW).await, Ok(None));
}

#[tokio::test]
async fn a_link_burns_once_and_not_after_its_time() {
    let (_folder, store) = store();
    store.announce(row(1), [1; 32], NOW + 86_400).await.unwrap();
    assert_eq!(store.burn_link([1; 32], session(7), NOW + 86_400).await, Ok(None));
    assert_eq!(store.burn_link([1; 32], session(7), NOW).await, Ok(Some(row(1).check)));
    assert_eq!(store.burn_link([1; 32], session(8), NOW).await, Ok(None));
    assert_eq!(store.opens([7; 32], SecretKind::Session, NOW).await, Ok(Some(row(1).check)));
    assert_eq!(store.opens([7; 32], SecretKind::Status, NOW).await, Ok(None), "kinds are apart");
    assert_eq!(store.opens([7; 32], SecretKind::Session, NOW + 3600).await, Ok(None));
}

/// M7
#[tokio::test]
async fn a_signed_call_is_used_once_per_site() {
    let (_folder, store) = store();
    let (a, b): (SiteName, SiteName) = ("a".parse().unwrap(), "b".parse().unwrap());
    assert_eq!(store.use_call(a.clone(), "j".into(), NOW + 60).await, Ok(true));
    assert_eq!(store.use_call(a.clone(), "j".into(), NOW + 60).await, Ok(false));
    assert_eq!(store.use_call(b, "j".into(), NOW + 60).await, Ok(true));
    store.sweep(NOW + 60).await.unwrap();
    assert_eq!(store.use_call(a, "j".into(), NOW + 120).await, Ok(true));
}

/// M10
#[tokio::test]
async fn a_member_who_left_is_erased_on_the_day_and_the_check_stays() {
    let (_folder, store) = store();
    store.announce(row(1), [1; 32], NOW + 86_400).await.unwrap();
    store.burn_link([1; 32], session(7), NOW).await.unwrap();
    let site = row(1).site;
    assert_eq!(store.left(site.clone(), "an-hmac".into(), NOW + 1000).await, Ok(1));
    assert_eq!(store.left(site.clone(), "an-hmac".into(), NOW + 9000).await, Ok(1));
    assert_eq!(store.opens([7; 32], SecretKind::Session, NOW).await, Ok(None));
    store.sweep(NOW + 999).await.unwrap();
    assert_eq!(store.checks_of(site.clone(), "an-hmac".into(), 10).await.unwrap().len(), 1);
    store.sweep(NOW + 1000).await.unwrap();
    assert_eq!(store.checks_of(site, "an-hmac".into(), 10).await.unwrap().len(), 0);
    let left = store.check(row(1).check).await.unwrap().unwrap();
    assert_eq!((left.sub, left.request.as_str()), (None, ""));
}

#[tokio::test]
async fn a_withdrawal_keeps_its_first_time() {
    let (_folder, store) = store();
    store.announce(row(1), [1; 32], NOW + 86_400).await.unwrap();
    store.withdraw(row(1).check, NOW + 1).await.unwrap();
    store.withdraw(row(1).check, NOW + 2).await.unwrap();
    assert_eq!(store.check(row(1).check).await.unwrap().unwrap().withdrawn, Some(NOW + 1));
}

#[test]
fn a_newer_file_is_refused_and_an_own_one_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    drop(GateSqlite::open(&path).unwrap());
    drop(GateSqlite::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(GateSqlite::open(&path).is_err());
}

/// M47: what an attacker reads in a stolen gate.db.
#[test]
fn no_column_is_for_a_picture_a_name_or_a_birth_date() {
    let schema = MIGRATIONS.concat();
    let tables = schema.lines().filter(|line| !line.trim_start().starts_with("--"));
    let words = tables.collect::<String>().to_lowercase();
    for forbidden in ["picture", "image", "photo", "birth", "dob", "address", "mail", "portrait", "person_name"] {
        assert!(!words.contains(forbidden), "{forbidden}");
    }
}
