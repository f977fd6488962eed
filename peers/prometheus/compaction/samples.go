package main

import (
	"context"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/tsdb/index"
	"github.com/prometheus/prometheus/tsdb/tsdbutil"
)

// sampleAt is the value of sample i of a series: a walk over thousandths, without any randomness,
// so that others can make the same one.
func sampleAt(series, i int64) float64 {
	return float64((series*7919+i*i*31+i*17)%100003) / 1000
}

// head fills a head with series of floats from time 0 on and writes it as one block, several times;
// what it reports is the fastest.
func head(out string, count, samples, stepMs, rounds int64) error {
	dir, err := os.MkdirTemp("", "compaction-head-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	options := tsdb.DefaultHeadOptions()
	options.ChunkDirRoot = dir
	options.ChunkRange = tsdb.DefaultBlockDuration
	h, err := tsdb.NewHead(nil, nil, nil, nil, options, nil)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.Init(0); err != nil {
		return err
	}
	refs := make([]storage.SeriesRef, count)
	for i := range samples {
		app := h.Appender(context.Background())
		for s := range count {
			lset := labels.EmptyLabels()
			if refs[s] == 0 {
				lset = labels.FromStrings("__name__", "test_metric", "instance", fmt.Sprintf("host-%d", s), "job", "test")
			}
			ref, err := app.Append(refs[s], lset, i*stepMs, sampleAt(s, i))
			if err != nil {
				return err
			}
			refs[s] = ref
		}
		if err := app.Commit(); err != nil {
			return err
		}
	}
	c, err := compactor()
	if err != nil {
		return err
	}
	maxt := options.ChunkRange
	names := []string{}
	var best time.Duration
	for range rounds {
		start := time.Now()
		ulids, err := c.Write(out, tsdb.NewRangeHead(h, 0, maxt-1), 0, maxt, nil)
		if err != nil {
			return err
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
		for _, id := range ulids {
			names = append(names, id.String())
		}
	}
	return report(names, time.Now().Add(-best))
}

// blocks makes four blocks as BenchmarkCompaction of Prometheus has them: series of ten labels with
// a random number each millisecond. So many samples of a block, in percent, lie in the next one's
// range too.
func blocks(out string, count, samples, overlap int64) error {
	start := time.Now()
	names := []string{}
	apart := samples * (100 - overlap) / 100
	if overlap == 0 {
		apart = 2 * samples
	}
	for block := range int64(4) {
		r := rand.New(rand.NewSource(block))
		var series []storage.Series
		for n := range count {
			lset := map[string]string{"labelName": fmt.Sprint(n)}
			for i := 1; len(lset) < 10; i++ {
				lset[fmt.Sprintf("labelName%d", i)] = fmt.Sprintf("labelValue%d", i)
			}
			list := make([]chunks.Sample, samples)
			for i := range list {
				list[i] = sample{t: block*apart + int64(i), f: r.Float64()}
			}
			series = append(series, storage.NewListSeries(labels.FromMap(lset), list))
		}
		slices.SortFunc(series, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
		name, err := writeBlock(out, series)
		if err != nil {
			return err
		}
		names = append(names, name)
		time.Sleep(2 * time.Millisecond)
	}
	return report(names, start)
}

// maker makes the sample of one kind of series at a time.
type maker func(r *rand.Rand, t int64, i int) chunks.Sample

type sample struct {
	st, t int64
	f     float64
	h     *histogram.Histogram
	fh    *histogram.FloatHistogram
}

func (s sample) ST() int64                     { return s.st }
func (s sample) T() int64                      { return s.t }
func (s sample) F() float64                    { return s.f }
func (s sample) H() *histogram.Histogram       { return s.h }
func (s sample) FH() *histogram.FloatHistogram { return s.fh }
func (s sample) Copy() chunks.Sample           { return s }
func (s sample) Type() chunkenc.ValueType {
	switch {
	case s.h != nil:
		return chunkenc.ValHistogram
	case s.fh != nil:
		return chunkenc.ValFloatHistogram
	default:
		return chunkenc.ValFloat
	}
}

func stale(r *rand.Rand) bool { return r.Intn(200) == 0 }

var makers = map[string]maker{
	"float": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{t: t, f: float64(r.Intn(5))}
	},
	"random": func(r *rand.Rand, t int64, i int) chunks.Sample {
		if stale(r) {
			return sample{t: t, f: math.Float64frombits(value.StaleNaN)}
		}
		return sample{t: t, f: r.NormFloat64()}
	},
	"counter": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{t: t, h: counter(r, i)}
	},
	"gauge": func(r *rand.Rand, t int64, i int) chunks.Sample {
		h := gauge(r)
		return sample{t: t, h: h}
	},
	"floatcounter": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{t: t, fh: counter(r, i).ToFloat(nil)}
	},
	"floatgauge": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{t: t, fh: gauge(r).ToFloat(nil)}
	},
	"custom": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{t: t, h: tsdbutil.GenerateTestCustomBucketsHistogram(int64(i + r.Intn(2)))}
	},
	"changing": func(r *rand.Rand, t int64, i int) chunks.Sample {
		switch r.Intn(12) {
		case 0:
			return sample{t: t, f: float64(i)}
		case 1:
			return sample{t: t, fh: counter(r, i).ToFloat(nil)}
		default:
			return sample{t: t, h: counter(r, i)}
		}
	},
	"started": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{st: t - int64(r.Intn(3))*1000, t: t, f: float64(i)}
	},
	"startedcounter": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{st: 1 + int64(i/50), t: t, h: counter(r, i)}
	},
	"startedfloatcounter": func(r *rand.Rand, t int64, i int) chunks.Sample {
		return sample{st: int64(r.Intn(2)), t: t, fh: counter(r, i).ToFloat(nil)}
	},
}

// gauge is a histogram that goes up and down. It is never stale: Prometheus fails to rewrite a
// chunk of gauges with a stale marker when a part of it was deleted.
func gauge(r *rand.Rand) *histogram.Histogram {
	h := tsdbutil.GenerateTestHistogram(int64(r.Intn(30)))
	h.CounterResetHint = histogram.GaugeType
	if r.Intn(20) == 0 {
		h.PositiveSpans = []histogram.Span{{Offset: int32(r.Intn(3)), Length: 2}, {Offset: int32(r.Intn(2)), Length: 2}}
		h.PositiveBuckets = []int64{1, 1, -1, int64(r.Intn(3))}
	}
	return h
}

// counter is a histogram that mostly grows with i, with buckets that come and go.
func counter(r *rand.Rand, i int) *histogram.Histogram {
	if stale(r) {
		return &histogram.Histogram{Sum: math.Float64frombits(value.StaleNaN)}
	}
	h := tsdbutil.GenerateTestHistogram(int64(i))
	switch r.Intn(60) {
	case 0:
		h.PositiveSpans = []histogram.Span{{Offset: int32(r.Intn(3)), Length: 2}, {Offset: int32(1 + r.Intn(2)), Length: 3}}
		h.PositiveBuckets = []int64{int64(i + 1), 1, -1, 0, int64(r.Intn(3))}
	case 1:
		h.Schema = 2
	case 2:
		h.CounterResetHint = histogram.CounterReset
	}
	return h
}

// mixed makes three blocks that overlap in pairs: most series in all of them, some in one or two.
func mixed(out string, seed int64) error {
	start := time.Now()
	names := []string{}
	kinds := slices.Sorted(maps.Keys(makers))
	for block := range int64(3) {
		var series []storage.Series
		for _, kind := range kinds {
			for n := range 4 {
				if (n+int(block))%4 == 0 {
					continue
				}
				lset := labels.FromStrings("__name__", kind, "n", fmt.Sprint(n))
				samples := samplesOf(seed, block, kind, n, makers[kind])
				series = append(series, storage.NewListSeries(lset, samples))
			}
		}
		name, err := writeBlock(out, series)
		if err != nil {
			return err
		}
		names = append(names, name)
		time.Sleep(2 * time.Millisecond)
	}
	return report(names, start)
}

// writeBlock writes series, sorted by labels, with whatever encodings their samples take.
func writeBlock(out string, series []storage.Series) (string, error) {
	id := ulid.MustNew(ulid.Now(), crand.Reader)
	dir := filepath.Join(out, id.String())
	meta := tsdb.BlockMeta{ULID: id, MinTime: math.MaxInt64, MaxTime: math.MinInt64, Version: 1}
	meta.Compaction.Level = 1
	meta.Compaction.Sources = []ulid.ULID{id}
	chunkWriter, err := chunks.NewWriter(filepath.Join(dir, "chunks"))
	if err != nil {
		return "", err
	}
	indexWriter, err := index.NewWriter(context.Background(), filepath.Join(dir, "index"))
	if err != nil {
		return "", err
	}
	symbols := map[string]struct{}{}
	for _, s := range series {
		s.Labels().Range(func(l labels.Label) {
			symbols[l.Name] = struct{}{}
			symbols[l.Value] = struct{}{}
		})
	}
	for _, symbol := range slices.Sorted(maps.Keys(symbols)) {
		if err := indexWriter.AddSymbol(symbol); err != nil {
			return "", err
		}
	}
	for i, s := range series {
		metas, err := storage.ExpandChunks(storage.NewSeriesToChunkEncoder(s).Iterator(nil))
		if err != nil {
			return "", err
		}
		if err := chunkWriter.WriteChunks(metas...); err != nil {
			return "", err
		}
		if err := indexWriter.AddSeries(storage.SeriesRef(i), s.Labels(), metas...); err != nil {
			return "", err
		}
		meta.MinTime = min(meta.MinTime, metas[0].MinTime)
		meta.MaxTime = max(meta.MaxTime, metas[len(metas)-1].MaxTime+1)
		meta.Stats.NumSeries++
		meta.Stats.NumChunks += uint64(len(metas))
		for _, m := range metas {
			meta.Stats.NumSamples += uint64(m.Chunk.NumSamples())
		}
	}
	if err := chunkWriter.Close(); err != nil {
		return "", err
	}
	if err := indexWriter.Close(); err != nil {
		return "", err
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return "", err
	}
	return id.String(), os.WriteFile(filepath.Join(dir, "meta.json"), text, 0o666)
}

// samplesOf gives 300 to 500 samples, half of them at times that other blocks have too.
func samplesOf(seed, block int64, kind string, n int, make maker) []chunks.Sample {
	hash := int64(n)
	for _, c := range kind {
		hash = hash*31 + int64(c)
	}
	r := rand.New(rand.NewSource(seed*1_000_003 + block*7919 + hash))
	var samples []chunks.Sample
	t := block * 100 * 15_000
	for i := range 300 + r.Intn(200) {
		t += 15_000
		if r.Intn(2) == 0 {
			samples = append(samples, make(r, t+int64(r.Intn(2)*r.Intn(20)), i))
		} else {
			samples = append(samples, make(r, t, i))
		}
	}
	return samples
}
