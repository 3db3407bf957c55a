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
PEERS_OPTIONS ?=
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR

FUNCTIONS := fanout worker result-handler
PACKAGES  := $(addprefix --package org-operator-,$(FUNCTIONS))
DEMO       = $(CARGO_TARGET_DIR)/debug/demo

##@ Try it

.PHONY: help
help: ## Print this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z.-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: package-dev ## The real pipeline on an emulator, no AWS account needed (DEMO_KEEP=1 leaves it running)
	@$(DEMO) $(if $(DEMO_KEEP),keep)

.PHONY: demo-run
demo-run: build ## Another execution in a kept demo (INPUT=file)
	@$(DEMO) run "$(INPUT)"

.PHONY: demo-stop
demo-stop: build ## End a kept demo
	@$(DEMO) stop

.PHONY: invoke
invoke: build .venv/invoke ## Invoke one function locally (FUNCTION=worker EVENT=file), in a kept demo or your own AWS
	@$(DEMO) invoke "$(FUNCTION)" "$(EVENT)"

##@ Check it

.PHONY: test
test: prerequisites check lint package-dev ## Everything: format, clippy, lints, unit tests, the pipeline on the emulator
	cargo test --workspace --locked

.PHONY: check
check: ## The fast part of `make test`: format and clippy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings

.PHONY: bench
bench: build ## What planning and exporting large runs takes, in time and memory
	@$(CARGO_TARGET_DIR)/debug/bench

# The peers have an environment of their own, so that no test runs with their packages.
.PHONY: bench-peers
bench-peers: prerequisites .venv-peers/installed ## org-operator beside boto3 threads, awsrun, botocove and c7n-org (takes a while)
	cargo build --workspace --locked --release --bins
	@.venv-peers/bin/python tests/peers/bench_peers.py --bin "$(CARGO_TARGET_DIR)/release" \
	  --out docs/benchmarks-peers.md $(PEERS_OPTIONS)

.PHONY: lint
lint: .venv/tests ## Lint the templates and the state machine
	.venv/bin/cfn-lint cloudformation/*.yaml
	.venv/bin/python tests/lint_asl.py statemachine/org-operator.asl.json

##@ Build it

.PHONY: build
build: prerequisites .venv/tests ## Build everything unoptimized, with the tools that the demo needs
	@echo "building (for the first time this takes minutes: the EC2 SDK alone is most of it)"
	cargo build --workspace --locked

.PHONY: package
package: prerequisites ## Fill dist/ with what is deployed, small and fast (ARCH=arm64 for Graviton)
	@$(MAKE) --no-print-directory package-$(ARCH)

.PHONY: package-x86_64
package-x86_64:
	cargo build --locked --profile lambda $(PACKAGES)
	$(call zip,cp "$(CARGO_TARGET_DIR)/lambda/$$function",lambda profile)

# cargo-lambda brings the linker for the other architecture.
.PHONY: package-arm64
package-arm64: .venv/invoke
	@rustup target list --installed | grep -q aarch64-unknown-linux-gnu || \
	  { echo "missing: Rust's arm64 standard library: type 'rustup target add aarch64-unknown-linux-gnu'" >&2; exit 1; }
	PATH="$(CURDIR)/.venv/bin:$$PATH" cargo lambda build --locked --profile lambda --arm64 --lambda-dir "$(CARGO_TARGET_DIR)/arm64" $(PACKAGES)
	$(call zip,cp "$(CARGO_TARGET_DIR)/arm64/$$function/bootstrap",lambda profile, arm64)

# The demo and the tests run unoptimized functions: they share the tests' build.
.PHONY: package-dev
package-dev: build
	$(call zip,strip -o dist/stage/bootstrap "$(CARGO_TARGET_DIR)/debug/$$function" && :,unoptimized: not for deployment)

# Each zip holds one executable named bootstrap, with a fixed date.
define zip
	@rm -rf dist && mkdir -p dist/stage
	@for function in $(FUNCTIONS); do \
	  $(1) dist/stage/bootstrap && \
	  touch -t 198001010000 dist/stage/bootstrap && \
	  (cd dist/stage && "$(PYTHON)" -m zipfile -c ../$$function.zip bootstrap) || exit 1; \
	done
	@rm -rf dist/stage && cp statemachine/org-operator.asl.json dist/
	@echo "dist/ is filled ($(2)$(if $(3),$(comma)$(3)))"
endef
comma := ,

.PHONY: policies
policies: build ## Generate the member role's policy from the operations' declared IAM actions
	@$(CARGO_TARGET_DIR)/debug/policies

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

.venv/%: tests/requirements-%.txt
	@echo "installing the tools of $< into .venv"
	@test -x .venv/bin/python || "$(PYTHON)" -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv-peers/installed: tests/requirements-peers.txt
	@echo "installing the tools of $< into .venv-peers"
	@test -x .venv-peers/bin/python || "$(PYTHON)" -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
