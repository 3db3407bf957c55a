//! Where a service is called in a partition and Region. The hosts were evaluated by botocore's own resolver beforehand.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A service's hosts by partition.
pub(crate) type Hosts = BTreeMap<String, PartitionHosts>;

/// A service's hosts in one partition.
#[derive(Debug, Deserialize, Clone, PartialEq, Eq)]
pub(crate) struct PartitionHosts {
    /// What holds for every Region that `except` does not name.
    #[serde(rename = "h")]
    pub(crate) common: Host,
    #[serde(rename = "x", default)]
    pub(crate) except: BTreeMap<String, Host>,
    /// The Regions that botocore's list of endpoints has for the service; `None` where the list does not know it.
    #[serde(rename = "l")]
    pub(crate) listed: Option<Vec<String>>,
    /// The Region of a service that has only one, where its host looks as if each Region had one.
    #[serde(rename = "only")]
    pub(crate) only_region: Option<String>,
    /// The Regions for which the rules have no endpoint.
    #[serde(rename = "no", default)]
    pub(crate) absent: Vec<String>,
}

/// A host with `{r}` for the Region, the Region that signs where that is another, and the name where that is another.
#[derive(Debug, Deserialize, Clone, PartialEq, Eq)]
pub(crate) struct Host(String, #[serde(default)] Option<String>, #[serde(default)] Option<String>);

/// Where a service is called, and what signs the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The host, called over HTTPS; an operation's host prefix goes before it.
    pub host: String,
    /// The Region of the signature.
    pub signing_region: String,
    /// The service name of the signature, where the endpoint has another than the service.
    pub signing_name: Option<String>,
    /// Whether the service is said to be in the Region.
    pub listing: Listing,
}

/// What botocore's list of endpoints says of a service in a Region. The list can be older than the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listing {
    /// It lists the service there.
    Listed,
    /// It lists the service in other Regions only: a host that does not resolve means that the Region lacks the service.
    NotListed,
    /// It does not know the service or the Region.
    Unknown,
}

/// A service has no endpoint for a partition and Region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The models know no such partition.
    #[error("there is no partition `{partition}`: the models ({version}) know {}", known.join(", "))]
    UnknownPartition {
        /// The partition that was asked for.
        partition: String,
        /// The partitions that there are.
        known: Vec<String>,
        /// What the models were made from.
        version: String,
    },
    /// The models know no such Region in the partition; it can be newer than they are.
    #[error("the models ({version}) know no Region `{region}` in the partition {partition}")]
    UnknownRegion {
        /// The partition that was asked for.
        partition: String,
        /// The Region that was asked for.
        region: String,
        /// What the models were made from.
        version: String,
    },
    /// The rules have no endpoint of the operation in the partition.
    #[error(
        "`{service}` has no `{operation}` in the partition {partition}, as the models ({version}) know it"
    )]
    NotInPartition {
        /// The service's name.
        service: String,
        /// The operation's name.
        operation: String,
        /// The partition that was asked for.
        partition: String,
        /// What the models were made from.
        version: String,
    },
    /// The rules have an endpoint of the operation in other Regions of the partition only.
    #[error("`{service}` has no `{operation}` in {region}, as the models ({version}) know it")]
    NotInRegion {
        /// The service's name.
        service: String,
        /// The operation's name.
        operation: String,
        /// The Region that was asked for.
        region: String,
        /// What the models were made from.
        version: String,
    },
}

impl PartitionHosts {
    /// The endpoint for a Region of the partition; `None` where the rules have none.
    pub(crate) fn endpoint(&self, region: &str) -> Option<Endpoint> {
        let at = self.only_region.as_deref().unwrap_or(region);
        if self.absent.iter().any(|absent| absent == at) {
            return None;
        }
        let Host(host, signing_region, signing_name) = self.except.get(at).unwrap_or(&self.common);
        Some(Endpoint {
            host: host.replace("{r}", at),
            signing_region: signing_region.as_deref().unwrap_or(at).to_owned(),
            signing_name: signing_name.clone(),
            listing: self.listing(region),
        })
    }

    fn listing(&self, region: &str) -> Listing {
        match &self.listed {
            _ if self.is_global() => Listing::Listed,
            None => Listing::Unknown,
            Some(regions) if regions.iter().any(|r| r == region) => Listing::Listed,
            Some(_) => Listing::NotListed,
        }
    }

    pub(crate) fn is_global(&self) -> bool {
        self.home_region().is_some()
    }

    /// The Region that signs for a service with one endpoint for the whole partition; `None` for a regional service.
    pub(crate) fn home_region(&self) -> Option<&str> {
        let Host(host, signing_region, _) = &self.common;
        let is_one = !host.contains("{r}") && self.except.is_empty();
        self.only_region.as_deref().or_else(|| signing_region.as_deref().filter(|_| is_one))
    }
}
