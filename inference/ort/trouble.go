package ort

import (
	"regexp"
	"strings"

	"descry/internal/failure"
	"descry/internal/message"
)

// Reason classifies why a device is not used.
type Reason string

// The reasons, from the furthest from working to the nearest.
const (
	ReasonSystem   Reason = "system"        // the operating system does not have it
	ReasonProvider Reason = "provider"      // ONNX Runtime was built without the provider
	ReasonFile     Reason = "provider_file" // the provider's own library is not next to ONNX Runtime's
	ReasonDriver   Reason = "driver"        // no driver, or one that is too old
	ReasonCard     Reason = "card"          // the driver sees no card, or one that the library cannot use
	ReasonLibrary  Reason = "library"       // a library that the provider needs is missing: CUDA's, cuDNN
	ReasonDamaged  Reason = "damaged"       // such a library, or the provider's own, is damaged or of another version
	ReasonMemory   Reason = "memory"        // the card has too little memory left
	ReasonGraph    Reason = "graph"         // the provider cannot run this graph
	ReasonFailed   Reason = "failed"        // anything else: Detail holds the runtime's message
)

// The values of Trouble.During.
const (
	DuringLoad = "load"
	DuringRun  = "run"
)

// Trouble describes why a device is not used.
type Trouble struct {
	Device  string `json:"device"`
	Title   string `json:"title"`
	During  string `json:"during,omitempty"` // DuringLoad, DuringRun; empty: not tried
	Reason  Reason `json:"reason"`
	Message string `json:"message"` // a clause: "the library libcudnn.so.9 was not found"
	Hint    string `json:"hint,omitempty"`
	Detail  string `json:"detail,omitempty"` // ONNX Runtime's message, on one line
}

// quiet reports whether the trouble is not worth reporting: this library, on this
// system, never included the device.
func (t *Trouble) quiet() bool {
	return t.Reason == ReasonSystem || t.Reason == ReasonProvider || t.Reason == ReasonFile
}

// failure returns the error for a device that was requested by name.
func (t *Trouble) failure(model string) *failure.Failure {
	f := failure.New(failure.Model, "load", model, "%s cannot be used: %s", t.Title, t.Message)
	if t.Hint == "" {
		return f.WithHint("Run with --device cpu.")
	}
	return f.WithHint("%s Or run with --device cpu.", t.Hint)
}

// String returns the trouble on one line: "NVIDIA card (CUDA): no driver was found. …".
func (t Trouble) String() string {
	s := t.Title + ": " + t.Message
	if t.Hint != "" {
		s += ". " + t.Hint
	}
	return s
}

// Hints that name what to install.
const (
	cudaHint     = "Install CUDA's libraries (cudart, cuBLAS, cuFFT, cuRAND) of the version that the name ends with, and cuDNN 9 for it, where the system's loader finds them (Linux: LD_LIBRARY_PATH, Windows: PATH)."
	cudaPullHint = "Run descry models pull onnxruntime-cuda and start again, or name a GPU build of ONNX Runtime with --ort."
)

// explanation is the text that a user reads about a reason.
type explanation struct{ message, hint message.Text }

// nameHere is the placeholder of a file's or library's name in an explanation.
const nameHere = "NAME"

// explanations are by reason. Devices differ where a hint does: "device/reason"
// comes before "reason". Those whose key ends in NAME need the name of a library.
var explanations = map[string]explanation{
	"system":             {message.Of("not available on this system"), message.Text{}},
	"provider":           {message.Of("this ONNX Runtime was built without it"), message.Text{}},
	"cuda/provider":      {message.Of("this ONNX Runtime was built without CUDA"), message.Of(cudaPullHint)},
	"directml/provider":  {message.Of("this ONNX Runtime was built without DirectML"), message.Of("Name a DirectML build of onnxruntime.dll (with DirectML.dll next to it) with --ort.")},
	"coreml/provider":    {message.Of("this ONNX Runtime was built without Core ML"), message.Of("Name the official build for macOS with --ort.")},
	"provider_file":      {message.Of("%s is not next to ONNX Runtime", nameHere), message.Text{}},
	"cuda/provider_file": {message.Of("NVIDIA support is not installed (%s is not next to ONNX Runtime)", nameHere), message.Of(cudaPullHint)},
	"driver":             {message.Of("no driver was found, or it is too old"), message.Of("Install the card's current driver.")},
	"cuda/driver":        {message.Of("no NVIDIA driver was found, or it is too old"), message.Of("Install NVIDIA's current driver (580 or newer for CUDA 13).")},
	"card":               {message.Of("no card was found that this library can use"), message.Text{}},
	"cuda/card":          {message.Of("the driver shows no card that this library can use"), message.Of("Check nvidia-smi and CUDA_VISIBLE_DEVICES.")},
	"library":            {message.Of("a library that it needs was not found"), message.Text{}},
	"cuda/library":       {message.Of("a library that it needs was not found"), message.Of(cudaHint)},
	"cuda/library NAME":  {message.Of("the library %s was not found", nameHere), message.Of(cudaHint)},
	"damaged":            {message.Of("a library that it needs is damaged or of another version"), message.Of("Install it again.")},
	"damaged NAME":       {message.Of("the library %s is damaged or of another version", nameHere), message.Of("Install it again.")},
	"memory":             {message.Of("the card has too little memory left"), message.Of("Close other programs that use the card, or use the processor.")},
	"graph":              {message.Of("it cannot run this model"), message.Of("Use the processor, or a newer ONNX Runtime.")},
	"failed":             {message.Of("it failed"), message.Of("Update its driver and ONNX Runtime; descry devices --test tries it alone.")},
	"directml/card":      {message.Of("no card was found that DirectML can use"), message.Of("It needs DirectX 12 and Windows 10 1903 or newer.")},
	"directml/library":   {message.Of("DirectML.dll was not found"), message.Of("Put DirectML.dll next to onnxruntime.dll.")},
}

// newTrouble returns the trouble of d; named is the file or library concerned, or
// empty.
func newTrouble(d device, r Reason, named string) *Trouble {
	keys := []string{d.id + "/" + string(r), string(r)}
	if named != "" {
		keys = append([]string{d.id + "/" + string(r) + " " + nameHere, string(r) + " " + nameHere}, keys...)
	}
	var found explanation
	for _, key := range keys {
		var ok bool
		if found, ok = explanations[key]; ok {
			break
		}
	}
	words := found.message
	if len(words.Args) > 0 {
		words.Args = []message.Arg{{Word: named}}
	}
	return &Trouble{Device: d.id, Title: d.title, Reason: r, Message: words.String(), Hint: found.hint.String()}
}

// errorPattern matches a message of ONNX Runtime, the loader or a driver. Its
// group, if any, is the name of what is missing.
type errorPattern struct {
	text   *regexp.Regexp
	reason Reason
}

// errorPatterns are tried in order, the more specific before the more general. The
// messages were seen with ONNX Runtime 1.24 and 1.31
// (core/session/provider_bridge_ort.cc, core/framework/bfc_arena.cc,
// core/providers/cuda/cuda_call.cc), with glibc's loader, and in the CUDA runtime's
// list of errors (cudaError_t).
var errorPatterns = []errorPattern{
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

// diagnose returns the trouble that ONNX Runtime's error of a device stands for.
func diagnose(d device, during string, err error) *Trouble {
	text := strings.Join(strings.Fields(err.Error()), " ")
	t := newTrouble(d, ReasonFailed, "")
	for _, s := range errorPatterns {
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
	t.During, t.Detail = during, truncated(text)
	return t
}

// maxDetail limits the length of Trouble.Detail, in bytes.
const maxDetail = 600

// truncated cuts a text to maxDetail bytes, between characters.
func truncated(s string) string {
	if len(s) <= maxDetail {
		return s
	}
	return strings.ToValidUTF8(s[:maxDetail], "") + "…"
}
