//! What holds for one process.

use serde::{Deserialize, Serialize};

use crate::secret::SecretKind;

/// What confines a process, part by part. Kernels differ; this says what this one gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grade {
    /// System calls are filtered.
    pub seccomp: bool,
    /// No program it starts could gain privileges.
    pub no_new_privs: bool,
    /// Landlock limits files.
    pub landlock_files: bool,
    /// Landlock limits TCP ports (Landlock ABI 4).
    pub landlock_ports: bool,
    /// Landlock keeps it from signalling and from abstract sockets outside itself (Landlock ABI 6).
    pub landlock_scopes: bool,
    /// The Landlock ABI that was found, 0 if none.
    pub landlock_abi: u32,
    /// Others of the same user can't attach to it or read its memory.
    pub not_dumpable: bool,
    /// It leaves no core file.
    pub core_dumps_off: bool,
    /// It runs under a user id that no other role has.
    pub own_user: bool,
    /// What holds its secrets, if it has some.
    pub secret_memory: Option<SecretKind>,
}

impl Grade {
    /// Whether the parts hold without which production refuses to start.
    pub fn at_floor(&self) -> bool {
        self.seccomp && self.no_new_privs && self.landlock_files
    }

    /// Whether everything holds that was designed.
    pub fn is_full(&self) -> bool {
        self.missing().is_empty()
    }

    /// What is missing, in the names of the fields.
    pub fn missing(&self) -> Vec<&'static str> {
        self.parts().into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
    }

    /// What holds, in the names of the fields; `secret_memory` only where there are secrets.
    pub fn holding(&self) -> Vec<&'static str> {
        let has_secrets = self.secret_memory.is_some();
        let holds = |(name, holds): &(&str, bool)| *holds && (has_secrets || *name != "secret_memory");
        self.parts().into_iter().filter(holds).map(|(name, _)| name).collect()
    }

    fn parts(&self) -> [(&'static str, bool); 9] {
        let secrets = self.secret_memory.is_none_or(|kind| kind == SecretKind::Secret);
        [
            ("seccomp", self.seccomp),
            ("no_new_privs", self.no_new_privs),
            ("landlock_files", self.landlock_files),
            ("landlock_ports", self.landlock_ports),
            ("landlock_scopes", self.landlock_scopes),
            ("not_dumpable", self.not_dumpable),
            ("core_dumps_off", self.core_dumps_off),
            ("own_user", self.own_user),
            ("secret_memory", secrets),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Grade {
        Grade {
            seccomp: true,
            no_new_privs: true,
            landlock_files: true,
            landlock_ports: true,
            landlock_scopes: true,
            landlock_abi: 7,
            not_dumpable: true,
            core_dumps_off: true,
            own_user: true,
            secret_memory: None,
        }
    }

    #[test]
    fn an_older_kernel_is_at_the_floor_but_not_full() {
        let older = Grade { landlock_ports: false, landlock_scopes: false, landlock_abi: 3, ..full() };
        assert!(full().is_full() && older.at_floor() && !older.is_full());
        assert_eq!(older.missing(), ["landlock_ports", "landlock_scopes"]);
    }

    #[test]
    fn without_files_or_filters_there_is_no_floor() {
        assert!(!Grade { landlock_files: false, ..full() }.at_floor());
        assert!(!Grade { seccomp: false, ..full() }.at_floor());
        assert!(!Grade::default().at_floor());
    }

    #[test]
    fn each_part_holds_or_is_missing_and_secret_memory_is_claimed_only_where_there_are_secrets() {
        assert_eq!(full().holding().len(), 8);
        let keeper = Grade { secret_memory: Some(SecretKind::Secret), own_user: false, ..full() };
        assert!(keeper.holding().contains(&"secret_memory") && !keeper.holding().contains(&"own_user"));
        assert_eq!(keeper.missing(), ["own_user"]);
    }

    #[test]
    fn keys_in_ordinary_memory_are_named() {
        let keeper = Grade { secret_memory: Some(SecretKind::Locked), ..full() };
        assert_eq!(keeper.missing(), ["secret_memory"]);
    }
}
