//! The whole way: an installation is founded and staffed, a member sends, a reviewer looks once, the site hears.

use std::{fs, path::Path, process::Command, thread, time::Duration};

use sekisho::{demo::House, specimen};
use sekisho_inspect::{
    decode::decode,
    wire::{Boxed, Limits},
};
use serde_json::Value;

use crate::{
    album::Album,
    assert_untroubled,
    browser::Page,
    house,
    people::{Lang, Member, Staff},
    wire::Form,
};

/// The picture's size in pixels.
const SIZE: (u32, u32) = (1600, 1010);

/// Everybody who takes part.
struct Cast {
    house: House,
    lang: Lang,
    album: Album,
    founder: Staff,
    officer: Staff,
    reviewer: Staff,
    member: Member,
}

impl Cast {
    fn gather(lang: Lang) -> Option<Self> {
        let house = house(true);
        let staff = || Staff::new(&house, lang);
        Some(Self {
            founder: staff()?,
            officer: staff()?,
            reviewer: staff()?,
            member: Member::new(&house, lang)?,
            album: Album::open(lang.tag()),
            lang,
            house,
        })
    }

    /// M14: from the founding link to three passkeys; no password anywhere.
    fn staff_the_house(&mut self) {
        let (founder, album) = (&mut self.founder, &mut self.album);
        let link = self.house.founding_link().unwrap();
        founder.open("/");
        album.page(&mut founder.browser, "desk-not-founded");
        founder.browser.navigate(&link);
        album.page(&mut founder.browser, "desk-enrol");
        founder.enrol(&link);
        album.page(&mut founder.browser, "desk-enrolled");
        founder.begin_shift("/staff");
        let to_officer = founder.invite("中村", "officer");
        let to_reviewer = founder.invite("佐藤", "reviewer");
        album.page(&mut founder.browser, "desk-invited");
        self.officer.enrol(&to_officer);
        self.officer.begin_shift("/watch");
        self.reviewer.enrol(&to_reviewer);
        self.reviewer.open("/");
        album.page(&mut self.reviewer.browser, "desk-sign-in");
        self.reviewer.begin_shift("/work");
        album.page(&mut self.reviewer.browser, "desk-work-nothing");
        for page in ["staff", "sites"] {
            self.founder.open(&format!("/{page}"));
            self.album.page(&mut self.founder.browser, &format!("desk-{page}"));
        }
    }

    /// M4, M44: birth date by keyboard, title and issuer by mouse, on a screen as large as a phone's.
    fn send_a_picture(&mut self, card: &Path) {
        let (member, album) = (&mut self.member, &mut self.album);
        member.come_to_the_picture(album);
        member.choose(card);
        album.page(&mut member.browser, "gate-boxes-proposed");
        member.frame_by_keyboard(0, specimen::BIRTH_DATE, SIZE);
        member.frame_by_mouse(1, specimen::TITLE, SIZE);
        member.frame_by_mouse(2, specimen::ISSUER, SIZE);
        album.page(&mut member.browser, "gate-boxes");
        member.browser.click("#next");
        member.browser.wait_until("!document.querySelector('#confirm').hidden");
        album.page(&mut member.browser, "gate-confirm");
        member.browser.click("#send");
        member.browser.wait_until_loaded("location.pathname === '/check/status'");
        album.page(&mut member.browser, "gate-status-sent");
    }

    /// One look, one answer, from the keyboard.
    fn review(&mut self, boxes: &[Boxed]) {
        let browser = &mut self.reviewer.browser;
        browser.click("a[href='/work'].button");
        browser.wait_until_loaded("document.querySelector(\"form[action='/work/next']\")");
        self.album.page(browser, "desk-work-waiting");
        browser.click("form[action='/work/next'] button");
        browser.wait_until_loaded("document.querySelector(\"form[action='/work/view']\")");
        self.album.page(browser, "desk-work-assignment");
        browser.click("form[action='/work/view'] button");
        browser.wait_until_loaded("document.querySelector('#picture img')?.naturalWidth > 0");
        assert_watermarked(browser.evaluate(&marks(boxes)));
        self.album.page(browser, "desk-viewing");
        browser.press("1");
        assert_eq!(browser.evaluate("document.activeElement.value"), "old_enough");
        browser.press("Enter");
        browser.wait_for_text(self.lang.pick("判断を記録しました", "Your decision is recorded"));
        self.album.page(browser, "desk-work-decided");
    }

    /// The member sees that it was looked at and that it is gone, and takes the receipt home.
    fn hear_the_end(&mut self, folder: &Path) {
        let status = format!("http://{}/check/status", self.house.gate.authority);
        let gone = self.lang.pick("消した", "Destroyed");
        for _ in 0..40 {
            self.member.browser.navigate(&status);
            // The key is gone with the decision; the page says so as soon as the ciphertext is, too.
            if self.member.reads(gone) {
                break;
            }
            thread::sleep(Duration::from_millis(250));
        }
        assert!(self.member.reads(gone));
        assert!(self.member.reads(self.lang.pick("審査する 人が 見ました", "A reviewer looked on")));
        assert!(self.member.reads(self.lang.pick("答えだけ 伝えました", "was told the answer and nothing else")));
        let browser = &mut self.member.browser;
        self.album.page(browser, "gate-status-approved");
        browser.download_to(folder);
        browser.click("a[download]");
        assert_verifies(&folder.join("sekisho-receipt.json"));
    }

    /// The site lets its member in; the officer sees who did what.
    fn look_around(&mut self) {
        let browser = &mut self.member.browser;
        browser.click("a.button");
        browser.wait_until_loaded("location.pathname === '/messages'");
        // The claim comes to the site by webhook, on its own way and in its own time.
        let site = format!("http://{}/messages", self.house.site.server.authority);
        for _ in 0..40 {
            if browser.shows("年齢を確認できました") {
                break;
            }
            thread::sleep(Duration::from_millis(500));
            browser.navigate(&site);
        }
        browser.wait_for_text("年齢を確認できました");
        self.officer.open("/watch");
        let events = [
            ("佐藤 が書類を一度開きました", "佐藤 opened a document, once"),
            ("佐藤 が判断しました", "佐藤 decided"),
            ("書類を破棄しました", "A document was shredded"),
        ];
        for (ja, en) in events {
            assert!(self.officer.browser.shows(self.lang.pick(ja, en)), "{en}");
        }
        self.album.page(&mut self.officer.browser, "desk-watch");
    }

    /// Every page came with the policy that it should have, and nothing went wrong on any.
    fn look_back(&mut self) {
        let mut judged = 0;
        let staff = [&mut self.founder.browser, &mut self.officer.browser, &mut self.reviewer.browser];
        for browser in staff.into_iter().chain([&mut self.member.browser]) {
            assert_untroubled(browser);
            judged += judge_policies(&self.house, &browser.pages());
        }
        assert!(judged > 25, "only {judged} pages were seen");
    }

    /// Pages for those who are lost are pages too. The browser itself complains of their status, so they come last.
    fn lose_the_way(&mut self) {
        let lost = format!("http://{}/m/{}", self.house.gate.authority, "A".repeat(43));
        self.member.browser.navigate(&lost);
        assert!(self.member.reads(self.lang.pick("リンクは 使えません", "This link does not work")));
        self.album.page(&mut self.member.browser, "gate-link-over");
        self.reviewer.open("/staff");
        self.album.page(&mut self.reviewer.browser, "desk-not-allowed");
        for browser in [&mut self.member.browser, &mut self.reviewer.browser] {
            assert_eq!(judge_policies(&self.house, &browser.pages()), 1);
        }
    }

    fn go_home(self) {
        self.album.close();
        self.house.clear_away().unwrap();
    }
}

/// Judges the pages of gate and desk, and says how many they were.
fn judge_policies(house: &House, pages: &[Page]) -> usize {
    let ours = |page: &&Page| [&house.gate, &house.desk].iter().any(|server| page.url.contains(&server.authority));
    let pages: Vec<_> = pages.iter().filter(ours).collect();
    for page in &pages {
        let policy = &page.policy;
        assert!(policy.starts_with("default-src 'none';"), "{page:?}");
        assert!(policy.contains("form-action 'self';") && policy.contains("frame-ancestors 'none'"), "{page:?}");
        assert!(!policy.contains("unsafe"), "{page:?}");
        assert_eq!(policy.contains("data:"), page.url.ends_with("/work/view"), "{page:?}");
    }
    pages.len()
}

/// M4: what left the browser is black wherever no box lay, and holds print where one did.
fn assert_masked(form: &Form) -> Vec<Boxed> {
    let boxes: Vec<Boxed> = serde_json::from_slice(form.part("boxes")).unwrap();
    let picture = decode(form.part("picture"), &Limits::UPLOAD).unwrap().pixels;
    assert_eq!((picture.dimensions(), boxes.len()), (SIZE, 3));
    let within = |x: u32, y: u32| boxes.iter().any(|b| (b.x..b.x + b.w).contains(&x) && (b.y..b.y + b.h).contains(&y));
    let (mut black, mut seen) = (0_u32, 0_u32);
    for (x, y, pixel) in picture.enumerate_pixels() {
        if within(x, y) {
            seen += u32::from(pixel.0 != [0; 3]);
        } else {
            assert_eq!(pixel.0, [0; 3], "at {x},{y}");
            black += 1;
        }
    }
    assert!(black > SIZE.0 * SIZE.1 * 9 / 10 && seen > 60_000, "{black} black, {seen} seen");
    assert_eq!(form.parts.len(), 2, "and nothing else was sent");
    boxes
}

/// Of the part of the shown picture that was sent black: how much is not of its most frequent colour, as a share.
fn marks(boxes: &[Boxed]) -> String {
    let boxes: Vec<_> = boxes.iter().map(|b| [b.x, b.y, b.w, b.h]).collect();
    format!(
        "(() => {{ const image = document.querySelector('#picture img'), boxes = {boxes:?}, border = 12;
            const canvas = Object.assign(document.createElement('canvas'), {{ width: {0}, height: {1} }});
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0, {0}, {1});
            for (const [x, y, w, h] of boxes) context.clearRect(x - border, y - border, w + 2 * border, h + 2 * border);
            const {{ data }} = context.getImageData(0, 0, {0}, {1});
            const counts = new Map();
            let all = 0;
            for (let at = 0; at < data.length; at += 4) {{
                if (data[at + 3] === 0) continue;
                const colour = [0, 1, 2].map((part) => data[at + part] >> 4).join();
                counts.set(colour, (counts.get(colour) ?? 0) + 1);
                all += 1;
            }}
            return 1 - Math.max(...counts.values()) / all; }})()",
        SIZE.0, SIZE.1
    )
}

/// What was of one colour as it was sent carries the viewing's mark as it is shown.
fn assert_watermarked(share: Value) {
    let share = share.as_f64().unwrap();
    assert!((0.01..0.6).contains(&share), "{share} of what was black is marked");
}

/// M44: anybody can check it, without the service.
fn assert_verifies(receipt: &Path) {
    for _ in 0..100 {
        if receipt.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let verify = |file: &Path| Command::new(env!("CARGO_BIN_EXE_sekisho")).arg("verify").arg(file).output().unwrap();
    let held = verify(receipt);
    assert!(held.status.success(), "{}", String::from_utf8_lossy(&held.stderr));
    let altered = receipt.with_extension("altered");
    fs::write(&altered, fs::read_to_string(receipt).unwrap().replace("old_enough", "suspicious")).unwrap();
    assert_ne!(fs::read(&altered).unwrap(), fs::read(receipt).unwrap());
    assert_eq!(verify(&altered).status.code(), Some(1), "an altered receipt does not hold");
}

fn go_the_whole_way(lang: Lang) {
    let Some(mut cast) = Cast::gather(lang) else { return };
    let folder = tempfile::tempdir().unwrap();
    let card = folder.path().join("card.jpg");
    fs::write(&card, specimen::CARD).unwrap();
    cast.staff_the_house();
    cast.send_a_picture(&card);
    let sent = cast.member.tap.form_to("/check/photo/").unwrap();
    let boxes = assert_masked(&sent);
    cast.review(&boxes);
    cast.hear_the_end(folder.path());
    cast.look_around();
    cast.look_back();
    cast.lose_the_way();
    cast.go_home();
}

/// M4, M14, M15, M44
#[test]
fn from_the_founding_link_to_the_receipt_in_japanese() {
    go_the_whole_way(Lang::Ja);
}

/// M44: the same for whoever reads English.
#[test]
fn from_the_founding_link_to_the_receipt_in_english() {
    go_the_whole_way(Lang::En);
}
