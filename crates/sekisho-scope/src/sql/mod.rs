//! The same question for an engine that holds the logs already.

mod dialect;

pub use dialect::Engine;
use thiserror::Error;

use crate::question::Question;

/// Why a question can't be asked in SQL.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoSql {
    /// Nothing says where the logs are.
    #[error("name the files for duckdb and clickhouse, the table with a column `line` for athena")]
    NoPlace,
    /// A condition that is not said in SQL.
    #[error("{0} can't be asked in SQL; leave it out, or read the logs here")]
    Condition(&'static str),
    /// A name that is no table's.
    #[error("{0} is no name of a table; write table or database.table")]
    Table(String),
}

/// A line of the combined format: client, user, time, request, status, bytes, and the agent if it has one.
const LINE: &str = r#"^(\S+) \S+ (.*) \[(\d\d/[A-Z][a-z][a-z]/\d\d\d\d:\d\d:\d\d:\d\d [+-]\d\d\d\d)\] "(.*?)" (\d\d\d|-) (\d+|-)(?: "(?:.*?)" "(.*?)"(?: .*)?)?\r?$"#;

/// A request: method, target.
const REQUEST: &str = r"^([A-Z_]+) (\S.*?)(?: HTTP/\S*)?$";

/// Prints a question about logs in the combined format. The answer has a row for each set, and one for the lines that
/// were not understood: objects, then requests or lines.
pub fn emit(question: &Question, engine: Engine, places: &[String]) -> Result<String, NoSql> {
    check(question, engine, places)?;
    let group = |at| engine.group("line", LINE, at);
    let (method, target) = (engine.group("request", REQUEST, 1), engine.group("request", REQUEST, 2));
    let key = key(question, engine);
    let (fit, window) = (fit(question, engine)?, window(question));
    Ok(format!(
        "with lines as ({lines}),
split as (
  select {client} as client, {user} as who, {time} as written, {request} as request, {status} as code, {bytes} as length,
    {agent} as agent
  from lines where {is_line}),
entries as (
  select client, who, agent, {seconds} as ended, {method} as method, {target} as target,
    coalesce({code}, 0) as status, coalesce({length}, 0) as sent
  from split),
told as (
  select *, {key} as object, {window} as is_within, {fit} as fits, {class} as class
  from entries where ended is not null),
objects as (
  select object,
    count(*) filter (where is_within and fits and class <> 'nothing') as requests,
    count(*) filter (where is_within and fits is null and class <> 'nothing') as unclear,
    count(*) filter (where is_within and fits and class = 'whole') as wholes,
    coalesce(max(sent) filter (where is_within and fits and class = 'whole'), 0) as longest,
    coalesce(max(sent) filter (where is_within and fits and class = 'part'), 0) as part,
    coalesce(max(sent) filter (where not (is_within and fits is null) and not (is_within and coalesce(fits, false)) \
         and class = 'whole'), 0) as witness
  from told where object <> '' group by object),
verdicts as (
  select object, requests, unclear, case
      when wholes > 0 and longest >= witness then 'sent'
      when witness > 0 and part >= witness then 'sent'
      when requests > 0 then 'possibly'
      when unclear > 0 then 'cannot_tell' end as verdict
  from objects)
select verdict, objects, requests from (
  select verdict, count(*) as objects, sum(case when verdict = 'cannot_tell' then unclear else requests end) as requests
  from verdicts where verdict is not null group by verdict
  union all
  select 'unparsed' as verdict, 0 as objects,
    (select count(*) from lines where line <> '') - (select count(*) from entries where ended is not null) as requests
) as answer order by verdict;
",
        lines = engine.lines(places),
        client = group(1),
        user = group(2),
        time = group(3),
        request = group(4),
        status = group(5),
        bytes = group(6),
        agent = group(7),
        is_line = engine.matches("line", LINE),
        seconds = engine.seconds("written"),
        code = engine.number("code"),
        length = engine.number("length"),
        class = class(question, engine),
    ))
}

fn check(question: &Question, engine: Engine, places: &[String]) -> Result<(), NoSql> {
    if places.is_empty() {
        return Err(NoSql::NoPlace);
    }
    if !question.proxies.is_empty() {
        return Err(NoSql::Condition("--trust-proxy"));
    }
    let is_name = |place: &&String| place.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    match places.iter().find(|place| engine == Engine::Athena && !is_name(place)) {
        Some(place) => Err(NoSql::Table(place.clone())),
        None => Ok(()),
    }
}

fn key(question: &Question, engine: Engine) -> String {
    let Some(pattern) = &question.object else { return "target".into() };
    engine.group("target", pattern.as_str(), usize::from(pattern.captures_len() > 1))
}

fn window(question: &Question) -> String {
    let from = question.from.map(|from| format!("ended >= {from}"));
    let to = question.to.map(|to| format!("ended <= {to}"));
    all(from.into_iter().chain(to).collect())
}

/// True, false, or null where a line lacks what is asked: `and` keeps these apart as [`Question::fit`] does.
fn fit(question: &Question, engine: Engine) -> Result<String, NoSql> {
    let one_of = |column: &str, texts: &[String]| {
        let texts: Vec<_> = texts.iter().map(|text| engine.text(text)).collect();
        (!texts.is_empty()).then(|| format!("{column} in ({})", texts.join(", ")))
    };
    let within = question.clients.iter().map(|network| engine.within("client", *network));
    let within: Option<Vec<_>> = within.collect();
    let within = within.ok_or(NoSql::Condition("--client with an IPv6 network, in duckdb,"))?;
    let agents = question.agents.iter().map(|agent| engine.contains("agent", agent)).collect();
    let statuses = question.statuses.iter().map(|(low, high)| format!("status between {low} and {high}")).collect();
    let conditions = [
        one_of("method", &question.methods),
        any(statuses).map(|statuses| format!("case when status > 0 then {statuses} end")),
        any(within),
        one_of("who", &question.principals).map(|principals| format!("(who <> '-' and {principals})")),
        any(agents).map(|agents| format!("case when agent <> '' then agent <> '-' and {agents} end")),
    ];
    Ok(all(conditions.into_iter().flatten().collect()))
}

/// What was sent, as `Entry::delivery` has it.
fn class(question: &Question, engine: Engine) -> String {
    let named: Vec<_> = question.methods.iter().map(|method| engine.text(method)).collect();
    let plain = ["'GET'".to_owned()].into_iter().chain(named).collect::<Vec<_>>().join(", ");
    format!(
        "case when method in ('', 'HEAD') then 'nothing'
      when method not in ({plain}) and method in ('PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT') then 'nothing'
      when status <> 304 and (sent = 0 or status in (204, 205)) then 'nothing'
      when status not between 200 and 299 and status not in (0, 304, 460, 499) then 'nothing'
      when status = 304 or method not in ({plain}) then 'doubtful'
      when status in (0, 206, 460, 499) then 'part'
      else 'whole' end"
    )
}

fn all(conditions: Vec<String>) -> String {
    if conditions.is_empty() { "true".into() } else { format!("({})", conditions.join(" and ")) }
}

fn any(conditions: Vec<String>) -> Option<String> {
    (!conditions.is_empty()).then(|| format!("({})", conditions.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Vec<String> {
        vec!["logs.lines".into()]
    }

    #[test]
    fn what_can_not_be_said_is_refused() {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let trusting = Question { proxies, ..Question::default() };
        assert_eq!(emit(&trusting, Engine::DuckDb, &places()), Err(NoSql::Condition("--trust-proxy")));
        let six = Question { clients: vec!["2001:db8::/32".parse().unwrap()], ..Question::default() };
        assert!(emit(&six, Engine::DuckDb, &places()).is_err());
        assert!(emit(&six, Engine::ClickHouse, &places()).is_ok());
        assert_eq!(emit(&six, Engine::Athena, &[]), Err(NoSql::NoPlace));
        let injected = vec!["lines; drop table lines".to_owned()];
        assert!(matches!(emit(&six, Engine::Athena, &injected), Err(NoSql::Table(_))));
    }

    #[test]
    fn a_quote_in_a_condition_stays_within_its_literal() {
        let question = Question { agents: vec!["it's \\ '; drop".into()], ..Question::default() };
        let sql = emit(&question, Engine::ClickHouse, &places()).unwrap();
        assert!(sql.contains("'it''s \\\\ ''; drop'"), "{sql}");
        let sql = emit(&question, Engine::Athena, &places()).unwrap();
        assert!(sql.contains("strpos(agent, 'it''s \\ ''; drop') > 0"), "{sql}");
    }
}
