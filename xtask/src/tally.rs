//! Counting what ran, from what the runners print.

use std::collections::BTreeSet;

/// So many tests may need a second try, on a machine that others load too.
const SECOND_TRIES: usize = 2;

/// What passed, what failed, and what did not run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests and checks that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Tests that the runner left out, as ignored or by a filter.
    pub left_out: usize,
    /// What did not run and why, one line each.
    pub not_run: Vec<String>,
    /// Tests that passed at a second try only.
    pub second_try: BTreeSet<String>,
}

impl Tally {
    /// Counts one check.
    pub fn check(&mut self, passed: bool) {
        if passed { self.passed += 1 } else { self.failed += 1 }
    }

    /// Reads one line of a runner's output: the summary of `cargo test` (one for
    /// each binary) or of `cargo nextest`. Says whether it was one.
    pub fn read(&mut self, line: &str) -> bool {
        self.second_try.extend(flaky(line));
        let Some((passed, failed, left_out)) = libtest(line).or_else(|| nextest(line)) else { return false };
        self.passed += passed;
        self.failed += failed;
        self.left_out += left_out;
        true
    }

    /// Whether all passed, and no more needed a second try than may.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.second_try.len() <= SECOND_TRIES
    }

    /// The line that everything ends with.
    pub fn closing_line(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }
}

/// `test result: ok. 20 passed; 1 failed; …`. Indented it is what nextest repeats of a failed test's own output.
fn libtest(line: &str) -> Option<(usize, usize, usize)> {
    let rest = line.strip_prefix("test result: ")?;
    let left_out = before(rest, "ignored").unwrap_or(0) + before(rest, "filtered").unwrap_or(0);
    Some((before(rest, "passed")?, before(rest, "failed")?, left_out))
}

/// `Summary [ 1.2s] 40 tests run: 38 passed (1 slow), 1 failed, 1 timed out, 2 skipped`, or `12/40 tests run` when it was cut short.
fn nextest(line: &str) -> Option<(usize, usize, usize)> {
    let (_, rest) = line.trim_start().strip_prefix("Summary [")?.split_once(']')?;
    let total = rest.split_whitespace().next()?.rsplit('/').next()?.parse().ok()?;
    let passed = before(rest, "passed").unwrap_or(0);
    Some((passed, usize::saturating_sub(total, passed), before(rest, "skipped").unwrap_or(0)))
}

/// `FLAKY 2/2 [   0.010s] (12/40) sekisho::lockdown name` of nextest: the binary and the test.
fn flaky(line: &str) -> Option<String> {
    let (_, rest) = line.trim_start().strip_prefix("FLAKY ")?.split_once(']')?;
    let words: Vec<_> = rest.split_whitespace().collect();
    Some(words.get(words.len().checked_sub(2)?..)?.join(" "))
}

/// The number that stands before `word`.
fn before(text: &str, word: &str) -> Option<usize> {
    let words: Vec<_> = text.split_whitespace().map(|word| word.trim_matches([';', ',', '(', ')', '.'])).collect();
    words.windows(2).find(|pair| pair[1] == word)?[0].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nextest_repeats_of_a_failed_test_is_not_counted_again() {
        assert_eq!(read(&["    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured"]), Tally::default());
    }

    fn read(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally
    }

    #[test]
    fn the_summaries_of_cargo_test_are_added_up() {
        let tally = read(&[
            "test a::b ... ok",
            "test result: ok. 20 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.49s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.49s",
        ]);
        assert_eq!((tally.closing_line(), tally.left_out), ("23 passed, 2 failed".into(), 1));
    }

    #[test]
    fn the_summary_of_nextest_counts_all_that_did_not_pass() {
        let whole = "     Summary [   3.210s] 40 tests run: 37 passed (1 slow), 2 failed, 1 timed out, 2 skipped";
        assert_eq!((read(&[whole]).closing_line(), read(&[whole]).left_out), ("37 passed, 3 failed".into(), 2));
        assert_eq!(
            read(&["     Summary [   0.010s] 1 test run: 1 passed, 0 skipped"]).closing_line(),
            "1 passed, 0 failed"
        );
        let cut = "     Summary [   3.210s] 12/40 tests run: 11 passed, 1 failed, 2 skipped";
        assert_eq!(read(&[cut]).closing_line(), "11 passed, 29 failed");
    }

    #[test]
    fn a_second_try_is_named_once_and_three_are_too_many() {
        let line = |name: &str| format!("   FLAKY 2/2 [   1.210s] (12/40) sekisho::lockdown {name}");
        let summary = "     Summary [   3.210s] 40 tests run: 40 passed (1 flaky), 2 skipped";
        let one = read(&[&line("a::b"), summary, &line("a::b")]);
        assert_eq!((one.closing_line(), one.is_good()), ("40 passed, 0 failed".into(), true));
        assert_eq!(one.second_try.first().map(String::as_str), Some("sekisho::lockdown a::b"));
        assert!(!read(&[&line("a"), &line("b"), &line("c"), summary]).is_good());
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(read(&["5 passed, 5 failed", "result: 3 passed", "Summary of it"]), Tally::default());
    }
}
