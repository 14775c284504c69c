//! What of ours is asked: the program that people run, or this one's own library.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
};

use sekisho_scope::{End, Plan, Progress, Question, bound, scope};

use crate::took::{Took, timed_to};

/// The question, as the program is asked.
const ASKED: [&str; 10] = [
    "--client",
    "203.0.113.0/24",
    "--method",
    "GET",
    "--status",
    "200",
    "--from",
    "2021-04-20",
    "--to",
    "2021-04-26T11:59:59",
];

/// Ours.
pub(crate) struct Ours(Option<PathBuf>);

impl Ours {
    /// The program after `--program`; without it, this one's library.
    pub(crate) fn told(words: &[String]) -> Self {
        let at = words.iter().position(|word| word == "--program");
        Self(at.and_then(|at| words.get(at + 1)).map(PathBuf::from))
    }

    /// What it is, for the report.
    pub(crate) fn name(&self) -> &'static str {
        match self.0 {
            Some(_) => "Ours is the program, `sekisho scope logs`, which overwrites whatever memory it gives back.",
            None => "Ours is the library in a program of its own, which overwrites no memory that it gives back.",
        }
    }

    /// One run, held against what is known: how many objects were sent or possibly sent.
    pub(crate) fn asked(&self, threads: usize, files: &[PathBuf], expected: &str) -> Result<Took, Box<dyn Error>> {
        // The program's status says that something was sent; the library in this program has none.
        let took = timed_to(&self.command(threads, files)?, i32::from(self.0.is_some()))?;
        let said = self.objects(&took.said)?;
        if said == expected { Ok(took) } else { Err(format!("we say {said}, there are {expected}").into()) }
    }

    fn command(&self, threads: usize, files: &[PathBuf]) -> Result<Vec<String>, Box<dyn Error>> {
        let named = |program: &Path, words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned());
            std::iter::once(program.display().to_string()).chain(words).collect::<Vec<_>>()
        };
        let threads = threads.to_string();
        let mut command = match &self.0 {
            Some(program) => {
                let how = ["scope", "logs", "--json", "--threads", &threads];
                named(program, &[&how[..], &ASKED].concat())
            }
            None => named(&env::current_exe()?, &["ask", &threads]),
        };
        command.extend(files.iter().map(|file| file.display().to_string()));
        Ok(command)
    }

    fn objects(&self, said: &str) -> Result<String, Box<dyn Error>> {
        if self.0.is_none() {
            return Ok(said.to_owned());
        }
        let answer: serde_json::Value = serde_json::from_str(said)?;
        let of = |set: &str| answer[set]["objects"].as_u64().ok_or("the answer counts no objects");
        Ok((of("sent")? + of("possibly")?).to_string())
    }
}

/// One run of the library; the first word is the number of threads. Prints how many objects were sent or possibly sent.
pub(crate) fn ask(words: &[String]) -> Result<(), Box<dyn Error>> {
    let (threads, files) = words.split_first().ok_or("no number of threads")?;
    let files: Vec<_> = files.iter().map(PathBuf::from).collect();
    let question = Question {
        clients: vec![ASKED[1].parse()?],
        methods: vec![ASKED[3].into()],
        statuses: vec![(200, 200)],
        from: Some(bound(ASKED[7], End::First)?),
        to: Some(bound(ASKED[9], End::Last)?),
        ..Question::default()
    };
    let plan = Plan { question, threads: threads.parse()?, ..Plan::default() };
    let answer = scope(&files, &plan, &Progress::default())?;
    eprintln!("{:?} {:?}", answer.sent, answer.lines.unparsed);
    println!("{}", answer.sent.set.objects + answer.possibly.objects);
    Ok(())
}
