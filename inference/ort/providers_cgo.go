//go:build cgo

package ort

import (
	"strconv"

	binding "github.com/yalue/onnxruntime_go"
)

// appenders let a session run on a device. What a provider cannot run of a graph,
// the CPU's runs: DirectML and Core ML lack some of com.microsoft's fused operators
// that BLIP's graphs use (MultiHeadAttention, FusedMatMul under Core ML), and
// Core ML has no RoiAlign. Such a session is made all the same, in parts.
var appenders = map[string]func(*binding.SessionOptions, Options) error{
	DeviceCPU:      func(*binding.SessionOptions, Options) error { return nil },
	DeviceCUDA:     appendCUDA,
	DeviceDirectML: appendDirectML,
	DeviceCoreML:   appendCoreML,
}

// cudaOptions are those of onnxruntime's CUDA-ExecutionProvider documentation that
// differ from its own choice:
//
//   - cudnn_conv_algo_search HEURISTIC: its own choice, EXHAUSTIVE, tries every
//     algorithm for each new size of input, and pictures have many sizes;
//   - arena_extend_strategy kSameAsRequested: takes what is asked for; its own choice
//     takes the next power of two, which a card with other users has not got;
//   - use_tf32 0: TF32 keeps 10 bits of a number's 23, which moves boxes and
//     scores further than Descry promises.
var cudaOptions = map[string]string{
	"device_id":              "0",
	"cudnn_conv_algo_search": "HEURISTIC",
	"arena_extend_strategy":  "kSameAsRequested",
	"use_tf32":               "0",
}

// appendCUDA lets the session run on the first CUDA device. That Update fails says
// more than what Append says then.
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
// asks for no memory pattern, which no session has here, and for one operator
// after the other.
func appendDirectML(so *binding.SessionOptions, _ Options) error {
	if err := so.SetExecutionMode(binding.ExecutionModeSequential); err != nil {
		return err
	}
	return so.AppendExecutionProviderDirectML(0)
}

// coreMLOptions: MLProgram is the newer of Core ML's two forms, with more operators
// and 32-bit floats; the older one computes in 16 bits on the neural engine.
var coreMLOptions = map[string]string{
	"ModelFormat":    "MLProgram",
	"MLComputeUnits": "ALL",
}

func appendCoreML(so *binding.SessionOptions, _ Options) error {
	return so.AppendExecutionProviderCoreMLV2(coreMLOptions)
}
