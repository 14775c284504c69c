//! Whose documents were opened, asked on a wide screen and on a phone.

use super::{Scene, Served};

/// Asks about a site's documents, in both languages.
pub(super) fn asked(served: &Served, scene: &mut Scene<'_>) {
    scene.browser.navigate(&format!("{}/watch/scope", served.origin));
    scene.take("officer-scope");
    scene.take_whole("officer-scope");
    scene.browser.evaluate("document.querySelector('#site').value = 'sample-dating'");
    scene.browser.type_into("#to", "");
    scene.browser.click("button.main");
    scene.browser.wait_for_text("判別できないこと");
    scene.take("officer-scope-answer");
    scene.take_whole("officer-scope-answer");
    scene.browser.type_into("#finding", "0");
    scene.browser.click("button.main");
    scene.browser.wait_for_text("検知ではありません");
    scene.take("officer-scope-wrong");
    scene.browser.navigate(&format!("{}/watch/scope", served.origin));
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("Whose documents were opened");
    scene.browser.click("button.main");
    scene.browser.wait_for_text("What can't be told");
    scene.take_whole("officer-scope-answer-english");
    scene.browser.navigate(&format!("{}/watch/scope", served.origin));
    scene.browser.click("button[name=lang]");
    scene.browser.wait_for_text("誰の書類が開かれたか");
}
