//! Starting a role: what it is handed, and who gets the other ends of its links.

use std::{io, os::unix::net::UnixStream};

use sekisho_inspect::ocr::ModelFiles;
use zeroize::Zeroizing;

use super::{
    super::{
        messages::{Passphrase, RoleConfig},
        operator,
        process::{Process, Start},
        rooms::{LINKS, Role},
    },
    Keeping,
};

impl Keeping {
    pub(super) fn start(&mut self, role: Role) -> io::Result<()> {
        self.generation += 1;
        let ends = self.ends_of(role)?;
        let listeners = match role {
            Role::Gate => vec![&self.means.gate],
            Role::Desk => std::iter::once(&self.means.desk).chain(&self.means.figures).collect(),
            _ => Vec::new(),
        };
        let reads = role == Role::UploadInspector || role == Role::ViewingInspector && self.means.proposes_age;
        let networks = self.means.networks.as_ref().filter(|_| reads);
        // Opened anew each time: whoever reads a file that was handed over before would begin at its end.
        let networks = networks.map(|folder| ModelFiles::open(folder)).transpose().map_err(io::Error::other)?;
        let start = Start { role, config: self.config_of(role), ends, listeners, networks };
        let process = Process::start(&self.means.program, start, self.generation, self.means.to.clone())?;
        let slot = self.slot(role);
        (slot.again_at, slot.failure) = (None, None);
        slot.process = Some(process);
        Ok(())
    }

    /// A secret leaves its page only for the start of the role that it is for.
    fn config_of(&self, role: Role) -> RoleConfig {
        let page = self.means.passphrase.as_ref().filter(|_| role == Role::Keeper);
        let passphrase = page.map(|page| Passphrase(Zeroizing::new(page.read(<[u8]>::to_vec))));
        let intruder = self.intruder.as_ref().filter(|(at, _)| *at == role).map(|(_, what)| what.clone());
        RoleConfig { passphrase, identity: self.means.identities.of(role), intruder, ..self.means.config.clone() }
    }

    /// A new pair for each of the role's links. The peer gets its end at once if it runs, else at its own start.
    fn ends_of(&mut self, role: Role) -> io::Result<Vec<(&'static str, UnixStream)>> {
        let mut ends = Vec::new();
        if role == Role::Keeper {
            // Nobody's yet, so that the name is known when somebody comes.
            ends.push((operator::END, UnixStream::pair()?.0));
        }
        for (name, (peer, peer_name)) in LINKS.iter().filter_map(|link| link.seen_from(role)) {
            if let Some(end) = self.held.remove(&(role, name)) {
                ends.push((name, end));
                continue;
            }
            let (ours, theirs) = UnixStream::pair()?;
            ends.push((name, ours));
            match &self.slots[&peer].process {
                Some(process) => process.meet(peer_name, &theirs).unwrap_or_else(|_| tracing::debug!(%peer, "is gone")),
                None => drop(self.held.insert((peer, peer_name), theirs)),
            }
        }
        Ok(ends)
    }
}
