//! S3 server access logs, as an engine takes their lines apart.

use super::{Engine, unquoted};

/// A line: time, client, requester, identifier, operation, key, status, bytes, the object's size, and the agent if it has
/// one, with its quotes. A dash may stand for a text in quotes.
const LINE: &str = r#"^[^ ]* [^ ]* \[(\d\d/[A-Z][a-z][a-z]/\d\d\d\d:\d\d:\d\d:\d\d [+-]\d\d\d\d)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) (?:".*?"|[^" ][^ ]*) (\d\d\d|-) [^ ]* (\d+|-) (\d+|-) [^ ]* [^ ]* (?:".*?"|[^" ][^ ]*)(?: (".*?"|[^" ][^ ]*)(?: .*)?| .*)?\r?$"#;

/// An operation that sends an object elsewhere than to the client.
const ELSEWHERE: &str =
    r"^[^.]*[.](?:COPY[.](?:OBJECT_GET|PART_GET)|SELECT(?:[.].*)?|[^.]*[.](?:SELECT|OBJECT_SELECT))$";

/// An operation on an object itself.
const PLAIN: &str = r"^[^.]*[.](?:GET|HEAD|PUT|POST|DELETE)[.](?:OBJECT|OBJECT_TORRENT|PART)$";

/// Tables `split` and `entries`, from `lines`.
pub(super) fn entries(engine: Engine) -> String {
    let group = |at| engine.group("line", LINE, at);
    // DuckDB counts groups to nine. Without those for words and numbers, the agent's is the third.
    let fewer = LINE.replace("([^ ]*)", "[^ ]*").replace(r"(\d+|-)", r"(?:\d+|-)");
    format!(
        "split as (
  select {time} as written, {client} as client, {who} as who, {id} as identifier, {operation} as operation,
    {key} as name, {status} as code, {bytes} as length, {size} as whole, {agent} as quoted
  from lines where {is_line}),
entries as (
  select client, who, {bare} as agent, {seconds} as ended,
    case when {is_elsewhere} then 'GET' else {method} end as method,
    case when name <> '-' and ({is_elsewhere} or {is_plain}) then {decoded} else '' end as target,
    coalesce({code}, 0) as status, coalesce({length}, 0) as sent, {stated} as size,
    case identifier when '-' then '' else identifier end as id, {is_elsewhere} as elsewhere
  from split)",
        time = group(1),
        client = group(2),
        who = group(3),
        id = group(4),
        operation = group(5),
        key = group(6),
        status = group(7),
        bytes = group(8),
        size = group(9),
        agent = engine.group("line", &fewer, 3),
        is_line = engine.matches("line", LINE),
        bare = unquoted(engine, "quoted"),
        seconds = engine.seconds("written"),
        is_elsewhere = engine.matches("operation", ELSEWHERE),
        is_plain = engine.matches("operation", PLAIN),
        method = engine.group("operation", "^[^.]*[.]([^.]*)", 1),
        // What the request had encoded already is encoded once more.
        decoded = engine.decoded(&engine.decoded("name")),
        code = engine.number("code"),
        length = engine.number("length"),
        stated = engine.number("whole"),
    )
}
