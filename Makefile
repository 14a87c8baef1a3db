# Onefold: `make help` shows what there is. CI calls the same targets as a person does.

# What does not need each other is made side by side: pip waits for the network while cargo compiles.
MAKEFLAGS += --jobs=2

# The tools live under target/, so `make clean` takes everything away.
VENV := target/venv
PYTHON ?= python3
FUNCTIONS := plan extract translate settle divide block compare train score link partition merge export compact purge erase explain lookup announce
BOOTSTRAPS := $(FUNCTIONS:%=target/lambda/%/bootstrap)
ONEFOLD := target/release/onefold

# `make run` uses these; without DATA it makes a sample of its own.
DATA ?= target/sample
OUT ?= target/run
# A file of secrets, if sources are APIs or databases.
SECRETS ?=
SAMPLE_ROWS := 20000
SAMPLE_SEED := 1

# `make bench` uses these.
ROWS ?= 100000 1900000
SEED ?= 7

# `make quality` uses these, such as --draws or --large (tests/quality/quality.py --help).
QUALITY ?=

# `make audit` uses this release.
CARGO_DENY := 0.20.2

# `make soak` uses these; SCHEDULE is the seed of one that is to be repeated.
SCHEDULES ?= 10000
SCHEDULE ?=

# `make reference` uses these; OUT is where the tables go.
COUNTRIES ?=

# The Arm build needs the Rust target aarch64-unknown-linux-gnu.
AWS_TARGET ?= x86_64-unknown-linux-gnu.2.34

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help tools build run clean-run reference check check-format cold-start test test-build test-units test-properties fuzz test-cloud test-readers soak test-reference lint audit fmt bench bench-dask quality cost package deploy clean FORCE

help: ## Show this help
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make run DATA=dir OUT=dir   uses a folder with onefold.toml, landing/<source>/… and reference/*.csv'
	@echo '  target/release/onefold init|check|try   help to set a data folder up (after make build)'
	@echo '  Parts and rarer verbs: tools lint fuzz reference bench-dask (infra/manual/contributing.md)'

# The pinned Python tools.
tools: $(VENV)/.done

$(VENV)/.done: infra/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r infra/requirements.txt
	touch $@

build: $(ONEFOLD) $(BOOTSTRAPS) ## Build the functions and the command, optimised

$(ONEFOLD): FORCE
	cargo build --release --locked $(FUNCTIONS:%=-p %) -p onefold

# Cargo knows what changed; a bootstrap is copied only if its binary did. It is a new file, because a local cloud that is up
# has links to the old one.
target/lambda/%/bootstrap: $(ONEFOLD)
	@mkdir -p $(@D)
	@cmp -s target/release/$* $@ || { rm -f $@ && cp target/release/$* $@; }

run: tools build $(DATA)/onefold.toml ## Run the whole workflow on the local cloud, on a sample or on DATA
	$(ONEFOLD) local run --data $(DATA) --out $(OUT) $(if $(SECRETS),--secrets $(SECRETS))

target/sample/onefold.toml: $(wildcard tests/bench/*.py) tests/sample/onefold.toml
	rm -rf target/sample
	$(PYTHON) tests/bench/generate.py --out target/sample --rows $(SAMPLE_ROWS) --seed $(SAMPLE_SEED) --sample

# Whoever was erased stays erased.
clean-run: ## Start over: forget the results in OUT
	@test ! -d $(OUT) || find $(OUT) -mindepth 1 -maxdepth 1 ! -name suppression -exec rm -rf {} +

# Tables of genders, places and salaries, from published packages.
reference: OUT = target/reference
reference: target/reference-packages/.done
	target/reference-packages/bin/python infra/reference/build.py --out $(OUT) --countries "$(COUNTRIES)"

target/reference-packages/.done: infra/reference/requirements.txt
	$(PYTHON) -m venv target/reference-packages
	target/reference-packages/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@

# Tests are compiled once, by clippy: it lints what it compiles. The profile `bench` shares all dependencies with
# `make build`, and so does the set of packages: naming others would change their features.
CHECKED := RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__ \
	cargo test --profile bench --workspace --locked

check: check-format ## What one runs all day: formatting, lints and unit tests
	$(CHECKED) --lib --bins

check-format:
	cargo fmt --all --check

test: test-units test-properties test-cloud test-readers test-reference lint ## Run every test and check

# The command `onefold` and `cargo lambda` run what `make build` built.
test-build: build
	$(CHECKED) --no-run

test-units: test-build
	$(CHECKED) --lib --bins --test served

test-properties: test-build tools
	$(CHECKED) --test properties --test agreement --test cases --test fuzz --test memory --test browser

CASES ?= 20000

# Every reader of bytes gets CASES cases.
fuzz: test-build
	PROPTEST_CASES=$(CASES) $(CHECKED) --test fuzz

# These start servers, the local cloud among them.
test-cloud: test-build tools
	$(CHECKED) --test functions --test postgres --test stores --test workflow

# The examples of the manual, run by DuckDB, Polars and pandas.
test-readers: test-build target/readers/venv/.done
	$(CHECKED) --test readers

target/readers/venv/.done: tests/readers/requirements.txt
	$(PYTHON) -m venv target/readers/venv
	target/readers/venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	touch $@

soak: ## Live through 10,000 random schedules of faults (SCHEDULES, or SCHEDULE=seed for one)
	$(if $(SCHEDULE),ONEFOLD_SEED=$(SCHEDULE)) ONEFOLD_SCHEDULES=$(SCHEDULES) \
		$(CHECKED) --test properties -- --nocapture schedules

test-reference:
	$(PYTHON) -m unittest discover --start-directory infra/reference

lint: check-format tools test-build target/lint/.done
	$(VENV)/bin/cfn-lint infra/template.yaml
	AWS_REGION=us-east-1 SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam validate --lint --template infra/template.yaml
	sed 's/\$${MapConcurrency}/1/' statemachine/onefold.asl.json > target/lint/onefold.asl.json
	PATH="$(CURDIR)/target/lint/venv/bin:$$PATH" target/lint/node_modules/.bin/asl-validator \
		--json-path target/lint/onefold.asl.json

# The checker of state machines is a program of Node's, which comes from PyPI with its npm.
target/lint/.done: infra/lint/package-lock.json infra/lint/requirements.txt
	$(PYTHON) -m venv target/lint/venv
	target/lint/venv/bin/pip install --quiet --disable-pip-version-check -r infra/lint/requirements.txt
	cp infra/lint/package.json infra/lint/package-lock.json target/lint
	PATH="$(CURDIR)/target/lint/venv/bin:$$PATH" npm ci --prefix target/lint --no-audit --no-fund
	touch $@

# Not part of `make test`: it needs databases that change from day to day, and minutes to be installed.
audit: target/audit/.done ## Ask for licences, sources and advisories of dependencies, and for holes in the template
	target/audit/bin/cargo-deny --all-features check licenses bans sources
	@if target/audit/bin/cargo-deny fetch db; then target/audit/bin/cargo-deny check advisories; \
		else echo 'The database of advisories cannot be had from here, so nobody looked into it.'; fi
	target/audit/venv/bin/checkov --file infra/template.yaml --framework cloudformation --skip-download --compact --quiet

target/audit/.done: infra/audit/requirements.txt
	cargo install --quiet --locked --root target/audit --target-dir target/audit/build cargo-deny@$(CARGO_DENY)
	$(PYTHON) -m venv target/audit/venv
	target/audit/venv/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

fmt: ## Format the code
	cargo fmt --all

bench: tools build target/bench/venv/.done ## Measure against Polars and DuckDB (ROWS, SEED)
	target/bench/venv/bin/python tests/bench/bench.py --rows $(ROWS) --seed $(SEED)

# Dask beside the fastest, which takes minutes. Its customers must be the same, too.
bench-dask: target/bench/venv/.done target/bench/dask-venv/.done
	target/bench/venv/bin/python tests/bench/bench.py --rows $(ROWS) --seed $(SEED) --systems polars dask

cost: ## Reckon what runs cost on AWS by list price, beside Splink, Dask and AWS Entity Resolution
	@$(PYTHON) tests/cost/cost.py

cold-start: build ## Measure how large the functions are, and how long one takes to start
	$(PYTHON) tests/bench/cold_start.py

# With the whole workspace, so that dependencies have the features that they have for `make test`, and are not compiled anew.
quality: target/quality/venv/.done ## Judge who is found to be one person, on published and hard sets (QUALITY: options)
	cargo build --release --locked --workspace --bin quality
	target/quality/venv/bin/python tests/quality/quality.py $(QUALITY)

target/quality/venv/.done: tests/quality/requirements.txt
	$(PYTHON) -m venv target/quality/venv
	target/quality/venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	touch $@

target/bench/venv/.done: tests/bench/requirements.txt
	$(PYTHON) -m venv target/bench/venv
	target/bench/venv/bin/pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
	touch $@

target/bench/dask-venv/.done: tests/bench/dask-requirements.txt
	$(PYTHON) -m venv target/bench/dask-venv
	target/bench/dask-venv/bin/pip install --quiet --disable-pip-version-check -r tests/bench/dask-requirements.txt
	touch $@

package: tools ## Build the functions for AWS, against the C library of its runtime
	rm -f $(BOOTSTRAPS)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" cargo lambda build --release --locked --disable-optimizations --target $(AWS_TARGET) $(FUNCTIONS:%=-p %)

deploy: package ## Deploy to the AWS account of your credentials
	$(VENV)/bin/sam deploy --template infra/template.yaml --config-file samconfig.toml --guided

clean: ## Remove everything that was built or installed
	rm -rf target

FORCE:
