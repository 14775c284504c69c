//! What a browser still has of a picture after the look: on the page behind the back button, in its caches, in its
//! folder.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    path::Path,
    thread,
};

use base64ct::{Base64, Encoding};
use sekisho::demo::Picture;

use crate::{
    browser::Browser,
    house,
    people::{Lang, Staff},
};

/// As many letters of a picture's text as know it by.
pub(crate) const PIECE: usize = 48;

/// A page that a browser may keep, and what stands on it: the control.
pub(crate) struct Keepable {
    pub(crate) address: SocketAddr,
    pub(crate) mark: String,
}

impl Keepable {
    pub(crate) fn serve(mark: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let body = format!("<!doctype html><title>kept</title><p>{}</p>", mark.repeat(40));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: max-age=86400\r\nConnection: close";
                let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            }
        });
        Self { address, mark }
    }
}

/// Looks at the next document; what stood in the page, in base64.
fn look(browser: &mut Browser) -> String {
    browser.click("form[action='/work/next'] button");
    browser.click("form[action='/work/view'] button");
    browser.wait_until_loaded("document.querySelector('#picture img')?.naturalWidth > 0");
    let source = browser.evaluate("document.querySelector('#picture img').src");
    source.as_str().unwrap().split_once(";base64,").unwrap().1.to_owned()
}

/// Goes back again and again: no page behind shows the picture. The browser's own page that says so has drawings.
fn go_back(browser: &mut Browser, picture: &str) {
    let piece = serde_json::Value::from(&picture[picture.len() / 2..][..PIECE]);
    for _ in 0..3 {
        let history = browser.call("Page.getNavigationHistory", serde_json::json!({}));
        if history["currentIndex"].as_u64().unwrap() == 0 {
            return;
        }
        browser.back();
        browser.wait_until("document.readyState === 'complete'");
        assert_eq!(browser.evaluate("!!document.querySelector('#picture img')"), false, "a page behind shows it");
        assert_eq!(browser.evaluate(&format!("document.documentElement.outerHTML.includes({piece})")), false);
    }
}

/// How many files below a folder hold one of these.
pub(crate) fn holding(folder: &Path, sought: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(holding(&path, sought));
        } else if let Ok(bytes) = fs::read(&path)
            && sought.iter().any(|piece| memchr::memmem::find(&bytes, piece).is_some())
        {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

/// Pieces from all over a picture, as it is and as a page carries it.
fn pieces(base64: &str) -> Vec<Vec<u8>> {
    let picture = Base64::decode_vec(base64).unwrap();
    let step = (picture.len() / 16).max(PIECE);
    let is_varied = |piece: &&[u8]| piece.iter().collect::<std::collections::HashSet<_>>().len() > PIECE / 3;
    let raw = picture.chunks(step).filter_map(|part| part.get(..PIECE)).filter(is_varied).map(<[u8]>::to_vec);
    let text = base64.as_bytes().chunks(step).filter_map(|part| part.get(..PIECE)).filter(is_varied);
    let all: Vec<_> = raw.chain(text.map(<[u8]>::to_vec)).collect();
    assert!(all.len() > 8, "a picture is known by more than {} pieces", all.len());
    all
}

/// M14: after the look, after the decision, after the shift: no page behind, no cache, no file of the browser has the
/// picture. A page that may be kept is found there by the same search.
#[test]
fn a_browser_keeps_nothing_of_a_picture_that_was_looked_at() {
    let house = house(true);
    let (Some(mut founder), Some(mut reviewer)) = (Staff::new(&house, Lang::En), Staff::new(&house, Lang::En)) else {
        return;
    };
    founder.enrol(&house.founding_link().unwrap());
    founder.begin_shift("/staff");
    reviewer.enrol(&founder.invite("佐藤", "reviewer"));
    reviewer.open("/");
    reviewer.begin_shift("/work");
    for _ in 0..2 {
        house.submit("photo.jpg", &Picture::specimen()).unwrap();
    }
    let control = Keepable::serve(format!("kept-by-a-browser-{}", std::process::id()));
    reviewer.browser.navigate(&format!("http://{}/", control.address));
    reviewer.open("/work");
    let first = look(&mut reviewer.browser);
    reviewer.browser.click("button[value=old_enough]");
    reviewer.browser.wait_for_text("Your decision is recorded");
    go_back(&mut reviewer.browser, &first);
    reviewer.open("/work");
    let second = look(&mut reviewer.browser);
    let sought = [pieces(&first), pieces(&second)].concat();
    reviewer.browser.click("form[action='/shift/end'] button");
    reviewer.browser.wait_until_loaded("location.pathname === '/'");
    go_back(&mut reviewer.browser, &second);
    reviewer.open("/");
    let workers = "navigator.serviceWorker.getRegistrations().then((all) => all.length)";
    assert_eq!(reviewer.browser.evaluate(workers), 0);
    assert_eq!(reviewer.browser.evaluate("caches.keys().then((all) => all.length)"), 0);
    reviewer.browser.close();
    let profile = reviewer.browser.profile();
    assert_eq!(holding(profile, &sought), Vec::<String>::new(), "files that hold a piece of a picture");
    assert!(!holding(profile, &[control.mark.into_bytes()]).is_empty(), "what may be kept is kept, and found");
    house.clear_away().unwrap();
}
