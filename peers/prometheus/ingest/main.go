// Samples go into Prometheus' own database, by the loop of `promtool tsdb bench write` and with its
// options, but with other loads: the same ones, number for number, as cli/write-load.ts and
// bench/support/loads.ts make them. Unlike promtool it takes no profiles meanwhile.
//
//	ingest [-series N] [-scrapes N] [-shard N] [-noisy] [-churn] OUT FILE
//
// FILE is that of promtool: a label set a line. One JSON object on stdout says how many samples were
// taken and how long that took.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

const (
	stepMs          = 30_000
	scrapesPerGroup = 100
	firstValue      = 123_456_789
	valueStep       = 1000
	jitterMs        = 32
	churnPart       = 10
)

type load struct {
	scrapes, shardSeries int
	isNoisy, isChurning  bool
}

func main() {
	var l load
	series := flag.Int("series", 10_000, "at most so many label sets of the file")
	flag.IntVar(&l.scrapes, "scrapes", 1000, "samples of each, in groups of 100")
	flag.IntVar(&l.shardSeries, "shard", 1000, "samples of a commit")
	flag.BoolVar(&l.isNoisy, "noisy", false, "a random walk at times that are off, not lock-step counters")
	flag.BoolVar(&l.isChurning, "churn", false, "a tenth of the series is replaced with each group")
	flag.Parse()
	if flag.NArg() != 2 {
		fail(fmt.Errorf("OUT and FILE are wanted"))
	}
	lsets, err := readLabels(flag.Arg(1), *series)
	if err != nil {
		fail(err)
	}
	if err := run(flag.Arg(0), lsets, l); err != nil {
		fail(err)
	}
}

func run(out string, lsets []labels.Labels, l load) error {
	var shards []*shard
	for first := 0; first < len(lsets); first += l.shardSeries {
		end := min(first+l.shardSeries, len(lsets))
		shards = append(shards, newShard(lsets[first:end], first, l))
	}
	db, err := tsdb.Open(out, slog.New(slog.DiscardHandler), nil, &tsdb.Options{
		RetentionDuration: int64(15 * 24 * time.Hour / time.Millisecond),
		MinBlockDuration:  int64(2 * time.Hour / time.Millisecond),
	}, tsdb.NewDBStats())
	if err != nil {
		return err
	}
	db.DisableCompactions()
	var total atomic.Int64
	var failed atomic.Value
	start := time.Now()
	for group := 0; group*scrapesPerGroup < l.scrapes; group++ {
		var wg sync.WaitGroup
		for _, s := range shards {
			wg.Go(func() {
				if err := s.scrape(db, group); err != nil {
					failed.Store(err)
				}
				total.Add(int64(scrapesPerGroup * len(s.samples)))
			})
		}
		wg.Wait()
	}
	ms := float64(time.Since(start).Microseconds()) / 1000
	if err, ok := failed.Load().(error); ok {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"samples": total.Load(), "ms": ms})
}

type sample struct {
	labels labels.Labels
	value  int64
	ref    *storage.SeriesRef
}

type shard struct {
	samples []*sample
	// By group: what the labels of the series are.
	labels [][]labels.Labels
	// Of a group, scrape after scrape, a sample a series; empty for lock-step counters.
	values  []float64
	jitters []int64
}

func newShard(lsets []labels.Labels, first int, l load) *shard {
	s := &shard{}
	for range lsets {
		s.samples = append(s.samples, &sample{})
	}
	current := lsets
	for group := 0; group*scrapesPerGroup < l.scrapes; group++ {
		if group > 0 && l.isChurning {
			current = replaced(current, first, group)
		}
		s.labels = append(s.labels, current)
	}
	if l.isNoisy {
		s.makeNoise(uint32(first) + 1)
	}
	return s
}

// replaced gives a tenth of the series another label value: that of this group.
func replaced(lsets []labels.Labels, first, group int) []labels.Labels {
	next := make([]labels.Labels, len(lsets))
	for i, lset := range lsets {
		if (first+i)%churnPart == group%churnPart {
			builder := labels.NewBuilder(lset)
			builder.Set("generation", strconv.Itoa(group))
			lset = builder.Labels()
		}
		next[i] = lset
	}
	return next
}

// makeNoise makes the walk of hundredths, and the milliseconds that samples are off.
func (s *shard) makeNoise(seed uint32) {
	random := mulberry32(seed)
	below := func(limit uint64) int64 { return int64(uint64(random()) * limit >> 32) }
	n := len(s.samples)
	hundredths := make([]int64, n)
	s.values = make([]float64, n*scrapesPerGroup)
	s.jitters = make([]int64, n*scrapesPerGroup)
	for i := range s.values {
		if i < n {
			hundredths[i] = below(100_000)
		} else {
			hundredths[i%n] += below(201) - 100
		}
		s.values[i] = float64(hundredths[i%n]) / 100
		s.jitters[i] = below(2*jitterMs+1) - jitterMs
	}
}

func (s *shard) scrape(db *tsdb.DB, group int) error {
	ts := int64(group * scrapesPerGroup * stepMs)
	for i, one := range s.samples {
		*one = sample{labels: s.labels[group][i], value: firstValue}
	}
	for scrape := range scrapesPerGroup {
		app := db.Appender(context.Background())
		ts += stepMs
		for i, one := range s.samples {
			one.value += valueStep
			t, value := ts, float64(one.value)
			if s.values != nil {
				at := scrape*len(s.samples) + i
				t, value = ts+s.jitters[at], s.values[at]
			}
			var ref storage.SeriesRef
			if one.ref != nil {
				ref = *one.ref
			}
			ref, err := app.Append(ref, one.labels, t, value)
			if err != nil {
				return err
			}
			if one.ref == nil {
				one.ref = &ref
			}
		}
		if err := app.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// mulberry32 is the generator of bench/support/random.ts, before it becomes a fraction.
func mulberry32(state uint32) func() uint32 {
	return func() uint32 {
		state += 0x6d2b79f5
		t := (state ^ state>>15) * (1 | state)
		t = (t + (t^t>>7)*(61|t)) ^ t
		return t ^ t>>14
	}
}

// readLabels reads label sets as promtool does.
func readLabels(path string, limit int) ([]labels.Labels, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lsets []labels.Labels
	plain := strings.NewReplacer("\"", "", "{", "", "}", "")
	for scanner := bufio.NewScanner(file); len(lsets) < limit && scanner.Scan(); {
		var pairs []labels.Label
		for pair := range strings.SplitSeq(plain.Replace(scanner.Text()), ",") {
			name, value, _ := strings.Cut(pair, ":")
			pairs = append(pairs, labels.Label{Name: name, Value: value})
		}
		lsets = append(lsets, labels.New(pairs...))
	}
	return lsets, nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "ingest:", err)
	os.Exit(1)
}
