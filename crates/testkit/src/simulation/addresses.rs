//! The public addresses of an account's Region, from the seed: what EC2 shows of them, and the rows
//! that `public-ips` must make of them (docs/operations/public-ips.md), each made with its address.

use fastrand::Rng;

use super::network::{OTHER, hex};
use super::random;
use super::truth::Row;
use super::world::World;

/// An Elastic IP as `DescribeAddresses` shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Elastic {
    pub(crate) ip: String,
    pub(crate) allocation: String,
    /// The interface that has it, or nothing.
    pub(crate) interface: String,
    pub(crate) instance: String,
    pub(crate) private_ip: String,
}

/// A network interface as `DescribeNetworkInterfaces` shows it.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) id: String,
    /// The account that has it: another one where the VPC is shared.
    pub(crate) owner: String,
    pub(crate) kind: &'static str,
    pub(crate) instance: String,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) description: String,
    /// Its private addresses, the primary one first.
    pub(crate) private: Vec<Private>,
}

/// A private address with the public one that stands for it.
#[derive(Debug, Clone)]
pub(crate) struct Private {
    pub(crate) ip: String,
    pub(crate) public: Option<Public>,
}

/// A public address as an interface shows it.
#[derive(Debug, Clone)]
pub(crate) struct Public {
    pub(crate) ip: String,
    pub(crate) owner: String,
    pub(crate) allocation: String,
}

/// Everything that is public in a Region of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    pub(crate) elastic: Vec<Elastic>,
    pub(crate) interfaces: Vec<Interface>,
    /// The rows without account, name and Region.
    pub(crate) rows: Vec<Row>,
}

/// The addresses of a Region.
pub(crate) fn addresses(world: &World, account: &str, region: &str) -> Addresses {
    let mut rng = random((world.seed, "addresses", account, region));
    let most = world.shape.tables;
    // Where tables need pages, interfaces do: 1,000 of them are one.
    let most = if most > 100 { most * 6 } else { most };
    let mut made = Addresses::default();
    for number in 0..rng.usize(0..=most) {
        made.add(&mut rng, account, number);
    }
    made
}

/// The `n`-th public address; no two are the same.
fn public(rng: &mut Rng, number: usize) -> String {
    format!("{}.{}.{}.{}", rng.u8(1..200), number / 250, number % 250, rng.u8(1..255))
}

fn interface(rng: &mut Rng, owner: &str, number: usize) -> Interface {
    let private = Private { ip: format!("10.0.{}.{}", number / 250, number % 250), public: None };
    Interface {
        id: hex(rng, "eni"),
        owner: owner.to_owned(),
        kind: "interface",
        instance: String::new(),
        vpc: hex(rng, "vpc"),
        subnet: hex(rng, "subnet"),
        description: String::new(),
        private: vec![private],
    }
}

impl Addresses {
    fn add(&mut self, rng: &mut Rng, account: &str, number: usize) {
        let ip = public(rng, number);
        let mut interface = interface(rng, account, number);
        match rng.u8(0..9) {
            0 => self.idle(rng, ip),
            1 => {
                interface.instance = hex(rng, "i");
                self.elastic(rng, ip, interface, account);
            }
            2 => {
                interface.kind = "nat_gateway";
                interface.description = format!("Interface for NAT Gateway {}", hex(rng, "nat"));
                self.elastic(rng, ip, interface, account);
            }
            3 => {
                interface.instance = hex(rng, "i");
                self.given(&ip, interface, "amazon", "auto-assigned");
            }
            4 => {
                interface.description.push_str("=ELB app/<front> & \"back\"");
                self.given(&ip, interface, "amazon-elb", "service");
            }
            5 => {
                // The primary private address has none: only among all of them it is seen.
                interface.private.insert(0, Private { ip: "10.9.9.9".to_owned(), public: None });
                self.elastic(rng, ip, interface, account);
            }
            6 => self.interfaces.push(interface),
            7 => {
                // A participant's, in a VPC that this account shares: no row of this account.
                OTHER.clone_into(&mut interface.owner);
                hold(&mut interface, &ip, "amazon", "");
                self.interfaces.push(interface);
            }
            _ => self.on_anothers(rng, ip),
        }
    }

    fn idle(&mut self, rng: &mut Rng, ip: String) {
        let allocation = hex(rng, "eipalloc");
        self.row([&ip, "elastic", &allocation, "false", "", "", "", "", "", "", ""]);
        self.elastic.push(Elastic { ip, allocation, ..Elastic::default() });
    }

    /// On an interface of another account, which this one does not see.
    fn on_anothers(&mut self, rng: &mut Rng, ip: String) {
        let (allocation, interface) = (hex(rng, "eipalloc"), hex(rng, "eni"));
        let private_ip = "10.8.0.1".to_owned();
        self.row([
            &ip,
            "elastic",
            &allocation,
            "true",
            &interface,
            "",
            "",
            &private_ip,
            "",
            "",
            "",
        ]);
        let instance = String::new();
        self.elastic.push(Elastic { ip, allocation, interface, instance, private_ip });
    }

    fn elastic(&mut self, rng: &mut Rng, ip: String, mut interface: Interface, account: &str) {
        let allocation = hex(rng, "eipalloc");
        let private_ip = hold(&mut interface, &ip, account, &allocation);
        self.held(&ip, "elastic", &allocation, &private_ip, &interface);
        let (id, instance) = (interface.id.clone(), interface.instance.clone());
        self.elastic.push(Elastic { ip, allocation, interface: id, instance, private_ip });
        self.interfaces.push(interface);
    }

    fn given(&mut self, ip: &str, mut interface: Interface, owner: &str, kind: &'static str) {
        let private_ip = hold(&mut interface, ip, owner, "");
        self.held(ip, kind, "", &private_ip, &interface);
        self.interfaces.push(interface);
    }

    fn held(&mut self, ip: &str, kind: &str, allocation: &str, private: &str, on: &Interface) {
        let Interface { id, instance, vpc, subnet, description, .. } = on;
        self.row([
            ip,
            kind,
            allocation,
            "true",
            id,
            on.kind,
            instance,
            private,
            vpc,
            subnet,
            description,
        ]);
    }

    fn row(&mut self, cells: [&str; 11]) {
        self.rows.push(cells.map(str::to_owned).to_vec());
    }
}

/// Gives the last private address of an interface a public one; says which it is.
fn hold(interface: &mut Interface, ip: &str, owner: &str, allocation: &str) -> String {
    let [ip, owner, allocation] = [ip, owner, allocation].map(str::to_owned);
    let last = interface.private.last_mut();
    last.map_or_else(String::new, |private| {
        private.public = Some(Public { ip, owner, allocation });
        private.ip.clone()
    })
}
