//! `sekisho scope packets`: which records were sent, from captured packets.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use regex::{Regex, bytes};
use sekisho_core::entropy::fresh;
use sekisho_scope::{
    Network, Template,
    packets::{FromLog, KNOWN, Kinds, Plan, Question, Server, Stores, scope},
};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    conditions::upper,
    packets_in_words,
    telling::{Span, Telling},
    working::Means,
};
use crate::cli::refuse;

/// Which records were sent: confirmed, and at most
#[derive(Debug, Args)]
#[command(after_help = "\
Reads pcap and pcapng, also packed with gzip or zstd; many files in any order. It puts connections together again, reads \
HTTP/1 out of them, and counts each record once that the responses hold. It needs no service and changes nothing.

The steps of an investigation: --windows-from takes an access log and --object what to look for in it, e.g. a web \
shell; the packets of those times are read; the records in the responses are counted by kind. A request in the log of \
which there are no packets is told.

Confirmed: in a response that was put together and read whole. At most: besides, what other responses hold, and where \
more may have been sent, what --stores says that there was. docs/SCOPE.md says what counts how.

The list for --stores is CSV with the columns store, kind, held, within, reached_by: a row for each store and kind, how \
many records it held, the store that contains it, and a pattern for the requests that reach it (held against target, \
blank, request body).

--objects FILE writes a line of CSV for each response that was put together and read whole to FILE, for each other one \
to FILE.possibly, and for each request without a response and each connection that can't be read to FILE.cannot_tell; \
sorted by time. Its fields: time, what it is, client, server, method, target (of the query only the names), status, why \
it isn't whole, stores, and how many records of each kind it held (?= if only possibly).

Found values are never told; --reveal tells them with stars for all but the last four characters, in the lists too.

Examples:
  sekisho scope packets capture*.pcap.gz --windows-from access.log --object '^/img/up\\.php' --slack 5 --stores stores.csv
  sekisho scope packets capture.pcapng --server 192.0.2.0/24:80 --from 2021-08-02 --to 2021-08-03T12:00:00 --json
  sekisho scope packets capture.pcap --column name=氏名 --pattern member='M[0-9]{8}' --path '^/admin/' --lang ja
  sekisho scope packets capture*.pcap --objects responses.csv --inventory shop.toml --json

Exit status: 0 no record was sent and the packets leave nothing open, 1 some were or may have been, 2 a file can't be \
read or something was asked wrongly.")]
pub(super) struct PacketsArgs {
    /// Files of packets
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The client's address lies in this network, IPv4 or IPv6
    #[arg(long, value_name = "CIDR")]
    client: Vec<Network>,
    /// The server is this: a network, an address, either with a port
    #[arg(long, value_name = "CIDR[:PORT]")]
    server: Vec<Server>,
    /// The request's target, path and query, matches
    #[arg(long, value_name = "REGEX")]
    path: Option<bytes::Regex>,
    /// The method, e.g. POST
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    method: Vec<String>,
    #[command(flatten)]
    span: Span,
    /// An access log: only the times of its requests count that meet --object, --client and --method
    #[arg(long, value_name = "LOG")]
    windows_from: Vec<PathBuf>,
    /// The object in the log, path and query, matches
    #[arg(long, value_name = "REGEX", requires = "windows_from")]
    object: Option<bytes::Regex>,
    /// The log's format, if it is none that is known: nginx's log_format, or Apache's LogFormat
    #[arg(long, value_name = "TEXT", requires = "windows_from")]
    log_format: Option<Template>,
    /// So many seconds before and behind each request of the log count too
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = clap::value_parser!(i64).range(0..86_400))]
    slack: i64,
    /// Kinds to look for by their form: card, phone, address, mail; all without it
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<String>,
    /// A kind of your own; the pattern's first group, or all of it, is the value
    #[arg(long, value_name = "NAME=REGEX", value_parser = own_pattern)]
    pattern: Vec<(String, Regex)>,
    /// A kind by the column or field it stands in, e.g. name=氏名, name=full_name
    #[arg(long, value_name = "NAME=COLUMN", value_parser = column)]
    column: Vec<(String, String)>,
    /// What the stores held: CSV with columns store, kind, held, within, reached_by
    #[arg(long, value_name = "FILE")]
    stores: Option<PathBuf>,
    /// Write a line for each response: when, between whom, what was asked, how many records it held
    #[arg(long, value_name = "FILE")]
    objects: Option<PathBuf>,
    /// Search requests too: what was sent there
    #[arg(long)]
    requests: bool,
    /// Tell found values, with stars for all but their last four characters
    #[arg(long)]
    reveal: bool,
    /// Megabytes of one content that are searched, unpacked
    #[arg(long, value_name = "MB", default_value = "1024")]
    content: u64,
    #[command(flatten)]
    means: Means,
    #[command(flatten)]
    telling: Telling,
}

fn named(text: &str) -> Result<(&str, &str), String> {
    let whole = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    whole.ok_or_else(|| format!("{text} lacks a name or what it stands for; write NAME=…"))
}

fn own_pattern(text: &str) -> Result<(String, Regex), String> {
    let (name, pattern) = named(text)?;
    Ok((name.into(), Regex::new(pattern).map_err(|why| why.to_string())?))
}

fn column(text: &str) -> Result<(String, String), String> {
    named(text).map(|(name, column)| (name.into(), column.into()))
}

/// Runs `sekisho scope packets …`.
pub(super) fn run(args: &PacketsArgs) -> ExitCode {
    let plan = match args.plan() {
        Ok(plan) => plan,
        Err(why) => return refuse(why),
    };
    args.telling.tell(
        |progress| scope(&args.files, &plan, progress),
        |answer, lang, out| packets_in_words::print(answer, lang, args.objects.as_deref(), out),
    )
}

impl PacketsArgs {
    fn plan(&self) -> Result<Plan, String> {
        let stores = self.stores.as_ref().map(|path| {
            let named = |why| format!("{}: {why}", path.display());
            Stores::read(path).map_err(named)
        });
        Ok(Plan {
            question: self.question()?,
            log: (!self.windows_from.is_empty()).then(|| self.log()).transpose()?,
            kinds: self.kinds()?,
            stores: stores.transpose()?.unwrap_or_default(),
            requests: self.requests,
            reveal: self.reveal,
            objects: self.objects.clone(),
            silence: self.means.silence(),
            content: self.content << 20,
            threads: self.means.threads(),
            memory: self.means.memory(),
            spill: self.means.spill.clone(),
            ..Plan::new(fresh(&mut SystemEntropy))
        })
    }

    fn question(&self) -> Result<Question, String> {
        let (from, to) = self.span.bounds()?;
        let (clients, servers, methods) = (self.client.clone(), self.server.clone(), upper(&self.method));
        Ok(Question { clients, servers, path: self.path.clone(), methods, from, to })
    }

    fn log(&self) -> Result<FromLog, String> {
        let Question { clients, methods, from, to, .. } = self.question()?;
        let object = self.object.clone();
        let question =
            sekisho_scope::Question { clients, object, methods, from, to, ..sekisho_scope::Question::default() };
        let format = self.log_format.clone().map(sekisho_scope::Format::Template);
        Ok(FromLog { files: self.windows_from.clone(), format, question, slack: self.slack })
    }

    fn kinds(&self) -> Result<Kinds, String> {
        let all = || KNOWN.map(String::from).to_vec();
        let known = if self.kind.is_empty() { all() } else { self.kind.clone() };
        Kinds::new(&known, self.pattern.clone(), self.column.clone()).map_err(|why| why.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::working::parsed, *};

    fn plan(words: &str) -> Result<Plan, String> {
        parsed::<PacketsArgs>(words).and_then(|args| args.plan())
    }

    #[test]
    fn conditions_become_a_plan() {
        let plan = plan("--client 203.0.113.0/24 --server 192.0.2.1:80 --method get --from 2021-04-20 --windows-from a.log --object ^/x --pattern id=[0-9]+ --column name=氏名").unwrap();
        assert_eq!((plan.question.clients.len(), plan.question.servers.len()), (1, 1));
        assert_eq!(plan.question.methods, ["GET"]);
        let log = plan.log.unwrap();
        assert_eq!((log.slack, log.question.from, log.question.clients.len()), (5, plan.question.from, 1));
        assert_eq!((plan.memory, plan.content, plan.reveal), (512 << 20, 1 << 30, false));
    }

    #[test]
    fn what_is_asked_wrongly_is_refused_with_a_way_out() {
        for (words, part) in [
            ("--from 2021-04-21 --to 2021-04-20", "--from lies behind --to"),
            ("--server host", "write 203.0.113.0/24"),
            ("--object ^/x", "--windows-from"),
            ("--kind name", "a pattern or a column"),
            ("--pattern card=x", "another name"),
            ("--pattern x", "write NAME="),
            ("--path (", "unclosed group"),
        ] {
            let why = plan(words).unwrap_err();
            assert!(why.contains(part), "{words}: {why}");
        }
    }
}
