//! What `sekisho inspect --json` says of a picture, as far as it is judged.

use serde::{Deserialize, Serialize};

/// What becomes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is kept, masked.
    Accept,
    /// Not kept; another photograph may do.
    Retake,
    /// Not kept; it must not be sent.
    Refuse,
}

/// A kind, and how sure it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Kind {
    /// Its name.
    pub value: String,
    /// From 0 to 1.
    pub confidence: f32,
}

/// A machine-readable zone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Zone {
    /// Its lines, repaired.
    pub lines: Vec<String>,
    /// Whether every check digit is right.
    pub check_digits_ok: bool,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// `YYYY-MM-DD`.
    pub expiry_date: Option<String>,
}

/// A birth date.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Birth {
    /// `YYYY-MM-DD`.
    pub value: String,
}

/// Whether there is a My Number.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MyNumber {
    /// Whether anything says so.
    pub present: bool,
}

/// The answer about one file. What a program of an older version doesn't say is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    /// The file, as it was named.
    pub file: String,
    /// What becomes of it; nothing where the reader ended before its end.
    pub verdict: Option<Verdict>,
    /// Why.
    #[serde(alias = "code")]
    pub reason: Option<String>,
    /// What it is.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Its machine-readable zone.
    #[serde(default)]
    pub mrz: Option<Zone>,
    /// Its birth date.
    #[serde(default)]
    pub birth_date: Option<Birth>,
    /// Whether there is a My Number.
    #[serde(default)]
    pub my_number: Option<MyNumber>,
    /// Milliseconds from its first byte to its answer.
    #[serde(default)]
    pub ms: f64,
    /// The most memory of the process that read it, in MiB.
    #[serde(default)]
    pub peak_mb: f64,
    /// Whether print was read.
    #[serde(default)]
    pub was_read: bool,
    /// Whether a confined process of its own read it.
    #[serde(default)]
    pub confined: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `sekisho inspect --json` prints them.
    #[test]
    fn an_answer_is_read_as_the_program_writes_it() {
        let text = r#"{"file":"a.jpg","verdict":"accept","reason":"ok","advice":{"ja":"","en":""},
            "kind":{"value":"jp-passport","confidence":0.9},"mrz":{"lines":["P<","L8"],"check_digits_ok":true,
            "birth_date":"1974-08-12","expiry_date":"2012-04-15","issuing_state":"UTO","unconfirmed":[[0,4]]},
            "birth_date":{"value":"1974-08-12","as_written":"740812","source":"mrz","confidence":1.0},
            "my_number":{"present":false,"by":[]},"quality":{"sharpness":1.0,"glare":0.0},
            "boxes":[{"field":"mrz","quad":[[0,0],[1,0],[1,1],[0,1]],"proven":true}],"ms":812,"peak_mb":210.4}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert_eq!((answer.verdict, answer.ms), (Some(Verdict::Accept), 812.0));
        assert_eq!(answer.mrz.unwrap().expiry_date.as_deref(), Some("2012-04-15"));
    }

    #[test]
    fn one_that_read_no_print_is_read_too() {
        let text = r#"{"file":"a.jpg","confined":true,"verdict":"retake","code":"no_boxes","facts":{}}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert_eq!((answer.reason.as_deref(), answer.birth_date), (Some("no_boxes"), None));
    }
}
