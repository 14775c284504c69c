//! What is weak in an installation, with why it matters and how to mend it.
//!
//! Each thing that is looked for is a file: its rows (id, weight, why, how to mend), what is read, and a judgement that
//! a test can feed. Nothing is written anywhere, and what can't be read is said to be so, never to be fine.

#[cfg(feature = "tls")]
mod certificates;
mod clock;
mod data;
mod database;
mod dumps;
mod expiry;
mod hibernation;
mod keystore;
mod machine;
mod medium;
mod mounts;
mod people;
mod processes;
mod proxy;
mod remark;
mod review;
mod serving;
mod sites;
mod swap;
mod url;
mod volumes;
mod witness;

use std::path::PathBuf;

use sekisho_core::time::Timestamp;
use sekisho_keeper::survey::Survey;
use sekisho_sys::clock::discipline;

pub use machine::Machine;
pub use processes::Kernel;
pub use remark::{CannotTell, Fixed, Remark, Row, Severity, Told, Words};
pub use url::{NotAUrl, Url};

use crate::{client::Client, supervisor::Standing};

/// What is to be looked at.
#[derive(Debug)]
pub struct Subject {
    /// The machine.
    pub machine: Machine,
    /// What its kernel gives.
    pub kernel: Kernel,
    /// The data folder, resolved.
    pub data: PathBuf,
    /// The keystore's file, resolved.
    pub keystore: PathBuf,
    /// What the clock shows.
    pub now: Timestamp,
    /// The gate as members reach it, if it is to be tried.
    pub gate: Option<Url>,
    /// The desk as the staff reaches it, if its certificate is to be looked at.
    pub desk: Option<Url>,
    /// Certificates in PEM files.
    pub certificates: Vec<PathBuf>,
    /// What speaks to the gate.
    pub client: Client,
}

/// Everything that is looked for, in the order in which it is told.
pub fn rows() -> Vec<&'static Row> {
    let rows: [&[&Row]; 15] = [
        &[&processes::KERNEL, &processes::UNCONFINED, &processes::PROCESS, &processes::DOWN, &processes::OLD_KERNEL],
        &[&processes::SHARED_USER, &processes::KEY_MEMORY, &processes::RESTARTED, &processes::STOPPED],
        &[&medium::COPY_ON_WRITE, &medium::SNAPSHOT, &medium::NETWORK, &medium::FLEETING, &medium::SAME_DISK],
        &[&medium::FLASH, &medium::LENT, &medium::BACKED_UP, &keystore::MODE, &keystore::LINKS, &keystore::SPARSE],
        &[&keystore::INSIDE, &keystore::COST, &keystore::CUSTODIANS, &keystore::SHARES_USED],
        &[&keystore::LOCKED_DOWN, &keystore::STRANGER],
        &[&data::MODE, &data::SPACE, &data::NETWORK, &data::JOURNAL, &database::NEWER, &database::OLDER],
        &[&swap::SWAP, &hibernation::HIBERNATION, &dumps::KERNEL_DUMP, &dumps::CORE_PATTERN, &dumps::PTRACE],
        &[&clock::UNKEPT, &clock::BEHIND, &clock::GAP, &clock::LOCAL_RTC],
        &[&witness::NONE, &witness::SILENT, &witness::CONTRADICTS, &witness::FORGOTTEN],
        &[
            &serving::PROXY,
            &serving::PLAIN,
            &serving::TEST,
            &serving::LOG,
            &serving::DESK,
            &proxy::SPOOLS,
            &serving::PRINT,
        ],
        certificates_rows(),
        &[&review::GAP, &review::HOLIDAYS, &review::NEW_YEAR, &expiry::POLICY, &expiry::KIND, &expiry::LAW],
        &[&expiry::RETENTION, &sites::SECRET, &sites::OUTBOX, &people::FOUNDING, &people::OFFICERS],
        &[
            &people::ONE_PERSON,
            &people::REVIEWERS,
            &people::ADMINISTRATORS,
            &people::INVITATIONS,
            &people::ROTA,
            &people::PAUSED,
        ],
    ];
    rows.concat()
}

#[cfg(feature = "tls")]
const fn certificates_rows() -> &'static [&'static Row] {
    &[&certificates::ENDS]
}

#[cfg(not(feature = "tls"))]
const fn certificates_rows() -> &'static [&'static Row] {
    &[]
}

/// Looks at everything, the heaviest first.
pub fn examine(subject: &Subject) -> Vec<Remark> {
    let survey = database::read(&subject.data);
    let running = processes::running(&subject.machine, &subject.data);
    let standing = running.as_ref().ok().and_then(|running| running.as_ref()?.1.as_ref().ok());
    let mut remarks = of_machine(subject, survey.as_ref().ok());
    remarks.extend(processes::examine(&subject.machine, subject.kernel, &running));
    remarks.extend(standing.map(serving::examine).unwrap_or_default());
    match &survey {
        Ok(survey) => remarks.extend(of_installation(subject, survey)),
        Err(untold) => remarks.extend(untold.iter().cloned()),
    }
    remarks.extend(subject.gate.iter().flat_map(|gate| proxy::examine(gate, &subject.client)));
    remarks.extend(of_certificates(subject, standing));
    remarks.sort_by_key(|remark| remark.severity);
    remarks
}

fn of_machine(subject: &Subject, survey: Option<&Survey>) -> Vec<Remark> {
    let Subject { machine, data, keystore, now, .. } = subject;
    let owner = survey.and_then(|survey| survey.installation.as_ref());
    let owner = owner.map(|owner| keystore::Owner { keeper: owner.keeper, test: owner.test });
    let confirmed = survey.and_then(|survey| survey.confirmed);
    [
        medium::examine(machine, keystore, data),
        keystore::examine(keystore, data, owner),
        data::examine(machine, data),
        swap::examine(machine),
        hibernation::examine(machine),
        dumps::examine(machine),
        clock::examine(machine, discipline(), confirmed, *now),
    ]
    .concat()
}

fn of_installation(subject: &Subject, survey: &Survey) -> Vec<Remark> {
    let now = subject.now;
    let mut remarks = [
        witness::examine(survey, now),
        review::examine(&survey.policies, now),
        expiry::examine(&survey.policies, now),
        sites::examine(survey, &subject.data, now),
        people::examine(survey, now),
    ]
    .concat();
    remarks.extend(database::examine(survey));
    remarks
}

/// The files that were named, the servers that were named, and the doors that end TLS themselves.
#[cfg(feature = "tls")]
fn of_certificates(subject: &Subject, standing: Option<&Standing>) -> Vec<Remark> {
    let now = subject.now;
    let files = subject.certificates.iter().flat_map(|path| certificates::in_file(path, now));
    let named = [&subject.gate, &subject.desk].into_iter().flatten().filter(|url| url.tls());
    let named = named.flat_map(|url| certificates::at_server(&url.to_string(), url.server(), now));
    let doors = standing.into_iter().flat_map(|standing| [&standing.gate, &standing.desk]);
    files.chain(named).chain(doors.flat_map(|door| certificates::at_door(door, now))).collect()
}

#[cfg(not(feature = "tls"))]
fn of_certificates(_: &Subject, _: Option<&Standing>) -> Vec<Remark> {
    Vec::new()
}

#[cfg(test)]
fn survey_for_test() -> Survey {
    Survey {
        installation: None,
        schema: sekisho_keeper::db::NEWEST,
        newest_schema: sekisho_keeper::db::NEWEST,
        confirmed: None,
        in_use: false,
        has_rota: true,
        paused: false,
        staff: Vec::new(),
        invitations: Vec::new(),
        sites: Vec::new(),
        policies: Vec::new(),
        waiting: Vec::new(),
        witnesses: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn every_row_has_an_id_of_its_own_and_says_why_and_how() {
        let ids: BTreeSet<_> = rows().iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), rows().len());
        for row in rows() {
            let plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(row.id.strip_prefix("D-").is_some_and(plain), "{}", row.id);
            assert_ne!(row.severity, Severity::CannotTell, "{}", row.id);
            for text in [row.why.en, row.why.ja, row.mend.en, row.mend.ja] {
                assert!(text.len() > 20, "{}: {text}", row.id);
            }
        }
    }

    /// How many rows stand in the files of a folder and of those below it.
    fn written(folder: &Path) -> usize {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let count = |path: PathBuf| match path.is_dir() {
            true => written(&path),
            false => fs::read_to_string(path).unwrap().matches(": Row = Row {").count(),
        };
        paths.map(count).sum()
    }

    /// A row that nobody lists would be told and stand in no paper.
    #[test]
    fn every_row_that_is_written_is_listed() {
        let written = written(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/doctor"));
        assert_eq!(written - usize::from(cfg!(not(feature = "tls"))), rows().len() + 1, "this text is counted too");
    }

    /// The table in docs/OPERATIONS.md, as it must stand there.
    fn table() -> String {
        let head = "| Id | Weight | Why it matters |\n|---|---|---|\n".to_owned();
        let line = |row: &&Row| format!("| `{}` | {} | {} |\n", row.id, row.severity.word(), row.why.en);
        head + &rows().iter().map(line).collect::<String>()
    }

    #[cfg(feature = "tls")]
    #[test]
    fn the_paper_lists_what_is_looked_for() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATIONS.md");
        let text = fs::read_to_string(&path).unwrap();
        let (begin, end) = ("<!-- doctor:begin -->\n", "<!-- doctor:end -->");
        let (before, rest) = text.split_once(begin).unwrap();
        let (inside, after) = rest.split_once(end).unwrap();
        if std::env::var_os("SEKISHO_WRITE_DOCTOR").is_some() {
            return fs::write(&path, [before, begin, &table(), end, after].concat()).unwrap();
        }
        assert!(inside == table(), "run this test with SEKISHO_WRITE_DOCTOR=1 and commit docs/OPERATIONS.md");
    }
}
