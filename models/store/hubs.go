package store

import (
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"descry/models/catalogue"
)

// Hubs holds the caches of other programs that may contain official files.
type Hubs struct {
	HuggingFace []string // hub caches: models--ORG--NAME/{blobs,snapshots,refs}
	Torch       []string // folders of checkpoints
}

// HubCaches returns the caches of the Hugging Face hub (HF_HUB_CACHE,
// HUGGINGFACE_HUB_CACHE, HF_HOME/hub, else ~/.cache/huggingface/hub) and of torch
// (TORCH_HOME/hub/checkpoints, else ~/.cache/torch/hub/checkpoints), as
// huggingface_hub (constants.py) and torch.hub (_get_torch_home) find them. They need
// not exist.
func HubCaches(getenv func(string) string, home string) Hubs {
	cache := getenv("XDG_CACHE_HOME")
	if cache == "" && home != "" {
		cache = filepath.Join(home, ".cache")
	}
	first := func(paths ...string) []string {
		for _, p := range paths {
			if p != "" && filepath.IsAbs(p) {
				return []string{p}
			}
		}
		return nil
	}
	under := func(dir string, parts ...string) string {
		if dir == "" {
			return ""
		}
		if inHome, ok := strings.CutPrefix(dir, "~/"); ok && home != "" {
			dir = filepath.Join(home, inHome)
		}
		return filepath.Join(append([]string{dir}, parts...)...)
	}
	return Hubs{
		HuggingFace: first(under(getenv("HF_HUB_CACHE")), under(getenv("HUGGINGFACE_HUB_CACHE")), under(getenv("HF_HOME"), "hub"), under(cache, "huggingface", "hub")),
		Torch:       first(under(getenv("TORCH_HOME"), "hub", "checkpoints"), under(cache, "torch", "hub", "checkpoints")),
	}
}

// find returns the files in the caches that could be f, with links resolved. The
// caller must compare their sums.
func (h Hubs) find(f catalogue.File) []string {
	var found []string
	add := func(path string) {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return
		}
		info, err := os.Stat(real)
		if err != nil || !info.Mode().IsRegular() || f.Bytes > 0 && info.Size() != f.Bytes {
			return
		}
		for _, p := range found {
			if p == real {
				return
			}
		}
		found = append(found, real)
	}
	for _, dir := range h.Torch {
		add(filepath.Join(dir, filepath.Base(f.Name)))
	}
	folder, _, inside, ok := hubAddress(f.URL)
	if !ok {
		return found
	}
	for _, hub := range h.HuggingFace {
		if f.SHA256 != "" {
			add(filepath.Join(hub, folder, "blobs", f.SHA256)) // large files are named by their sum
		}
		for _, snapshot := range snapshots(hub, folder) {
			add(filepath.Join(snapshot, filepath.FromSlash(inside)))
		}
	}
	return found
}

// hubAddress splits https://huggingface.co/ORG/NAME/resolve/REVISION/FILE into the
// folder in a hub cache, the revision and the file.
func hubAddress(address string) (folder, revision, file string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() != "huggingface.co" {
		return "", "", "", false
	}
	parts := strings.SplitN(strings.TrimPrefix(u.Path, "/"), "/", 5)
	if len(parts) != 5 || parts[2] != "resolve" || !filepath.IsLocal(filepath.FromSlash(parts[4])) {
		return "", "", "", false
	}
	return "models--" + parts[0] + "--" + parts[1], parts[3], parts[4], true
}

// snapshots returns the folders of a repository's revisions, with the one named by
// refs/main first.
func snapshots(hub, folder string) []string {
	entries, err := os.ReadDir(filepath.Join(hub, folder, "snapshots"))
	if err != nil {
		return nil
	}
	head, _ := os.ReadFile(filepath.Join(hub, folder, "refs", "main")) // if missing, the order is that of the folder
	sort.SliceStable(entries, func(i, j int) bool {
		return entries[i].Name() == strings.TrimSpace(string(head)) && entries[j].Name() != entries[i].Name()
	})
	var dirs []string
	for _, e := range entries {
		dirs = append(dirs, filepath.Join(hub, folder, "snapshots", e.Name()))
	}
	return dirs
}

// snapshotOf returns the folder and name of the newest revision in the hub caches that
// has all files of a model. It is for models that follow the hub's main branch.
func (h Hubs) snapshotOf(m catalogue.Model) (dir, revision string) {
	for _, hub := range h.HuggingFace {
		folder, _, _, ok := hubAddress(m.Weights().URL)
		if !ok {
			return "", ""
		}
		for _, snapshot := range snapshots(hub, folder) {
			whole := true
			for _, f := range m.Files {
				_, _, inside, ok := hubAddress(f.URL)
				_, err := os.Stat(filepath.Join(snapshot, filepath.FromSlash(inside)))
				whole = whole && ok && err == nil
			}
			if whole {
				return snapshot, filepath.Base(snapshot)
			}
		}
	}
	return "", ""
}
