/**
 * Where Prometheus' head ends a chunk of floats and begins the next (tsdb/head_append.go): the same
 * samples give the same chunks. A chunk ends
 *
 * - at the end of its chunk range, which no chunk crosses, or before it: at the 30th sample the end
 *   is set so that chunks of about 120 samples come out evenly until there;
 * - at 240 samples, when the prediction was wrong;
 * - when another sample might take it over 1024 bytes.
 */

/** What the prediction aims at. */
export const SAMPLES_PER_CHUNK = 120;
/** At a quarter of the aim the rest is predicted. */
const PREDICTION_PARTS = 4;
const PREDICTION_SAMPLES = SAMPLES_PER_CHUNK / PREDICTION_PARTS;
const SAMPLES_MAX = 2 * SAMPLES_PER_CHUNK;
/** No sample takes more than this in an XOR chunk. */
export const SAMPLE_BYTES_MAX = 19;
/** A chunk of more bytes takes no further sample: with it, it might exceed 1024. */
export const BYTES_BEFORE_APPEND_MAX = 1024 - SAMPLE_BYTES_MAX;

/** Follows one series, sample by sample. */
export class ChunkCutter {
  private readonly rangeMs: number;
  private minTime = 0;
  private maxTime = 0;
  /** The first time that the open chunk may not hold. */
  private nextAt = 0;

  /** `rangeMs`: the length of the ranges, counted from the epoch, that no chunk crosses. */
  constructor(rangeMs: number) {
    this.rangeMs = rangeMs;
  }

  /**
   * Whether the next sample, later than those before it, begins a chunk. The open chunk has
   * `sampleCount` samples, 0 if there is none yet, and `byteCount` bytes.
   */
  cutsBefore(time: number, sampleCount: number, byteCount: number): boolean {
    let isCut = sampleCount === 0 || byteCount > BYTES_BEFORE_APPEND_MAX;
    if (!isCut) {
      if (sampleCount === PREDICTION_SAMPLES) {
        this.nextAt = predictChunkEnd(this.minTime, this.maxTime, this.nextAt);
      }
      isCut = time >= this.nextAt || sampleCount >= SAMPLES_MAX;
    }
    if (isCut) {
      this.minTime = time;
      this.nextAt = chunkRangeEnd(time, this.rangeMs);
    }
    this.maxTime = time;
    return isCut;
  }
}

/**
 * Where the range of `time` ends: one range behind the boundary that `time` is rounded to, toward 0
 * as Go divides. Before 0 that can be up to two ranges ahead.
 */
export function chunkRangeEnd(time: number, rangeMs: number): number {
  return time - (time % rangeMs) + rangeMs;
}

/**
 * Where a chunk should end that has a quarter of its samples in `[minTime, maxTime]`, so that full
 * ones divide what is left until `end` evenly.
 */
export function predictChunkEnd(minTime: number, maxTime: number, end: number): number {
  const chunks = (end - minTime) / ((maxTime - minTime + 1) * PREDICTION_PARTS);
  if (chunks <= 1) return end;
  return Math.trunc(minTime + (end - minTime) / Math.floor(chunks));
}
