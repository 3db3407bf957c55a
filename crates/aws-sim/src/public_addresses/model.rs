//! Elastic IPs and network interfaces as plain data.

/// An Elastic IP as `DescribeAddresses` shows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ElasticIp {
    pub(crate) ip: String,
    pub(crate) allocation: String,
    /// The interface that it is associated with, or nothing.
    pub(crate) interface: String,
    pub(crate) instance: String,
    pub(crate) private_ip: String,
}

/// A network interface as `DescribeNetworkInterfaces` shows it.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) id: String,
    /// The account that owns it: another one where the VPC is shared.
    pub(crate) owner: String,
    pub(crate) kind: &'static str,
    pub(crate) instance: String,
    pub(crate) vpc: String,
    pub(crate) subnet: String,
    pub(crate) description: String,
    /// Its private addresses, the primary one first.
    pub(crate) private: Vec<PrivateAddress>,
}

/// A private address with the public one that is associated with it.
#[derive(Debug, Clone)]
pub(crate) struct PrivateAddress {
    pub(crate) ip: String,
    pub(crate) public: Option<Association>,
}

/// A public address as an interface shows it.
#[derive(Debug, Clone)]
pub(crate) struct Association {
    pub(crate) ip: String,
    pub(crate) owner: String,
    pub(crate) allocation: String,
}

impl Interface {
    /// Associates the last private address with a public one; returns the private address.
    pub(crate) fn associate(&mut self, ip: &str, owner: &str, allocation: &str) -> String {
        let [ip, owner, allocation] = [ip, owner, allocation].map(str::to_owned);
        let last = self.private.last_mut();
        last.map_or_else(String::new, |private| {
            private.public = Some(Association { ip, owner, allocation });
            private.ip.clone()
        })
    }
}
