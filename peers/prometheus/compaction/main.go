// Compaction by Prometheus' own library, for tests and benchmarks of ours: what it makes of the
// same blocks, and how long it takes. One JSON object on stdout says what was made.
//
//	compaction merge OUT BLOCK...               as the server merges blocks
//	compaction rewrite OUT BLOCK                as CleanTombstones rewrites one
//	compaction head OUT SERIES SAMPLES STEP_MS [ROUNDS]
//	                                            a block of a head, filled with made-up samples
//	compaction blocks OUT SERIES SAMPLES OVERLAP
//	                                            four blocks of BenchmarkCompaction
//	compaction delete BLOCK MIN MAX NAME VALUE  tombstones for the series with that label
//	compaction mixed OUT SEED                   overlapping blocks with samples of all kinds
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

type result struct {
	Ulids []string `json:"ulids"`
	Ms    float64  `json:"ms"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "compaction:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("a command and its arguments are wanted")
	}
	switch command, rest := args[0], args[1:]; command {
	case "merge":
		return merge(rest[0], rest[1:])
	case "rewrite":
		return rewrite(rest[0], rest[1])
	case "head":
		rounds := int64(1)
		if len(rest) > 4 {
			rounds = number(rest[4])
		}
		return head(rest[0], number(rest[1]), number(rest[2]), number(rest[3]), rounds)
	case "blocks":
		return blocks(rest[0], number(rest[1]), number(rest[2]), number(rest[3]))
	case "delete":
		return remove(rest[0], number(rest[1]), number(rest[2]), rest[3], rest[4])
	case "mixed":
		return mixed(rest[0], number(rest[1]))
	default:
		return fmt.Errorf("unknown command %q", command)
	}
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return value
}

func compactor() (*tsdb.LeveledCompactor, error) {
	ranges := tsdb.ExponentialBlockRanges(tsdb.DefaultBlockDuration, 10, 3)
	return tsdb.NewLeveledCompactor(context.Background(), nil, quiet(), ranges, chunkenc.NewPool(), nil)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func merge(out string, dirs []string) error {
	c, err := compactor()
	if err != nil {
		return err
	}
	start := time.Now()
	ulids, err := c.Compact(out, dirs, nil)
	if err != nil {
		return err
	}
	names := []string{}
	for _, id := range ulids {
		names = append(names, id.String())
	}
	return report(names, start)
}

func rewrite(out, dir string) error {
	c, err := compactor()
	if err != nil {
		return err
	}
	block, err := tsdb.OpenBlock(quiet(), dir, nil, nil)
	if err != nil {
		return err
	}
	defer block.Close()
	meta := block.Meta()
	start := time.Now()
	ulids, err := c.Write(out, block, meta.MinTime, meta.MaxTime, &meta)
	if err != nil {
		return err
	}
	names := []string{}
	for _, id := range ulids {
		names = append(names, id.String())
	}
	return report(names, start)
}

func remove(dir string, mint, maxt int64, name, value string) error {
	block, err := tsdb.OpenBlock(quiet(), dir, nil, nil)
	if err != nil {
		return err
	}
	defer block.Close()
	start := time.Now()
	matcher := labels.MustNewMatcher(labels.MatchRegexp, name, value)
	if err := block.Delete(context.Background(), mint, maxt, matcher); err != nil {
		return err
	}
	return report([]string{filepath.Base(dir)}, start)
}

// report prints what was made and how long it took since start.
func report(ulids []string, start time.Time) error {
	ms := float64(time.Since(start).Microseconds()) / 1000
	return json.NewEncoder(os.Stdout).Encode(result{Ulids: ulids, Ms: ms})
}
