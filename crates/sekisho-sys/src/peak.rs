//! How much memory this process has had.

/// The most memory that this process had resident at any time, in KiB; what it inherited by a fork counts.
pub fn resident_kib() -> u64 {
    // SAFETY: all of its fields are integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a value of the type that the call fills in.
    let done = unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    if done == 0 { u64::try_from(usage.ru_maxrss).unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_touched_counts() {
        let before = resident_kib();
        let touched = vec![1_u8; 64 << 20];
        assert!(std::hint::black_box(&touched).len() > 1 && resident_kib() >= before.max(64 << 10));
    }
}
