//! Selection against a plain reading of the request, over random organizations.

use proptest::prelude::*;

use super::*;

fn id(n: u64) -> AccountId {
    AccountId::parse(&format!("{n:012}")).unwrap()
}

fn unit(n: usize) -> UnitId {
    UnitId::parse(&format!("ou-root-unit{n:04}")).unwrap()
}

fn account(n: u64, state: &str) -> Account {
    Account {
        id: id(n),
        name: format!("a{n}"),
        state: state.to_owned(),
        management_account: Some(id(0)),
        units: None,
        email: String::new(),
    }
}

fn filter(include: &[u64], exclude: &[u64]) -> AccountFilter {
    AccountFilter {
        include: include.iter().copied().map(id).collect(),
        exclude: exclude.iter().copied().map(id).collect(),
        ..AccountFilter::default()
    }
}

fn select(accounts: Vec<Account>, filter: &AccountFilter) -> Selection {
    Selection::new(accounts, filter, &Facts::default())
}

#[test]
fn each_account_left_out_has_its_reason() {
    let accounts = vec![
        account(3, "ACTIVE"),
        account(1, "SUSPENDED"),
        account(0, "ACTIVE"),
        account(2, "ACTIVE"),
    ];
    let selection = select(accounts, &filter(&[3], &[2]));
    let reasons: Vec<_> = selection.all().map(|(_, reason)| reason).collect();
    let left_out = [Reason::Management, Reason::NotActive, Reason::Excluded].map(Some);
    assert_eq!(reasons[..3], left_out);
    assert_eq!(reasons[3], None);
}

#[test]
fn the_management_account_is_in_only_where_it_is_asked_for() {
    let asked = AccountFilter { include_management: true, ..AccountFilter::default() };
    assert_eq!(select(vec![account(0, "ACTIVE")], &asked).selected().count(), 1);
    assert_eq!(select(vec![account(0, "ACTIVE")], &filter(&[], &[])).selected().count(), 0);
}

#[test]
fn selecting_nothing_is_an_error_that_counts_the_reasons() {
    let selection = select(vec![account(0, "ACTIVE"), account(1, "CLOSED")], &filter(&[], &[]));
    let error = selection.require_some().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoTargets);
    assert!(error.message().contains("1 × the account is not active"), "{error}");
    assert!(select(vec![], &filter(&[], &[])).require_some().is_err());
}

#[test]
fn an_account_of_another_organization_is_a_fault_with_the_nearest_id() {
    let selection = select(vec![account(111_111_111_111, "ACTIVE")], &filter(&[], &[]));
    let mut violations = Violations::default();
    selection.note_impossible(&filter(&[111_111_111_112], &[7]), &mut violations);
    let text = violations.to_string();
    assert!(text.contains("Accounts.Include: got \"111111111112\""), "{text}");
    assert!(
        text.contains("nearest: `111111111111`") && text.contains("Accounts.Exclude"),
        "{text}"
    );
}

#[test]
fn asking_for_an_account_that_cannot_be_asked_is_a_fault() {
    let accounts = vec![account(0, "ACTIVE"), account(1, "SUSPENDED"), account(2, "ACTIVE")];
    let asked = filter(&[0, 1, 2], &[]);
    let mut violations = Violations::default();
    select(accounts, &asked).note_impossible(&asked, &mut violations);
    let text = violations.to_string();
    assert!(text.contains("000000000001\" (SUSPENDED"), "{text}");
    assert!(text.contains("management account") && !text.contains("000000000002"), "{text}");
}

#[test]
fn a_unit_is_asked_for_where_paths_cannot_answer() {
    let with_path = Account { units: Some([unit(1)].into()), ..account(1, "ACTIVE") };
    let named = AccountFilter {
        units: [unit(1)].into(),
        exclude_units: [unit(2)].into(),
        ..AccountFilter::default()
    };
    assert_eq!(units_to_ask(std::slice::from_ref(&with_path), &named), [unit(2)].into());
    let both = [unit(1), unit(2)].into();
    assert_eq!(units_to_ask(&[with_path, account(2, "ACTIVE")], &named), both);
}

#[test]
fn an_unknown_unit_is_a_fault_with_the_nearest_one() {
    let with_path = Account { units: Some([unit(1)].into()), ..account(1, "ACTIVE") };
    let mut violations = Violations::default();
    select(vec![with_path], &filter(&[], &[]))
        .note_unknown_units(&[unit(9)].into(), &mut violations);
    let text = violations.to_string();
    assert!(
        text.contains("got \"ou-root-unit0009\"") && text.contains("`ou-root-unit0001`"),
        "{text}"
    );
}

/// A random organization: the parent of each unit among those before it, the unit of each account.
#[derive(Debug, Clone)]
struct Tree {
    parents: Vec<Option<usize>>,
    accounts: Vec<(&'static str, Option<usize>, bool)>,
}

impl Tree {
    /// The unit of an account and every unit above it, walked one by one.
    fn above(&self, mut at: Option<usize>) -> Vec<usize> {
        let mut walked = Vec::new();
        while let Some(unit) = at {
            walked.push(unit);
            at = self.parents[unit];
        }
        walked
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let parents = proptest::collection::vec(proptest::option::of(0usize..5), 6);
    let state = prop_oneof![4 => Just("ACTIVE"), 1 => Just("SUSPENDED")];
    let account = (state, proptest::option::of(0usize..6), any::<bool>());
    (parents, proptest::collection::vec(account, 0..14)).prop_map(|(parents, accounts)| {
        let before = |(unit, parent): (usize, Option<usize>)| parent.filter(|p| *p < unit);
        Tree { parents: parents.into_iter().enumerate().map(before).collect(), accounts }
    })
}

proptest! {
    #[test]
    fn selection_agrees_with_the_plain_reading_with_and_without_paths(
        tree in tree(),
        include in proptest::collection::btree_set(0u64..14, 0..4),
        exclude in proptest::collection::btree_set(0u64..14, 0..4),
        units in proptest::collection::btree_set(0usize..6, 0..3),
        exclude_units in proptest::collection::btree_set(0usize..6, 0..3),
        by_tag in any::<bool>(),
        include_management in any::<bool>(),
        with_paths in any::<bool>(),
    ) {
        let mut facts = Facts::default();
        let mut accounts = Vec::new();
        let mut expected = Vec::new();
        for (n, (state, home, tagged)) in (0u64..).zip(&tree.accounts) {
            let above = tree.above(*home);
            let mut made = account(n, state);
            made.units = with_paths.then(|| above.iter().copied().map(unit).collect());
            for unit_number in above.iter().filter(|_| !with_paths) {
                facts.members.entry(unit(*unit_number)).or_default().insert(id(n));
            }
            if by_tag {
                let tag = if *tagged { "yes" } else { "no" };
                facts.tags.insert(id(n), [("tag".to_owned(), tag.to_owned())].into());
            }
            let named = include.contains(&n) || above.iter().any(|u| units.contains(u));
            let wanted = *state == "ACTIVE"
                && (n != 0 || include_management)
                && !exclude.contains(&n)
                && !above.iter().any(|u| exclude_units.contains(u))
                && (named || (include.is_empty() && units.is_empty()))
                && (!by_tag || *tagged);
            if wanted {
                expected.push(id(n));
            }
            accounts.push(made);
        }
        let wanted_tags = by_tag.then(|| ("tag".to_owned(), BTreeSet::from(["yes".to_owned()])));
        let filter = AccountFilter {
            include: include.into_iter().map(id).collect(),
            units: units.into_iter().map(unit).collect(),
            tags: wanted_tags.into_iter().collect(),
            exclude: exclude.into_iter().map(id).collect(),
            exclude_units: exclude_units.into_iter().map(unit).collect(),
            include_management,
        };
        let selection = Selection::new(accounts, &filter, &facts);
        let selected: Vec<AccountId> = selection.selected().map(|a| a.id.clone()).collect();
        prop_assert_eq!(selected, expected);
    }

    #[test]
    fn work_items_hold_every_pair_once(
        accounts in 0u64..6,
        regions in 1usize..7,
        per in proptest::option::of(1u32..9),
    ) {
        let names: BTreeSet<Region> =
            (0..regions).map(|i| Region::parse(&format!("xx-made-{i}")).unwrap()).collect();
        let all = (1..=accounts).map(|n| account(n, "ACTIVE")).collect();
        let items = select(all, &filter(&[], &[])).work_items(&Regions::Same(names), per);
        let pairs: Vec<_> = items.iter()
            .flat_map(|item| item.regions.iter().map(|r| (item.account_id.clone(), r.clone())))
            .collect();
        let distinct: BTreeSet<_> = pairs.iter().cloned().collect();
        prop_assert_eq!(pairs.len(), distinct.len());
        prop_assert_eq!(pairs.len() as u64, accounts * regions as u64);
        let most = per.map_or(usize::MAX, |n| n as usize);
        prop_assert!(items.iter().all(|item| (1..=most).contains(&item.regions.len())));
    }
}
