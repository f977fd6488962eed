// Command decode times Prometheus' own chunk iterator over a segment file that
// bench/decode.bench.ts wrote, so that both sides decode the same bytes in one run.
//
// Usage: decode [-rounds N] [-slice N] [-crc] SEGMENT
//
// It prints a JSON array: for each slice of the chunks the nanoseconds of its fastest pass.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"time"

	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

const (
	segmentHeaderBytes = 8
	crcBytes           = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// entry is one chunk of a segment: what its checksum covers, and the checksum.
type entry struct {
	covered []byte
	crc     uint32
}

func main() {
	rounds := flag.Int("rounds", 20, "how often the file is decoded")
	slice := flag.Int("slice", 500, "how many chunks are timed at a time")
	verify := flag.Bool("crc", false, "verify each chunk's checksum, as every read of a block does")
	flag.Parse()
	if flag.NArg() != 1 {
		fail(errors.New("usage: decode [-rounds N] [-slice N] [-crc] SEGMENT"))
	}
	path := flag.Arg(0)
	segment, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	entries, err := parse(segment)
	if err != nil {
		fail(fmt.Errorf("%s: %w", path, err))
	}
	var fastest []float64
	for range *rounds {
		for i := 0; i*(*slice) < len(entries); i++ {
			end := min((i+1)*(*slice), len(entries))
			elapsed, err := decode(entries[i*(*slice):end], *verify)
			if err != nil {
				fail(fmt.Errorf("%s: %w", path, err))
			}
			nanoseconds := float64(elapsed.Nanoseconds())
			if i == len(fastest) {
				fastest = append(fastest, nanoseconds)
			}
			fastest[i] = min(fastest[i], nanoseconds)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(fastest); err != nil {
		fail(err)
	}
}

// parse finds the chunks of a segment; that is not timed.
func parse(segment []byte) ([]entry, error) {
	var entries []entry
	for at := segmentHeaderBytes; at < len(segment); {
		length, n := binary.Uvarint(segment[at:])
		if n <= 0 {
			return nil, fmt.Errorf("bad chunk length at %d", at)
		}
		start := at + n
		end := start + 1 + int(length)
		if end+crcBytes > len(segment) {
			return nil, fmt.Errorf("chunk at %d exceeds the segment", at)
		}
		entries = append(entries, entry{segment[start:end], binary.BigEndian.Uint32(segment[end:])})
		at = end + crcBytes
	}
	return entries, nil
}

// decode passes over the chunks once and returns how long that took.
func decode(entries []entry, verify bool) (time.Duration, error) {
	var (
		chunk    = chunkenc.NewXORChunk()
		iterator chunkenc.Iterator
		times    int64
		values   float64
	)
	start := time.Now()
	for _, e := range entries {
		if verify && crc32.Checksum(e.covered, castagnoli) != e.crc {
			return 0, errors.New("checksum mismatch")
		}
		chunk.Reset(e.covered[1:])
		iterator = chunk.Iterator(iterator)
		for iterator.Next() != chunkenc.ValNone {
			t, v := iterator.At()
			times += t
			values += v
		}
		if err := iterator.Err(); err != nil {
			return 0, err
		}
	}
	elapsed := time.Since(start)
	sink = float64(times) + values
	return elapsed, nil
}

// sink keeps the compiler from dropping the loop.
var sink float64

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
