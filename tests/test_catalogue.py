"""The catalogue's files as data: what every operation must say of itself, without any call."""

import pathlib
import re
import statistics
import unittest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

FILES = sorted((pathlib.Path(__file__).parent.parent / "crates/operations/catalogue").glob("*.toml"))
SUITES = {"inventory", "network", "security", "cost"}
# Their calls list everything that there is; all others have a trap, or less than one would think.
NOTHING_UNSEEN = {"eks-clusters", "guardduty-detectors"}
# What keeps a call from its default set: without it the operation lists too little or too much.
MENDS = {
    "acm-certificates": ["Includes.keyTypes", "EC_prime256v1"],
    "cloudtrail-trails": ["includeShadowTrails = true", "HomeRegion == $region"],
    "ec2-instances": ["IncludeManagedResources = true"],
    "gp2-volumes": ["IncludeManagedResources = true"],
    "old-ebs-snapshots": ['OwnerIds = ["self"]', "IncludeDisabled = true"],
    "open-security-groups": ["GroupOwnerId", "IncludeManagedResources = true"],
    "public-amis": ['Owners = ["self"]', "IncludeDisabled = true"],
    "public-ebs-snapshots": ['OwnerIds = ["self"]', 'RestorableByUserIds = ["all"]'],
    "s3-buckets": ['BucketRegion = "{region}"', "ExpectedBucketOwner"],
    "secrets": ["IncludePlannedDeletion = true"],
    "unattached-ebs-volumes": ["IncludeManagedResources = true"],
    "vpcs": ["OwnerId == $account_id"],
}


def read(file):
    return tomllib.loads(file.read_text(encoding="utf-8"))


class CatalogueTest(unittest.TestCase):
    def test_there_are_forty_files(self):
        self.assertGreaterEqual(len(FILES), 40)

    def test_each_file_is_named_as_its_operation(self):
        self.assertEqual({file.stem: read(file)["name"] for file in FILES}, {file.stem: file.stem for file in FILES})

    def test_each_file_has_a_question_and_a_suite(self):
        for file in FILES:
            with self.subTest(file.stem):
                self.assertTrue(read(file)["question"].endswith("?"))
                self.assertIn(read(file)["suite"], SUITES)

    def test_an_operation_with_a_trap_says_what_it_does_not_see(self):
        silent = {file.stem for file in FILES if not read(file).get("not_seen")}
        self.assertEqual(silent, NOTHING_UNSEEN)

    def test_each_known_trap_has_its_mend(self):
        for file in FILES:
            for mend in MENDS.get(file.stem, []):
                with self.subTest(file.stem):
                    self.assertIn(mend, file.read_text(encoding="utf-8"))

    def test_the_median_file_has_at_most_forty_lines(self):
        lengths = [len(file.read_text(encoding="utf-8").splitlines()) for file in FILES]
        self.assertLessEqual(statistics.median(lengths), 40)

    def test_a_computed_age_does_not_count_as_a_change(self):
        for file in FILES:
            columns = [column for column in read(file)["columns"] if re.search("age_days|days_until", column.get("path", ""))]
            with self.subTest(file.stem):
                self.assertTrue(all(column.get("computed") for column in columns))


if __name__ == "__main__":
    unittest.main()
