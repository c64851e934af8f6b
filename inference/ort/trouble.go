package ort

import (
	"fmt"
	"regexp"
	"strings"

	"descry/internal/failure"
)

// Reason says in one word why a device is not used.
type Reason string

// The reasons, from what is furthest from working to what is nearest.
const (
	ReasonSystem   Reason = "system"        // there is none under this system
	ReasonProvider Reason = "provider"      // ONNX Runtime was built without the provider
	ReasonFile     Reason = "provider_file" // the provider's own library is not beside ONNX Runtime's
	ReasonDriver   Reason = "driver"        // no driver, or one that is too old
	ReasonCard     Reason = "card"          // the driver sees no card, or one that the library cannot use
	ReasonLibrary  Reason = "library"       // a library that the provider needs is missing: CUDA's, cuDNN
	ReasonDamaged  Reason = "damaged"       // such a library, or the provider's own, is damaged or of another version
	ReasonMemory   Reason = "memory"        // the card has too little memory left
	ReasonGraph    Reason = "graph"         // the provider cannot run this graph
	ReasonFailed   Reason = "failed"        // anything else: Detail has the runtime's words
)

// When a device failed.
const (
	DuringLoad = "load"
	DuringRun  = "run"
)

// Trouble is why a device is not used.
type Trouble struct {
	Device  string `json:"device"`
	Title   string `json:"title"`
	During  string `json:"during,omitempty"` // DuringLoad, DuringRun; empty: it was not tried
	Reason  Reason `json:"reason"`
	Message string `json:"message"` // a clause: "the library libcudnn.so.9 was not found"
	Hint    string `json:"hint,omitempty"`
	Detail  string `json:"detail,omitempty"` // what ONNX Runtime said, on one line
}

// quiet reports whether there is nothing to tell: this library, on this system,
// never promised the device.
func (t *Trouble) quiet() bool {
	return t.Reason == ReasonSystem || t.Reason == ReasonProvider || t.Reason == ReasonFile
}

// failure is the error where the device was asked for by name.
func (t *Trouble) failure(model string) *failure.Failure {
	hint := strings.TrimSpace(t.Hint + " Or use --device auto, which takes the processor then.")
	return failure.New(failure.Model, "load", model, "%s cannot be used: %s", t.Title, t.Message).WithHint("%s", hint)
}

// String returns the trouble on one line: "NVIDIA card (CUDA): no driver was found. …".
func (t Trouble) String() string {
	s := t.Title + ": " + t.Message
	if t.Hint != "" {
		s += ". " + t.Hint
	}
	return s
}

// What has to be installed for CUDA.
const cudaHint = "Install CUDA's libraries (cudart, cuBLAS, cuFFT, cuRAND) of the version that the name ends with, and cuDNN 9 for it, where the system's loader finds them (Linux: LD_LIBRARY_PATH, Windows: PATH)."

// sayings are message and hint for each reason; %s is the file or library named.
// Devices differ where a hint does: "device/reason" comes before "reason".
var sayings = map[string][2]string{
	"system":                 {"there is none under this system", ""},
	"provider":               {"this ONNX Runtime was built without it", ""},
	"cuda/provider":          {"this ONNX Runtime was built without CUDA", "Run descry models pull onnxruntime-cuda and start again, or name a GPU build of ONNX Runtime with --ort."},
	"directml/provider":      {"this ONNX Runtime was built without DirectML", "Name a DirectML build of onnxruntime.dll (with DirectML.dll beside it) with --ort."},
	"coreml/provider":        {"this ONNX Runtime was built without Core ML", "Name the official build for macOS with --ort."},
	"provider_file":          {"%s is not beside ONNX Runtime", ""},
	"cuda/provider_file":     {"%s is not beside ONNX Runtime", "Run descry models pull onnxruntime-cuda and start again, or name a GPU build of ONNX Runtime with --ort."},
	"driver":                 {"no driver was found, or one that is too old", "Install the card's present driver."},
	"cuda/driver":            {"no NVIDIA driver was found, or one that is too old", "Install NVIDIA's present driver (580 or newer for CUDA 13)."},
	"card":                   {"no card was found that this library can use", ""},
	"cuda/card":              {"the driver shows no card that this library can use", "Look at nvidia-smi, and at CUDA_VISIBLE_DEVICES."},
	"library":                {"a library that it needs was not found", ""},
	"cuda/library":           {"a library that it needs was not found", cudaHint},
	"cuda/library %s":        {"the library %s was not found", cudaHint},
	"damaged":                {"a library that it needs is damaged or of another version", "Install it again."},
	"damaged %s":             {"the library %s is damaged or of another version", "Install it again."},
	"memory":                 {"the card has too little memory left", "Close what else uses the card, or use the processor."},
	"graph":                  {"it cannot run this model", "Use the processor, or a newer ONNX Runtime."},
	"failed":                 {"it failed", "Update its driver and ONNX Runtime; descry devices --test tries it alone."},
	"directml/card":          {"no card was found that DirectML can use", "It needs DirectX 12 and Windows 10 1903 or newer."},
	"directml/library":       {"DirectML.dll was not found", "Put DirectML.dll beside onnxruntime.dll."},
	"coreml/provider_file":   {"%s is not beside ONNX Runtime", ""},
	"directml/provider_file": {"%s is not beside ONNX Runtime", ""},
}

// newTrouble says why d is not used; name is the file or library that is meant, or
// empty.
func newTrouble(d device, r Reason, name string) *Trouble {
	var keys []string
	if name != "" {
		keys = []string{d.id + "/" + string(r) + " %s", string(r) + " %s"}
	}
	var s [2]string
	for _, key := range append(keys, d.id+"/"+string(r), string(r)) {
		if found, ok := sayings[key]; ok {
			s = found
			break
		}
	}
	message := s[0]
	if strings.Contains(message, "%s") {
		message = fmt.Sprintf(message, name)
	}
	return &Trouble{Device: d.id, Title: d.title, Reason: r, Message: message, Hint: s[1]}
}

// sign is a text of ONNX Runtime, the loader or a driver that tells a reason. A
// group in it is the name of what is missing.
type sign struct {
	text   *regexp.Regexp
	reason Reason
}

// signs are looked for in order: a more special one stands before a more general
// one. Seen: with ONNX Runtime 1.24 and 1.31 (core/session/provider_bridge_ort.cc,
// core/framework/bfc_arena.cc, core/providers/cuda/cuda_call.cc), glibc's loader,
// and in the CUDA runtime's list of errors (cudaError_t).
var signs = []sign{
	{regexp.MustCompile(`(libcuda\.so[.\d]*|nvcuda\.dll)`), ReasonDriver},
	{regexp.MustCompile(`(lib\w*onnxruntime_providers_\w+\.so): cannot open shared object`), ReasonFile},
	{regexp.MustCompile(`(lib[\w.+-]+?\.so[.\d]*): (?:file too short|invalid ELF header|wrong ELF class|undefined symbol|version .* not found)`), ReasonDamaged},
	{regexp.MustCompile(`(lib[\w.+-]+?\.so[.\d]*): cannot open shared object`), ReasonLibrary},
	{regexp.MustCompile(`depends on "([\w.+-]+\.dll)" which is missing`), ReasonLibrary},
	{regexp.MustCompile(`(?i)error code 126|error 126|LoadLibrary failed`), ReasonLibrary},
	{regexp.MustCompile(`Unable to load (?:any of \{)?(lib[\w.+-]+?\.so[.\d]*)`), ReasonLibrary},
	{regexp.MustCompile(`(?i)Could not load library (lib[\w.+-]+?\.so[.\d]*|[\w.+-]+\.dll)`), ReasonLibrary},
	{regexp.MustCompile(`(DirectML\.dll)`), ReasonLibrary},
	{regexp.MustCompile(`CUDA failure (?:35|36|803)\b|driver version is insufficient|driver on your system is too old|system has unsupported display driver`), ReasonDriver},
	{regexp.MustCompile(`CUDA failure (?:38|100|101|209|98)\b|no CUDA-capable device|invalid device ordinal|no kernel image is available`), ReasonCard},
	{regexp.MustCompile(`(?i)CUDA failure 2\b|out of memory|Failed to allocate memory|bad allocation|std::bad_alloc|Available memory of \d+ is smaller|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|8007000E|E_OUTOFMEMORY`), ReasonMemory},
	{regexp.MustCompile(`(?i)DXGI_ERROR_UNSUPPORTED|No adapter|887A0004`), ReasonCard},
	{regexp.MustCompile(`(?i)execution provider is not (?:enabled|supported) in this build|not support CoreML|Specified provider is not supported`), ReasonProvider},
	{regexp.MustCompile(`NOT_IMPLEMENTED|fallback to CPU EP has been explicitly disabled|EPFail.*compile|Error compiling model`), ReasonGraph},
}

// blame reads ONNX Runtime's error of a device that was tried.
func blame(d device, during string, err error) *Trouble {
	text := strings.Join(strings.Fields(err.Error()), " ")
	t := newTrouble(d, ReasonFailed, "")
	for _, s := range signs {
		found := s.text.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		name := ""
		if len(found) > 1 {
			name = found[1]
		}
		t = newTrouble(d, s.reason, name)
		break
	}
	t.During, t.Detail = during, clipped(text)
	return t
}

// mostDetail bounds what is kept of an error's text, in bytes.
const mostDetail = 600

// clipped cuts a text between letters.
func clipped(s string) string {
	if len(s) <= mostDetail {
		return s
	}
	return strings.ToValidUTF8(s[:mostDetail], "") + "…"
}
