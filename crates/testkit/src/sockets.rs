//! Where the processes of a group listen, as Linux's `/proc` has it. On a system without it nothing
//! can be said.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// The state of a listening socket in `/proc/net/tcp` (proc(5)).
const LISTEN: &str = "0A";

/// The addresses that the processes of the group `pid` listen on, or `None` without `/proc`.
#[must_use]
pub fn listening(pid: u32) -> Option<BTreeSet<SocketAddr>> {
    let of_group = inodes(pid)?;
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let lines: Vec<String> = tables
        .into_iter()
        .flatten()
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let sockets = lines.iter().filter_map(|line| listener(line));
    Some(
        sockets.filter(|(_, inode)| of_group.contains(inode)).map(|(address, _)| address).collect(),
    )
}

/// The sockets that the group's processes have open.
fn inodes(group: u32) -> Option<BTreeSet<String>> {
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let of_group = processes.filter(|process| group_of(&process.path()) == Some(group));
    let files = of_group.filter_map(|process| std::fs::read_dir(process.path().join("fd")).ok());
    let links = files.flat_map(Iterator::flatten).filter_map(|file| file.path().read_link().ok());
    let inode = |link: std::path::PathBuf| {
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        Some(inode.to_owned())
    };
    Some(links.filter_map(inode).collect())
}

/// The process group in `/proc/<pid>/stat`: the third field behind the name, which may have blanks.
fn group_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

/// The address and the inode of a line, where it is a listening socket.
fn listener(line: &str) -> Option<(SocketAddr, String)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [_, local, _, LISTEN, _, _, _, _, _, inode, ..] = fields.as_slice() else { return None };
    let (ip, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some((SocketAddr::new(address(ip)?, port), (*inode).to_owned()))
}

/// An address as the kernel prints it: words of four bytes in the machine's order.
fn address(hex: &str) -> Option<IpAddr> {
    let words =
        (0..hex.len()).step_by(8).map(|at| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok());
    let bytes: Vec<u8> =
        words.collect::<Option<Vec<u32>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
    match bytes.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
        _ => None,
    }
}
