# Every command that this project has. `make help` lists them.

# cargo-lambda, sam, cfn-lint and MiniStack are installed into .venv; cargo itself is Rust's.
export PATH := $(CURDIR)/.venv/bin:$(PATH):$(HOME)/.cargo/bin
export PYTHONDONTWRITEBYTECODE := 1
export SAM_CLI_TELEMETRY := 0
# These may be set on the command line: make up PORT=4567
export EMULATOR PORT STACK

PYTHON := .venv/bin/python
ZOCO := .venv/bin/zoco
TOOLS := .venv/.installed
TEST_TOOLS := .venv/.installed-test
# All that is needed is in the file, by its digest: nothing else is fetched.
INSTALL := bin/pip install --quiet --disable-pip-version-check --no-deps
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate --no-header
# A switch of a command, when its variable is set and not 0.
flag = $(if $(filter-out 0,$($(1))),$(2))
# How a table's cells and prices are written.
TABLE = $(if $(SEPARATOR),--separator "$(SEPARATOR)") $(if $(DECIMAL),--decimal "$(DECIMAL)")
ARM := $(if $(filter arm64 aarch64,$(shell uname -m)),--arm64)

.DEFAULT_GOAL := help
.PHONY: generate lock sbom release-files help up down clean test proof build deploy keys api-keys admin import export export-sales audit migrate invoke queues dlq redrive replay

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

up: $(TOOLS) ## start the shop on this machine, with demo data; PORT=4566 EMULATOR=ministack|localstack
	@$(PYTHON) -m localstack.cloud.shop up

down: $(TOOLS) ## stop it; its data is kept
	@$(PYTHON) -m localstack.cloud.shop down

clean: $(TOOLS) ## stop it and forget its data
	@$(PYTHON) -m localstack.cloud.shop clean

test: $(TEST_TOOLS) ## format, lints, unit tests, then journeys on a local cloud of their own
	@$(PYTHON) -m localstack.tests.run

generate: $(TOOLS) ## write what follows from the code: OpenAPI, AsyncAPI, routes in the template, docs/functions.md, idle cost
	UPDATE=1 cargo test --quiet --package contracts --package edge generated
	UPDATE=1 cargo test --quiet --package contracts --test asyncapi generated
	$(PYTHON) -m localstack.tests.figures --write

proof: SHELL := /bin/bash
proof: $(TEST_TOOLS) ## the full figures behind the promises, one table (over an hour); all output in .local/proof.log
	@mkdir -p .local
	@echo "| property | asked | reached | time |"
	@echo "| --- | --- | --- | --- |"
	@set -o pipefail; PROOF=full cargo test --workspace -- \
		proof --nocapture --test-threads=1 2>&1 | tee .local/proof.log | sed -un 's/^[^|]*\(|[^|]*|[^|]*|[^|]*| [0-9.]* s |\)[^|]*$$/\1/p' \
		|| { tail -n 40 .local/proof.log; exit 1; }
	@set -o pipefail; $(PYTHON) -m localstack.tests.run proofs 2>&1 | tee -a .local/proof.log | grep --line-buffered '^|.* s |$$' \
		|| { tail -n 40 .local/proof.log; exit 1; }

# Without cargo-lambda's own optimisations: its thin LTO makes the binaries no smaller to speak of
# and costs a minute of processor for each (docs/decisions/building.md). Cargo.toml says what is wanted. A
# panic aborts, so tables for unwinding are never read: an eighth of a binary. AWS-LC's AES-GCM for AVX-512 is left
# out: half a megabyte in each program, for answers of some kilobytes.
lock: $(TOOLS) ## choose the versions of all Python packages anew, by requirements.in, and write them with their digests
	@.venv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(LOCK) ops/requirements.in --output-file ops/requirements.txt
	@$(LOCK) localstack/tests/requirements.in --constraint ops/requirements.txt --output-file localstack/tests/requirements.txt
	@$(LOCK) localstack/tests/checkov/requirements.in --output-file localstack/tests/checkov/requirements.txt

sbom: $(TOOLS) ## the software bill of materials of the programs, CycloneDX, into target/sbom
	@PYTHONPATH=ops $(PYTHON) -m zoco.sbom target/sbom/zoco.cdx.json

release-files: build ## the files of a release, into target/release-files: programs, bill of materials, API documents, digests
	@PYTHONPATH=ops $(PYTHON) -m zoco.release

build: $(TOOLS) ## build the program of each service for Lambda, into target/lambda
	AWS_LC_SYS_CFLAGS="-DMY_ASSEMBLER_IS_TOO_OLD_FOR_512AVX=1" RUSTFLAGS="-C force-unwind-tables=no" cargo lambda build --release --locked --disable-optimizations $(ARM)

deploy: build ## deploy to AWS, or to where AWS_ENDPOINT_URL leads, with shops/<stack>.toml; STACK=zoco YES=1
	@$(ZOCO) --stack "$(or $(STACK),zoco)" deploy $(call flag,YES,--yes)

# What operators do is done by `zoco` (`zoco --help`); these are short ways to say the same.
keys: $(TOOLS) ## make the shop's keys, unless they are there; STEP=status|stage|activate|retire rotates the one that signs; FORCE=1
	@$(ZOCO) keys $(or $(STEP),make) $(if $(filter 1,$(FORCE)),--force)

api-keys: $(TOOLS) ## rotate the key of calls between services: STEP=status|stage|activate|retire; SHOW=1 prints the keys
	@$(ZOCO) api-keys $(STEP) $(if $(filter 1,$(SHOW)),--show)

admin: $(TOOLS) ## make a registered user an admin: make admin EMAIL=ana@shop.example
	@$(ZOCO) users set-role "$(or $(EMAIL),$(error whom? make admin EMAIL=ana@shop.example))" admin

import: $(TOOLS) ## products from a file into the shop: make import FILE=products.csv; CHECK=1 UPDATE=1 EXISTING=1 MAP=map.toml IGNORE=1 ENCODING= SEPARATOR= DECIMAL= CURRENCY= WORKERS=8
	@$(ZOCO) catalogue import "$(FILE)" $(call flag,CHECK,--check) $(call flag,UPDATE,--update) $(call flag,EXISTING,--existing) \
		$(call flag,IGNORE,--ignore-unknown) $(if $(MAP),--map "$(MAP)") $(if $(ENCODING),--encoding "$(ENCODING)") $(TABLE) \
		$(if $(CURRENCY),--currency "$(CURRENCY)") $(if $(WORKERS),--workers $(WORKERS))

export: $(TOOLS) ## the shop's products into a file: make export FILE=products.csv (or .tsv, .ndjson); STATUS=active|draft|archived|all SEPARATOR= DECIMAL= BOM=1
	@$(ZOCO) catalogue export "$(FILE)" $(if $(STATUS),--status $(STATUS)) $(TABLE) $(call flag,BOM,--bom) $(if $(WORKERS),--workers $(WORKERS))

export-sales: $(TOOLS) ## the sales of a period into a file: make export-sales FROM=2026-11-01 TO=2026-11-30 FILE=sales.csv; STATUS= SEPARATOR= DECIMAL= BOM=1
	@$(ZOCO) sales export --from "$(FROM)" --to "$(TO)" $(if $(FILE),--file "$(FILE)") $(if $(STATUS),--status $(STATUS)) $(TABLE) $(call flag,BOM,--bom)

audit: $(TOOLS) ## whether stock is the sum of its movements and sales have theirs; fails naming what differs; SEGMENTS=
	@$(ZOCO) audit $(if $(SEGMENTS),--segments $(SEGMENTS))

migrate: $(TOOLS) ## stored items to the present release: make migrate STEP=status|run|verify; DRY=1 AGAIN=1 SERVICE=
	@$(ZOCO) migrate $(or $(STEP),run) $(if $(SERVICE),--service $(SERVICE)) $(call flag,DRY,--dry-run) $(call flag,AGAIN,--again)

invoke: $(TOOLS) ## run one function on its sample event: make invoke FUNCTION=get-product
	@$(PYTHON) -m localstack.cloud.invoke "$(FUNCTION)"

queues: $(TOOLS) ## what each queue holds, and who listens; CHECK=1 fails when there are dead letters
	@$(ZOCO) queues list $(if $(CHECK),--check)

dlq: $(TOOLS) ## the dead letters of a queue, with the reason: make dlq QUEUE=product-requests; LIMIT=20 BODY=1
	@$(ZOCO) queues dead-letters "$(QUEUE)" $(if $(LIMIT),--limit $(LIMIT)) $(if $(BODY),--body)

redrive: $(TOOLS) ## send dead letters back to be handled again: make redrive QUEUE=product-requests; LIMIT= ID=
	@$(ZOCO) queues redrive "$(QUEUE)" $(if $(LIMIT),--limit $(LIMIT)) $(if $(ID),--id "$(ID)")

replay: $(TOOLS) ## publish the event of an item anew: make replay ID=… KIND=product|brand|category|stock|sale|user|review|rating; or of all that was changed: SINCE=2026-11-27T10:00 UNTIL= SERVICE=
	@$(ZOCO) republish $(if $(ID),"$(ID)") $(if $(KIND),--kind $(KIND)) $(if $(SINCE),--since $(SINCE)) \
		$(if $(UNTIL),--until $(UNTIL)) $(if $(SERVICE),--service $(SERVICE))

$(TOOLS): ops/requirements.txt ops/pyproject.toml
	@echo "Installing the pinned tools into .venv (a minute or so the first time) …"
	@python3 -c 'import sys; sys.exit("Python 3.10 or later is needed" if sys.version_info < (3, 10) else 0)'
	@test -x .venv/bin/pip || python3 -m venv .venv
	@.venv/$(INSTALL) --require-hashes --requirement ops/requirements.txt
	@.venv/$(INSTALL) --no-build-isolation --editable ops
	@touch $@

$(TEST_TOOLS): $(TOOLS) localstack/tests/requirements.txt localstack/tests/checkov/requirements.txt
	@.venv/$(INSTALL) --require-hashes --requirement localstack/tests/requirements.txt
	@python3 -m venv --clear .venv/checkov
	@.venv/checkov/$(INSTALL) --require-hashes --requirement localstack/tests/checkov/requirements.txt
	@touch $@
