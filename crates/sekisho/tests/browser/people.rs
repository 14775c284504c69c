//! Who takes part: staff at the desk with a passkey each, and a member with a phone.

use std::path::Path;

use sekisho::demo::House;
use sekisho_inspect::wire::Boxed;

use crate::{album::Album, browser::Browser, wire::Tap};

/// A language, and how to say something in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Ja,
    En,
}

impl Lang {
    pub(crate) const fn tag(self) -> &'static str {
        self.pick("ja", "en")
    }

    pub(crate) const fn pick(self, ja: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

/// Somebody who works here: a browser with an authenticator of its own.
pub(crate) struct Staff {
    pub(crate) browser: Browser,
    desk: String,
    lang: Lang,
}

impl Staff {
    pub(crate) fn new(house: &House, lang: Lang) -> Option<Self> {
        let mut browser = Browser::start()?;
        browser.viewport(1280, 800);
        browser.plug_in_authenticator();
        let mut staff = Self { browser, desk: format!("http://{}", house.desk.authority), lang };
        staff.speak();
        Some(staff)
    }

    /// The desk speaks Japanese until somebody presses the switch.
    fn speak(&mut self) {
        if self.lang == Lang::En {
            self.open("/");
            self.browser.click("button[name=lang]");
            self.browser.wait_for_text("Begin a shift");
        }
    }

    /// Opens a page of the desk.
    pub(crate) fn open(&mut self, path: &str) {
        self.browser.navigate(&format!("{}{path}", self.desk));
    }

    /// Makes a passkey on the page that a link leads to.
    pub(crate) fn enrol(&mut self, link: &str) {
        self.browser.navigate(link);
        self.browser.click("button[data-passkey]");
        self.browser.wait_for_text(self.lang.pick("パスキーを登録しました", "Your passkey is enrolled"));
    }

    /// Begins a shift and comes to the first page of one's role.
    pub(crate) fn begin_shift(&mut self, home: &str) {
        self.browser.click("button[data-passkey]");
        self.browser.wait_until_loaded(&format!("location.pathname === '{home}'"));
    }

    /// As an administrator: the link for somebody new.
    pub(crate) fn invite(&mut self, name: &str, role: &str) -> String {
        self.open("/staff");
        self.browser.type_into("#name", name);
        self.browser.click(&format!("input[value={role}]"));
        self.browser.click("form[action='/staff/invite'] .main");
        self.browser.wait_until_loaded("document.querySelector('#link')");
        self.browser.evaluate("document.querySelector('#link').value").as_str().unwrap().to_owned()
    }
}

/// A member: a browser as large as a phone, listened to on its way to the gate.
pub(crate) struct Member {
    pub(crate) browser: Browser,
    pub(crate) tap: Tap,
    site: String,
}

impl Member {
    pub(crate) fn new(house: &House, lang: Lang) -> Option<Self> {
        Self::with(house, lang, &[])
    }

    /// The same with flags for the browser.
    pub(crate) fn with(house: &House, lang: Lang, flags: &[String]) -> Option<Self> {
        let tap = Tap::before(house.gate.address);
        let mut browser = Browser::start_with(&[&[tap.flag(&house.gate.authority)], flags].concat())?;
        browser.viewport(390, 844);
        browser.prefer(lang.tag());
        Some(Self { browser, tap, site: format!("http://{}", house.site.server.authority) })
    }

    /// Asks the site for its messages, which asks Sekisho; up to the page for the picture.
    pub(crate) fn come_to_the_picture(&mut self, album: &mut Album) {
        let browser = &mut self.browser;
        browser.navigate(&self.site);
        browser.click("form[action='/ask'] button");
        browser.wait_until_loaded("location.pathname.startsWith('/m/')");
        album.page(browser, "gate-link");
        browser.click("form button.button");
        for (path, next, name) in [
            ("/check", "a.button", "gate-who"),
            ("/check/kind", "a[href='/check/photo/jp-driving-licence']", "gate-kind"),
            ("/check/photo/jp-driving-licence", "", "gate-picture"),
        ] {
            browser.wait_until_loaded(&format!("location.pathname === '{path}'"));
            album.page(browser, name);
            if !next.is_empty() {
                browser.click(next);
            }
        }
    }

    /// Whether the page says these words, its readings left aside.
    pub(crate) fn reads(&mut self, words: &str) -> bool {
        let words = serde_json::Value::from(words);
        self.browser.evaluate(&format!(
            "(() => {{ const page = document.body.cloneNode(true); page.querySelectorAll('rt, rp').forEach((e) => e.remove());
                       return page.textContent.includes({words}); }})()"
        )) == true
    }

    /// Chooses a file and waits for the boxes.
    pub(crate) fn choose(&mut self, picture: &Path) {
        self.browser.upload("#picture", picture);
        self.browser
            .wait_until("!document.querySelector('#adjust').hidden && document.querySelectorAll('.box').length");
    }

    /// Where a box is, in thousandths of the picture: left, top, width, height.
    fn place(&mut self, index: usize) -> [f64; 4] {
        let place = self.browser.evaluate(&format!(
            "['left', 'top', 'width', 'height'].map((side) => parseFloat(document.querySelectorAll('.box')[{index}].style[side]) * 10)"
        ));
        std::array::from_fn(|side| place[side].as_f64().unwrap())
    }

    /// Moves and sizes a box with the arrow keys alone: to within one step of where it should be.
    pub(crate) fn frame_by_keyboard(&mut self, index: usize, target: Boxed, size: (u32, u32)) {
        let wanted = thousandths(target, size);
        self.tab_to(index);
        for side in 0..4 {
            let [less, more] = ARROWS[side % 2];
            let steps = ((wanted[side] - self.place(index)[side]) / STEP).round();
            for _ in 0..steps.abs() as u32 {
                let key = if steps < 0.0 { less } else { more };
                if side < 2 { self.browser.press(key) } else { self.browser.press_shifted(key) }
            }
        }
        self.assert_near(index, wanted);
    }

    pub(crate) fn tab_to(&mut self, index: usize) {
        let there = format!("document.activeElement === document.querySelectorAll('.box')[{index}]");
        for _ in 0..20 {
            self.browser.press("Tab");
            if self.browser.evaluate(&there) == true {
                return;
            }
        }
        panic!("the keyboard does not come to box {index}");
    }

    /// Moves a box by its middle and sizes it by its corner, with the mouse.
    pub(crate) fn frame_by_mouse(&mut self, index: usize, target: Boxed, size: (u32, u32)) {
        self.frame_by(Browser::drag, index, target, size);
    }

    /// The same with a finger.
    pub(crate) fn frame_by_finger(&mut self, index: usize, target: Boxed, size: (u32, u32)) {
        self.frame_by(Browser::drag_by_finger, index, target, size);
    }

    fn frame_by(&mut self, drag: Drag, index: usize, target: Boxed, size: (u32, u32)) {
        let wanted = thousandths(target, size);
        let stage = self.browser.evaluate(
            "(() => { const stage = document.querySelector('#stage'); stage.scrollIntoView({ block: 'center', behavior: 'instant' });
                      const r = stage.getBoundingClientRect(); return [r.x, r.y, r.width / 1000, r.height / 1000]; })()",
        );
        let [left, top, wide, high]: [f64; 4] = std::array::from_fn(|at| stage[at].as_f64().unwrap());
        let point = |x: f64, y: f64| (left + x * wide, top + y * high);
        let [x, y, w, h] = self.place(index);
        let middle = (x + w / 2.0, y + h / 2.0);
        drag(&mut self.browser, point(middle.0, middle.1), point(middle.0 + wanted[0] - x, middle.1 + wanted[1] - y));
        let [x, y, w, h] = self.place(index);
        let (dx, dy) = (wanted[2] - w, wanted[3] - h);
        drag(&mut self.browser, point(x + w, y + h), point(x + w + dx, y + h + dy));
        self.assert_near(index, wanted);
    }

    fn assert_near(&mut self, index: usize, wanted: [f64; 4]) {
        let place = self.place(index);
        let near = place.iter().zip(wanted).all(|(at, wanted)| (at - wanted).abs() <= STEP);
        assert!(near, "box {index} is at {place:?}, not {wanted:?}");
    }
}

/// Drags from one point to another.
type Drag = fn(&mut Browser, (f64, f64), (f64, f64));

/// What moves a box to the left and right, up and down; with Shift, what makes it smaller and larger.
const ARROWS: [[&str; 2]; 2] = [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"]];

/// How far one press moves, in thousandths.
const STEP: f64 = 5.0;

fn thousandths(target: Boxed, (width, height): (u32, u32)) -> [f64; 4] {
    let of = |part: u32, whole: u32| f64::from(part) * 1000.0 / f64::from(whole);
    [of(target.x, width), of(target.y, height), of(target.w, width), of(target.h, height)]
}
