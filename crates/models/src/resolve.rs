//! Where an operation is called: the questions about endpoints, put to the models of all services.

use crate::catalogue::Models;
use crate::endpoint::{Endpoint, EndpointError, Listing, PartitionHosts};
use crate::service::Service;

impl Models {
    /// Where an operation of `service` is called for `region` of `partition`.
    ///
    /// # Errors
    /// [`EndpointError`] where the models do not know the partition or Region, or the operation has no endpoint there.
    pub fn endpoint(
        &self,
        service: &Service,
        operation: &str,
        partition: &str,
        region: &str,
    ) -> Result<Endpoint, EndpointError> {
        if !self.regions(partition)?.iter().any(|known| known == region) {
            return Err(self.unknown_region(partition, region));
        }
        let hosts = self.hosts(service, operation, partition)?;
        let found =
            hosts.endpoint(region).ok_or_else(|| self.not_in_region(service, operation, region))?;
        let is_unlisted = self
            .common
            .unlisted
            .get(partition)
            .is_some_and(|regions| regions.iter().any(|r| r == region));
        let listing =
            if is_unlisted && !hosts.is_global() { Listing::Unknown } else { found.listing };
        Ok(Endpoint { listing, ..found })
    }

    /// The Region that signs where an operation has one endpoint for the whole partition; `None` where each Region has its own.
    ///
    /// # Errors
    /// [`EndpointError`] where the models do not know the partition, or the operation has no endpoint there.
    pub fn home_region<'a>(
        &self,
        service: &'a Service,
        operation: &str,
        partition: &str,
    ) -> Result<Option<&'a str>, EndpointError> {
        self.regions(partition)?;
        Ok(self.hosts(service, operation, partition)?.home_region())
    }

    /// Whether one call of the operation answers for every Region of the partition.
    ///
    /// # Errors
    /// As [`Models::home_region`].
    pub fn is_global(
        &self,
        service: &Service,
        operation: &str,
        partition: &str,
    ) -> Result<bool, EndpointError> {
        self.home_region(service, operation, partition).map(|home| home.is_some())
    }

    fn regions(&self, partition: &str) -> Result<&[String], EndpointError> {
        self.common.partitions.get(partition).map(Vec::as_slice).ok_or_else(|| {
            EndpointError::UnknownPartition {
                partition: partition.to_owned(),
                known: self.common.partitions.keys().cloned().collect(),
                version: self.version(),
            }
        })
    }

    fn hosts<'a>(
        &self,
        service: &'a Service,
        operation: &str,
        partition: &str,
    ) -> Result<&'a PartitionHosts, EndpointError> {
        service.hosts(operation).get(partition).ok_or_else(|| EndpointError::NotInPartition {
            service: service.name.clone(),
            operation: operation.to_owned(),
            partition: partition.to_owned(),
            version: self.version(),
        })
    }

    fn unknown_region(&self, partition: &str, region: &str) -> EndpointError {
        EndpointError::UnknownRegion {
            partition: partition.to_owned(),
            region: region.to_owned(),
            version: self.version(),
        }
    }

    fn not_in_region(&self, service: &Service, operation: &str, region: &str) -> EndpointError {
        EndpointError::NotInRegion {
            service: service.name.clone(),
            operation: operation.to_owned(),
            region: region.to_owned(),
            version: self.version(),
        }
    }
}

#[cfg(test)]
mod tests;
