"""Lint the state machine with cfn-lint's schema of the Amazon States Language.

cfn-lint reads templates, so the definition is put into one for a moment. What a schema cannot see
(states that nothing leads to, error names, substitutions) is held by the Rust tests.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

definition = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
state_machine = {
    "Type": "AWS::StepFunctions::StateMachine",
    "Properties": {
        "RoleArn": "arn:aws:iam::111111111111:role/lint",
        # The schema knows ARNs of the aws partition only.
        "Definition": json.loads(definition.replace("${Partition}", "aws")),
    },
}
template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Lint": state_machine}}
cfn_lint = pathlib.Path(sys.executable).parent / "cfn-lint"
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "state-machine.json"
    path.write_text(json.dumps(template), encoding="utf-8")
    # W2001/E1019-like findings about substitutions do not apply: they are checked elsewhere.
    sys.exit(subprocess.run([cfn_lint, path], check=False).returncode)
