//! What a drill found: what held, what didn't, and what the attacker got.

use super::{Row, sought::Got};

/// The findings so far.
#[derive(Default)]
pub(super) struct Findings {
    /// What opened though it must not.
    pub got: Got,
    held: u32,
    broken: Vec<&'static str>,
}

impl Findings {
    /// Something that must hold.
    pub(super) fn must(&mut self, holds: bool, what: &'static str) {
        if holds { self.held += 1 } else { self.broken.push(what) }
    }

    /// Takes over what the control held and broke. What it saw is its own: it may see.
    pub(super) fn with_control(&mut self, control: Self) {
        self.held += control.held;
        self.broken.extend(control.broken);
    }

    /// What the drill showed, in one row.
    pub(super) fn row(self, row: Row) -> Row {
        let Self { got, held, broken } = self;
        let mut note = format!("{held} findings as they must be; {}", row.note);
        if !broken.is_empty() {
            note += &format!("; not so: {}", broken.join(", "));
        }
        Row { got, kept: got == Got::default() && broken.is_empty(), note, ..row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::Moment;

    fn row(findings: Findings) -> Row {
        findings.row(Row {
            name: "x",
            held: String::new(),
            got: Got::default(),
            promise: "x",
            kept: true,
            noticed: Moment::never("x"),
            stopped: Moment::never("x"),
            officer: None,
            note: "n".into(),
            short: None,
            figures: None,
        })
    }

    #[test]
    fn one_thing_that_is_not_so_breaks_the_promise_and_is_named() {
        let mut findings = Findings::default();
        findings.must(true, "a");
        assert!(row(Findings { got: Got::default(), ..findings }).kept);
        let mut findings = Findings::default();
        findings.must(false, "b");
        let broken = row(findings);
        assert!(!broken.kept && broken.note.ends_with("not so: b"), "{}", broken.note);
    }

    #[test]
    fn one_picture_breaks_the_promise_and_one_of_the_control_does_not() {
        let seen = || Findings { got: Got { pictures: 1, ..Got::default() }, ..Findings::default() };
        assert!(!row(seen()).kept);
        let mut findings = Findings::default();
        findings.with_control(seen());
        assert!(row(findings).kept);
    }
}
