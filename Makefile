# fixproof's build.  Sources are named in each folder's module.mk.
#
# target: all         the five programs and the provider packs, in build/release
# target: demo        install what is missing, build, verify one fix and refuse another
# target: check       install what is missing, build, run every test
# target: test        the same without asking for packages
# target: lint        layers, symbols, banned calls, format, tables against manual pages
# target: asan        the unit tests under the address and undefined-behaviour sanitizers
# target: tidy        clang-tidy over every file
# target: format      clang-format over every file
# target: fuzz        each fuzz target for FUZZ_SECONDS [10]
# target: bench       the benchmarks; ratios from one run
# target: policies-table docs/policies.md, from the policies
# target: scenarios-table docs/scenarios.md, from the fixes that are to be refused
# target: derive-packs images/packs/*.derived.json.zst, from npm packages (PACKAGES=DIR)
# target: conformance the long comparisons with Terraform
# target: install     into DESTDIR and PREFIX [/usr/local]; uninstall takes it away again
# target: dist        the committed tree as build/fixproof-VERSION.tar.zst
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

CONFIG ?= release
BUILD := build/$(CONFIG)
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell cat packaging/VERSION)

CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
INSTALL ?= install

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum -Wvla -Wcast-qual -Wformat=2 \
	-Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition -Wundef -Wpointer-arith \
	-Wwrite-strings -Wnull-dereference -Wno-missing-field-initializers
# clang 14 has the last one only behind a flag that says it is not sure yet.
AUTO_INIT := -ftrivial-auto-var-init=zero $(if $(findstring clang,$(shell $(CC) --version)),\
	-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
HARDENING := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full $(AUTO_INIT)
OPT_release := -O2 -g $(HARDENING)
OPT_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
OPT_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
ifeq ($(CONFIG),fuzz)
CC := clang
endif
WERROR ?=
CFLAGS ?=
CPPFLAGS ?=
LDFLAGS ?=

PACKAGES := libseccomp libcap jansson libzstd libcrypto yaml-0.1 libnghttp2 mpfr gmp libpcre2-8 \
	sqlite3 libarchive
ALL_CFLAGS = -std=gnu17 $(OPT_$(CONFIG)) $(WARNINGS) -I. -I$(BUILD)/gen \
	-include runner/base/banned.h -DFP_VERSION='"$(VERSION)"' \
	-ffile-prefix-map=$(CURDIR)=. $(DEPS_CFLAGS) $(CPPFLAGS) $(CFLAGS)
DEPS_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
ALL_LDFLAGS = $(OPT_$(CONFIG)) $(LDFLAGS)
ifeq ($(CONFIG),release)
PIE_CFLAGS := -fPIE
PIE_LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,pack-relative-relocs
STATIC_LDFLAGS := -static-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,pack-relative-relocs
else
PIE_CFLAGS := -fPIE
PIE_LDFLAGS := -pie
# The sanitizers have no static runtime.
STATIC_LDFLAGS := -pie
endif

# --- what is built -------------------------------------------------------------------------------
# Each module.mk adds to LIB_SRCS (one archive holds all objects; each program takes what it needs),
# to UNIT_TESTS (tests/unit/NAME.c), SCRIPT_TESTS, FUZZ_TARGETS (tests/fuzz/NAME.c), BENCHES and GEN.
LIB_SRCS :=
UNIT_TESTS :=
SCRIPT_TESTS :=
FUZZ_TARGETS :=
BENCHES :=
GEN :=
EXTRA_OBJS :=
MODULES := runner/base runner/canon runner/fixcase runner/findings runner/plan/hcl runner/plan runner/evidence \
	runner/attest runner/report runner/cmd sandbox verifiers policies images
include $(wildcard $(addsuffix /module.mk,$(MODULES)))
SCRIPT_TESTS += $(addprefix tests/e2e/, findings.t programs.t images.t matrix.t expected.t consensus.t static.t scenarios.t main_job.t third_party.t tamper.t killed.t git.t variations.t \
	confine.t docs.t refuse.t user.t verdicts.t build.t planner.t provider.t derived.t)

LIB := $(BUILD)/libfixproof.a
LIB_OBJS = $(LIB_SRCS:%.c=$(BUILD)/%.o) $(EXTRA_OBJS)
PROGRAMS := $(BUILD)/fixproof $(BUILD)/fixproof-launcher $(BUILD)/fixproof-worker \
	$(BUILD)/fixproof-signer $(BUILD)/fixproof-main
TEST_BINS := $(UNIT_TESTS:%=$(BUILD)/tests/%)
FUZZ_BINS := $(FUZZ_TARGETS:%=build/fuzz/tests/%)

LIBS_WORKER := -ljansson -lnghttp2 -lyaml -lmpfr -lgmp -lunistring -lpcre2-8 -lzstd -lcrypto -lm
LIBS_LAUNCHER := -lcap -lseccomp -lcrypto -ljansson
LIBS_FRONT := -ljansson -lyaml -lpcre2-8 -lzstd -lcrypto -lcap -lm
# What starts as often as the main program has its libraries inside: loading them took longer than
# most of what it does.  The signer has not: it lets OpenSSL load what a key lives in.
ifeq ($(CONFIG),release)
LIBS_MAIN := -Wl,-Bstatic -ljansson -lyaml -lpcre2-8 -lzstd -lssl -lcrypto -lcap -Wl,-Bdynamic -lm
else
LIBS_MAIN = $(LIBS_ALL)
endif
LIBS_SIGNER := -ljansson -lcrypto -lyaml -lm
LIBS_ALL := -ljansson -lyaml -lmpfr -lgmp -lunistring -lpcre2-8 -lzstd -lssl -lcrypto -lcap -lseccomp \
	-lnghttp2 -lsqlite3 -larchive -lm

all: $(PROGRAMS)

$(BUILD)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || \
		printf '%s\n' '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/.flags | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(WERROR) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJS)
	@rm -f $@
	$(AR) rcsD $@ $(LIB_OBJS)

$(BUILD)/fixproof: $(BUILD)/runner/front.o $(LIB)
	$(CC) $(ALL_LDFLAGS) $(STATIC_LDFLAGS) -o $@ $(BUILD)/runner/front.o $(LIB) $(LIBS_FRONT)

$(BUILD)/fixproof-main: $(BUILD)/runner/main.o $(LIB)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $(BUILD)/runner/main.o $(LIB) $(LIBS_MAIN)

$(BUILD)/fixproof-signer: $(BUILD)/runner/signer_main.o $(LIB)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $(BUILD)/runner/signer_main.o $(LIB) $(LIBS_SIGNER)

$(BUILD)/fixproof-launcher: $(BUILD)/runner/launcher_main.o $(LIB)
	$(CC) $(ALL_LDFLAGS) $(STATIC_LDFLAGS) -o $@ $(BUILD)/runner/launcher_main.o $(LIB) \
		$(LIBS_LAUNCHER)

# The sanitizers have these functions of their own.
ifeq ($(CONFIG),release)
WORKER_CLOSED := $(BUILD)/runner/worker_closed.o
WORKER_LDFLAGS := -Wl,--wrap=dlopen,--wrap=getaddrinfo,--wrap=gethostbyname
endif
$(BUILD)/fixproof-worker: $(BUILD)/runner/worker_main.o $(WORKER_CLOSED) $(LIB)
	$(CC) $(ALL_LDFLAGS) $(STATIC_LDFLAGS) $(WORKER_LDFLAGS) -o $@ $(BUILD)/runner/worker_main.o $(WORKER_CLOSED) $(LIB) \
		$(LIBS_WORKER)

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(BUILD)/tests/tap.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/tests/tap.o $(LIB) $(LIBS_ALL)

build/fuzz/tests/%: build/fuzz/tests/fuzz/%.o build/fuzz/libfixproof.a
	@mkdir -p $(@D)
	clang $(OPT_fuzz) -fsanitize=fuzzer -o $@ $< build/fuzz/libfixproof.a $(LIBS_ALL)

.PRECIOUS: $(BUILD)/%.o
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

include tests/targets.mk

LIBEXEC := $(DESTDIR)$(PREFIX)/libexec/fixproof
SHARE := $(DESTDIR)$(PREFIX)/share
MAN1 := runner/man/fixproof.1
MAN5 := runner/man/fixproof-case.5 runner/man/fixproof-policy.5 runner/man/fixproof-bundle.5 \
	runner/man/fixproof-trust.5

install: all
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(LIBEXEC) $(SHARE)/fixproof/packs $(SHARE)/man/man1 \
		$(SHARE)/man/man5 $(SHARE)/bash-completion/completions
	$(INSTALL) -m 755 $(BUILD)/fixproof $(DESTDIR)$(PREFIX)/bin/fixproof
	$(INSTALL) -m 755 $(BUILD)/fixproof-launcher $(BUILD)/fixproof-worker \
		$(BUILD)/fixproof-signer $(BUILD)/fixproof-main $(LIBEXEC)
	$(INSTALL) -m 644 $(BUILD)/packs/*.pack $(SHARE)/fixproof/packs
	$(INSTALL) -m 644 runner/man/case.schema.json $(SHARE)/fixproof
	$(INSTALL) -m 644 $(MAN1) $(SHARE)/man/man1
	$(INSTALL) -m 644 $(MAN5) $(SHARE)/man/man5
	$(BUILD)/fixproof completion bash > $(SHARE)/bash-completion/completions/fixproof

uninstall:
	rm -rf $(LIBEXEC) $(SHARE)/fixproof
	rm -f $(DESTDIR)$(PREFIX)/bin/fixproof $(SHARE)/bash-completion/completions/fixproof \
		$(addprefix $(SHARE)/man/man1/,$(notdir $(MAN1))) \
		$(addprefix $(SHARE)/man/man5/,$(notdir $(MAN5)))

# The committed tree as a tar with the times of its commit: the same commit gives the same bytes.
dist:
	@mkdir -p build
	git archive --format=tar --prefix=fixproof-$(VERSION)/ HEAD | zstd -q -19 -f -o build/fixproof-$(VERSION).tar.zst
	@echo build/fixproof-$(VERSION).tar.zst

clean:
	rm -rf build

help:
	@sed -n 's/^# target: //p' Makefile tests/targets.mk

.PHONY: all clean dist help install uninstall FORCE
