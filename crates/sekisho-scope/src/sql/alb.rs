//! Access logs of Application Load Balancers, and of classic ones, as an engine takes their lines apart.

use super::{Engine, REQUEST, path, unquoted};

/// A line: kind of connection (none: a classic balancer), time, client with its port, status, bytes, request, and the
/// agent if it has one, with its quotes. Times are as these logs have them, in UTC.
const LINE: &str = r#"^((?:https?|h2|grpcs|wss?) )?(\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.]\d+)?Z [^ ]* ([^ ]*) [^ ]* [^ ]* [^ ]* [^ ]* (\d\d\d|-) [^ ]* [^ ]* (\d+) "(.*?)"(?: (".*?") .*| ".*)?\r?$"#;

/// Tables `split` and `entries`, from `lines`. It states no sizes, has no identifiers, tells of no copies and doesn't
/// know who asked.
pub(super) fn entries(engine: Engine) -> String {
    let group = |at| engine.group("line", LINE, at);
    let bytes = engine.number("length");
    format!(
        "split as (
  select {kind} as kind, {time} as written, {peer} as peer, {code} as code, {length} as length, {request} as request,
    {agent} as quoted
  from lines where {is_line}),
entries as (
  select {client} as client, nullif('', '') as who, {bare} as agent, {seconds} as ended, {method} as method,
    {target} as target, coalesce({status}, 0) as status,
    case when kind = '' then coalesce({bytes}, 0) else greatest(coalesce({bytes}, 0) - 1, 0) end as sent, {size} as size,
    '' as id, false as elsewhere
  from split)",
        kind = group(1),
        time = group(2),
        peer = group(3),
        code = group(4),
        length = group(5),
        request = group(6),
        agent = group(7),
        is_line = engine.matches("line", LINE),
        client = engine.group("peer", "^(.*?)(?::[^:]*)?$", 1),
        bare = unquoted(engine, "quoted"),
        seconds = engine.seconds_of_utc("written"),
        method = engine.group("request", REQUEST, 1),
        target = path(engine, &engine.group("request", REQUEST, 2)),
        status = engine.number("code"),
        size = engine.number("''"),
    )
}
