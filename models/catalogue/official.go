package catalogue

import (
	"embed"
	"slices"
	"strings"

	"descry/internal/message"
	"descry/models/arch"
)

// Revisions of the official models that are not the first digits of a sum.
const (
	blipBaseRevision = "82a37760796d32b1411fe092ab5d4e227313294b" // 2023-12
	onnxRuntime      = "1.24.4"
)

// Where the official files are.
const (
	blipBase    = "https://huggingface.co/Salesforce/blip-image-captioning-base/resolve/" + blipBaseRevision + "/"
	blipLarge   = "https://huggingface.co/Salesforce/blip-image-captioning-large/resolve/" + Main + "/"
	torchvision = "https://download.pytorch.org/models/"
	onnxZoo     = "https://huggingface.co/onnxmodelzoo/legacy_models/resolve/" + Main + "/validated/vision/object_detection_segmentation/mask-rcnn/model/"
	runtimeAt   = "https://github.com/microsoft/onnxruntime/releases/download/v" + onnxRuntime + "/"
)

//go:embed licences/*.txt
var licences embed.FS

// licence returns one of the embedded texts. A test checks that all of them exist.
func licence(name string) string {
	text, _ := licences.ReadFile("licences/" + name + ".txt")
	return string(text)
}

// vocabulary is the sum of BERT's vocabulary (base, uncased), which all BLIP models
// share. It is pinned even if the model's other files are not.
const vocabulary = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

// paper is the search of BLIP's paper (Li et al. 2022; configs/caption_coco.yaml:
// 3 beams, lengths 5 to 20), whose lengths count the start token and the three
// words of the prompt; here lengths count new tokens.
var paper = &Search{Prompt: "a picture of", Beams: 3, MaxTokens: 20 - 4, MinTokens: 5 - 4, LengthNorm: "whole"}

// Official returns the entries that come with Descry. The sums were found in
// several independent public records each; GMAC are torchvision's published
// numbers, BLIP's counted from its configuration (vision tower at 384 × 384, the
// cross-attention's keys and values, three beams of 16 tokens). Memory is the peak
// of the whole program's resident memory, mapped weights among it, as measured
// with random weights of these architectures on a photograph of 800 × 534 pixels
// (1,053 MB BLIP base, 923 and 846 MB Mask R-CNN v2 and v1, 684, 558, 193 and 140 MB
// DeepLabV3 ResNet-101, -50, MobileNetV3 and LR-ASPP, 743 MB FCN ResNet-101), some
// more for larger ones; the others' is put beside these. Each call makes its own
// copy.
func Official() Catalogue {
	return Catalogue{
		Models: slices.Concat(captioners(), detectors(), segmenters(), zoo(), runtimes()),
		Sets: []Set{
			{"full", message.Sprintf("The best of each: BLIP, Mask R-CNN v2, DeepLabV3 ResNet-101"), map[string][]string{
				ForCaption:   {"blip-base", "blip-large"},
				ForInstances: {"maskrcnn-v2", "maskrcnn-v1"},
				ForClasses:   {"deeplabv3-resnet101", "deeplabv3-resnet50", "deeplabv3-mobilenetv3"},
			}},
			{"fast", message.Sprintf("Faster: BLIP, Mask R-CNN v1, DeepLabV3 MobileNetV3"), map[string][]string{
				ForCaption:   {"blip-base"},
				ForInstances: {"maskrcnn-v1", "maskrcnn-v2"},
				ForClasses:   {"deeplabv3-mobilenetv3", "lraspp-mobilenetv3"},
			}},
		},
	}
}

func captioners() []Model {
	return []Model{{
		Name: "blip-base", Title: "BLIP base", About: message.Sprintf("Captions of photographs, in English."), For: ForCaption, Architecture: arch.NameBLIP,
		Licence: "BSD-3-Clause", LicenceText: licence("blip"), Revision: blipBaseRevision,
		Memory: 1200e6, GMAC: 71, Search: paper,
		Files: []File{
			{Name: "config.json", URL: blipBase + "config.json", Role: RoleConfig, Bytes: 4563, SHA256: "f7846f82f4e2c4a2ccbab9ae8b0e44873540a271a76a1288effd078180c13a82"},
			{Name: "preprocessor_config.json", URL: blipBase + "preprocessor_config.json", Role: RolePreprocessor, Bytes: 287, SHA256: "065c10ec97edc5081fbd9655b3d9d25e2647ea6d5dab873325e88eed12d80a7d"},
			{Name: "vocab.txt", URL: blipBase + "vocab.txt", Role: RoleVocabulary, Bytes: 231508, SHA256: vocabulary},
			{Name: "pytorch_model.bin", URL: blipBase + "pytorch_model.bin", Role: RoleWeights, Bytes: 989820849, SHA256: "d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767"},
		},
	}, {
		Name: "blip-large", Title: "BLIP large", About: message.Sprintf("Richer captions; about three times slower."), For: ForCaption, Architecture: arch.NameBLIP,
		Licence: "BSD-3-Clause", LicenceText: licence("blip"), Revision: Main,
		Memory: 2200e6, GMAC: 209, Search: paper,
		Tensor: &Tensor{"vision_model.encoder.layers.23.self_attn.qkv.weight", []int64{3072, 1024}},
		Files: []File{
			{Name: "config.json", URL: blipLarge + "config.json", Role: RoleConfig, About: 4600},
			{Name: "preprocessor_config.json", URL: blipLarge + "preprocessor_config.json", Role: RolePreprocessor, About: 300},
			{Name: "vocab.txt", URL: blipLarge + "vocab.txt", Role: RoleVocabulary, Bytes: 231508, SHA256: vocabulary},
			{Name: "pytorch_model.bin", URL: blipLarge + "pytorch_model.bin", Role: RoleWeights, About: 1879100000}, // 4 × 469,732,924 parameters and the container
		},
	}}
}

// torch returns the entry of a torchvision checkpoint: one file, whose name ends with
// the first eight digits of its sum. bytes is the exact size if it is recorded; mib is
// the size that torchvision publishes, in MiB.
func torch(name, title, about, what, architecture, file, sum string, bytes int64, mib float64, memory int64, gmac float64) Model {
	stem := strings.TrimSuffix(file, ".pth")
	starts := stem[len(stem)-8:]
	f := File{Name: file, URL: torchvision + file, Role: RoleWeights, Bytes: bytes, SHA256: sum, Starts: starts}
	if bytes == 0 {
		f.About = int64(mib * (1 << 20))
	}
	return Model{
		Name: name, Title: title, About: about, For: what, Architecture: architecture, Licence: "BSD-3-Clause", LicenceText: licence("torchvision"),
		Revision: starts, Files: []File{f}, Memory: memory, GMAC: gmac,
	}
}

func detectors() []Model {
	return []Model{
		torch("maskrcnn-v2", "Mask R-CNN ResNet-50 FPN v2", message.Sprintf("80 kinds of object, outlined; finds more objects."), ForInstances, arch.NameMaskRCNN, "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
			"73cbd0190fcbe3ba339921fbce2c3a0b6bb9126c9a133c85e43a2a8e060a109e", 185828065, 177.219, 1000e6, 333.577),
		torch("maskrcnn-v1", "Mask R-CNN ResNet-50 FPN v1", message.Sprintf("80 kinds of object, outlined; the faster one."), ForInstances, arch.NameMaskRCNN, "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth",
			"bf2d0c1efbc936eeee2bc95a48e80ebc86b891f61b0106485937fc29f9315fc0", 178090079, 169.84, 900e6, 134.38),
		torch("fasterrcnn-v2", "Faster R-CNN ResNet-50 FPN v2 (boxes only)", message.Sprintf("80 kinds of object, boxes without outlines."), ForInstances, arch.NameFasterRCNN, "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth",
			"", 0, 167.104, 950e6, 280.371),
		torch("fasterrcnn-v1", "Faster R-CNN ResNet-50 FPN v1 (boxes only)", message.Sprintf("80 kinds of object, boxes without outlines; faster."), ForInstances, arch.NameFasterRCNN, "fasterrcnn_resnet50_fpn_coco-258fb6c6.pth",
			"", 0, 159.743, 850e6, 134.38),
	}
}

func segmenters() []Model {
	return []Model{
		torch("deeplabv3-resnet101", "DeepLabV3 ResNet-101", message.Sprintf("20 classes; the most accurate."), ForClasses, arch.NameDeepLabV3ResNet, "deeplabv3_resnet101_coco-586e9e4e.pth",
			"586e9e4e203fcbf17e1ad45533d8d33ab133fc762bf03101c5dd743995c08c0d", 244545539, 233.217, 750e6, 258.743),
		torch("deeplabv3-resnet50", "DeepLabV3 ResNet-50", message.Sprintf("20 classes; a little less accurate, faster."), ForClasses, arch.NameDeepLabV3ResNet, "deeplabv3_resnet50_coco-cd0a2569.pth",
			"cd0a25694c4a0f7106b38f4938bf90a874f2f241cc410b8f63c7024399538f06", 0, 160.515, 650e6, 178.722),
		torch("deeplabv3-mobilenetv3", "DeepLabV3 MobileNetV3-Large", message.Sprintf("20 classes; small and fast."), ForClasses, arch.NameDeepLabV3MobileNetV3, "deeplabv3_mobilenet_v3_large-fc3c493d.pth",
			"fc3c493d68e89cc31ef488c803d5d7dd2f3190fb570598faa49fef69be8e5e70", 0, 42.301, 250e6, 10.452),
		torch("lraspp-mobilenetv3", "LR-ASPP MobileNetV3-Large", message.Sprintf("20 classes; the smallest and fastest."), ForClasses, arch.NameLRASPPMobileNetV3, "lraspp_mobilenet_v3_large-d234d4ea.pth",
			"", 0, 12.49, 180e6, 2.086),
		torch("fcn-resnet50", "FCN ResNet-50", message.Sprintf("20 classes; the plain network, for comparison."), ForClasses, arch.NameFCNResNet, "fcn_resnet50_coco-1167a1af.pth",
			"", 0, 135.009, 600e6, 152.717),
		torch("fcn-resnet101", "FCN ResNet-101", message.Sprintf("20 classes; the plain network, deeper."), ForClasses, arch.NameFCNResNet, "fcn_resnet101_coco-7ecb50ca.pth",
			"", 0, 207.711, 800e6, 232.738),
	}
}

// zoo returns the ONNX Model Zoo's Mask R-CNN, from maskrcnn-benchmark. The Zoo's files
// moved to the hub in July 2025; the sums are those of its old records.
func zoo() []Model {
	entry := func(name, title, about, file, sum string, bytes, memory int64) Model {
		return Model{
			Name: name, Title: title, About: about, For: ForInstances, Architecture: arch.NameReadymade, Licence: "MIT", LicenceText: licence("onnxzoo"), Revision: sum[:8],
			Files:  []File{{Name: file, URL: onnxZoo + file, Role: RoleWeights, Bytes: bytes, SHA256: sum}},
			Memory: memory, GMAC: 134.38,
		}
	}
	return []Model{
		entry("maskrcnn-12", "Mask R-CNN of the ONNX Model Zoo", message.Sprintf("80 kinds of object, outlined; as published in ONNX."), "MaskRCNN-12.onnx",
			"5bf940c124d9117f6fae350c4e0d46df180cbb01981832b35fdbed148078b946", 177970010, 1500e6),
		entry("maskrcnn-12-int8", "Mask R-CNN of the ONNX Model Zoo, 8 bits", message.Sprintf("The same in 8 bits: smaller, a little less accurate."), "MaskRCNN-12-int8.onnx",
			"4409935e855719fd6cd986f7ec2a3de840d0bd9c9cf7a0cba84ce95377f5b476", 45769352, 1000e6),
	}
}

// runtimes returns the libraries of ONNX Runtime for graphics cards.
func runtimes() []Model {
	const archive = "onnxruntime-linux-x64-gpu-" + onnxRuntime + ".tgz"
	return []Model{{
		Name: "onnxruntime-cuda", Title: "ONNX Runtime " + onnxRuntime + " for NVIDIA cards (Linux, x86-64)", About: message.Sprintf("Lets the models run on an NVIDIA card; needs CUDA 12 and cuDNN 9."), For: ForRuntime,
		Licence: "MIT", LicenceText: licence("onnxruntime"), Revision: onnxRuntime, System: "linux/amd64",
		Files: []File{{Name: archive, URL: runtimeAt + archive, Role: RoleArchive, About: 240e6,
			SHA256: "c5f804ff5d239b436fa59e9f2fb288a39f7eb9552f6a636c8b71e792e91a8808"}},
		Needs: message.Sprintf("It needs an NVIDIA driver, CUDA 12 (libcudart.so.12, libcublas.so.12, libcublasLt.so.12, libcufft.so.11, libcurand.so.10) and cuDNN 9 (libcudnn.so.9), " +
			"which NVIDIA distributes and you install; the linker must find them (ldconfig or LD_LIBRARY_PATH)."),
	}}
}
