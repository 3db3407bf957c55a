//! The product, deployed to an emulator that belongs to one test.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use org_operator_testkit::TestResult;
use org_operator_testkit::deployment::Deployment;
use org_operator_testkit::emulator::{Emulator, Options};
use org_operator_testkit::execution::{Ended, Pipeline, rows};
use org_operator_testkit::identity::{HOME_REGION, MANAGEMENT};
use org_operator_testkit::organization::DemoOrganization;

/// A deployed product; dropping it ends its emulator.
#[derive(Debug)]
pub struct Deployed {
    /// The emulator.
    pub emulator: Emulator,
    /// The organization in it.
    pub organization: DemoOrganization,
    /// The stacks.
    pub deployment: Deployment,
    /// The pipeline.
    pub pipeline: Pipeline,
}

/// The artifacts of a run.
#[derive(Debug)]
pub struct Answer {
    /// How the execution ended.
    pub ended: Ended,
    /// The files by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Deployed {
    /// Deploys the product over a demo organization. The state machine's waits are cut to a
    /// hundredth.
    ///
    /// # Errors
    /// Where the emulator or a service fails.
    pub async fn new() -> TestResult<Self> {
        let options = Options { log: None, wait_scale: Some("0.01") };
        let emulator = Emulator::start(&options)?;
        let organization = DemoOrganization::make(&emulator).await?;
        let deployment = Deployment::make(&emulator, &organization).await?;
        let pipeline = Pipeline {
            config: emulator.config(MANAGEMENT, HOME_REGION),
            state_machine: deployment.output("StateMachineArn")?.to_owned(),
            table: deployment.output("LedgerTable")?.to_owned(),
            bucket: deployment.output("ResultsBucket")?.to_owned(),
        };
        Ok(Self { emulator, organization, deployment, pipeline })
    }

    /// The operation account's configuration.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.pipeline.config
    }

    /// Runs `input` to its end.
    ///
    /// # Errors
    /// Where a service fails.
    pub async fn run(&self, name: &str, input: &str) -> TestResult<Answer> {
        let ended = self.pipeline.run(name, input, |_| ()).await?;
        let files = self.pipeline.artifacts("internet-routes", name).await?;
        Ok(Answer { ended, files })
    }

    /// How many items the ledger has, and how many objects the bucket.
    ///
    /// # Errors
    /// Where a service fails.
    pub async fn written(&self) -> TestResult<(i32, usize)> {
        let scan = aws_sdk_dynamodb::Client::new(self.config()).scan();
        let items = scan.table_name(&self.pipeline.table).send().await?.count();
        let list = aws_sdk_s3::Client::new(self.config()).list_objects_v2();
        let objects = list.bucket(&self.pipeline.bucket).send().await?.contents().len();
        Ok((items, objects))
    }
}

impl Answer {
    /// The rows of a CSV file without its header.
    ///
    /// # Errors
    /// Where there is no such file, or it is no CSV.
    pub fn rows(&self, name: &str) -> TestResult<Vec<Vec<String>>> {
        rows(self.files.get(name).ok_or_else(|| format!("no {name}"))?)
    }

    /// Account, Region, status and error of each row of the coverage.
    ///
    /// # Errors
    /// Where there is no coverage.
    pub fn coverage(&self) -> TestResult<Vec<[String; 4]>> {
        let rows = self.rows("coverage.csv")?;
        Ok(rows.into_iter().map(|row| [0, 2, 3, 4].map(|column| row[column].clone())).collect())
    }
}
