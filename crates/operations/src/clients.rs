//! Clients that the targets of a process share: to build one takes longer than to make a call.

use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_sdk_ec2::Client;
use org_operator_dynamic::Connection;

/// Clients that targets share, each built by the first target that needs it. The targets' configurations
/// may differ in their Regions, credentials and HTTP clients, and in nothing else.
#[derive(Debug, Clone, Default)]
pub struct SharedClients(Arc<Built>);

#[derive(Debug, Default)]
struct Built {
    ec2: OnceLock<Client>,
    connection: OnceLock<Connection>,
}

impl SharedClients {
    /// The typed client of EC2, which `build` builds where there is none yet.
    pub(crate) fn ec2(&self, build: impl FnOnce() -> Client) -> Client {
        self.0.ec2.get_or_init(build).clone()
    }

    /// The connection of the target whose configuration is `config`.
    pub(crate) fn connection(&self, config: &SdkConfig) -> Connection {
        self.0.connection.get_or_init(|| Connection::new(config)).with(config)
    }
}
