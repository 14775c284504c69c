//! The search in a process's memory, and in what kind of place something was found.

use std::{
    fs::{self, File},
    ops::Range,
    os::unix::fs::FileExt,
};

use memchr::memmem;

use crate::Planted;

/// One line of `/proc/PID/maps`.
struct Mapping<'a> {
    line: &'a str,
    range: Range<u64>,
}

impl<'a> Mapping<'a> {
    fn read(line: &'a str) -> Self {
        let (from, to) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
        Self { line, range: from..to }
    }

    /// What can be read, but for the program's own unwritable pages: our specimen card is built into them.
    fn may_hold_a_guest(&self) -> bool {
        let mode = self.line.split_whitespace().nth(1).unwrap_or_default();
        mode.starts_with("rw") || mode.starts_with('r') && !self.line.contains('/')
    }

    /// What lies there: a heap and a first thread's stack have names, another thread's stack has its pointer in it.
    fn hint(&self, pid: u32, place: u64) -> String {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().filter_map(|entry| entry.ok());
        let mut pointers = threads.filter_map(|thread| {
            let name = fs::read_to_string(thread.path().join("comm")).ok()?;
            Some((name.trim().to_owned(), stack_pointer(&fs::read_to_string(thread.path().join("syscall")).ok()?)?))
        });
        match pointers.find(|(_, pointer)| self.range.contains(pointer)) {
            Some((name, pointer)) if place < pointer => {
                format!("stack of a thread {name}, {} bytes below its pointer", pointer - place)
            }
            Some((name, _)) => format!("stack of a thread {name}, in a call under way"),
            None if self.line.contains('[') => "by its name".into(),
            None => "a block of its own, or the stack of a thread that ended".into(),
        }
    }
}

/// The last but one word, if the thread waits in the kernel.
fn stack_pointer(syscall: &str) -> Option<u64> {
    let pointer = syscall.split_whitespace().rev().nth(1)?.strip_prefix("0x")?;
    u64::from_str_radix(pointer, 16).ok()
}

/// Every part of a process's memory that can be read and may hold something.
fn memory(pid: u32, mut look: impl FnMut(&Mapping<'_>, &[u8])) {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let file = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut seen = 0;
    for mapping in maps.lines().map(Mapping::read).filter(Mapping::may_hold_a_guest) {
        let mut bytes = vec![0; (mapping.range.end - mapping.range.start) as usize];
        // The kernel's own pages ([vvar]) can't be read.
        if file.read_exact_at(&mut bytes, mapping.range.start).is_ok() {
            seen += bytes.len();
            look(&mapping, &bytes);
        }
    }
    // An inspector's parent, which does nothing but fork, holds little more than this.
    assert!(seen > 1 << 18, "only {seen} bytes were seen");
}

/// What of it is in a process's memory: the number of the value, never the value, and where.
pub(crate) fn in_memory(pid: u32, planted: &Planted, sought: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    memory(pid, |mapping, bytes| {
        let mut note = |what: String, at: usize| {
            let hint = mapping.hint(pid, mapping.range.start + at as u64);
            found.push(format!("{what} at +{at:#x} of {} ({hint})", mapping.line.trim()));
        };
        for (number, (what, value)) in planted.0.iter().enumerate() {
            memmem::find_iter(bytes, value).for_each(|at| note(format!("planted {what} ({number})"), at));
        }
        for (number, piece) in sought.iter().enumerate() {
            memmem::find_iter(bytes, piece).for_each(|at| note(format!("piece {number} of a picture"), at));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use std::{hint::black_box, sync::mpsc::channel, thread, time::Duration};

    use super::*;

    const MARK: &[u8; 32] = b"left on the stack of a thread...";

    #[inline(never)]
    fn leave() {
        let mut room = [[0_u8; 32]; 256];
        room[0] = *MARK;
        black_box(&mut room);
    }

    #[test]
    fn what_lies_on_a_waiting_threads_stack_is_found_and_said_to_be_there() {
        let (over, wait) = channel::<()>();
        let work = move || {
            leave();
            let _ = wait.recv();
        };
        let waiting = thread::Builder::new().name("forgetful".into()).spawn(work).unwrap();
        let planted = Planted(vec![("mark", MARK.to_vec())]);
        let look = || in_memory(std::process::id(), &planted, &[]).join("; ");
        let mut said = look();
        // Until the thread waits: one that runs shows no stack pointer.
        while !said.contains("stack of a thread forgetful") && !waiting.is_finished() {
            thread::sleep(Duration::from_millis(10));
            said = look();
        }
        assert!(said.contains("planted mark (0)") && said.contains("below its pointer"), "{said}");
        assert!(!said.contains("left on"), "the value is not said");
        drop(over);
        waiting.join().unwrap();
    }
}
