//! Who asked, from what stands before the time in the combined format and its kin.

use super::scan::{Scan, or_dash};
use crate::network::Address;

/// Who asked.
pub(super) struct Names<'l> {
    pub(super) client: &'l [u8],
    /// For whom, if that stands before the client.
    pub(super) forwarded: Option<&'l [u8]>,
    pub(super) user: &'l [u8],
}

/// Who asked, from `client - user`, perhaps with a virtual host before it, or with X-Forwarded-For: of addresses behind
/// each other the last is the peer's, and a list's others are whom it speaks for. What a user's name holds counts for
/// nothing: that can be chosen.
#[inline]
pub(super) fn names(who: &[u8]) -> Names<'_> {
    let mut scan = Scan(who);
    let (mut client, mut list) = (scan.word().unwrap_or_default(), None);
    while client.ends_with(b",") || is_before_client(scan) {
        let begins = client.ends_with(b",") || client.starts_with(b"\"");
        list = list.or(begins.then(|| offset(who, client)));
        let Some(next) = scan.word() else { break };
        client = next;
    }
    let forwarded = list.map(|from| bare(who[from..offset(who, client)].trim_ascii()));
    scan.word();
    Names { client: or_dash(bare(client)), forwarded, user: scan.0 }
}

/// Whether another address follows, or a name that can be nothing but the client's: `name - user` is what is left.
fn is_before_client(mut rest: Scan<'_>) -> bool {
    let Some(next) = rest.word() else { return false };
    let is_address = next.starts_with(b"\"") || Address::parse(bare(next)).is_some();
    is_address || next != b"-" && rest.word() == Some(b"-") && !rest.0.is_empty()
}

/// Where in a text a part of it begins.
fn offset(text: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// An address, or several, without quotes around them and a comma behind them.
fn bare(word: &[u8]) -> &[u8] {
    let word = word.strip_suffix(b",").unwrap_or(word);
    let word = word.strip_prefix(b"\"").unwrap_or(word);
    word.strip_suffix(b"\"").unwrap_or(word)
}
