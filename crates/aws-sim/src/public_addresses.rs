//! The public addresses of an account's Region, generated from the seed: what EC2 shows of them, and
//! with each address the row that `public-ips` must return (docs/operations/public-ips.md).

mod model;

use fastrand::Rng;

pub(crate) use model::{Association, ElasticIp, Interface};

use crate::rng::{keyed, resource_id};
use crate::route_tables::SHARING_ACCOUNT;
use crate::world::World;
use model::PrivateAddress;

/// Everything that is public in a Region of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct PublicAddresses {
    pub(crate) elastic_ips: Vec<ElasticIp>,
    pub(crate) interfaces: Vec<Interface>,
    /// The cells of each row behind account id, account name and Region.
    pub(crate) rows: Vec<[String; 11]>,
}

/// The public addresses of a Region.
pub(crate) fn public_addresses(world: &World, account: &str, region: &str) -> PublicAddresses {
    let mut rng = keyed((world.seed, "addresses", account, region));
    let tables = world.shape.max_route_tables;
    // Where route tables need several pages of 100, interfaces need several of 1,000.
    let most = if tables > 100 { tables * 6 } else { tables };
    let mut addresses = PublicAddresses::default();
    for number in 0..rng.usize(0..=most) {
        addresses.add(&mut rng, account, number);
    }
    addresses
}

/// The `number`-th public address; no two are the same.
fn public_ip(rng: &mut Rng, number: usize) -> String {
    format!("{}.{}.{}.{}", rng.u8(1..200), number / 250, number % 250, rng.u8(1..255))
}

/// An interface with one private address and no public one.
fn interface(rng: &mut Rng, owner: &str, number: usize) -> Interface {
    let ip = format!("10.0.{}.{}", number / 250, number % 250);
    Interface {
        id: resource_id(rng, "eni"),
        owner: owner.to_owned(),
        kind: "interface",
        instance: String::new(),
        vpc: resource_id(rng, "vpc"),
        subnet: resource_id(rng, "subnet"),
        description: String::new(),
        private: vec![PrivateAddress { ip, public: None }],
    }
}

impl PublicAddresses {
    /// Adds an address of a random kind, or an interface without any.
    fn add(&mut self, rng: &mut Rng, account: &str, number: usize) {
        let ip = public_ip(rng, number);
        let interface = interface(rng, account, number);
        match rng.u8(0..9) {
            0 => self.add_unassociated(rng, ip),
            1 => self.add_of_instance(rng, ip, interface, account),
            2 => self.add_of_nat_gateway(rng, ip, interface, account),
            3 => self.add_auto_assigned(rng, &ip, interface),
            4 => self.add_of_load_balancer(&ip, interface),
            5 => self.add_secondary(rng, ip, interface, account),
            6 => self.interfaces.push(interface),
            7 => self.add_of_participant(&ip, interface),
            _ => self.add_on_unseen_interface(rng, ip),
        }
    }

    fn add_unassociated(&mut self, rng: &mut Rng, ip: String) {
        let allocation = resource_id(rng, "eipalloc");
        self.push_row([&ip, "elastic", &allocation, "false", "", "", "", "", "", "", ""]);
        self.elastic_ips.push(ElasticIp { ip, allocation, ..ElasticIp::default() });
    }

    fn add_of_instance(&mut self, rng: &mut Rng, ip: String, on: Interface, account: &str) {
        let instance = resource_id(rng, "i");
        self.add_elastic(rng, ip, Interface { instance, ..on }, account);
    }

    fn add_of_nat_gateway(&mut self, rng: &mut Rng, ip: String, on: Interface, account: &str) {
        let description = format!("Interface for NAT Gateway {}", resource_id(rng, "nat"));
        let nat_gateway = Interface { kind: "nat_gateway", description, ..on };
        self.add_elastic(rng, ip, nat_gateway, account);
    }

    fn add_auto_assigned(&mut self, rng: &mut Rng, ip: &str, on: Interface) {
        let instance = resource_id(rng, "i");
        self.add_managed(ip, Interface { instance, ..on }, "amazon", "auto-assigned");
    }

    fn add_of_load_balancer(&mut self, ip: &str, on: Interface) {
        let description = "=ELB app/<front> & \"back\"".to_owned();
        self.add_managed(ip, Interface { description, ..on }, "amazon-elb", "service");
    }

    /// The primary private address has none: only the list of all addresses shows it.
    fn add_secondary(&mut self, rng: &mut Rng, ip: String, mut on: Interface, account: &str) {
        on.private.insert(0, PrivateAddress { ip: "10.9.9.9".to_owned(), public: None });
        self.add_elastic(rng, ip, on, account);
    }

    /// An interface of another account in a VPC that this one shares: no row of this account.
    fn add_of_participant(&mut self, ip: &str, on: Interface) {
        let mut interface = Interface { owner: SHARING_ACCOUNT.to_owned(), ..on };
        interface.associate(ip, "amazon", "");
        self.interfaces.push(interface);
    }

    /// On an interface of another account, which this one does not see.
    fn add_on_unseen_interface(&mut self, rng: &mut Rng, ip: String) {
        let (allocation, interface) = (resource_id(rng, "eipalloc"), resource_id(rng, "eni"));
        let private_ip = "10.8.0.1".to_owned();
        let associated =
            [&ip, "elastic", &allocation, "true", &interface, "", "", &private_ip, "", "", ""];
        self.push_row(associated);
        let instance = String::new();
        self.elastic_ips.push(ElasticIp { ip, allocation, interface, instance, private_ip });
    }

    fn add_elastic(&mut self, rng: &mut Rng, ip: String, mut on: Interface, account: &str) {
        let allocation = resource_id(rng, "eipalloc");
        let private_ip = on.associate(&ip, account, &allocation);
        self.push_associated(&ip, "elastic", &allocation, &private_ip, &on);
        let (interface, instance) = (on.id.clone(), on.instance.clone());
        self.elastic_ips.push(ElasticIp { ip, allocation, interface, instance, private_ip });
        self.interfaces.push(on);
    }

    /// An address that AWS assigned and owns.
    fn add_managed(&mut self, ip: &str, mut on: Interface, owner: &str, kind: &'static str) {
        let private_ip = on.associate(ip, owner, "");
        self.push_associated(ip, kind, "", &private_ip, &on);
        self.interfaces.push(on);
    }

    fn push_associated(
        &mut self,
        ip: &str,
        kind: &str,
        allocation: &str,
        private: &str,
        on: &Interface,
    ) {
        let Interface { id, kind: interface_kind, instance, vpc, subnet, description, .. } = on;
        self.push_row([
            ip,
            kind,
            allocation,
            "true",
            id,
            interface_kind,
            instance,
            private,
            vpc,
            subnet,
            description,
        ]);
    }

    fn push_row(&mut self, cells: [&str; 11]) {
        self.rows.push(cells.map(str::to_owned));
    }
}
