//! Which system calls a role needs, by theme.
//!
//! Numbers that only some machines have (x86-64 keeps calls that newer ports dropped) stand in lists of their own.

use libc::*;

/// Computing, and talking over descriptors that are open already. All that an inspector's child may do.
#[rustfmt::skip]
pub(super) const COMPUTE: &[c_long] = &[
    SYS_brk, SYS_clock_getres, SYS_clock_gettime, SYS_clock_nanosleep, SYS_close, SYS_exit, SYS_exit_group, SYS_futex,
    SYS_getpid, SYS_getrandom, SYS_getrusage, SYS_gettid, SYS_madvise, SYS_mremap, SYS_munmap, SYS_nanosleep,
    SYS_ppoll, SYS_read, SYS_readv, SYS_recvfrom, SYS_restart_syscall, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_sched_getaffinity, SYS_sched_yield, SYS_sendto, SYS_sigaltstack, SYS_tgkill, SYS_write,
    SYS_writev,
];
/// The same on x86-64.
#[cfg(target_arch = "x86_64")]
pub(super) const COMPUTE_HERE: &[c_long] = &[SYS_poll];
/// The same elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const COMPUTE_HERE: &[c_long] = &[];

/// Threads, an event loop, and sockets that were handed over.
#[rustfmt::skip]
pub(super) const SERVE: &[c_long] = &[
    SYS_dup, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2, SYS_fcntl, SYS_getegid, SYS_geteuid,
    SYS_getgid, SYS_getpeername, SYS_getppid, SYS_getsockname, SYS_getsockopt, SYS_getuid, SYS_membarrier, SYS_recvmsg,
    SYS_rseq, SYS_sched_getparam, SYS_sched_getscheduler, SYS_sendmsg, SYS_set_robust_list, SYS_setsockopt,
    SYS_shutdown, SYS_sysinfo, SYS_uname,
];
/// The same on x86-64.
#[cfg(target_arch = "x86_64")]
pub(super) const SERVE_HERE: &[c_long] = &[SYS_epoll_wait];
/// The same elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const SERVE_HERE: &[c_long] = &[];

/// A database and files in folders that Landlock leaves open.
#[rustfmt::skip]
pub(super) const FILES: &[c_long] = &[
    SYS_faccessat, SYS_faccessat2, SYS_fadvise64, SYS_fallocate, SYS_fchmod, SYS_fdatasync, SYS_flock, SYS_fstat,
    SYS_fstatfs, SYS_fsync, SYS_ftruncate, SYS_getcwd, SYS_getdents64, SYS_lseek, SYS_mkdirat, SYS_newfstatat,
    SYS_openat, SYS_pread64, SYS_preadv, SYS_pwrite64, SYS_pwritev, SYS_readlinkat, SYS_renameat, SYS_renameat2,
    SYS_statx, SYS_unlinkat,
];
/// The same on x86-64.
#[cfg(target_arch = "x86_64")]
pub(super) const FILES_HERE: &[c_long] =
    &[SYS_access, SYS_lstat, SYS_mkdir, SYS_open, SYS_readlink, SYS_rename, SYS_rmdir, SYS_stat, SYS_unlink];
/// The same elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const FILES_HERE: &[c_long] = &[];

/// Taking connections on a listener that was handed over.
pub(super) const ACCEPT: &[c_long] = &[SYS_accept4];

/// Memory that is never swapped or read.
pub(super) const SECRETS: &[c_long] = &[SYS_memfd_secret, SYS_mlock, SYS_mlock2, SYS_munlock];

/// Dialling out.
pub(super) const DIAL: &[c_long] = &[SYS_connect, SYS_sendmmsg];

/// Making children, tightening and ending them. `close_range` and `dup3` tidy a child before it is tightened.
#[rustfmt::skip]
pub(super) const FORK: &[c_long] = &[
    SYS_close_range, SYS_dup3, SYS_fcntl, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_prlimit64, SYS_recvmsg,
    SYS_seccomp, SYS_sendmsg, SYS_set_robust_list, SYS_wait4, SYS_waitid,
];
/// The same on x86-64.
#[cfg(target_arch = "x86_64")]
pub(super) const FORK_HERE: &[c_long] = &[SYS_dup2];
/// The same elsewhere.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const FORK_HERE: &[c_long] = &[];

/// What no honest path of ours comes near. Whoever tries ends at once, which the supervisor sees and logs.
#[rustfmt::skip]
pub(super) const FATAL: &[c_long] = &[
    SYS_add_key, SYS_bpf, SYS_chroot, SYS_delete_module, SYS_execve, SYS_execveat, SYS_finit_module, SYS_init_module,
    SYS_io_uring_enter, SYS_io_uring_register, SYS_io_uring_setup, SYS_kcmp, SYS_kexec_load, SYS_keyctl, SYS_mount,
    SYS_open_by_handle_at, SYS_perf_event_open, SYS_pidfd_getfd, SYS_pivot_root, SYS_process_madvise,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_ptrace, SYS_request_key, SYS_setns, SYS_umount2, SYS_unshare,
    SYS_userfaultfd,
];

/// What a library may try in good faith: it is refused (`EPERM`), and the library goes on without.
pub(super) const REFUSED: &[c_long] =
    &[SYS_bind, SYS_kill, SYS_listen, SYS_memfd_create, SYS_setgid, SYS_setgroups, SYS_setuid];

/// Refused to all but those who dial.
pub(super) const REFUSED_DIAL: &[c_long] = &[SYS_connect, SYS_socket];

/// Refused to all but those who accept.
pub(super) const REFUSED_ACCEPT: &[c_long] = &[SYS_accept, SYS_accept4];
