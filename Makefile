# Descry: `make run` opens the program, `make test` proves it in minutes, `make
# check` does what takes longer. All install or name what is missing. See README.md
# and docs/testing.md.

GO        ?= go
BIN       := bin
EXE       := $(BIN)/descry$(if $(filter Windows_NT,$(OS)),.exe,)
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# Every use of fyne.Do is ours, so the tag that says so is set; `make smoke`
# builds without it, so that calls from a wrong thread are reported.
TAGS      := migrated_fynedo
LDFLAGS   := -s -w -X descry/app/services.version=$(VERSION)
CACHE     := $(if $(DESCRY_HOME),$(DESCRY_HOME)/cache,$(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/descry)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.1.4
FUZZTIME  ?= 5s
PURE      := CGO_ENABLED=0 $(GO)

# Packages whose tests need ONNX Runtime, and so cgo: `make test` runs them with
# it, and all others without.
NATIVE    := app inference/ort inference/pipeline inference/speed
space     := $(subst ,, )
NOTPURE   := ^descry/($(subst $(space),|,$(NATIVE)))(/|$$)

.PHONY: run build setup setup-test runtime test check format vet lint vuln rules test-pure test-native test-other race fuzz smoke pictures mutants pulltest bench memory reference fidelity screenshots clean install

run: build
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" = Darwin ] || [ "$(OS)" = Windows_NT ]; then \
		$(EXE); \
	else \
		echo "No display: describing the sample pictures. The annotated files go to build/samples."; \
		$(EXE) describe --samples --out build/samples --format png,txt,json,coco,labelmap --overwrite; \
	fi

build: setup runtime
	$(GO) build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o $(EXE) .

setup:
	@sh tools/setup.sh build

setup-test:
	@sh tools/setup.sh test

runtime:
	@$(PURE) run ./tools/fetchort -out $(BIN) -cache $(CACHE)/onnxruntime

# Cheap and sure first; stops at the first failure. Every test of every package
# runs once, in the build that people get.
test: setup runtime format vet lint test-pure test-native
	@echo "All tests passed. make check has the rest."

# What takes longer: each package in the other build too, twice under the race
# detector, every fuzz target, the real window driven and drawn.
check: setup-test runtime test-other race fuzz smoke pictures
	@echo "All checks passed."

format:
	@bad=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$bad" ] || { echo "Not gofmt'd: $$bad"; exit 1; }
	$(GO) mod tidy -diff
	$(GO) mod verify

vet:
	$(PURE) vet ./...
	$(GO) vet ./...

lint:
	$(GO) run $(STATICCHECK) ./...

# Needs the vulnerability database, so it is part of no other target.
vuln:
	$(GO) run $(GOVULNCHECK) ./...

rules:
	$(PURE) test ./internal/rules

test-pure:
	$(PURE) test -shuffle=on $$($(PURE) list ./... | grep -vE '$(NOTPURE)')

test-native:
	DESCRY_ORT="$(CURDIR)/$(BIN)" $(GO) test $(NATIVE:%=./%/...)

# Without cgo what test-native ran with it, and with it what test-pure ran without.
test-other:
	$(PURE) test -shuffle=on $(NATIVE:%=./%/...)
	DESCRY_ORT="$(CURDIR)/$(BIN)" $(GO) test $$($(GO) list ./inference/... ./models/... | grep -vE '$(NOTPURE)')

race:
	DESCRY_ORT="$(CURDIR)/$(BIN)" $(GO) test -race -short -timeout 20m -count=2 -cpu=1,2 ./inference ./ui/state/...
	DESCRY_ORT="$(CURDIR)/$(BIN)" $(GO) test -race -short -timeout 20m ./app/... ./inference/ort ./models/... ./ui/...

fuzz:
	@FUZZTIME=$(FUZZTIME) sh tools/fuzz.sh

smoke: setup-test runtime
	sh tools/smoke.sh
	sh tools/models.sh

# Changes the code a little, one place at a time, and says which changes no test
# notices (docs/testing.md). SAMPLE=0 tries all that there are.
MUTATED ?= ./inference/rle ./inference/segment ./inference/detect ./inference/generate ./internal/atomicfile \
	./models/weights ./models/transfer ./picture ./picture/resample ./picture/jpegplanes ./export
SAMPLE  ?= 150
SEED    ?= 2
mutants:
	$(PURE) run ./tools/mutate -n $(SAMPLE) -seed $(SEED) $(MUTATED)

# Downloads of full-size stand-ins from a server that cuts, stalls and lies, the
# puller killed 50 times. Takes minutes and 3 GB of disk; DESCRY=bin/descry tests
# the whole program instead of the package.
pulltest:
	$(PURE) run ./tools/pulltest $(if $(DESCRY),-descry $(DESCRY),)

bench: runtime
	DESCRY_ORT="$(CURDIR)/$(BIN)" $(GO) test -run '^$$' -bench . -benchtime 3x ./...

# What models cost in memory: MEMORY_FILES are any weights files; without them
# BLIP base is made at full size first (Python, 1 GB in build/memory).
memory: runtime
	@[ -n "$(MEMORY_FILES)" ] || [ -f build/memory/pytorch_model.bin ] || "$$(sh tools/reference/venv.sh)" tools/reference/blipweights.py base bin build/memory
	$(GO) run ./tools/memory -ort $(BIN) $(if $(MEMORY_FILES),$(MEMORY_FILES),build/memory/pytorch_model.bin)

# Makes the reference files under testdata again (Python, tools/reference); a
# virtual environment with the pinned official implementations is made first.
reference:
	sh tools/reference/run.sh

# Every official model at full size against the official code; writes
# docs/fidelity.md. Takes hours; goes on where it was stopped.
fidelity: runtime
	sh tools/fidelity/run.sh $(MODELS)

screenshots: build
	sh tools/screenshots.sh docs/screenshots

# The same pictures into build/, where they change nothing: every state can be drawn.
pictures: build
	sh tools/screenshots.sh build/screenshots

# For this machine: PREFIX=$HOME/.local needs no root.
PREFIX ?= /usr/local
install: build
	install -D -m 755 $(EXE) $(DESTDIR)$(PREFIX)/lib/descry/descry
	install -D -m 755 $(BIN)/libonnxruntime.so.1 $(DESTDIR)$(PREFIX)/lib/descry/libonnxruntime.so.1
	mkdir -p $(DESTDIR)$(PREFIX)/bin && ln -sf ../lib/descry/descry $(DESTDIR)$(PREFIX)/bin/descry
	install -D -m 644 resources/desktop/descry.desktop $(DESTDIR)$(PREFIX)/share/applications/descry.desktop
	install -D -m 644 resources/icon.svg $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/descry.svg
	install -D -m 644 resources/icon.png $(DESTDIR)$(PREFIX)/share/icons/hicolor/512x512/apps/descry.png

clean:
	rm -rf $(BIN) build

# Lists everything that the program says, from which a translation is made.
.PHONY: messages
messages:
	$(PURE) run ./tools/messages
