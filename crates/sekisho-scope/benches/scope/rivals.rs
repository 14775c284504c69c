//! The same question to others: distinct paths that GET got with 200 by 203.0.113.0/24, from 20 April 2021 0:00:00 to
//! 26 April 11:59:59 in Japan. Each is given what makes it fastest: a literal prefix for the network, and times that
//! are compared as text, which is right within one month and zone.

/// One other tool.
pub(crate) struct Rival {
    /// Its name.
    pub(crate) name: &'static str,
    /// The command, to which the log's path is added.
    pub(crate) command: &'static [&'static str],
    /// Whether its last word is the count; else it can't express the question.
    pub(crate) counts: bool,
    /// How many rounds it takes part in.
    pub(crate) rounds: usize,
}

const POLARS: &str = r#"
import sys, polars as pl
lines = pl.scan_csv(sys.argv[1], has_header=False, separator="\x01", quote_char=None, new_columns=["l"])
got = lines.filter(pl.col("l").str.starts_with("203.0.113.")).select(
    pl.col("l").str.extract_groups(r'^\S+ \S+ \S+ \[(\S+) \+0900\] "GET (\S+) HTTP/[0-9.]+" 200 ').alias("g")).unnest("g")
got = got.filter(pl.col("1").is_between(pl.lit("20/Apr/2021:00:00:00"), pl.lit("26/Apr/2021:11:59:59")))
print(got.select(pl.col("2").n_unique()).collect(engine="streaming").item())
"#;

const DUCKDB: &str = r#"
import sys, duckdb
duckdb.execute('set enable_progress_bar = false')
print(duckdb.execute(r"""
select count(distinct g.p) from (
  select regexp_extract(l, '^\S+ \S+ \S+ \[(\S+) \+0900\] "GET (\S+) HTTP/[0-9.]+" 200 ', ['t', 'p']) as g
  from read_csv(?, columns={'l': 'VARCHAR'}, delim='\x01', quote='', escape='', header=false, auto_detect=false)
  where starts_with(l, '203.0.113.'))
where g.t between '20/Apr/2021:00:00:00' and '26/Apr/2021:11:59:59'""".replace(r"'\x01'", "'\x01'"), [sys.argv[1]]).fetchone()[0])
"#;

const GAWK: &str = r#"index($1, "203.0.113.") == 1 && $6 == "\"GET" && $9 == 200 {
  t = substr($4, 2); if (t >= "20/Apr/2021:00:00:00" && t <= "26/Apr/2021:11:59:59") seen[$7] } END { print length(seen) }"#;

/// Everybody.
pub(crate) const RIVALS: [Rival; 4] = [
    Rival { name: "Polars, streaming", command: &["python3", "-c", POLARS], counts: true, rounds: 3 },
    Rival { name: "gawk", command: &["gawk", GAWK], counts: true, rounds: 3 },
    Rival { name: "DuckDB", command: &["python3", "-c", DUCKDB], counts: true, rounds: 3 },
    Rival {
        name: "goaccess (its whole report: it can't be asked this)",
        command: &["goaccess", "--log-format=COMBINED", "--no-progress", "-o", "/dev/null", "-f"],
        counts: false,
        rounds: 1,
    },
];
