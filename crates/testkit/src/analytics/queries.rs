//! The saved queries: the ten most asked questions, in the SQL of Athena's engine 3.

/// A saved query.
#[derive(Debug, Clone)]
pub struct Query {
    /// Its name, `kebab-case`.
    pub name: &'static str,
    /// The question in words.
    pub question: &'static str,
    /// The statement, several lines without the last line's end.
    pub sql: String,
}

/// How far back queries look, so that they do not read every day that there was.
const SINCE: &str = "cast(current_date - interval '90' day AS varchar)";

/// Every saved query, in the order in which they stand in the template.
#[must_use]
pub fn queries() -> Vec<Query> {
    let of_coverage = COVERAGE.into_iter().map(|(name, question, sql)| Query {
        name,
        question,
        sql: sql.trim().replace("SINCE", SINCE),
    });
    let of_records = RECORDS.iter().map(|asked| Query {
        name: asked.name,
        question: asked.question,
        sql: asked.sql(),
    });
    of_coverage.chain(of_records).collect()
}

/// Those that ask the coverage only.
const COVERAGE: [(&str, &str, &str); 3] = [
    (
        "runs",
        "Which runs were there in the last 90 days, and how complete is each?",
        "
SELECT dt, operation, run_id, count(*) AS targets, count_if(status = 'SUCCEEDED') AS succeeded,
  count_if(status = 'SKIPPED') AS skipped, count_if(status = 'FAILED') AS failed, sum(records) AS records
FROM coverage
WHERE dt >= SINCE
GROUP BY dt, operation, run_id
ORDER BY dt DESC, operation, run_id",
    ),
    (
        "not-answered",
        "Which targets of each operation's newest run have no answer, and why?",
        "
WITH runs AS (
  SELECT operation, run_id, min(started_at) AS began FROM coverage WHERE dt >= SINCE GROUP BY operation, run_id
), newest AS (
  SELECT operation, max_by(run_id, began) AS run_id FROM runs GROUP BY operation
)
SELECT c.operation, c.account_id, c.account_name, c.region, c.error, c.message
FROM coverage c JOIN newest n ON n.operation = c.operation AND n.run_id = c.run_id
WHERE c.dt >= SINCE AND c.status = 'FAILED'
ORDER BY c.operation, c.account_id, c.region",
    ),
    (
        "accounts-without-an-answer",
        "Which accounts had no target that SUCCEEDED in the last 90 days?",
        "
SELECT account_id, max_by(account_name, dt) AS account_name, count(*) AS targets,
  max_by(error, dt) AS last_error, max(dt) AS last_asked
FROM coverage
WHERE dt >= SINCE
GROUP BY account_id
HAVING count_if(status = 'SUCCEEDED') = 0
ORDER BY account_id",
    ),
];

/// A question to the records of an operation's newest run.
struct Asked {
    name: &'static str,
    question: &'static str,
    operation: &'static str,
    select: &'static str,
    condition: &'static str,
    rest: &'static str,
}

impl Asked {
    fn sql(&self) -> String {
        let Self { operation, select, condition, rest, .. } = self;
        let table = operation.replace('-', "_");
        format!(
            "WITH runs AS (\n  SELECT run_id, min(started_at) AS began FROM coverage\n  \
             WHERE operation = '{operation}' AND dt >= {SINCE} GROUP BY run_id\n)\n\
             SELECT {select}\nFROM {table} r\n\
             WHERE r.dt >= {SINCE} AND r.run_id = (SELECT max_by(run_id, began) FROM runs)\n  \
             AND {condition}\n{rest}"
        )
        .replace("< SINCE", &format!("< {SINCE}"))
    }
}

/// The questions to the records.
const RECORDS: [Asked; 7] = [
    Asked {
        name: "ways-to-the-internet",
        question: "Which accounts and Regions have routes to an internet gateway, and in how many VPCs?",
        operation: "internet-routes",
        select: "r.account_id, r.account_name, r.region, count(DISTINCT r.vpc_id) AS vpcs, count(*) AS routes",
        condition: "r.state = 'active'",
        rest: "GROUP BY r.account_id, r.account_name, r.region\nORDER BY routes DESC, r.account_id, r.region",
    },
    Asked {
        name: "open-ports",
        question: "Which rules let the whole internet in, on which ports, where something is behind them?",
        operation: "open-security-groups",
        select: "r.account_id, r.account_name, r.region, r.group_id, r.protocol, r.from_port, r.to_port, r.source, r.interfaces",
        condition: "r.interfaces NOT IN ('', '0')",
        rest: "ORDER BY try_cast(r.interfaces AS bigint) DESC, r.account_id, r.region, r.group_id",
    },
    Asked {
        name: "public-endpoints",
        question: "What answers on the internet, by kind and account?",
        operation: "public-endpoints",
        select: "r.kind, r.account_id, r.account_name, r.region, count(*) AS endpoints, min(r.endpoint) AS example",
        condition: "r.endpoint <> ''",
        rest: "GROUP BY r.kind, r.account_id, r.account_name, r.region\nORDER BY endpoints DESC, r.kind, r.account_id",
    },
    Asked {
        name: "buckets-that-can-be-public",
        question: "Which S3 buckets are public by policy, or refuse neither public policies nor public ACLs?",
        operation: "s3-buckets",
        select: "r.account_id, r.account_name, r.region, r.bucket, r.policy_is_public, r.created",
        condition: "(r.policy_is_public = 'true'\n    OR (r.restrict_public_buckets <> 'true' AND r.ignore_public_acls <> 'true'))",
        rest: "ORDER BY r.policy_is_public DESC, r.account_id, r.bucket",
    },
    Asked {
        name: "old-keys-and-no-mfa",
        question: "Which users have a password without MFA, or an access key that is older than 90 days?",
        operation: "iam-credential-report",
        select: "r.account_id, r.account_name, r.\"user\", r.password_enabled, r.mfa_active, r.key_1_rotated, r.key_2_rotated",
        condition: "((r.password_enabled = 'true' AND r.mfa_active <> 'true')\n    \
                    OR (r.key_1_active = 'true' AND r.key_1_rotated < SINCE)\n    \
                    OR (r.key_2_active = 'true' AND r.key_2_rotated < SINCE))",
        rest: "ORDER BY r.account_id, r.\"user\"",
    },
    Asked {
        name: "deprecated-runtimes",
        question: "Which Lambda functions run on a runtime that AWS has deprecated?",
        operation: "lambda-functions",
        select: "r.runtime, r.deprecated_since, r.account_id, r.account_name, r.region, r.\"function\"",
        condition: "r.deprecated_since <> ''",
        rest: "ORDER BY r.deprecated_since, r.account_id, r.region, r.\"function\"",
    },
    Asked {
        name: "storage-that-nothing-uses",
        question: "How much storage lies in volumes that are attached to nothing, by account?",
        operation: "unattached-ebs-volumes",
        select: "r.account_id, r.account_name, count(*) AS volumes, sum(try_cast(r.size_gib AS bigint)) AS gib",
        condition: "r.volume_id <> ''",
        rest: "GROUP BY r.account_id, r.account_name\nORDER BY gib DESC, r.account_id",
    },
];
