//go:build cgo

package ort

import (
	"strconv"

	binding "github.com/yalue/onnxruntime_go"
)

// appenders add a device's provider to a session. Operators that the provider lacks
// run on the CPU: DirectML and Core ML lack some of com.microsoft's fused operators
// that BLIP's graphs use (MultiHeadAttention, FusedMatMul under Core ML), and Core
// ML has no RoiAlign. Such a session is made all the same, in parts.
var appenders = map[string]func(*binding.SessionOptions, Options) error{
	DeviceCPU:      func(*binding.SessionOptions, Options) error { return nil },
	DeviceCUDA:     appendCUDA,
	DeviceDirectML: appendDirectML,
	DeviceCoreML:   appendCoreML,
}

// cudaOptions are the options of ONNX Runtime's CUDA-ExecutionProvider
// documentation that differ from their defaults:
//
//   - cudnn_conv_algo_search HEURISTIC: the default, EXHAUSTIVE, tries every
//     algorithm for each new input size, and pictures have many sizes;
//   - arena_extend_strategy kSameAsRequested: the default allocates the next power
//     of two, which a card with other users may not have;
//   - use_tf32 0: TF32 keeps 10 bits of a number's 23, which moves boxes and
//     scores further than Descry promises.
var cudaOptions = map[string]string{
	"device_id":              "0",
	"cudnn_conv_algo_search": "HEURISTIC",
	"arena_extend_strategy":  "kSameAsRequested",
	"use_tf32":               "0",
}

// appendCUDA lets the session run on the first CUDA device. The error of Update is
// more precise than that of Append.
func appendCUDA(so *binding.SessionOptions, o Options) error {
	cuda, err := binding.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer cuda.Destroy()
	options := map[string]string{}
	for k, v := range cudaOptions {
		options[k] = v
	}
	if o.memory > 0 {
		options["gpu_mem_limit"] = strconv.FormatInt(o.memory, 10)
	}
	if err := cuda.Update(options); err != nil {
		return err
	}
	return so.AppendExecutionProviderCUDA(cuda)
}

// appendDirectML lets the session run on the card of the first screen. DirectML
// requires that there is no memory pattern, which no session has here, and that
// operators run one after the other.
func appendDirectML(so *binding.SessionOptions, _ Options) error {
	if err := so.SetExecutionMode(binding.ExecutionModeSequential); err != nil {
		return err
	}
	return so.AppendExecutionProviderDirectML(0)
}

// coreMLOptions selects MLProgram, the newer of Core ML's two formats, with more
// operators and 32-bit floats; the older one computes in 16 bits on the neural
// engine.
var coreMLOptions = map[string]string{
	"ModelFormat":    "MLProgram",
	"MLComputeUnits": "ALL",
}

func appendCoreML(so *binding.SessionOptions, _ Options) error {
	return so.AppendExecutionProviderCoreMLV2(coreMLOptions)
}
