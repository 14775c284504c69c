//! The attacker took bait: a site's key from a backup, a member's link from a mailbox, and a copy of every database.
//!
//! What is laid is laid as an operator lays it, beside the running installation. The controls: a real site's key is
//! answered, a key and a link of nobody are refused in the same words, and none of the three is told of.

use std::{thread, time::Duration};

use hyper::Response;
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use sekisho_core::{canary::Canary, entropy::fresh, event::What, time::Clock, watch::observed::Observation};
use sekisho_keeper::{canary::Laid, jose::Alg, keystore::Cost};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};

use super::{
    DrillError, Moment, Row,
    caller::Caller,
    findings::Findings,
    ground::kit,
    grounds::Grounds,
    record, seen,
    sought::{Got, Sought},
};
use crate::{
    app,
    client::{Client, Limits, Session},
    demo::{Build, House, POLICY, Picture},
    service::secret::Secret,
    site::kit::{Kit, Profile},
};

/// Tenths of a second that something may take: the keeper looks every 15 seconds.
const TRIES: u32 = 450;
/// Where the bait lay, in its layer's words.
const KEY_LAID: &str = "home of deploy on the backup host";
const LINK_LAID: &str = "a mail in the support mailbox";

struct Bait {
    kit: Kit,
    link: Secret,
}

/// M7, M19, M20, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let real = kit();
    let build = Build { cost: Some(Cost::TEST), sites: vec![real.registration.clone()], ..Build::default() };
    let house = grounds.own(build)?;
    let mut findings = Findings::default();
    let bait = lay(&house)?;
    told_apart(&house, &bait, &mut findings)?;
    control(&house, &real, &mut findings)?;
    steal(&house, &bait, &mut findings)?;
    let told = wait_for(&house, 2)?;
    findings.must(told == 2, "both touches stand in the ledger, each once");
    for place in [KEY_LAID, LINK_LAID] {
        let known = |what: &What| matches!(what, What::Canary { canary: Canary::Known { laid, .. } } if laid == place);
        findings.must(record::count(&house.data(), known)? == 1, "and where the bait had lain");
    }
    let officer =
        seen::on_the_ledger(&house.data(), |what| matches!(what, What::Canary { canary: Canary::Known { .. } }))?;
    house.clear_away()?;
    Ok(findings.row(Row {
        name: "canary",
        held: "a site's key and a member's link that were laid as bait, and a copy of every database".into(),
        got: Got::default(),
        promise: "nothing; what was taken, and from where, is told at the first use",
        kept: true,
        noticed: Moment::came("by the watch: which bait, where it lay, from which network").after(1, None),
        stopped: Moment::nothing_to_stop(),
        officer,
        note: "a key and a link of nobody were refused in the same words and not told of; a real site's key was \
               answered; in the databases the bait's row has the shape of a real site's"
            .into(),
        short: Some("nothing, and the two places they took it from are known".into()),
        figures: None,
    }))
}

/// Lays both beside the running installation, and waits until the keeper has entered the key.
fn lay(house: &House) -> Result<Bait, DrillError> {
    let mut console =
        app::canary::open(&house.data(), &house.keystore(), house.passphrase()).map_err(|_| DrillError::Ground)?;
    let (kit, link, now) = (bait_kit("second-site"), Secret::of(fresh(&mut SystemEntropy)), SystemClock.read().wall);
    let key = Laid::SiteKey { site: Box::new(kit.registration.clone()), entered: false };
    for (place, laid) in [(KEY_LAID, key), (LINK_LAID, Laid::Link { sha256: link.hash() })] {
        console.lay(place, laid, now, &mut SystemEntropy).map_err(|_| DrillError::Ground)?;
    }
    for _ in 0..TRIES {
        let book = console.read().map_err(|_| DrillError::Ground)?;
        if !book.baits.iter().any(|bait| matches!(bait.laid, Laid::SiteKey { entered: false, .. })) {
            return Ok(Bait { kit, link });
        }
        thread::sleep(Duration::from_millis(100));
    }
    Err(DrillError::Unfinished("the keeper didn't enter the bait"))
}

// As long as the real one in every part: an operator chooses names that could be real.
fn bait_kit(name: &str) -> Kit {
    let profile = Profile {
        name: name.parse().expect("a name"),
        title: sekisho_core::policy::Text { ja: "見本の第二サイト".into(), en: "A second sample site".into() },
        policies: vec![POLICY.parse().expect("a name")],
        return_prefix: "https://second.example/".into(),
        webhook: None,
    };
    Kit::new(profile, Alg::ES256, &mut SystemEntropy)
}

/// What a thief of every database looks for: a row of another shape, or a word of the bait.
fn told_apart(house: &House, bait: &Bait, findings: &mut Findings) -> Result<(), DrillError> {
    let db = Connection::open_with_flags(house.data().join("keeper/keeper.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut sites = db.prepare("SELECT typeof(name), typeof(view), length(view) FROM site WHERE name LIKE ?1")?;
    let mut shape = |name: &str| {
        sites.query_row([name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))
    };
    let (real, laid) = (shape("robbed-site")?, shape(bait.kit.registration.name.as_str())?);
    findings.must((&real.0, &real.1) == (&laid.0, &laid.1), "the bait's row is of the real one's types");
    let words = [KEY_LAID.as_bytes(), LINK_LAID.as_bytes(), &bait.link.hash(), b"site_key"];
    for name in ["keeper/keeper.db", "gate/gate.db", "desk/desk.db"] {
        let values = values(&house.data().join(name))?;
        let holds = |word: &[u8]| values.iter().any(|value| value.windows(word.len()).any(|part| part == word));
        findings.must(!words.iter().any(|word| holds(word)), "no database says what is bait, or where it lies");
    }
    Ok(())
}

fn values(path: &std::path::Path) -> Result<Vec<Vec<u8>>, DrillError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut found = Vec::new();
    for table in tables {
        let mut rows = db.prepare(&format!("SELECT * FROM \"{table}\""))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column)? {
                    found.push(bytes.to_vec());
                }
            }
        }
    }
    Ok(found)
}

/// What nobody laid: a real key works; what nobody knows is refused; none of it is told of.
fn control(house: &House, real: &Kit, findings: &mut Findings) -> Result<(), DrillError> {
    findings.must(Caller::of(house, real)?.ask(b"member-1").is_ok(), "a real site's key is answered");
    let status = use_key(house, &bait_kit("third-site"), findings)?.status().as_u16();
    findings.must(status == 401, "a key of nobody is refused");
    let status = open(house, &Secret::of(fresh(&mut SystemEntropy)))?.status().as_u16();
    findings.must(status == 404, "a link of nobody is refused");
    // One that is told of comes after these on the same way, so what isn't told by then never is.
    Ok(())
}

/// The attack: the key is used, the link opened. Whoever does it hears what they would hear without bait.
fn steal(house: &House, bait: &Bait, findings: &mut Findings) -> Result<(), DrillError> {
    let (theirs, nobodys) = (use_key(house, &bait.kit, findings)?, use_key(house, &bait_kit("third-site"), findings)?);
    findings.must(heard(&theirs) == heard(&nobodys), "the bait's key is refused in a stranger's words");
    let nowhere = open(house, &Secret::of(fresh(&mut SystemEntropy)))?;
    let opened = open(house, &bait.link)?;
    findings.must(heard(&opened) == heard(&nowhere), "the bait's link looks like one that was used");
    let sought = Sought::new(&Picture::specimen(), &[], &[]);
    findings.got += sought.within(theirs.body());
    findings.got += sought.within(opened.body());
    Ok(())
}

fn use_key(house: &House, kit: &Kit, findings: &mut Findings) -> Result<Response<Vec<u8>>, DrillError> {
    let mut caller = Caller::of(house, kit)?;
    findings.must(caller.ask(b"member-2").is_err(), "no check is made for it");
    let path = format!("/v1/checks?sub={}", caller.sub(b"member-2"));
    let signature = caller.signature("GET", &path, b"")?;
    caller.call("GET", &path, b"", &signature)
}

fn open(house: &House, link: &Secret) -> Result<Response<Vec<u8>>, DrillError> {
    let mut session = Session::new(house.gate.clone(), Client::plain(Limits::default()))?;
    Ok(session.get(&format!("/m/{}", link.text()))?)
}

/// Status, headers but the date, body: all that somebody hears.
fn heard(answer: &Response<Vec<u8>>) -> (u16, Vec<String>, &[u8]) {
    let headers = answer.headers().iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    (answer.status().as_u16(), headers, answer.body())
}

fn wait_for(house: &House, wanted: u64) -> Result<u64, DrillError> {
    let touch = |what: &What| matches!(what, What::Observed { seen: Observation::CanaryTouched { .. }, .. });
    let mut told = 0;
    for _ in 0..TRIES {
        told = record::count(&house.data(), touch)?;
        if told >= wanted {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(told)
}
