//! The same question for an engine that holds the logs already.

mod alb;
mod combined;
mod dialect;
mod s3;

pub use dialect::Engine;
use thiserror::Error;

use crate::{format::Format, question::Question};

/// Why a question can't be asked in SQL.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoSql {
    /// Nothing says where the logs are.
    #[error("name the files for duckdb and clickhouse, the table with a column `line` for athena")]
    NoPlace,
    /// A condition that is not said in SQL.
    #[error("{0} can't be asked in SQL; leave it out, or read the logs here")]
    Condition(&'static str),
    /// A format about which nothing is asked in SQL.
    #[error("logs in the format {0} can't be asked about in SQL, only combined, s3 and alb; read them here")]
    Format(String),
    /// A name that is no table's.
    #[error("{0} is no name of a table; write table or database.table")]
    Table(String),
}

/// Prints a question about logs in the combined format, S3 server access logs, or those of balancers. The answer has a
/// row for each set, and one for the lines that were not understood: objects, then requests or lines.
///
/// # Errors
/// See [`NoSql`].
pub fn emit(question: &Question, format: &Format, engine: Engine, places: &[String]) -> Result<String, NoSql> {
    check(question, engine, places)?;
    let entries = match format {
        Format::Combined => combined::entries(engine),
        Format::S3 => s3::entries(engine),
        Format::Alb => alb::entries(engine),
        other => return Err(NoSql::Format(other.name().into_owned())),
    };
    let (key, fit, window) = (key(question, engine), fit(question, engine)?, window(question));
    let asked = "is_within and fits and class <> 'nothing'";
    let open = "is_within and fits is null and class <> 'nothing'";
    // Answers to others tell sizes only where the question is such that there are others: `Question::is_narrow`.
    let others = format!(
        "{} and not (is_within and fits is null) and not (is_within and coalesce(fits, false))",
        question.is_narrow()
    );
    Ok(format!(
        "with lines as ({lines}),
{entries},
told as (
  select *, {key} as object, {window} as is_within, {fit} as fits, {class} as class
  from entries where ended is not null),
objects as (
  select object,
    {requests} as requests,
    {unclear} as unclear,
    count(*) filter (where is_within and fits and class = 'whole') as wholes,
    coalesce(max(sent) filter (where is_within and fits and class = 'whole'), 0) as longest,
    coalesce(max(sent) filter (where is_within and fits and class = 'part'), 0) as part,
    coalesce(max(sent) filter (where {others} and class = 'whole'), 0) as witness,
    max(size) filter (where {others} or is_within and coalesce(fits, true)) as stated
  from told where object <> '' group by object),
sizes as (select *, case when stated is null and witness > 0 then witness else stated end as known from objects),
verdicts as (
  select object, requests, unclear, case
      when wholes > 0 and (known is null or longest >= known) then 'sent'
      when part > 0 and part >= known then 'sent'
      when requests > 0 then 'possibly'
      when unclear > 0 then 'cannot_tell' end as verdict
  from sizes)
select verdict, objects, requests from (
  select verdict, count(*) as objects, sum(case when verdict = 'cannot_tell' then unclear else requests end) as requests
  from verdicts where verdict is not null group by verdict
  union all
  select 'unparsed' as verdict, 0 as objects,
    (select count(*) from lines where line <> '') - (select count(*) from entries where ended is not null) as requests
) as answer order by verdict;
",
        lines = engine.lines(places),
        class = class(question, engine),
        requests = once(asked, "class, ' ', cast(case class when 'doubtful' then 0 else sent end as varchar)"),
        unclear = once(open, "''"),
    ))
}

/// A request: method, target.
const REQUEST: &str = r"^([A-Z_]+) (\S.*?)(?: HTTP/\S*)?$";

/// A text in quotes, or a dash without, as it is without them.
fn unquoted(engine: Engine, column: &str) -> String {
    engine.group(column, "^\"?(.*?)\"?$", 1)
}

/// A target without the scheme and the host that requests to proxies and balancers have.
fn path(engine: Engine, target: &str) -> String {
    const WHOLE: &str = "^[^/:]{1,5}://[^/]*(.*)$";
    let (is_whole, behind) = (engine.matches(target, WHOLE), engine.group(target, WHOLE, 1));
    format!("case when {is_whole} then case {behind} when '' then '/' else {behind} end else {target} end")
}

/// How many requests meet a condition: one that has an identifier counts once, as `Reader` has it.
fn once(condition: &str, share: &str) -> String {
    format!(
        "count(*) filter (where {condition} and id = '') + \
         count(distinct concat(id, ' ', cast(status as varchar), ' ', {share})) filter (where {condition} and id <> '')"
    )
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
      when status in (204, 205) then 'nothing'
      when status <> 304 and sent = 0 and (coalesce(size, 1) <> 0 or status not between 200 and 299 or status = 206)
        then 'nothing'
      when status not between 200 and 299 and status not in (0, 304, 460, 499) then 'nothing'
      when status = 304 or elsewhere or method not in ({plain}) then 'doubtful'
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

impl NoSql {
    /// The reason as a word that stays the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPlace => "no_place",
            Self::Condition(_) => "condition_not_in_sql",
            Self::Format(_) => "format_not_in_sql",
            Self::Table(_) => "no_table_name",
        }
    }
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
        assert_eq!(
            emit(&trusting, &Format::Combined, Engine::DuckDb, &places()),
            Err(NoSql::Condition("--trust-proxy"))
        );
        let six = Question { clients: vec!["2001:db8::/32".parse().unwrap()], ..Question::default() };
        assert!(emit(&six, &Format::S3, Engine::DuckDb, &places()).is_err());
        assert!(emit(&six, &Format::S3, Engine::ClickHouse, &places()).is_ok());
        assert_eq!(emit(&six, &Format::S3, Engine::Athena, &[]), Err(NoSql::NoPlace));
        let injected = vec!["lines; drop table lines".to_owned()];
        assert!(matches!(emit(&six, &Format::S3, Engine::Athena, &injected), Err(NoSql::Table(_))));
        let trail = emit(&six, &Format::CloudTrail, Engine::ClickHouse, &places());
        assert_eq!(trail.map_err(|why| why.code()), Err("format_not_in_sql"));
        let docker = "docker+combined".parse::<crate::Named>().unwrap().format(None, &[]).unwrap();
        let wrapped = emit(&Question::default(), &docker, Engine::DuckDb, &places());
        assert_eq!(
            wrapped,
            Err(NoSql::Format("docker+combined".into())),
            "its lines aren't those of the format within"
        );
    }

    #[test]
    fn a_quote_in_a_condition_stays_within_its_literal() {
        let question = Question { agents: vec!["it's \\ '; drop".into()], ..Question::default() };
        let sql = emit(&question, &Format::Combined, Engine::ClickHouse, &places()).unwrap();
        assert!(sql.contains("'it''s \\\\ ''; drop'"), "{sql}");
        let sql = emit(&question, &Format::Combined, Engine::Athena, &places()).unwrap();
        assert!(sql.contains("strpos(agent, 'it''s \\ ''; drop') > 0"), "{sql}");
    }
}
