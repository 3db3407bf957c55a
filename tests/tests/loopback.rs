//! What the tests and the demo start is this machine's own: it listens on loopback addresses only.
#![allow(clippy::unwrap_used, reason = "a failed expectation is the point of a test")]

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use org_operator_testkit::emulator::{Emulator, Options};
use org_operator_testkit::sockets::listening;

/// Where an emulator listens; its own port is among them.
fn addresses(emulator: &Emulator) -> Vec<SocketAddr> {
    let addresses = listening(emulator.pid()).unwrap_or_default();
    let endpoint = emulator.endpoint().trim_start_matches("http://").parse().unwrap();
    assert!(addresses.contains(&endpoint), "{endpoint} is not among {addresses:?}");
    addresses.into_iter().collect()
}

#[test]
fn a_listener_is_found_with_its_address() {
    let everywhere = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let group = rustix::process::getpgrp().as_raw_nonzero().get().unsigned_abs();
    assert!(listening(group).unwrap().contains(&everywhere.local_addr().unwrap()));
}

#[test]
fn the_emulators_listen_on_loopback_only() {
    for emulator in [Emulator::start(&Options::default()).unwrap(), Emulator::moto().unwrap()] {
        let addresses = addresses(&emulator);
        assert!(addresses.iter().all(|address| address.ip().is_loopback()), "{addresses:?}");
        assert_eq!(addresses.len(), 1, "{addresses:?}");
    }
}
