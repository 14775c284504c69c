//! A real browser: Chromium without a window, over the DevTools protocol.
//!
//! The protocol runs on a pair of pipes (`--remote-debugging-pipe`), so no port
//! is opened and no websocket is needed. Names under `localhost` resolve in
//! Chromium by themselves.

#![allow(dead_code, reason = "each test that includes this file uses a part of it")]

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

/// How long anything may take before a test gives up. Generous: machines that build are slow.
const PATIENCE: Duration = Duration::from_secs(60);

const FLAGS: [&str; 16] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--lang=ja",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    // Otherwise a key or a click that comes before the page is first painted is dropped without a word.
    "--allow-pre-commit-input",
    "--remote-debugging-pipe",
];

/// What a screen reader, a keyboard or a thumb would stumble over.
const FAULTS: &str = "(() => {
    const faults = [];
    const say = (what, element) => faults.push(what + ': ' + (element?.outerHTML ?? '').slice(0, 120));
    if (document.documentElement.scrollWidth > innerWidth) {
        const wide = [...document.querySelectorAll('main *')].find((e) => e.getBoundingClientRect().right > innerWidth + 1);
        say('wider than the window', wide);
    }
    const titles = [...document.querySelectorAll('h1')].filter((title) => title.checkVisibility());
    if (titles.length !== 1) say('not one h1');
    if (!document.documentElement.lang) say('no language');
    if (!document.title) say('no title');
    for (const field of document.querySelectorAll('input:not([type=hidden]), textarea, select'))
        if (!field.labels?.length) say('a field without a label', field);
    for (const image of document.querySelectorAll('img')) if (!image.hasAttribute('alt')) say('no alt', image);
    for (const button of document.querySelectorAll('button, a.button, summary')) {
        if (!button.textContent.trim()) say('a button without words', button);
        const box = button.getBoundingClientRect();
        if (box.width && box.height < 24) say('too small for a thumb', button);
    }
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    if (new Set(ids).size !== ids.length) say('an id used twice');
    return faults;
})()";

/// One Chromium with one tab. Its profile is deleted with it.
pub(crate) struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    events: VecDeque<Value>,
    session: Option<String>,
    number: u64,
    /// What the page complained about: refused scripts, exceptions, failed loads.
    complaints: Vec<String>,
    /// Every page that was answered with.
    pages: Vec<Page>,
    _profile: tempfile::TempDir,
}

/// A page as it was answered with.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Its address.
    pub(crate) url: String,
    /// Its Content-Security-Policy; empty without one.
    pub(crate) policy: String,
}

/// Where Chromium is, if it is installed.
fn installed() -> Option<PathBuf> {
    let named = std::env::var_os("SEKISHO_CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    named.into_iter().chain(usual.map(PathBuf::from)).find(|path| path.exists())
}

impl Browser {
    /// Starts Chromium. Without one: says so and returns nothing, or fails where `SEKISHO_REQUIRE_BROWSER` is set.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// The same with flags of one's own.
    pub(crate) fn start_with(flags: &[String]) -> Option<Self> {
        let Some(program) = installed() else {
            assert!(std::env::var_os("SEKISHO_REQUIRE_BROWSER").is_none(), "Chromium is required and not installed");
            let _ = writeln!(std::io::stderr(), "not run: no chromium");
            return None;
        };
        Some(Self::launch(&program, flags))
    }

    fn launch(program: &Path, flags: &[String]) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        // Chromium wants its pipes as descriptors 3 and 4; a shell can do that, safe Rust can't.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh"])
            .arg(program)
            .args(FLAGS)
            .args(flags)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A group of its own, so that its helpers end with it.
            .process_group(0)
            .spawn()
            .expect("Chromium starts");
        let commands = child.stdin.take().expect("piped");
        let messages = listen(child.stdout.take().expect("piped"));
        let mut browser = Self {
            child,
            commands,
            messages,
            events: VecDeque::new(),
            session: None,
            number: 0,
            complaints: Vec::new(),
            pages: Vec::new(),
            _profile: profile,
        };
        browser.attach();
        browser
    }

    fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = self.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        self.session = Some(text(&attached["sessionId"]));
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "DOM.enable", "Network.enable"] {
            self.call(domain, json!({}));
        }
        // Keys go to the page that has the focus, whatever else this machine shows.
        self.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
    }

    /// Sends a command and waits for its answer.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.try_call(method, params);
        assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }

    fn try_call(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let number = self.number;
        let mut command = json!({ "id": number, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).expect("Chromium listens");
        loop {
            let message = self.receive(method);
            if message["id"] == number {
                return message;
            }
            self.note(message);
        }
    }

    fn receive(&self, what: &str) -> Value {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("Chromium did not answer {what} in time"),
            Err(RecvTimeoutError::Disconnected) => panic!("Chromium ended during {what}"),
        }
    }

    fn note(&mut self, message: Value) {
        let params = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => {
                self.complaints.push(text(&params["exceptionDetails"]["exception"]["description"]));
            }
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => {
                self.complaints.push(text(&params["entry"]["text"]));
            }
            Some("Network.responseReceived") if params["type"] == "Document" => {
                let answer = &params["response"];
                let policy = text(&answer["headers"]["content-security-policy"]);
                self.pages.push(Page { url: text(&answer["url"]), policy });
            }
            Some(name) if name.starts_with("Network.") => {}
            Some(_) => self.events.push_back(message),
            None => {}
        }
    }

    /// Every page that was answered with so far; forgotten by asking.
    pub(crate) fn pages(&mut self) -> Vec<Page> {
        self.evaluate("0");
        std::mem::take(&mut self.pages)
    }

    /// What pages complained about so far; forgotten by asking.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.evaluate("0");
        std::mem::take(&mut self.complaints)
    }

    /// Opens an address and waits until it has loaded.
    pub(crate) fn navigate(&mut self, url: &str) {
        self.events.clear();
        let answer = self.call("Page.navigate", json!({ "url": url }));
        assert!(answer.get("errorText").is_none(), "{url}: {}", answer["errorText"]);
        self.wait_for_event("Page.loadEventFired");
    }

    /// Goes one step back in the history, as the button does.
    pub(crate) fn back(&mut self) {
        let history = self.call("Page.getNavigationHistory", json!({}));
        let before = history["currentIndex"].as_u64().expect("a place") as usize - 1;
        let entry = history["entries"][before]["id"].clone();
        self.events.clear();
        self.call("Page.navigateToHistoryEntry", json!({ "entryId": entry }));
    }

    fn wait_for_event(&mut self, name: &str) {
        while !self.events.iter().any(|event| event["method"] == name) {
            let message = self.receive(name);
            self.note(message);
        }
    }

    /// The value of a JavaScript expression; a promise is waited for.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let params =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let answer = self.call("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true, over navigations too.
    pub(crate) fn wait_until(&mut self, expression: &str) {
        let begun = Instant::now();
        let params = json!({ "expression": format!("!!({expression})"), "returnByValue": true });
        loop {
            // While a page is being replaced there is nothing to ask.
            let answer = self.try_call("Runtime.evaluate", params.clone());
            if answer["result"]["result"]["value"] == true {
                return;
            }
            if begun.elapsed() > PATIENCE {
                let page = self.evaluate("location.href + '\\n' + document.body.innerText");
                panic!("never true: {expression}\n{}", text(&page));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until an expression is true of a page that has loaded, with its scripts: before that, no key is heard.
    pub(crate) fn wait_until_loaded(&mut self, expression: &str) {
        self.wait_until(&format!("document.readyState === 'complete' && ({expression})"));
    }

    /// Waits until the loaded page shows these words.
    pub(crate) fn wait_for_text(&mut self, words: &str) {
        let words = Value::from(words);
        self.wait_until_loaded(&format!("document.body.innerText.includes({words})"));
    }

    /// Whether the page shows these words now.
    pub(crate) fn shows(&mut self, words: &str) -> bool {
        let words = Value::from(words);
        self.evaluate(&format!("document.body.innerText.includes({words})")) == true
    }

    /// Clicks with the mouse on the middle of an element, wherever it is on the page.
    pub(crate) fn click(&mut self, selector: &str) {
        let quoted = Value::from(selector);
        self.wait_until_loaded(&format!("document.querySelector({quoted})"));
        let place = self.evaluate(&format!(
            "(() => {{ const e = document.querySelector({quoted}); e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
               const r = e.getBoundingClientRect(); const x = r.x + r.width / 2, y = r.y + r.height / 2;
               const top = document.elementFromPoint(x, y);
               return {{ x, y, hit: e === top || e.contains(top) || e.labels?.length > 0 }}; }})()"
        ));
        assert_eq!(place["hit"], true, "{selector} is covered or out of sight");
        for kind in ["mousePressed", "mouseReleased"] {
            let (x, y) = (&place["x"], &place["y"]);
            let params = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// Types into a field.
    pub(crate) fn type_into(&mut self, selector: &str, words: &str) {
        self.click(selector);
        self.call("Input.insertText", json!({ "text": words }));
    }

    /// Presses a key: a character, `Enter`, `Tab` or an arrow.
    pub(crate) fn press(&mut self, key: &str) {
        self.press_with(key, 0);
    }

    /// The same with Shift held down.
    pub(crate) fn press_shifted(&mut self, key: &str) {
        self.press_with(key, 8);
    }

    fn press_with(&mut self, key: &str, modifiers: u8) {
        let (code, typed) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            character => (u32::from(character.as_bytes()[0]), character),
        };
        let mut stroke = json!({ "key": key, "windowsVirtualKeyCode": code, "modifiers": modifiers });
        stroke["type"] = json!("keyUp");
        let up = stroke.clone();
        stroke["type"] = json!(if typed.is_empty() { "rawKeyDown" } else { "keyDown" });
        stroke["text"] = json!(typed);
        self.call("Input.dispatchKeyEvent", stroke);
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Drags with the mouse from one point of the window to another, in CSS pixels.
    pub(crate) fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        let steps =
            [("mouseMoved", from, 0), ("mousePressed", from, 1), ("mouseMoved", to, 1), ("mouseReleased", to, 0)];
        for (kind, (x, y), buttons) in steps {
            let button = if kind == "mouseMoved" && buttons == 0 { "none" } else { "left" };
            let params = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// Drags with a finger from one point of the window to another, in CSS pixels. Fingers move in steps.
    pub(crate) fn drag_by_finger(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": true, "maxTouchPoints": 1 }));
        for step in 0..=5 {
            let share = f64::from(step) / 5.0;
            let at = json!({ "x": from.0 + (to.0 - from.0) * share, "y": from.1 + (to.1 - from.1) * share });
            let kind = if step == 0 { "touchStart" } else { "touchMove" };
            self.call("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": [at] }));
        }
        self.call("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }));
    }

    /// From now on no page runs a script of its own.
    pub(crate) fn without_scripts(&mut self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// Runs this in every page from now on, before its own scripts.
    pub(crate) fn before_each_page(&mut self, script: &str) {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    /// What a screen reader, a keyboard or a thumb would stumble over on this page.
    pub(crate) fn faults(&mut self) -> Vec<String> {
        let faults = self.evaluate(FAULTS);
        faults.as_array().expect("a list").iter().map(text).collect()
    }

    /// From now on, says that its person reads this language.
    pub(crate) fn prefer(&mut self, language: &str) {
        self.call("Network.setExtraHTTPHeaders", json!({ "headers": { "Accept-Language": language } }));
    }

    /// From now on, what is downloaded goes to this folder.
    pub(crate) fn download_to(&mut self, folder: &Path) {
        self.call("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder }));
    }

    /// Chooses a file in a file field.
    pub(crate) fn upload(&mut self, selector: &str, file: &Path) {
        let document = self.call("DOM.getDocument", json!({}));
        let root = &document["root"]["nodeId"];
        let node = self.call("DOM.querySelector", json!({ "nodeId": root, "selector": selector }));
        assert_ne!(node["nodeId"], 0, "no {selector}");
        self.call("DOM.setFileInputFiles", json!({ "nodeId": node["nodeId"], "files": [file] }));
    }

    /// Plugs in an authenticator that verifies its user at once; returns its id.
    pub(crate) fn plug_in_authenticator(&mut self) -> String {
        self.call("WebAuthn.enable", json!({}));
        let options = json!({
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        let plugged = self.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
        text(&plugged["authenticatorId"])
    }

    /// From now on the authenticator verifies its user, or fails to.
    pub(crate) fn verify_user(&mut self, authenticator: &str, verified: bool) {
        let params = json!({ "authenticatorId": authenticator, "isUserVerified": verified });
        self.call("WebAuthn.setUserVerified", params);
    }

    /// Sets the window's size in CSS pixels; up to 600 wide it is a phone.
    pub(crate) fn viewport(&mut self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width <= 600 });
        self.call("Emulation.setDeviceMetricsOverride", params);
    }

    /// Writes the whole page as PNG, also what one would have to scroll to.
    pub(crate) fn screenshot_page(&mut self, file: &Path) {
        let high = self.evaluate("Math.max(document.documentElement.scrollHeight, innerHeight)");
        let wide = self.evaluate("innerWidth");
        let clip = json!({ "x": 0, "y": 0, "width": wide, "height": high, "scale": 1 });
        self.shoot(file, json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }));
    }

    /// Writes the window as PNG.
    pub(crate) fn screenshot(&mut self, file: &Path) {
        self.shoot(file, json!({ "format": "png" }));
    }

    fn shoot(&mut self, file: &Path, params: Value) {
        let shot = self.call("Page.captureScreenshot", params);
        let bytes = Base64::decode_vec(shot["data"].as_str().expect("a picture")).expect("base64");
        std::fs::write(file, bytes).expect("the screenshot is written");
    }
}

impl Browser {
    /// Where it keeps what it keeps.
    pub(crate) fn profile(&self) -> &Path {
        self._profile.path()
    }

    /// Closes it as a person does, so that all that it wants to keep is written down.
    pub(crate) fn close(&mut self) {
        self.number += 1;
        let command = json!({ "id": self.number, "method": "Browser.close" });
        self.commands.write_all(format!("{command}\0").as_bytes()).expect("Chromium listens");
        let _ = self.child.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The group is ours: it was made for this child and has its number.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// Reads messages, which end in a zero byte, on a thread of their own, so that waiting can have an end.
fn listen(pipe: impl std::io::Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut message = Vec::new();
        while pipe.read_until(0, &mut message).is_ok_and(|read| read > 0) {
            message.pop();
            let parsed = serde_json::from_slice(&message).expect("DevTools speak JSON");
            message.clear();
            if sender.send(parsed).is_err() {
                break;
            }
        }
    });
    receiver
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
