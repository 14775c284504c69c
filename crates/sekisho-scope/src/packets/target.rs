//! A request's target as a list of responses may tell it: without what was found, which is in no output.

use super::{
    find::{Kinds, Table},
    spelling::plain,
    text::Block,
};
use crate::tally::printable;

/// Stands for what isn't told.
const HIDDEN: &str = "…";

/// A target's path, with its escapes resolved, as values are compared with it.
pub(super) fn path(target: &[u8]) -> String {
    plain(&String::from_utf8_lossy(cut(target).0), true).into_owned()
}

/// The path, and of the query the names. A part in which a kind is found isn't told; of a path that `is_held`, i.e. that
/// holds what its response holds, nothing is.
pub(super) fn shown(target: &[u8], kinds: &Kinds, is_held: bool) -> String {
    let (path, query) = cut(target);
    let told = parts(path, b'/', |part| told(part, kinds));
    let is_told = !is_held && !holds(told.as_bytes(), kinds);
    let told = if is_told { told } else { format!("/{HIDDEN}") };
    let name = |field: &[u8]| match field.iter().position(|byte| *byte == b'=') {
        Some(end) => format!("{}={HIDDEN}", self::told(&field[..end], kinds)),
        None => HIDDEN.to_owned(),
    };
    query.map_or(told.clone(), |query| format!("{told}?{}", parts(query, b'&', name)))
}

fn cut(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    match target.iter().position(|byte| *byte == b'?') {
        Some(at) => (&target[..at], Some(&target[at + 1..])),
        None => (target, None),
    }
}

fn parts(text: &[u8], between: u8, told: impl Fn(&[u8]) -> String) -> String {
    let parts: Vec<_> = text.split(|byte| *byte == between).map(told).collect();
    parts.join(&char::from(between).to_string())
}

fn told(part: &[u8], kinds: &Kinds) -> String {
    if holds(part, kinds) { HIDDEN.to_owned() } else { printable(part) }
}

/// Whether any kind is found, or would be if no letters touched it: `order4111…` is no card where records are counted,
/// and still nothing to be told.
fn holds(text: &[u8], kinds: &Kinds) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = plain(&text, true);
    let apart = text.replace(|letter: char| letter.is_ascii_alphabetic(), " ");
    let mut is_any = false;
    for text in [&*text, &*apart] {
        kinds.each(Block::whole(text), &mut Table::default(), &mut |_, _, _, _| is_any = true);
    }
    is_any
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn told_of(target: &str) -> String {
        let known = super::super::KNOWN.map(String::from);
        let patterns = vec![("member".into(), Regex::new("M[0-9]{8}").unwrap())];
        shown(target.as_bytes(), &Kinds::new(&known, patterns, vec![("name".into(), "name".into())]).unwrap(), false)
    }

    #[test]
    fn a_path_is_told_and_of_a_query_only_names() {
        for (target, told) in [
            ("/img/up.php?db=tokens&q=1", "/img/up.php?db=…&q=…"),
            ("/photo/48211", "/photo/48211"),
            ("/a?whoami", "/a?…"),
            ("*", "*"),
            ("/a\\\u{7f}?", "/a\\x5C\\x7F?…"),
        ] {
            assert_eq!(told_of(target), told);
        }
    }

    #[test]
    fn what_is_looked_for_is_told_in_no_part_however_it_is_written() {
        for (target, told) in [
            ("/cards/4111111111111111/show", "/cards/…/show"),
            ("/cards/4111%2d1111%2D1111-1111", "/cards/…"),
            ("/M00000017/x?M00000017=1&taro%40example.jp=2", "/…/x?…=…&…=…"),
            ("/name=taro/x", "/…/x"),
            ("/tel/090-1234-5678", "/tel/…"),
            ("/f[order4111111111111111x]", "/…"),
            ("/a?id4111111111111111=1", "/a?…=…"),
        ] {
            assert_eq!(told_of(target), told);
        }
    }

    #[test]
    fn of_a_path_that_holds_what_its_response_holds_nothing_is_told() {
        assert_eq!(shown(b"/users/taro?a=b", &Kinds::default(), true), "/…?a=…");
        assert_eq!(path("/users/%E5%B1%B1?a=b".as_bytes()), "/users/山");
    }
}
