//! Each page as it is met on the way: judged always, photographed where a folder is named.

use std::{fs, path::PathBuf};

use crate::browser::Browser;

/// A phone and a desk's screen, in CSS pixels.
const SIZES: [(u32, u32); 2] = [(1280, 800), (390, 844)];

/// Judges pages. With `SEKISHO_SCREENSHOTS` they are photographed into that folder too.
pub(crate) struct Album {
    folder: Option<PathBuf>,
    language: &'static str,
    faults: Vec<String>,
    number: u32,
}

impl Album {
    pub(crate) fn open(language: &'static str) -> Self {
        let folder = std::env::var_os("SEKISHO_SCREENSHOTS").map(PathBuf::from);
        folder.iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
        Self { folder, language, faults: Vec::new(), number: 0 }
    }

    /// M44: looks at the present page in both sizes; it stays as wide as it was.
    pub(crate) fn page(&mut self, browser: &mut Browser, name: &str) {
        let before = browser.evaluate("innerWidth");
        self.number += 1;
        for (width, height) in SIZES {
            browser.viewport(width, height);
            let at = format!("{:02}-{name}-{}-{width}", self.number, self.language);
            self.faults.extend(browser.faults().into_iter().map(|fault| format!("{at}: {fault}")));
            if let Some(folder) = &self.folder {
                browser.screenshot_page(&folder.join(format!("{at}.png")));
            }
        }
        let (width, height) = if before == 390 { SIZES[1] } else { SIZES[0] };
        browser.viewport(width, height);
    }

    /// Nothing stood in anybody's way.
    pub(crate) fn close(self) {
        assert_eq!(self.faults, Vec::<String>::new());
    }
}
