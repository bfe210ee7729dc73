# FolioSight: `make` prints what there is to make.
GO ?= go
TOOL = $(GO) tool -modfile=tools/go.mod

.DEFAULT_GOAL := help

help: ## print this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

build: ## build the program into ./bin
	$(GO) build -trimpath -o bin/foliosight ./cmd/foliosight

run: ## serve the demo on 127.0.0.1:8000
	$(GO) run ./cmd/foliosight serve --demo

dev: ## serve this checkout, and again whenever a source changes; ARGS='serve --data DIR' for your own books
	@scripts/dev

test: ## run every test; gets the browser it needs, and says what it cannot get
	@scripts/test

check: ## what passes before a merge: tidy, generated code, format, vet, staticcheck, tests
	@scripts/check
	@scripts/test

client-test: ## make a TypeScript client from the OpenAPI document, compile it and use it; needs node and npm
	FOLIOSIGHT_CLIENT_TEST=1 $(GO) test ./internal/api/clienttest -count=1 -v

golden: ## rewrite the results of the golden stories; review the diff like code
	$(GO) test $$(grep -rlE --include='*_test.go' 'internal/golden"|flag.Bool\("update"' finance internal | xargs -n1 dirname | sort -u | sed 's|^|./|') -run Golden -update

generate: ## write the generated code again (templ)
	$(TOOL) templ generate -path internal/web

lint: ## tidy, generated code, format, vet and staticcheck alone
	@scripts/check

bench: ## our speed beside its targets and the peers, into docs/benchmarks.md; ONLY=PATTERN, TURNS=5, PYTHON=PATH
	@scripts/bench

bench-all: ## every benchmark there is, in Go's own form; BENCH_DATA=DIR has workloads
	@scripts/bench-all

bench-pages: ## how quickly the served pages answer with 14,400 transactions stored
	@scripts/bench-pages

N ?= 200
bench-nightly: ## the nightly analysis of N portfolios (default 200) on PostgreSQL, with one worker process and with two
	NIGHTLY_PORTFOLIOS=$(N) scripts/postgres $(GO) test ./internal/job -run TestNightlyThroughput -count=1 -v -timeout 2h

validation: ## hold the engines against real markets in DATA=DIR (it says what it needs); writes docs/validation.md
	$(GO) run ./internal/validation -data "$(DATA)" -out docs

fuzz: ## fuzz every reader and engine door for FUZZTIME each (default 60s)
	@scripts/fuzz

load: ## a thousand people at once on both databases, as LOAD_RATE=1500 asks; LOAD_WRITE=1 writes docs/performance.md
	@scripts/load

crash: ## kill the program at random points 200 times, and under load KILLS=300 times on DATABASE=sqlite, postgres or both
	CRASH_RUNS=200 $(GO) test ./internal/e2e/crash -count=1 -timeout 60m -v
	KILLS=$(or $(KILLS),300) DATABASE=$(or $(DATABASE),both) scripts/postgres $(GO) test ./internal/e2e/fault -run TestKill -count=1 -timeout 120m -v

away: ## stop PostgreSQL under the program for AWAY=60 seconds, and another time pause it
	AWAY=$(or $(AWAY),60) scripts/postgres $(GO) test ./internal/e2e/fault -run TestDatabaseAway -count=1 -timeout 20m -v

storm: ## a thousand sequences of faults of the sources of market data, and of processes that share their limits
	FAULT_SEQUENCES=1000 scripts/postgres $(GO) test ./internal/marketdata/... -run 'SequencesOfFaults|ShareALimit|TestMemory|TestStored' -count=1 -timeout 60m -v

drill: ## back up and restore a database of 1,000,000 transactions (DRILL=N) on both databases, and measure
	DRILL_TRANSACTIONS=$(or $(DRILL),1000000) scripts/postgres $(GO) test ./internal/ops/backup -run TestDrillOf -count=1 -v -timeout 2h

replicas: ## kill one of four processes on one PostgreSQL every few seconds for five minutes, while people work
	REPLICAS_FOR=5m scripts/postgres $(GO) test ./internal/e2e/replicas -count=1 -timeout 30m -v

release-test: ## build the release of this platform twice, from two clones, and compare every byte
	RELEASE_TEST=1 $(GO) test ./internal/deployed -run TestReleaseIsReproducible -count=1 -timeout 60m -v

screenshots: ## take the pictures of the pages again
	@scripts/screenshots

.PHONY: help build run dev test check client-test golden generate lint bench bench-all bench-pages bench-nightly validation fuzz load crash away storm replicas release-test screenshots
