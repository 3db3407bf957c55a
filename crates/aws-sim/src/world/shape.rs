//! How large a generated organization is, and how much of it is restricted.

/// The parameters of a generated organization.
#[derive(Debug, Clone)]
pub struct Shape {
    /// How many active member accounts there are.
    pub accounts: usize,
    /// Member accounts that are not active, in addition.
    pub inactive: usize,
    /// How many organizational units there are.
    pub units: usize,
    /// The Regions of a run.
    pub regions: Vec<String>,
    /// The most route tables in a Region of an account.
    pub max_route_tables: usize,
    /// Whether accounts carry the path of their units, as AWS's do and emulators' do not.
    pub account_paths: bool,
    /// The share of accounts whose role, and of targets whose Region, is not accessible: 0 to 1.
    pub restricted: f64,
    /// How many accounts each page of `ListAccounts` repeats from the page before: an account that
    /// is listed twice is still one account.
    pub repeated: usize,
}

impl Shape {
    /// An organization in which every account and Region is accessible.
    #[must_use]
    pub fn unrestricted(accounts: usize, regions: &[&str]) -> Self {
        let regions = regions.iter().map(|&region| region.to_owned()).collect();
        Self {
            accounts,
            inactive: 0,
            units: 1 + accounts / 50,
            regions,
            max_route_tables: 3,
            account_paths: true,
            restricted: 0.0,
            repeated: 0,
        }
    }
}
