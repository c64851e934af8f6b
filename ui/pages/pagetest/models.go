package pagetest

import (
	"descry/inference"
	"descry/internal/failure"
	"descry/settings"
	"descry/ui/state"
	"descry/ui/state/core"
	"descry/ui/state/models"
	"descry/ui/state/picture"
)

// storeInventory is a catalogue as the program has it, with real sizes.
func storeInventory() models.Inventory {
	const licence = "Copyright (c) 2022, Salesforce.com, Inc.\nAll rights reserved.\n\nRedistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:\n\n* Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.\n\n* Redistributions in binary form must reproduce the above copyright notice …\n"
	all := models.Inventory{Folder: "/home/ada/.cache/descry/models", Disk: 17_000_000, Free: 53e9, Memory: 15_000_000_000,
		Others: []models.Info{{Spec: "starter", Name: "Starter models", Description: "Small and built in.", Tasks: []inference.Task{inference.TaskCaption, inference.TaskInstances, inference.TaskClasses}, Drawings: true}},
		Sets: []models.Set{
			{Name: "full", Title: "Full models", About: "The best captions, objects and classes", Models: []string{"blip-base", "maskrcnn-v2", "deeplabv3-resnet101"}},
			{Name: "fast", Title: "Fast models", About: "Less exact, several times as fast", Models: []string{"blip-base", "maskrcnn-v1", "deeplabv3-mobilenetv3"}},
		}}
	for _, m := range []struct {
		name, title, about string
		task               inference.Task
		bytes, memory      int64
		seconds            float64
		source             string
	}{
		{"blip-base", "BLIP base", "Captions for photographs, in English.", inference.TaskCaption, 990_768_152, 1_400_000_000, 0.9, "huggingface.co"},
		{"blip-large", "BLIP large", "Richer captions; three times as slow.", inference.TaskCaption, 0, 2_600_000_000, 2.7, "huggingface.co"},
		{"maskrcnn-v1", "Mask R-CNN v1", "80 kinds of thing with outlines; the faster one.", inference.TaskInstances, 178_090_079, 700_000_000, 2.5, "download.pytorch.org"},
		{"maskrcnn-v2", "Mask R-CNN v2", "80 kinds of thing with outlines; finds more.", inference.TaskInstances, 185_828_065, 900_000_000, 6.2, "download.pytorch.org"},
		{"fasterrcnn-v1", "Faster R-CNN v1", "80 kinds of thing, boxes only.", inference.TaskInstances, 167_000_000, 600_000_000, 2.1, "download.pytorch.org"},
		{"deeplabv3-resnet101", "DeepLabV3 ResNet-101", "20 classes; the most exact.", inference.TaskClasses, 244_545_539, 800_000_000, 4.8, "download.pytorch.org"},
		{"deeplabv3-mobilenetv3", "DeepLabV3 MobileNetV3", "20 classes; small and fast.", inference.TaskClasses, 44_356_147, 200_000_000, 0.3, "download.pytorch.org"},
		{"onnxruntime-cuda", "ONNX Runtime for NVIDIA cards", "Lets the models run on a card; needs CUDA 12 and cuDNN 9.", "", 220_000_000, 0, 0, "github.com"},
	} {
		all.Models = append(all.Models, models.Model{Name: m.name, Title: m.title, About: m.about, Task: m.task, Licence: "BSD-3-Clause", Text: licence,
			Source: m.source, Bytes: m.bytes, Pinned: m.bytes > 0, Memory: m.memory, Seconds: m.seconds, Keep: models.KeepAbsent})
	}
	return all
}

// modelsScreen reduces actions from a new window with a catalogue.
func modelsScreen(change func(*models.Inventory), actions ...core.Action) state.Screen {
	v := storeInventory()
	if change != nil {
		change(&v)
	}
	s := state.New(state.Setup{Settings: settings.Default(), Home: "/home/ada", Models: v.Others, Store: v, Threads: 1, Cores: 2,
		Samples: []picture.Sample{{Name: "A dog at night", Title: "A dog at night"}, {Name: "A green book", Title: "A green book"}, {Name: "Two cakes", Title: "Two cakes"}, {Name: "Boat and ball", Title: "Boat and ball"}}})
	s, _ = state.Reduce(s, models.Listed{Inventory: v})
	for _, a := range actions {
		s, _ = state.Reduce(s, a)
	}
	return state.Show(s)
}

// ModelScreens are the window with the Models page in each of its states.
var ModelScreens = map[string]func() state.Screen{
	"models-card":  func() state.Screen { return modelsScreen(nil) },
	"models-empty": func() state.Screen { return modelsScreen(nil, core.SheetOpened{Sheet: models.Sheet}) },
	"models-offer": func() state.Screen { return modelsScreen(nil, models.SetOffered{Set: "full"}) },
	"models-licence": func() state.Screen {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.LicenceShown{Model: "blip-base"})
	},
	"models-short": func() state.Screen {
		return modelsScreen(func(v *models.Inventory) { v.Free, v.Memory = 900_000_000, 2_000_000_000 }, models.Offered{Model: "blip-large"})
	},
	"models-busy": func() state.Screen {
		return modelsScreen(func(v *models.Inventory) { v.Models[6].Keep, v.Models[6].Measured = models.KeepReady, true },
			models.SetOffered{Set: "full"}, models.OfferTaken{}, models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152, PerSecond: 12e6}},
			models.PullProgressed{Pull: 2, Progress: models.Progress{Stage: models.StageRetrying, Done: 90_000_000, Total: 185_828_065, Note: "the server is busy (503)"}},
			models.PullPaused{Model: "deeplabv3-resnet101"}, models.PullEnded{Pull: 3, Failure: failure.New(failure.Cancelled, "download", "", "stopped")})
	},
	"models-error": func() state.Screen {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.OfferTaken{},
			models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152}},
			models.PullEnded{Pull: 1, Failure: failure.New(failure.Unreadable, "download", "pytorch_model.bin", "the file that came is not the one that was published: its hash is 0a1b2c…, not d66386…").WithHint("It was put aside and is not used. Try again; if it comes again, something between here and huggingface.co changes files.")},
			models.PullEnded{Pull: 2, Failure: failure.New(failure.Unreadable, "download", "x", "download.pytorch.org was not found").WithHint("Is this computer online?")})
	},
	"models-ready": func() state.Screen {
		return modelsScreen(func(v *models.Inventory) {
			for _, i := range []int{0, 3, 5} {
				v.Models[i].Keep, v.Models[i].Measured, v.Models[i].Here = models.KeepReady, true, v.Models[i].Bytes
			}
			v.Models[0].Place, v.Disk = "Hugging Face's cache", 447e6
		}, core.SheetOpened{Sheet: models.Sheet})
	},
	"models-closing": func() state.Screen {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.OfferTaken{},
			models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152, PerSecond: 12e6}}, state.Closing{})
	},
	"models-status": func() state.Screen {
		return modelsScreen(nil, models.SetOffered{Set: "full"}, models.OfferTaken{}, core.SheetOpened{},
			models.PullProgressed{Pull: 1, Progress: models.Progress{Stage: models.StageReceiving, Done: 370_000_000, Total: 990_768_152, PerSecond: 12e6}})
	},
}
