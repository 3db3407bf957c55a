//! A demo that was left running: where it is, and how it is ended.

use std::path::PathBuf;

use aws_config::SdkConfig;
use org_operator_testkit::execution::Pipeline;
use org_operator_testkit::identity::{self, HOME_REGION, MANAGEMENT};
use org_operator_testkit::{TestResult, emulator, paths};
use serde::{Deserialize, Serialize};

/// What another process needs to know about a kept demo.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptDemo {
    pub(crate) endpoint: String,
    pub(crate) pid: u32,
    pub(crate) state_machine: String,
    pub(crate) table: String,
    pub(crate) bucket: String,
}

fn file() -> PathBuf {
    paths::file("out/demo/kept.json")
}

impl KeptDemo {
    pub(crate) fn save(&self) -> TestResult<()> {
        Ok(std::fs::write(file(), serde_json::to_vec_pretty(self)?)?)
    }

    pub(crate) fn load() -> TestResult<Self> {
        let read = std::fs::read(file());
        let text = read.map_err(|_| "no demo is kept: type `make demo DEMO_KEEP=1` first")?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// The operation account's configuration.
    pub(crate) fn config(&self) -> SdkConfig {
        identity::config(&self.endpoint, MANAGEMENT, HOME_REGION)
    }

    pub(crate) fn pipeline(&self) -> Pipeline {
        Pipeline {
            config: self.config(),
            state_machine: self.state_machine.clone(),
            table: self.table.clone(),
            bucket: self.bucket.clone(),
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        std::net::TcpStream::connect(self.endpoint.trim_start_matches("http://")).is_ok()
    }
}

/// Ends a kept demo, if there is one.
pub(crate) fn stop() -> TestResult<()> {
    let Ok(kept) = KeptDemo::load() else {
        println!("no demo is kept");
        return Ok(());
    };
    // Only a process that still listens there is ours: process ids are reused.
    if kept.is_running() {
        emulator::end(kept.pid, || kept.is_running());
        println!("ended the emulator at {}", kept.endpoint);
    }
    Ok(std::fs::remove_file(file())?)
}
