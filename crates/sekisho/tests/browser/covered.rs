//! What leaves a member's browser, pixel for pixel: by file and by camera, on a phone and a desk, by finger, mouse and
//! keyboard. And what stays behind in it.

use std::{fs, path::Path};

use base64ct::{Base64, Encoding};
use image::RgbImage;
use sekisho::{demo::House, specimen};
use sekisho_inspect::{
    decode::decode,
    wire::{Boxed, Limits},
};

use crate::{
    album::Album,
    assert_untroubled,
    cached::{Keepable, PIECE, holding},
    drawn::{self, SIZE, lies_in},
    house,
    people::{Lang, Member},
    wire::Form,
};

/// A phone and a desk's screen, in CSS pixels.
const PHONE: (u32, u32) = (390, 844);
const DESK: (u32, u32) = (1280, 800);

/// Where the picture comes from.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Source {
    File,
    Camera,
}

/// How the boxes are moved.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Hand {
    /// They fit as they are proposed.
    Nobody,
    Finger,
    Mouse,
    Keyboard,
}

/// Everything that could carry a picture out of the page or keep it, counted. The upload's own form is fetched, and is
/// seen on the wire.
const SPY: &str = "(() => {
    const used = (window.used = []);
    const watch = (owner, name) => {
        const before = owner?.[name];
        if (before) owner[name] = function (...all) { used.push(name); return before.apply(this, all); };
    };
    watch(URL, 'createObjectURL');
    watch(HTMLCanvasElement.prototype, 'toDataURL');
    watch(Storage.prototype, 'setItem');
    watch(IDBFactory.prototype, 'open');
    watch(CacheStorage.prototype, 'open');
    watch(navigator, 'sendBeacon');
    watch(XMLHttpRequest.prototype, 'send');
    watch(History.prototype, 'pushState');
    watch(History.prototype, 'replaceState');
    watch(window, 'WebSocket');
    watch(window, 'postMessage');
    watch(HTMLFormElement.prototype, 'submit');
})()";

struct Flow<'a> {
    house: &'a House,
    folder: &'a Path,
    page: &'a RgbImage,
    album: Album,
}

impl Flow<'_> {
    /// A member with this screen, whose camera sees the document, at the page for the picture.
    fn member(&mut self, (width, height): (u32, u32)) -> Option<Member> {
        let seen = self.folder.join("camera.y4m");
        let camera = format!("--use-file-for-fake-video-capture={}", seen.display());
        let mut member = Member::with(self.house, Lang::Ja, &[camera])?;
        member.browser.viewport(width, height);
        member.browser.before_each_page(SPY);
        member.come_to_the_picture(&mut self.album);
        member.browser.viewport(width, height);
        Some(member)
    }

    /// Takes the picture or chooses it; its size on the canvas.
    fn picture(&mut self, member: &mut Member, from: Source, (width, _): (u32, u32)) -> (u32, u32) {
        match from {
            Source::File => member.choose(&self.folder.join("page.jpg")),
            Source::Camera => {
                member.browser.click("#look");
                member.browser.wait_until("!document.querySelector('#shutter').disabled");
                self.album.page(&mut member.browser, &format!("gate-camera-{width}"));
                member.browser.click("#shutter");
                member.browser.wait_until("document.querySelectorAll('.box').length");
            }
        }
        let size = member.browser.evaluate("[canvas.width, canvas.height]");
        [0, 1].map(|side| u32::try_from(size[side].as_u64().unwrap()).unwrap()).into()
    }

    /// The whole way; what was sent, and the size of the picture that it was made from.
    fn run(&mut self, screen: (u32, u32), from: Source, by: Hand) -> Option<()> {
        let mut member = self.member(screen)?;
        let size = self.picture(&mut member, from, screen);
        let parts = drawn::parts(size);
        for (index, part) in parts.iter().enumerate() {
            // Somewhere else, and larger, so that the hand has something to do and something to put right.
            let target = Boxed { x: part.x - 8, y: part.y.saturating_sub(4), w: part.w + 20, h: part.h + 12 };
            match by {
                Hand::Nobody => {}
                Hand::Finger => member.frame_by_finger(index, target, size),
                Hand::Mouse => member.frame_by_mouse(index, target, size),
                Hand::Keyboard => member.frame_by_keyboard(index, target, size),
            }
        }
        let before = member.tap.sent();
        assert_eq!(member.tap.posts().iter().filter(|path| path.contains("photo")).count(), 0);
        // Two actions from a box that fits to a picture that is sent.
        member.browser.click("#next");
        member.browser.wait_until("!document.querySelector('#confirm').hidden");
        assert_eq!(member.browser.evaluate("used"), serde_json::json!([]), "{from:?} {by:?}");
        member.browser.click("#send");
        member.browser.wait_until_loaded("location.pathname === '/check/status'");
        let form = member.tap.form_to("/check/photo/").unwrap();
        self.judge(&form, size, from, by);
        let rest = member.tap.sent() - before - form.part("picture").len();
        assert!(rest < 40_000, "{rest} bytes more than the picture left the browser: {from:?} {by:?}");
        assert_eq!(member.tap.posts().iter().filter(|path| path.contains("photo")).count(), 1);
        assert_untroubled(&mut member.browser);
        Some(())
    }

    /// M4: not one pixel outside the boxes; and within them the document's own.
    fn judge(&self, form: &Form, size: (u32, u32), from: Source, by: Hand) {
        assert_eq!(form.parts.len(), 2, "boxes and picture, and nothing else");
        let boxes: Vec<Boxed> = serde_json::from_slice(form.part("boxes")).unwrap();
        let sent = decode(form.part("picture"), &Limits::UPLOAD).unwrap().pixels;
        assert_eq!((sent.dimensions(), boxes.len()), (size, 3), "{from:?} {by:?}");
        assert_eq!(open(&sent, &boxes), None, "{from:?} {by:?}");
        let (mut off, mut inside) = (0_u64, 0_u64);
        for (x, y, pixel) in sent.enumerate_pixels().filter(|(x, y, _)| lies_in(&boxes, *x, *y)) {
            if from == Source::File {
                let own = self.page.get_pixel(x, y).0;
                off += (0..3).map(|part| u64::from(own[part].abs_diff(pixel.0[part]))).sum::<u64>() / 3;
                inside += 1;
            } else {
                inside += u64::from(pixel.0 != [0; 3]);
            }
        }
        assert!(inside > 20_000 && off / inside < 12, "{off} of {inside} within the boxes: {from:?} {by:?}");
        if by == Hand::Nobody {
            let near = |(one, other): (&Boxed, Boxed)| one.x.abs_diff(other.x) <= 1 && one.w.abs_diff(other.w) <= 1;
            assert!(boxes.iter().zip(drawn::parts(size)).all(near), "page and gate lay a layout alike: {boxes:?}");
        }
    }
}

/// The first pixel outside the boxes that isn't black.
fn open(sent: &RgbImage, boxes: &[Boxed]) -> Option<(u32, u32)> {
    let open = |(x, y, pixel): &(u32, u32, &image::Rgb<u8>)| pixel.0 != [0; 3] && !lies_in(boxes, *x, *y);
    sent.enumerate_pixels().find(open).map(|(x, y, _)| (x, y))
}

/// The control of what follows.
#[test]
fn one_open_pixel_is_seen() {
    let kept = Boxed { x: 10, y: 10, w: 20, h: 20 };
    let mut sent = RgbImage::new(60, 40);
    sent.put_pixel(29, 29, image::Rgb([1, 1, 1]));
    assert_eq!(open(&sent, &[kept]), None);
    sent.put_pixel(30, 29, image::Rgb([0, 0, 1]));
    assert_eq!(open(&sent, &[kept]), Some((30, 29)));
}

/// M4: uploaded bytes against the boxes in every flow.
#[test]
fn not_one_unmasked_pixel_leaves_the_page() {
    let house = house(true);
    let folder = tempfile::tempdir().unwrap();
    let page = drawn::document(SIZE);
    drawn::write(folder.path(), "page.jpg", &page);
    drawn::write_for_camera(folder.path(), &page);
    let mut flow = Flow { house: &house, folder: folder.path(), page: &page, album: Album::open("ja") };
    for (screen, from, by) in [
        (PHONE, Source::File, Hand::Nobody),
        (PHONE, Source::Camera, Hand::Nobody),
        (PHONE, Source::File, Hand::Finger),
        (PHONE, Source::Camera, Hand::Finger),
        (PHONE, Source::File, Hand::Keyboard),
        (DESK, Source::Camera, Hand::Keyboard),
        (DESK, Source::Camera, Hand::Mouse),
        (DESK, Source::File, Hand::Mouse),
    ] {
        if flow.run(screen, from, by).is_none() {
            return;
        }
    }
    flow.album.close();
    house.clear_away().unwrap();
}

/// What is left of a picture in the page that is shown.
const LEFT: &str = "(() => {
    const all = [...document.querySelectorAll('canvas')].filter((e) => e.width * e.height);
    const drawn = all.filter((e) => e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some((value) => value));
    const files = [...document.querySelectorAll('input[type=file]')].filter((field) => field.files.length);
    return drawn.length + files.length + document.querySelectorAll('.box').length
        + (document.querySelector('video')?.srcObject ? 1 : 0);
})()";

/// M4: who leaves the page and comes back, by the back button or anew, finds no picture; nor does the browser's folder
/// hold one.
#[test]
fn nothing_of_the_picture_stays_behind_in_the_browser() {
    let house = house(true);
    let folder = tempfile::tempdir().unwrap();
    let page = drawn::document(SIZE);
    let file = drawn::write(folder.path(), "page.jpg", &page);
    drawn::write_for_camera(folder.path(), &page);
    let mut flow = Flow { house: &house, folder: folder.path(), page: &page, album: Album::open("ja") };
    let Some(mut member) = flow.member(PHONE) else { return };
    let control = Keepable::serve(format!("kept-by-a-browser-{}", std::process::id()));
    let here = "location.pathname.startsWith('/check/photo/')";
    for from in [Source::File, Source::Camera] {
        flow.picture(&mut member, from, PHONE);
        assert_ne!(member.browser.evaluate(LEFT), 0, "the control: it is there");
        member.browser.navigate(&format!("http://{}/", control.address));
        member.browser.back();
        member.browser.wait_until_loaded(here);
        assert_eq!(member.browser.evaluate(LEFT), 0, "after the back button: {from:?}");
        assert_eq!(member.browser.evaluate("document.querySelector('#choose').hidden"), false);
    }
    member.browser.click("#look");
    member.browser.wait_until("document.querySelector('video').srcObject");
    member.browser.click("#stop");
    assert_eq!(member.browser.evaluate(LEFT), 0, "who cancels is not filmed");
    flow.picture(&mut member, Source::File, PHONE);
    member.browser.click("#other");
    assert_eq!(member.browser.evaluate(LEFT), 0, "who takes another picture has none meanwhile");
    let workers = "navigator.serviceWorker.getRegistrations().then((all) => all.length)";
    assert_eq!(member.browser.evaluate(workers), 0);
    assert_eq!(member.browser.evaluate("caches.keys().then((all) => all.length)"), 0);
    member.browser.close();
    let bytes = fs::read(&file).unwrap();
    let pieces: Vec<_> = bytes.chunks(bytes.len() / 24).filter_map(|part| Some(part.get(..PIECE)?.to_vec())).collect();
    assert!(pieces.len() > 16);
    assert_eq!(holding(member.browser.profile(), &pieces[1..]), Vec::<String>::new());
    assert!(
        !holding(member.browser.profile(), &[control.mark.into_bytes()]).is_empty(),
        "the control: what is kept is found"
    );
    house.clear_away().unwrap();
}

/// M4: the page looks at what it is about to send. Where a browser disturbs it, or a hand, nothing is sent.
#[test]
fn a_page_that_covers_badly_sends_nothing() {
    let house = house(true);
    let Some(mut member) = Member::new(&house, Lang::Ja) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = drawn::write(folder.path(), "page.jpg", &drawn::document(SIZE));
    member.come_to_the_picture(&mut Album::open("ja"));
    member.choose(&file);
    member.browser.click("#next");
    member.browser.wait_until("!document.querySelector('#confirm').hidden");
    member.browser.evaluate(
        "(() => { const context = preview.getContext('2d'); context.fillStyle = '#010000'; context.fillRect(5, 5, 1, 1); })()",
    );
    member.browser.click("#send");
    member.browser.wait_until("!document.querySelector('#error').hidden");
    assert!(member.reads("かくした ことを たしかめられません"));
    assert!(member.tap.form_to("/check/photo/").is_none());
    member.browser.click("#back");
    member.browser.click("#next");
    member.browser.click("#send");
    member.browser.wait_until_loaded("location.pathname === '/check/status'");
    house.clear_away().unwrap();
}

/// M4: a picture lies on the device as it lies on the server, whatever its EXIF says.
#[test]
fn the_device_turns_a_picture_as_the_server_does() {
    let house = house(true);
    let Some(mut member) = Member::new(&house, Lang::En) else { return };
    let folder = tempfile::tempdir().unwrap();
    member.come_to_the_picture(&mut Album::open("en"));
    for orientation in 1..=8 {
        let turned = drawn::with_orientation(specimen::SMALL_CARD, orientation);
        let file = folder.path().join(format!("{orientation}.jpg"));
        fs::write(&file, &turned).unwrap();
        member.choose(&file);
        let shown = member.browser.evaluate("canvas.toDataURL('image/png').split(',')[1]");
        let shown = Base64::decode_vec(shown.as_str().unwrap()).unwrap();
        let shown = decode(&shown, &Limits::UPLOAD).unwrap().pixels;
        let server = decode(&turned, &Limits::UPLOAD).unwrap().pixels;
        assert_eq!(shown.dimensions(), server.dimensions(), "orientation {orientation}");
        let off: u64 =
            shown.as_raw().iter().zip(server.as_raw()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
        let mean = off as f64 / shown.as_raw().len() as f64;
        assert!(mean < 3.0, "orientation {orientation}: {mean} off");
        member.browser.click("#other");
    }
    house.clear_away().unwrap();
}

/// M44: where the camera is refused, the page says so and offers the other ways; at twice the size nothing is cut off.
#[test]
fn a_refused_camera_and_a_large_print_stand_in_nobodys_way() {
    let house = house(true);
    let Some(mut member) = Member::new(&house, Lang::Ja) else { return };
    let mut album = Album::open("ja");
    member.come_to_the_picture(&mut album);
    member.browser.evaluate(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))",
    );
    member.browser.click("#look");
    member.browser.wait_until("!document.querySelector('#error').hidden");
    assert!(member.reads("カメラを 使えません"));
    assert_eq!(member.browser.evaluate("document.querySelector('#own-pick').hidden"), false);
    assert_eq!(member.browser.evaluate("document.activeElement.id"), "error", "it is read aloud");
    album.page(&mut member.browser, "gate-camera-refused");
    let folder = tempfile::tempdir().unwrap();
    let file = drawn::write(folder.path(), "page.jpg", &drawn::document(SIZE));
    member.choose(&file);
    assert_eq!(member.browser.evaluate("document.activeElement.id"), "adjust-title");
    member.tab_to(0);
    member.browser.press("ArrowLeft");
    let told = member.browser.evaluate("document.querySelector('#place').textContent");
    assert!(told.as_str().unwrap().starts_with("生年月日のわく：左から"), "{told}");
    for step in ["#adjust", "#confirm"] {
        // 1280 by 1024 at 200 %, and half of a phone.
        for (width, height) in [(640, 512), (195, 422)] {
            member.browser.viewport(width, height);
            assert_eq!(member.browser.faults(), Vec::<String>::new(), "{step} {width}");
        }
        member.browser.viewport(PHONE.0, PHONE.1);
        if step == "#adjust" {
            member.browser.click("#next");
            member.browser.wait_until("!document.querySelector('#confirm').hidden");
        }
    }
    album.close();
    house.clear_away().unwrap();
}
