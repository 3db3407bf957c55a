"""What docs/sql.md tells a person to type is run as it stands there, and the saved queries of analytics.yaml are run over its tables.

The files are those of tests/contracts, which the steps of this release wrote, with names that break careless readers."""

import csv
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from emulator import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import sqlglot
import templates

DAY = "2026-09-21"
STORED = ROOT / "tests" / "contracts" / "v1"
BLOCK = re.compile(r"<!-- tested -->\n```sh\n(.*?)```", re.DOTALL)
ANALYTICS = templates.read("analytics.yaml")
# Athena's types as DuckDB calls them.
TYPES = {"string": "VARCHAR", "bigint": "BIGINT"}
RUNS = ["run-0", "run-1"]
OPERATION = "internet-routes"
# What the stored runs have behind the operation's columns, because their request and their exceptions say so.
BESIDE = {"unit_path", "email", "tag_team", "expected"}

# In the place of a binary that is not there: what the documented commands use of it.
SQLITE = f"""#!{sys.executable}
import csv, pathlib, shlex, sqlite3, sys
database, *words = sys.argv[1:]
connection = sqlite3.connect(database)
connection.create_function("readfile", 1, lambda path: pathlib.Path(path).read_bytes())
if words[0] == "-cmd":
    _, _, path, table = shlex.split(words[1])
    header, *rows = csv.reader(pathlib.Path(path).open(encoding="utf-8", newline=""))
    connection.execute(f"CREATE TABLE {{table}} ({{', '.join(header)}})")
    connection.executemany(f"INSERT INTO {{table}} VALUES ({{', '.join('?' * len(header))}})", rows)
for row in connection.execute(words[-1]):
    print(*row, sep="|")
"""


class Folder(unittest.TestCase):
    """A folder with two runs as the local command leaves them, and the programs to ask them with."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.home = pathlib.Path(temporary.name)
        shutil.copytree(STORED / "runs", cls.home / "org-operator-runs")
        shutil.copytree(STORED / "tables", cls.home / "org-operator-runs" / "tables")
        (cls.home / ".duckdbrc").write_text(".mode csv\n", encoding="utf-8")
        programs = cls.home / "bin"
        programs.mkdir()
        if not shutil.which("sqlite3"):
            (programs / "sqlite3").write_text(SQLITE, encoding="utf-8")
            (programs / "sqlite3").chmod(0o755)
        path = os.pathsep.join([str(programs), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
        cls.environment = os.environ | {"HOME": str(cls.home), "PATH": path}

    def shell(self, command, given=None):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self.home, env=self.environment, input=given,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
        return done.stdout

    def rows(self, sql):
        return list(csv.DictReader(io.StringIO(self.shell("duckdb", sql))))


class Documented(Folder):
    def expected(self):
        failed = [f"{DAY},{OPERATION},{run},{status},{n}" for run in RUNS for status, n in (("FAILED", 5), ("SKIPPED", 3), ("SUCCEEDED", 4))]
        reasons = [("AssumeRoleDenied", 3, 4), ("NoOutcome", 1, 5), ("OperationFailed", 1, 3)]
        one_run = {("000000000002", "eu-west-1"): ("SUCCEEDED", 3), ("000000000003", "eu-west-1"): ("SUCCEEDED", 1)}
        statuses = {  # by account: af-south-1, eu-west-1, us-east-1
            "000000000002": ("SKIPPED", "SUCCEEDED", "SKIPPED"), "000000000003": ("FAILED", "SUCCEEDED", "SKIPPED"),
            "000000000004": ("FAILED", "FAILED", "FAILED"), "000000000005": ("SUCCEEDED", "SUCCEEDED", "FAILED"),
        }  # fmt: skip
        targets = [
            f"{account},{region},{status},{one_run.get((account, region), ('', 0))[1]}"
            for account, of_account in statuses.items()
            for region, status in zip(("af-south-1", "eu-west-1", "us-east-1"), of_account)
        ]
        return [
            ["dt,operation,run_id,status,targets", *failed],
            ["operation,error,targets,accounts", *(f"{OPERATION},{error},{n},{account:012}" for error, n, account in reasons)],
            ["dt,run_id,region,records", *(f"{DAY},{run},eu-west-1,4" for run in RUNS)],
            ["account_id,vpc_id,origin", '000000000003,vpc-1,"a ""b"", c', 'd"'],
            ["targets", "24"],
            ["account_id,region,status,routes", *targets],
            ["FAILED|AssumeRoleDenied|3", "FAILED|NoOutcome|1", "FAILED|OperationFailed|1", "SKIPPED|DeniedByPolicy|2",
             "SKIPPED|RegionDisabled|1", "SUCCEEDED||4"],
            ["eu-west-1|4"],
        ]  # fmt: skip

    def test_every_command_gives_what_is_there(self):
        commands = BLOCK.findall((ROOT / "docs" / "sql.md").read_text(encoding="utf-8"))
        expected = self.expected()
        self.assertEqual(len(commands), len(expected))
        for command, lines in zip(commands, expected):
            with self.subTest(command):
                self.assertEqual(self.shell(command).splitlines(), lines)


def tables():
    """Columns with types, and the folder, of each table of the template."""
    for resource in templates.resources(ANALYTICS, "AWS::Glue::Table").values():
        given = resource["Properties"]["TableInput"]
        storage = given["StorageDescriptor"]
        columns = {column["Name"]: TYPES[column["Type"]] for column in storage["Columns"]}
        folder = storage["Location"]["Fn::Sub"].removeprefix("s3://${ResultsBucket}/")
        yield given["Name"], columns, folder


def view(home, name, columns, folder):
    """The table as Athena sees it: only its own columns, each of its type, and the day as text."""
    if (home / "org-operator-runs" / folder).is_dir():
        fields = ", ".join(f"'{column}': '{kind}'" for column, kind in columns.items())
        files = f"'org-operator-runs/{folder}*/*.jsonl', columns = {{{fields}}}"
        return f"CREATE VIEW {name} AS FROM read_json({files}, hive_partitioning = true, hive_types_autocast = false);"
    fields = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    return f"CREATE TABLE {name} ({fields}, dt VARCHAR);"


class Template(Folder):
    def answers(self):
        """The rows of each saved query, on the day after the stored runs."""
        made = "\n".join(view(self.home, *table) for table in tables())
        for resource in templates.resources(ANALYTICS, "AWS::Athena::NamedQuery").values():
            given = resource["Properties"]
            sql = given["QueryString"].replace("current_date", "DATE '2026-09-22'")
            yield given["Name"], self.rows(f"{made}\n{sql};")

    def test_every_saved_query_runs_over_the_templates_tables(self):
        answers = dict(self.answers())
        self.assertEqual(len(answers), 10)
        runs = [{name: row[name] for name in ("run_id", "targets", "succeeded", "skipped", "failed", "records")} for row in answers["runs"]]
        counts = {"targets": "12", "succeeded": "4", "skipped": "3", "failed": "5", "records": "4"}
        self.assertEqual(runs, [{"run_id": run, **counts} for run in RUNS])
        refused = [(row["account_id"], row["region"], row["error"]) for row in answers["not-answered"]]
        self.assertEqual(len(refused), 5)
        self.assertIn(("000000000005", "us-east-1", "NoOutcome"), refused)
        self.assertEqual([row["account_id"] for row in answers["accounts-without-an-answer"]], ["000000000004"])
        routes = [(row["account_id"], row["vpcs"], row["routes"]) for row in answers["ways-to-the-internet"]]
        self.assertEqual(routes, [("000000000002", "1", "3"), ("000000000003", "1", "1")])
        for name in set(answers) - {"runs", "not-answered", "accounts-without-an-answer", "ways-to-the-internet"}:
            self.assertEqual(answers[name], [], f"{name} finds rows where no operation ran")

    def test_athenas_parser_takes_every_saved_query_and_the_documented_statement(self):
        resources = templates.resources(ANALYTICS, "AWS::Athena::NamedQuery")
        page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
        statements = [resource["Properties"]["QueryString"] for resource in resources.values()]
        statements += re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(statements), 11)
        for statement in statements:
            with self.subTest(statement):
                self.assertEqual(len(sqlglot.parse(statement, dialect="athena")), 1)

    def test_a_line_has_its_tables_columns_and_what_its_run_asked_for(self):
        known = {folder: set(columns) for _, columns, folder in tables()}
        known[f"tables/{OPERATION}/"] |= BESIDE
        for path in (STORED / "tables").rglob("*.jsonl"):
            folder = f"{path.parent.parent.relative_to(STORED)}/"
            columns = self.rows(f"DESCRIBE FROM read_json('{path}', hive_partitioning = false);")
            self.assertEqual({row["column_name"] for row in columns}, known[folder], path)

    def test_the_page_names_every_saved_query_with_its_question(self):
        page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
        for resource in templates.resources(ANALYTICS, "AWS::Athena::NamedQuery").values():
            given = resource["Properties"]
            self.assertIn(f"| `{given['Name']}` | {given['Description']} |\n", page)


if __name__ == "__main__":
    unittest.main()
