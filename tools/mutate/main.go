//go:build unix

// Command mutate changes the code of packages a little, one place at a time, and
// reports which changes no test of the package notices (mutation testing):
//
//	go run ./tools/mutate [-n 150] [-seed 1] [-at rle.go:12] [-with PACKAGE,…] PACKAGE[:FILE]…
//
// Each mutant is compiled with an overlay, so the source files stay as they are,
// and runs against the package's own tests, built without cgo, with -short and
// -failfast. Only lines that the tests cover are changed: those that no test
// reaches are counted beside. A mutant that does not compile counts for nothing;
// one that uses far more time or memory than the tests need is killed. Where a
// package's reference files are tested by another one, -with names that: its tests
// are asked about what the package's own let live. PACKAGE:FILE changes one file of
// the package.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

func main() {
	sample := flag.Int("n", 0, "how many mutants of each package to try, drawn at random; 0 tries all")
	seed := flag.Uint64("seed", 1, "the seed of that draw")
	jobs := flag.Int("jobs", 2, "how many mutants run at a time")
	at := flag.String("at", "", "only mutants whose place or kind contains one of these, separated by commas (nms.go:44)")
	with := flag.String("with", "", "other packages whose tests are run too, separated by commas")
	least := flag.Float64("least", 0, "fail where less than this share of a package's mutants is killed (0.85)")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	var table strings.Builder
	failed := false
	for _, name := range flag.Args() {
		r, err := try(name, strings.FieldsFunc(*with, func(c rune) bool { return c == ',' }), *sample, *seed, *jobs, *at)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			os.Exit(1)
		}
		failed = failed || r.share() < *least
		fmt.Fprintf(&table, "%s\t%d\t%d\t%d\t%d\t%.1f %%\n", name, r.all, r.uncovered, r.tried(), r.killed+r.late, 100*r.share())
	}
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "package\tmutants\tuncovered\ttried\tkilled\tshare\n", table.String())
	w.Flush()
	if failed {
		os.Exit(1)
	}
}

// result is what became of a package's mutants.
type result struct {
	all, uncovered               int
	killed, late, lived, useless int
}

func (r result) tried() int { return r.killed + r.late + r.lived }

func (r result) share() float64 { return float64(r.killed+r.late) / float64(max(r.tried(), 1)) }

// try runs mutants of one package and prints what lived.
func try(name string, with []string, sample int, seed uint64, jobs int, at string) (result, error) {
	p, err := load(name, with)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	all, uncovered := p.mutants, p.uncovered
	r := result{all: len(all) + uncovered, uncovered: uncovered}
	h := fnv.New64a()
	h.Write([]byte(name))
	rand.New(rand.NewPCG(seed, h.Sum64())).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = chosen(all, at)
	fmt.Printf("%s: the tests take %.1f s; %d mutants on covered lines, %d on others\n", name, p.takes.Seconds(), len(all), uncovered)

	began := time.Now()
	var lock sync.Mutex
	var wait sync.WaitGroup
	next := 0
	for range jobs {
		wait.Go(func() {
			for {
				lock.Lock()
				if next == len(all) || sample > 0 && r.tried() >= sample {
					lock.Unlock()
					return
				}
				m := all[next]
				next++
				lock.Unlock()
				end := p.run(m)
				lock.Lock()
				if sample == 0 || r.tried() < sample {
					r.count(end, m)
				}
				lock.Unlock()
			}
		})
	}
	wait.Wait()
	fmt.Printf("%s: %d tried, %d killed, %d ran too long, %d lived; %d do not compile (%.0f min)\n",
		name, r.tried(), r.killed, r.late, r.lived, r.useless, time.Since(began).Minutes())
	return r, nil
}

func (r *result) count(end outcome, m mutant) {
	switch end {
	case killed:
		r.killed++
	case late:
		r.late++
		fmt.Println("late", m)
	case lived:
		r.lived++
		fmt.Println("LIVED", m)
	case useless:
		r.useless++
	}
}

// chosen returns the mutants whose description contains one of the wanted texts.
func chosen(all []mutant, at string) []mutant {
	if at == "" {
		return all
	}
	var some []mutant
	for _, m := range all {
		for _, want := range strings.Split(at, ",") {
			if strings.Contains(m.String(), want) {
				some = append(some, m)
				break
			}
		}
	}
	return some
}
