//! Lines of the combined format, as an engine takes them apart.

use super::{Engine, REQUEST, path};

/// A line: client, user, time, request, status, bytes, and the agent if it has one.
const LINE: &str = r#"^(\S+) \S+ (.*) \[(\d\d/[A-Z][a-z][a-z]/\d\d\d\d:\d\d:\d\d:\d\d [+-]\d\d\d\d)\] "(.*?)" (\d\d\d|-) (\d+|-)(?: "(?:.*?)" "(.*?)"(?: .*)?)?\r?$"#;

/// Tables `split` and `entries`, from `lines`. It states no sizes, has no identifiers and tells of no copies.
pub(super) fn entries(engine: Engine) -> String {
    let group = |at| engine.group("line", LINE, at);
    format!(
        "split as (
  select {client} as client, {user} as who, {time} as written, {request} as request, {status} as code, {bytes} as length,
    {agent} as agent
  from lines where {is_line}),
entries as (
  select client, who, agent, {seconds} as ended, {method} as method, {target} as target,
    coalesce({code}, 0) as status, coalesce({length}, 0) as sent, {size} as size, '' as id, false as elsewhere
  from split)",
        client = group(1),
        user = group(2),
        time = group(3),
        request = group(4),
        status = group(5),
        bytes = group(6),
        agent = group(7),
        is_line = engine.matches("line", LINE),
        seconds = engine.seconds("written"),
        method = engine.group("request", REQUEST, 1),
        target = path(engine, &engine.group("request", REQUEST, 2)),
        code = engine.number("code"),
        length = engine.number("length"),
        size = engine.number("''"),
    )
}
