//! The attacker comes after a reviewer has looked and gone: to the proxy that stood between, to the browser, to the
//! session that was ended.

use sekisho_keeper::keystore::Cost;
use serde_json::json;

use super::{
    DrillError, FILE_NAME, Moment, Row,
    findings::Findings,
    grounds::Grounds,
    proxy::{Proxy, Rules},
    record,
    sought::{Got, Sought},
};
use crate::{
    client::Server,
    demo::{Build, Look, Picture},
};

/// Pages of the desk that are asked for once more.
const PAGES: [&str; 6] = ["/", "/work", "/work/view", "/work/next", "/board", "/staff"];
/// What a page would begin that keeps copies by itself.
const WORKER: [&str; 3] = ["serviceWorker", "caches.open", "indexedDB"];

/// M14, M39.
pub(super) fn perform(grounds: &Grounds) -> Result<Row, DrillError> {
    let house = grounds.own(Build { cost: Some(Cost::TEST), ..Build::default() })?;
    let (picture, mut findings) = (Picture::specimen(), Findings::default());
    let sought = Sought::new(&picture, &[], &[]);
    let proxy = Proxy::before(house.desk.address)?;
    let through = Server { address: proxy.address, ..house.desk.clone() };
    house.submit(FILE_NAME, &picture)?;
    house.submit(FILE_NAME, &picture)?;
    let mut look = house.take_at(&through)?;
    let shown = sought.within(look.view()?.1.as_bytes()).pictures;
    findings.must(shown == 1, "the reviewer sees the picture");
    let left = look.copied()?;
    back(&mut look, &sought, &mut findings)?;
    look.decide("old_enough")?;
    back(&mut look, &sought, &mut findings)?;
    look.end_shift()?;
    after(left, &sought, &mut findings)?;
    let kept = kept(&proxy, &sought, &mut findings);
    findings.must(record::looks(&house.data())? == 1, "the ledger tells of one look");
    let row = row(findings, kept);
    drop(proxy);
    house.clear_away()?;
    Ok(row)
}

/// How many answers passed, and how many pictures each kind of cache holds.
struct Kept {
    passed: usize,
    holds: [(Rules, u64); 4],
}

fn row(findings: Findings, kept: Kept) -> Row {
    let held = |rules: Rules| kept.holds.iter().find(|(kind, _)| *kind == rules).map_or(0, |(_, count)| *count);
    findings.row(Row {
        name: "cached-page",
        held: "the proxy between reviewer and desk, the browser after the shift, and the ended session's cookie".into(),
        got: Got::default(),
        promise: "no cache that goes by the rules holds a picture, and no page shows one twice",
        kept: true,
        noticed: Moment::never("whoever reads a cache asks nobody"),
        stopped: Moment::nothing_to_stop(),
        officer: None,
        note: format!(
            "{} answers passed: of them a shared cache holds {} pictures, a browser's {}, one that keeps answers to \
             forms {}; one that knows no rules holds {}: who may stand between must not hold TLS's keys; a \
             screenshot that a reviewer makes is a picture, with the viewing's number on it; what a browser's folder \
             holds is looked at in the browser test",
            kept.passed,
            held(Rules::Shared),
            held(Rules::Private),
            held(Rules::Careless),
            held(Rules::None),
        ),
        short: None,
        figures: Some(json!({
            "passed": kept.passed, "shared": held(Rules::Shared), "private": held(Rules::Private),
            "careless": held(Rules::Careless), "without_rules": held(Rules::None),
        })),
    })
}

/// The back button and "reload": the form is sent once more.
fn back(look: &mut Look, sought: &Sought, findings: &mut Findings) -> Result<(), DrillError> {
    let (status, page) = look.view()?;
    findings.got += sought.within(page.as_bytes());
    findings.must((400..500).contains(&status), "what is asked for again isn't shown again");
    Ok(())
}

/// The cookie of a shift that was ended.
fn after(mut left: Look, sought: &Sought, findings: &mut Findings) -> Result<(), DrillError> {
    back(&mut left, sought, findings)?;
    for path in PAGES {
        let (_, page) = left.page(path)?;
        findings.got += sought.within(page.as_bytes());
    }
    Ok(())
}

fn kept(proxy: &Proxy, sought: &Sought, findings: &mut Findings) -> Kept {
    let passed = proxy.passed();
    let holds = |rules: Rules| -> u64 {
        let kept = passed.iter().filter(|exchange| exchange.kept_by(rules));
        kept.map(|exchange| sought.within(&exchange.answer).pictures).sum()
    };
    let holds = [Rules::Shared, Rules::Private, Rules::Careless, Rules::None].map(|rules| (rules, holds(rules)));
    for (rules, pictures) in holds.into_iter().filter(|(rules, _)| *rules != Rules::None) {
        findings.got += Got { pictures, ..Got::default() };
        findings.must(pictures == 0, said(rules));
    }
    findings.must(holds[3].1 == 1, "one that keeps all that passes holds the picture, once");
    let workers = passed
        .iter()
        .filter(|exchange| WORKER.iter().any(|word| memchr::memmem::find(&exchange.answer, word.as_bytes()).is_some()));
    findings.must(workers.count() == 0, "no page sets up a keeper of copies of its own");
    Kept { passed: passed.len(), holds }
}

const fn said(rules: Rules) -> &'static str {
    match rules {
        Rules::Shared => "a shared cache holds no picture",
        Rules::Private => "a browser's cache holds none",
        Rules::Careless | Rules::None => "a careless one neither",
    }
}
