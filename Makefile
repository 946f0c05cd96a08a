# SPDX-License-Identifier: Apache-2.0
# The few commands. `make help` lists them; each one installs what it needs and can be repeated.
.DEFAULT_GOAL := build
.PHONY: build demo test check bench web-budget path fmt fuzz sim crash mutations clean help trees

JOBS ?= $(shell nproc)
MINUTES ?= 1

# $(call tree,<preset>[,<option>]…): configures the tree once; Ninja does it again when needed.
tree = test -f build/$(1)/build.ninja || cmake --preset $(1) $(2)

build: ## build the program: build/release/sluice
	@tools/install build
	@$(call tree,release,-DSLUICE_TESTS=OFF)
	@ninja -C build/release -j$(JOBS) sluice

demo: build ## a seeded sale and a rush of 100,000 buyers; runs until Ctrl-C (EXIT=1: stops after the verdict)
	@exec build/release/sluice demo --rush 100000 $(if $(filter 1,$(EXIT)),--exit)

test: trees ## everything that CI runs: unit, end to end, sanitizers, fuzzing, tools
	@ctest --test-dir build/release -j$(JOBS) --output-on-failure

trees:
	@tools/install test
	@cmake --preset release -DSLUICE_TESTS=ON
	@ninja -C build/release -j$(JOBS)
	@$(call tree,asan) && ninja -C build/asan -j$(JOBS)
	@$(call tree,tsan) && ninja -C build/tsan -j$(JOBS)

check: ## before each commit: format, layers, tidy, path, unit tests of what changed (at most 2 minutes)
	@tools/install test
	@tools/format --check
	@tools/layers
	@tools/tidy
	@tools/path --check
	@JOBS=$(JOBS) tools/check_changed

bench: ## measure: beside a null server, nginx, nginx + Lua + Redis; build/bench/report.json (PARTS="http overload")
	@tools/install bench
	@$(call tree,release) && cmake build/release -DSLUICE_TESTS=ON >/dev/null && ninja -C build/release -j$(JOBS) sluice benches
	@/usr/bin/python3 -B bench/run.py $(PARTS)

web-budget: build ## weigh each page and bundle against its budget; fails when one is over
	@tools/web_budget

path: ## print the marked paths through the code
	@tools/path

fmt: ## format the sources, and renew the path table of ARCHITECTURE.md
	@tools/format
	@tools/path --write

fuzz: ## fuzz each parser for MINUTES=n (1), starting from fuzz/corpus
	@tools/install test
	@$(call tree,asan) && ninja -C build/asan -j$(JOBS) fuzzers
	@tools/fuzz $$(($(MINUTES) * 60))

sim: ## simulate SEEDS=n sales (200) under crashes and faults; SEED=n replays one, step by step
	@tools/install test
	@$(call tree,release) && cmake build/release -DSLUICE_TESTS=ON >/dev/null && ninja -C build/release -j$(JOBS) sluice_sim
	@build/release/sluice_sim $(if $(SEED),--seed $(SEED) $(if $(CRASH_AT),--crash-at $(CRASH_AT)) $(if $(LYING),--lying),--seeds $(or $(SEEDS),200))

crash: build ## kill the server under load ROUNDS=n times (50) and judge it from outside; SEED=n
	@tools/install test
	@ROUNDS=$(or $(ROUNDS),50) SEED=$(or $(SEED),1) SLUICE=$(CURDIR)/build/release/sluice /usr/bin/python3 \
	    test/e2e/crash_test.py KilledUnderLoad.test_what_was_confirmed_survives_kills_at_any_moment

mutations: ## plant known faults in a copy of the sale, one at a time: the simulation must find each
	@tools/install test
	@test/sim/mutate.py $(if $(SEEDS),--seeds $(SEEDS))

clean: ## remove everything built
	@rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8
