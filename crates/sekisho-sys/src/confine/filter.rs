//! seccomp: three filters, of which the kernel obeys the strictest (seccomp(2)).
//!
//! 1. *Fatal* calls end the process: executing, tracing, io_uring. Nothing honest comes near them, and an end by
//!    `SIGSYS` is noticed by the supervisor, where a refusal would be noticed by nobody.
//! 2. *Refused* calls fail with `EPERM`: sockets where there are none to be had, executable memory. A resolver or a
//!    logger may try them in good faith.
//! 3. What isn't *allowed* fails with `ENOSYS`, as on a kernel that never had it, and libraries take the older way
//!    (`clone3`, `openat2`). In an inspector's child there is no good faith: what isn't allowed ends it.

use std::{collections::BTreeMap, env::consts::ARCH};

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

use super::{Profile, syscalls as calls};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Why no filter holds.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The filter can't be built; among others, on an unknown kind of machine.
    #[error("can't build the filter: {0}")]
    Build(#[from] BackendError),
    /// The kernel does not take it.
    #[error("the kernel does not take the filter: {0}")]
    Apply(#[from] seccompiler::Error),
}

/// Filters that are built and not yet applied, strictest condition last so that the earlier can be applied.
#[derive(Debug, Clone)]
pub(crate) struct Filters(Vec<BpfProgram>);

impl Filters {
    /// Builds the filters of `profile`.
    pub(crate) fn of(profile: Profile) -> Result<Filters, FilterError> {
        let errno = |number: i32| SeccompAction::Errno(number as u32);
        let otherwise = match profile {
            Profile::InspectorChild => SeccompAction::KillProcess,
            _ => errno(libc::ENOSYS),
        };
        Ok(Filters(vec![
            build(always(&[calls::FATAL]), SeccompAction::Allow, SeccompAction::KillProcess)?,
            build(refused(profile)?, SeccompAction::Allow, errno(libc::EPERM))?,
            build(allowed(profile)?, otherwise, SeccompAction::Allow)?,
        ]))
    }

    /// Only the last one: for a child whose parent has the others already.
    pub(crate) fn tighten_only(mut self) -> Filters {
        self.0.drain(..2);
        self
    }

    /// Filters this thread, and every thread and process that it starts. There is no way back.
    pub(crate) fn apply(&self) -> Result<(), FilterError> {
        self.0.iter().try_for_each(|program| Ok(apply_filter(program)?))
    }
}

fn build(rules: Rules, otherwise: SeccompAction, then: SeccompAction) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, otherwise, then, ARCH.try_into()?)?.try_into()
}

fn always(lists: &[&[i64]]) -> Rules {
    lists.iter().flat_map(|list| list.iter()).map(|call| (*call, Vec::new())).collect()
}

/// One rule: the call's argument `index`, masked, equals `value`.
fn masked(index: u8, mask: u64, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(index, Dword, SeccompCmpOp::MaskedEq(mask), value)?])
}

/// One rule for each of `values` of argument `index`.
fn one_of(index: u8, values: &[u64]) -> Result<Vec<SeccompRule>, BackendError> {
    values.iter().map(|value| masked(index, u64::from(u32::MAX), *value)).collect()
}

fn refused(profile: Profile) -> Result<Rules, BackendError> {
    let mut lists = vec![calls::REFUSED];
    if !profile.dials() {
        lists.push(calls::REFUSED_DIAL);
    }
    if !profile.accepts() {
        lists.push(calls::REFUSED_ACCEPT);
    }
    let mut rules = always(&lists);
    let executable = libc::PROT_EXEC as u64;
    for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_pkey_mprotect] {
        rules.insert(call, vec![masked(2, executable, executable)?]);
    }
    Ok(rules)
}

fn allowed(profile: Profile) -> Result<Rules, BackendError> {
    let mut rules = always(&[calls::COMPUTE, calls::COMPUTE_HERE]);
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![masked(2, libc::PROT_EXEC as u64, 0)?]);
    }
    match profile {
        Profile::InspectorChild => {}
        Profile::InspectorParent => allow_forks(&mut rules)?,
        _ => allow_service(&mut rules, profile)?,
    }
    // What the second filter refuses passes this one, or `ENOSYS` of the younger filter would hide `EPERM`.
    if profile != Profile::InspectorChild {
        for (call, conditions) in refused(profile)? {
            rules.entry(call).or_default().extend(conditions);
        }
    }
    Ok(rules)
}

fn allow_service(rules: &mut Rules, profile: Profile) -> Result<(), BackendError> {
    rules.extend(always(&[calls::SERVE, calls::SERVE_HERE, calls::FILES, calls::FILES_HERE]));
    let thread = libc::CLONE_THREAD as u64;
    rules.insert(libc::SYS_clone, vec![masked(0, thread, thread)?]);
    // A terminal takes commands by ioctl (TIOCSTI); these three only ask or set what concerns ourselves.
    rules.insert(libc::SYS_ioctl, one_of(1, &[libc::FIONBIO, libc::FIOCLEX, libc::TCGETS])?);
    rules.insert(libc::SYS_prctl, one_of(0, &[libc::PR_SET_NAME as u64, libc::PR_SET_VMA as u64])?);
    // Limits may be asked, not set.
    rules.insert(libc::SYS_prlimit64, vec![unset_pointer(2)?]);
    // An end of a datagram pair could still be aimed at a path; a stream pair can't.
    rules.insert(libc::SYS_socketpair, vec![masked(1, 0xf, libc::SOCK_STREAM as u64)?]);
    if profile.accepts() {
        rules.extend(always(&[calls::ACCEPT]));
    }
    if profile.dials() {
        allow_dialling(rules)?;
    }
    if profile == Profile::Keeper {
        rules.extend(always(&[calls::SECRETS]));
    }
    Ok(())
}

fn allow_dialling(rules: &mut Rules) -> Result<(), BackendError> {
    rules.extend(always(&[calls::DIAL]));
    let mut sockets = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        for kind in [libc::SOCK_STREAM, libc::SOCK_DGRAM] {
            let family = SeccompCondition::new(0, Dword, SeccompCmpOp::Eq, family as u64)?;
            let kind = SeccompCondition::new(1, Dword, SeccompCmpOp::MaskedEq(0xf), kind as u64)?;
            sockets.push(SeccompRule::new(vec![family, kind])?);
        }
    }
    rules.insert(libc::SYS_socket, sockets);
    // The resolver asks how much an answer holds.
    rules.insert(libc::SYS_ioctl, one_of(1, &[libc::FIONBIO, libc::FIOCLEX, libc::TCGETS, libc::FIONREAD])?);
    Ok(())
}

fn allow_forks(rules: &mut Rules) -> Result<(), BackendError> {
    rules.extend(always(&[calls::FORK, calls::FORK_HERE]));
    // A plain fork: neither a thread nor a namespace.
    let shared = (libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_FILES | libc::CLONE_FS) as u64;
    #[rustfmt::skip]
    let namespaces = [
        libc::CLONE_NEWNS, libc::CLONE_NEWCGROUP, libc::CLONE_NEWUTS, libc::CLONE_NEWIPC, libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID, libc::CLONE_NEWNET,
    ];
    let mask = namespaces.iter().fold(shared, |mask, flag| mask | *flag as u64);
    rules.insert(libc::SYS_clone, vec![masked(0, mask, 0)?]);
    let own = [libc::PR_SET_NAME, libc::PR_SET_VMA, libc::PR_SET_PDEATHSIG, libc::PR_SET_NO_NEW_PRIVS];
    rules.insert(libc::SYS_prctl, one_of(0, &own.map(|option| option as u64))?);
    Ok(())
}

/// Both halves of a pointer are zero.
fn unset_pointer(index: u8) -> Result<SeccompRule, BackendError> {
    let all = seccompiler::SeccompCmpArgLen::Qword;
    SeccompRule::new(vec![SeccompCondition::new(index, all, SeccompCmpOp::Eq, 0)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_builds() {
        for profile in Profile::ALL {
            Filters::of(profile).unwrap();
        }
    }

    #[test]
    fn nothing_fatal_is_allowed_to_anybody() {
        for profile in Profile::ALL {
            let allowed = allowed(profile).unwrap();
            assert!(calls::FATAL.iter().all(|call| !allowed.contains_key(call)), "{profile:?}");
        }
    }

    #[test]
    fn only_the_courier_dials_and_only_the_faces_accept() {
        for profile in Profile::ALL {
            let refused = refused(profile).unwrap();
            assert_eq!(refused.contains_key(&libc::SYS_connect), profile != Profile::Courier, "{profile:?}");
            let faces = matches!(profile, Profile::Gate | Profile::Desk | Profile::Witness);
            assert_eq!(refused.contains_key(&libc::SYS_accept4), !faces, "{profile:?}");
        }
    }
}
