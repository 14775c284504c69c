//! The desk in a real browser, with a virtual authenticator.

mod proposed;
mod scope;

use std::path::PathBuf;

use sekisho_core::{
    check::Role,
    render::{Age, Proposal},
};
use tokio::{net::TcpListener, runtime::Runtime};

use super::testing::{INVITATION, Play, TestDesk};
use crate::browser::Browser;

/// A desk that listens, and the runtime it runs on.
struct Served {
    desk: TestDesk,
    origin: String,
    _runtime: Runtime,
}

fn serve() -> Served {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let origin = format!("http://desk.localhost:{}", listener.local_addr().unwrap().port());
    let desk = TestDesk::at(&origin);
    let router = desk.router();
    runtime.spawn(async move { axum::serve(listener, router).await });
    Served { desk, origin, _runtime: runtime }
}

impl Served {
    fn enrol(&self, browser: &mut Browser) {
        browser.navigate(&format!("{}/enrol/{INVITATION}", self.origin));
        browser.click("button[data-passkey]");
        browser.wait_for_text("パスキーを登録しました");
    }

    fn begin_shift(&self, browser: &mut Browser) {
        browser.click("button[data-passkey]");
        browser.wait_until_loaded("location.pathname === '/work'");
    }
}

/// M14: the passkey is real, and the keeper's own code verifies it.
#[test]
fn somebody_invited_enrols_begins_a_shift_looks_once_and_decides_by_keyboard() {
    let Some(mut browser) = Browser::start() else { return };
    let served = serve();
    browser.plug_in_authenticator();
    served.enrol(&mut browser);
    served.begin_shift(&mut browser);
    browser.click("form[action='/work/next'] button");
    browser.click("form[action='/work/view'] button");
    browser.wait_until_loaded("document.querySelector('#picture img')?.naturalWidth > 0");
    browser.press("1");
    assert_eq!(browser.evaluate("document.activeElement.value"), "old_enough");
    assert!(!browser.shows("判断を記録しました"), "a digit alone decides nothing");
    browser.press("Enter");
    browser.wait_for_text("判断を記録しました");
    assert_eq!(browser.complaints(), Vec::<String>::new());
    assert!(served.desk.keeper.asked().iter().any(|asked| asked.starts_with("Decide")));
}

#[test]
fn going_back_after_the_decision_shows_no_picture() {
    let Some(mut browser) = Browser::start() else { return };
    let served = serve();
    browser.plug_in_authenticator();
    served.enrol(&mut browser);
    served.begin_shift(&mut browser);
    browser.click("form[action='/work/next'] button");
    browser.click("form[action='/work/view'] button");
    browser.wait_until_loaded("document.querySelector('#picture img')?.naturalWidth > 0");
    browser.click("button[value='unreadable']");
    browser.wait_for_text("撮り直しを頼みました");
    browser.back();
    browser.wait_until_loaded("!document.body?.innerText.includes('撮り直しを頼みました')");
    assert_eq!(browser.evaluate("document.querySelectorAll('#picture img').length"), 0);
}

/// M14
#[test]
fn an_authenticator_that_can_not_verify_its_user_begins_no_shift() {
    let Some(mut browser) = Browser::start() else { return };
    let served = serve();
    let authenticator = browser.plug_in_authenticator();
    served.enrol(&mut browser);
    browser.verify_user(&authenticator, false);
    browser.click("button[data-passkey]");
    browser.wait_for_text("取り消されたか、時間切れ");
    assert!(!served.desk.keeper.asked().iter().any(|asked| asked.starts_with("BeginShift")));
}

#[test]
fn an_invitation_that_was_used_says_so_on_the_page() {
    let Some(mut browser) = Browser::start() else { return };
    let served = serve();
    browser.plug_in_authenticator();
    browser.navigate(&format!("{}/enrol/used", served.origin));
    browser.click("button[data-passkey]");
    browser.wait_for_text("この招待は使えません");
}

/// Where screenshots go: `SEKISHO_SCREENSHOTS`, or nowhere that stays.
fn screenshots() -> (PathBuf, Option<tempfile::TempDir>) {
    match std::env::var_os("SEKISHO_SCREENSHOTS") {
        Some(folder) => (folder.into(), None),
        None => {
            let folder = tempfile::tempdir().unwrap();
            (folder.path().into(), Some(folder))
        }
    }
}

/// One page in its state, to be looked at and measured.
struct Scene<'a> {
    browser: &'a mut Browser,
    folder: PathBuf,
    faults: Vec<String>,
}

impl Scene<'_> {
    fn take(&mut self, name: &str) {
        for (width, height) in [(1280, 800), (360, 780)] {
            self.browser.viewport(width, height);
            self.browser.screenshot(&self.folder.join(format!("{name}-{width}.png")));
            for fault in self.browser.faults() {
                self.faults.push(format!("{name} at {width}: {fault}"));
            }
        }
        self.browser.viewport(1280, 800);
    }

    /// The whole of a long page in one picture.
    fn take_whole(&mut self, name: &str) {
        for width in [1280, 360] {
            self.browser.viewport(width, 800);
            let height = self.browser.evaluate("document.documentElement.scrollHeight").as_u64().unwrap();
            self.browser.viewport(width, height as u32);
            self.browser.screenshot(&self.folder.join(format!("{name}-{width}-whole.png")));
        }
        self.browser.viewport(1280, 800);
    }
}

/// M44: every page of the desk, wide and on a phone. `SEKISHO_SCREENSHOTS` names a folder to keep the pictures in.
#[test]
fn every_page_fits_a_phone_and_can_be_read_aloud() {
    let Some(mut browser) = Browser::start() else { return };
    let served = serve();
    let (folder, _gone_after) = screenshots();
    browser.plug_in_authenticator();
    browser.navigate(&served.origin);
    served.desk.keeper.show(proposed::licence().drawn(&mut browser));
    served.desk.keeper.propose(Proposal { age: Age::OldEnough, readings: 1 });
    let mut scene = Scene { browser: &mut browser, folder, faults: Vec::new() };
    strangers(&served, &mut scene);
    reviewers(&served, &mut scene);
    for role in [Role::Administrator, Role::Officer] {
        others(&served, &mut scene, role);
    }
    locked_down(&served, &mut scene);
    assert_eq!(scene.faults, Vec::<String>::new());
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn strangers(served: &Served, scene: &mut Scene<'_>) {
    scene.take("sign-in");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("Begin a shift");
    scene.take("sign-in-english");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("シフトを始める");
    scene.browser.navigate(&format!("{}/enrol/{INVITATION}", served.origin));
    scene.take("enrol");
    served.enrol(scene.browser);
    scene.take("enrolled");
    scene.browser.navigate(&format!("{}/favicon.svg", served.origin));
    scene.take("problem");
    // The browser reports the failed load of that page itself.
    assert_eq!(scene.browser.complaints().len(), 1);
}

fn reviewers(served: &Served, scene: &mut Scene<'_>) {
    scene.browser.navigate(&served.origin);
    served.begin_shift(scene.browser);
    scene.take("work-queue");
    scene.browser.click("form[action='/work/next'] button");
    scene.browser.wait_for_text("書類は一度だけ表示されます");
    scene.take("work-assignment");
    scene.browser.click("form[action='/work/view'] button");
    scene.browser.wait_until_loaded("document.querySelector('#picture img')?.naturalWidth === 1280");
    scene.take("work-viewing");
    scene.browser.click("button[data-zoom]");
    scene.take("work-viewing-large");
    scene.browser.navigate(&format!("{}/work", served.origin));
    scene.take("work-viewed");
    served.desk.keeper.empty();
    scene.browser.click("button[value=suspicious]");
    scene.browser.wait_for_text("判断を記録しました");
    scene.take("work-nothing");
    scene.browser.click("form[action='/shift/end'] button");
    scene.browser.wait_for_text("シフトを終えました");
}

fn others(served: &Served, scene: &mut Scene<'_>, role: Role) {
    served.desk.keeper.give_passkey_to(role);
    scene.browser.navigate(&served.origin);
    scene.browser.click("button[data-passkey]");
    scene.browser.wait_until_loaded("location.pathname !== '/'");
    let who = if role == Role::Officer { "officer" } else { "administrator" };
    for page in ["staff", "sites", "watch", "alerts"] {
        scene.browser.navigate(&format!("{}/{page}", served.origin));
        scene.take(&format!("{who}-{page}"));
    }
    if role == Role::Officer {
        paused(served, scene);
        stopped(served, scene);
        changes(served, scene);
        scope::asked(served, scene);
    }
    scene.browser.navigate(&format!("{}/alerts", served.origin));
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("What to do now");
    scene.take(&format!("{who}-alerts-english"));
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("いますること");
    if role == Role::Administrator {
        invite(served, scene);
    } else {
        boards(served, scene);
    }
    scene.browser.click("form[action='/shift/end'] button");
    scene.browser.wait_for_text("シフトを終えました");
}

fn paused(served: &Served, scene: &mut Scene<'_>) {
    scene.browser.navigate(&format!("{}/watch", served.origin));
    scene.browser.click("button[value='15']");
    scene.browser.wait_for_text("自動で終わります");
    scene.take("officer-watch-paused");
    scene.browser.click("form[action='/watch/resume'] button");
    scene.browser.wait_for_text("鍵の番人は動いています");
}

/// M26: the stop switches, with nothing stopped and with something, in both languages; from a telephone, too.
fn stopped(served: &Served, scene: &mut Scene<'_>) {
    scene.browser.navigate(&format!("{}/watch", served.origin));
    scene.browser.click("a.button[href='/watch/stops']");
    scene.browser.wait_for_text("何も止まっていません");
    scene.take_whole("officer-stops");
    scene.browser.viewport(360, 780);
    scene.browser.click("input[value=viewings]");
    scene.browser.type_into("#why", "a session that nobody knows");
    scene.browser.click("button.grave");
    scene.browser.wait_for_text("a session that nobody knows");
    scene.take("officer-stops-stopped");
    scene.browser.click("details summary");
    scene.take_whole("officer-stops-lifting");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("Stopped now");
    scene.take("officer-stops-stopped-english");
    scene.take_whole("officer-stops-english");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("いま止まっているもの");
    scene.browser.click("details summary");
    scene.browser.type_into("details input[name=why]", "it was an officer");
    scene.browser.click("details button.main");
    scene.browser.wait_for_text("何も止まっていません");
}

/// M15: a change that waits, for whoever may approve it; approved with a real passkey.
fn changes(served: &Served, scene: &mut Scene<'_>) {
    served.desk.keeper.propose_somebody();
    scene.browser.navigate(&format!("{}/watch", served.origin));
    scene.browser.click("a.button[href='/changes']");
    scene.browser.wait_for_text("あと必要な承認: 2");
    scene.take("officer-changes");
    scene.browser.click("button[data-passkey]");
    scene.browser.wait_for_text("あと必要な承認: 1");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("Approvals still missing");
    scene.take("officer-changes-approved-english");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("あと必要な承認: 1");
    scene.browser.click("form[action='/changes/cancel'] button");
    scene.browser.wait_for_text("待っている変更はありません");
    served.desk.keeper.propose_budgets();
    scene.browser.navigate(&format!("{}/changes", served.origin));
    scene.browser.wait_for_text("届いた数まで → 120");
    scene.browser.click("section details summary");
    scene.take("officer-changes-budgets");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("may open in a day: as many as arrived → 120");
    scene.take("officer-changes-budgets-english");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("届いた数まで → 120");
}

/// Last of all: afterwards nothing answers but that.
fn locked_down(served: &Served, scene: &mut Scene<'_>) {
    scene.browser.navigate(&served.origin);
    scene.browser.click("button[data-passkey]");
    scene.browser.wait_until_loaded("location.pathname !== '/'");
    scene.browser.navigate(&format!("{}/watch/lockdown", served.origin));
    scene.browser.wait_for_text("鍵を消して施錠する");
    scene.take("officer-lockdown");
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("Wipe the keys");
    scene.take("officer-lockdown-english");
    scene.browser.type_into("#why", "a key was found outside");
    scene.browser.click("button.grave");
    scene.browser.wait_for_text("The vault is locked down");
    scene.take("locked-down-english");
    scene.browser.navigate(&format!("{}/watch", served.origin));
    scene.take("locked-down-since");
    // The browser reports the failed load of that page itself.
    scene.browser.complaints();
}

/// M20: the live board, empty, busy and under attack, and what a verdict rests on; in both languages.
fn boards(served: &Served, scene: &mut Scene<'_>) {
    for (play, name) in [(Play::Empty, "empty"), (Play::Busy, "busy"), (Play::Attack, "attack")] {
        served.desk.keeper.play(play);
        for (language, here) in [("ja", "予算"), ("en", "Budgets")] {
            scene.browser.navigate(&format!("{}/board", served.origin));
            if !scene.browser.shows(here) {
                scene.browser.click("button[name=lang]");
                scene.browser.wait_for_text(here);
            }
            scene.take(&format!("board-{name}-{language}"));
            scene.take_whole(&format!("board-{name}-{language}"));
        }
    }
    by_keyboard(scene);
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("記録そのもの");
    scene.take("board-entry-ja");
}

/// From the board into a verdict's evidence and its numbers, without a mouse.
fn by_keyboard(scene: &mut Scene<'_>) {
    scene.browser.evaluate("document.querySelector('.found li a:last-of-type').focus()");
    scene.browser.press("Enter");
    scene.browser.wait_for_text("Evidence");
    scene.take("board-entry-en");
    scene.browser.back();
    scene.browser.wait_for_text("Budgets");
    scene.browser.evaluate("document.querySelector('.chart summary').focus()");
    scene.browser.press("Enter");
    scene.browser.wait_for_text("Where there is no row");
    scene.take("board-numbers-en");
    scene.browser.evaluate("document.querySelector('.found li a').focus()");
    scene.browser.press("Enter");
    scene.browser.wait_for_text("Evidence");
}

fn invite(served: &Served, scene: &mut Scene<'_>) {
    scene.browser.navigate(&format!("{}/staff", served.origin));
    scene.browser.click("summary");
    scene.take("administrator-staff-removing");
    scene.browser.type_into("#name", "佐藤");
    scene.browser.click("input[value=reviewer]");
    scene.browser.click("form[action='/staff/invite'] .main");
    scene.browser.wait_for_text("佐藤さんへの招待");
    scene.take("administrator-invited");
}
