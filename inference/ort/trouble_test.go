package ort

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestErrorsAreReadRight uses original messages of ONNX Runtime 1.24.3 and 1.31.1
// and of the CUDA runtime.
func TestErrorsAreReadRight(t *testing.T) {
	for _, c := range []struct {
		device, text string
		reason       Reason
		message      string
	}{
		{DeviceCUDA, "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1952 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library /opt/libonnxruntime_providers_shared.so with error: /opt/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory\n", ReasonFile, "libonnxruntime_providers_shared.so is not next to"},
		{DeviceCUDA, "provider_bridge_ort.cc:2043 [ONNXRuntimeError] : 1 : FAIL : Failed to load library /opt/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory", ReasonLibrary, "libcublasLt.so.13"},
		{DeviceCUDA, "Failed to load library /opt/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory", ReasonLibrary, "libcudnn.so.9"},
		{DeviceCUDA, "Failed to load library /opt/libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot open shared object file: No such file or directory", ReasonDriver, "driver"},
		{DeviceCUDA, "Failed to load library /opt/libonnxruntime_providers_cuda.so with error: /usr/lib/libcublasLt.so.13: file too short", ReasonDamaged, "libcublasLt.so.13 is damaged"},
		{DeviceCUDA, "Failed to load library /opt/libonnxruntime_providers_cuda.so with error: /opt/libonnxruntime_providers_cuda.so: file too short", ReasonDamaged, "libonnxruntime_providers_cuda.so is damaged"},
		{DeviceCUDA, "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc:63 [ONNXRuntimeError] : 1 : FAIL : provider_options_utils.h:187 Parse Failed to parse provider option \"device_id\": CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=vm", ReasonCard, "no card"},
		{DeviceCUDA, "Error creating C session: Exception during initialization: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Available memory of 17408 is smaller than requested bytes of 147456", ReasonMemory, "memory"},
		{DeviceCUDA, "Unable to load any of {libcudnn_graph.so.9.1.0, libcudnn_graph.so.9.1, libcudnn_graph.so.9, libcudnn_graph.so}", ReasonLibrary, "libcudnn_graph.so.9.1.0"},
		{DeviceCUDA, `Error loading "C:\ort\onnxruntime_providers_cuda.dll" which depends on "cublasLt64_13.dll" which is missing. (Error 126: "The specified module could not be found.")`, ReasonLibrary, "cublasLt64_13.dll"},
		{DeviceCUDA, "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0 ; hostname=x ; file=cuda_execution_provider.cc", ReasonDriver, "driver"},
		{DeviceCUDA, "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; expr=cudaSetDevice(info_.device_id);", ReasonCard, "no card"},
		{DeviceCUDA, "CUDA failure 101: invalid device ordinal ; GPU=0", ReasonCard, "no card"},
		{DeviceCUDA, "CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device", ReasonCard, "no card"},
		{DeviceCUDA, "CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc((void**)&p, size);", ReasonMemory, "memory"},
		{DeviceCUDA, "bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Available memory of 0 is smaller than requested bytes of 9437184", ReasonMemory, "memory"},
		{DeviceCUDA, "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0", ReasonMemory, "memory"},
		{DeviceCUDA, "This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.", ReasonGraph, "cannot run"},
		{DeviceCUDA, "CUDA execution provider is not enabled in this build.", ReasonProvider, "without CUDA"},
		{DeviceCUDA, "CUDA failure 700: an illegal memory access was encountered", ReasonFailed, "it failed"},
		{DeviceDirectML, "Specified provider is not supported.", ReasonProvider, "without DirectML"},
		{DeviceDirectML, "Exception(1) tid(1) 8007000E Not enough memory resources are available to complete this operation.", ReasonMemory, "memory"},
		{DeviceDirectML, "dml_provider_factory.cc(115) Exception 887A0004 The specified device interface or feature level is not supported on this system.", ReasonCard, "no card"},
		{DeviceDirectML, "Failed to load DirectML.dll", ReasonLibrary, "DirectML.dll"},
		{DeviceCoreML, "Your platform or onnxruntime library does not support CoreML", ReasonProvider, "without Core ML"},
		{DeviceCoreML, "CoreML execution provider is not supported in this build.", ReasonProvider, "without Core ML"},
	} {
		d, _ := deviceByID(c.device)
		got := diagnose(d, DuringLoad, errors.New(c.text))
		if got.Reason != c.reason || !strings.Contains(got.Message, c.message) || strings.Contains(got.String(), "%") || strings.Contains(got.Detail, "\n") {
			t.Errorf("%q\nis read as %s: %s\nwant %s with %q", c.text, got.Reason, got, c.reason, c.message)
		}
	}
	d, _ := deviceByID(DeviceCUDA)
	if long := diagnose(d, DuringRun, errors.New(strings.Repeat("ü", 5000))); len(long.Detail) > maxDetail+8 {
		t.Errorf("%d bytes of detail are kept", len(long.Detail))
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, d := range devices {
		for _, r := range []Reason{ReasonSystem, ReasonProvider, ReasonFile, ReasonDriver, ReasonCard, ReasonLibrary, ReasonDamaged, ReasonMemory, ReasonGraph, ReasonFailed} {
			for _, name := range []string{"", "libx.so.1"} {
				if got := newTrouble(d, r, name); got.Message == "" || strings.Contains(got.Message, "%!") {
					t.Errorf("%s, %s: %+v", d.id, r, got)
				}
			}
		}
	}
}

// TestTheLoadersOwnWordsAreReadRight: the system's loader, through ONNX Runtime
// itself, refuses a provider's library that needs a missing one. It runs in a child
// process, since a process has one ONNX Runtime.
func TestTheLoadersOwnWordsAreReadRight(t *testing.T) {
	if missing := os.Getenv("DESCRY_TEST_MISSING"); missing != "" {
		logCUDATrouble(t)
		return
	}
	real := openLibrary(t)
	if runtime.GOOS != "linux" {
		t.Skip("made for Linux's loader")
	}
	for missing, want := range map[string]string{
		"libcublasLt.so.13": "library: the library libcublasLt.so.13 was not found",
		"libcudnn.so.9":     "library: the library libcudnn.so.9 was not found",
		"libcuda.so.1":      "driver: no NVIDIA driver was found, or it is too old",
	} {
		dir := filepath.Dir(compile(t, "int x;\n"))
		text, err := os.ReadFile(real.Path())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "libonnxruntime.so.1"), text, 0o755); err != nil {
			t.Fatal(err)
		}
		build := func(name, source string, args ...string) {
			c := filepath.Join(dir, name+".c")
			if err := os.WriteFile(c, []byte(source), 0o644); err != nil {
				t.Fatal(err)
			}
			args = append([]string{"-shared", "-fPIC", "-Wl,-soname," + name, "-o", filepath.Join(dir, name), c}, args...)
			if out, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		build("libonnxruntime_providers_shared.so", "void Provider_SetHost(void *p) {}\nvoid *Provider_GetHost(void) { return 0; }\n")
		build(missing, "int needed(void) { return 1; }\n")
		build("libonnxruntime_providers_cuda.so", "int needed(void);\nvoid *GetProvider(void) { needed(); return 0; }\n", filepath.Join(dir, missing))
		if err := os.Remove(filepath.Join(dir, missing)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheLoadersOwnWordsAreReadRight$", "-test.v")
		cmd.Env = append(os.Environ(), "DESCRY_TEST_MISSING="+missing, "DESCRY_ORT="+dir)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("without %s: %v\n%s\nwant %q", missing, err, out, want)
		}
	}
}

// logCUDATrouble tries CUDA and logs why it is not used.
func logCUDATrouble(t *testing.T) {
	l := openLibrary(t)
	l = &Library{native: l.native, path: l.path, built: l.built, fakeMissing: func(device) *Trouble { return nil }}
	r := l.Try(context.Background(), DeviceCUDA)
	if r.Trouble == nil {
		t.Fatal("it works")
	}
	t.Logf("%s: %s (%s)", r.Trouble.Reason, r.Trouble.Message, r.Trouble.Detail)
}
