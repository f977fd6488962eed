/**
 * Made-up series as a monitored fleet has them: values that never change, counters scraped with
 * jitter, and gauges that are all noise.
 *
 * Encoding hundreds of millions of samples would take longer than measuring them, so each time slot
 * has a few dozen chunks that the series share in turn; on disk every series has its own copy.
 */
import { ENCODING_XOR } from '../../chunks/chunk.js';
import { XorAppender } from '../../chunks/xor.js';
import type { WrittenChunk } from '../../compact/block-writer.js';
import { Labels, METRIC_NAME } from '../../model/labels.js';
import { seeded } from './random.js';

export const SAMPLES_PER_CHUNK = 120;
export const STEP_MS = 15_000;
export const CHUNK_MS = SAMPLES_PER_CHUNK * STEP_MS;
/** 2026-01-01T00:00:00Z: on every grid of blocks. */
export const START_MS = 1_767_225_600_000;

/** Different chunks of one time slot. */
const VARIANTS = 64;
const INSTANCES = 100;

/** How a series' values go on from the last one. */
type Shape = (last: number, random: () => number) => number;

const SHAPES: readonly Shape[] = [
  (last) => last,
  (last, random) => last + Math.floor(random() * 1000),
  (_, random) => random() * 1000,
  (last, random) => last + Math.floor(random() * 1000),
];

/** The labels of `count` series, in label order: metrics of many instances. */
export function fleetLabels(count: number): Labels[] {
  return Array.from({ length: count }, (_, i) => {
    const metric = Math.floor(i / INSTANCES);
    const instance = i % INSTANCES;
    return Labels.fromSortedPairs([
      METRIC_NAME,
      `fleet_metric_${digits(metric, 5)}_total`,
      'instance',
      `10.0.${digits(instance, 2)}.1:9100`,
      'job',
      metric % 10 === 0 ? 'canary' : 'node',
      'region',
      `region-${instance % 4}`,
    ]);
  });
}

/** The fleet's metric names are `fleet_metric_00000_total` and on, of `INSTANCES` series each. */
export function fleetMetric(index: number): string {
  return `fleet_metric_${digits(index, 5)}_total`;
}

/**
 * The labels of Prometheus' own benchmark of label values (tsdb, LabelValuesWithMatchers): of
 * `count` series, one label has as many values, one has ten, and one has two, of which nine series
 * in ten have the first.
 */
export function labelValuesLabels(count: number): Labels[] {
  const perTen = count / 10;
  return Array.from({ length: count }, (_, i) =>
    Labels.fromSortedPairs([
      'a_unique',
      `value${digits(i, 7)}`,
      'b_tens',
      `value${Math.floor(i / perTen)}`,
      'c_ninety',
      `value${Math.floor(i / (9 * perTen))}`,
    ]),
  );
}

/** All chunks of the time slot that begins at `startMs`; a series takes them by its number. */
export function slotChunks(startMs: number): WrittenChunk[] {
  const random = seeded(startMs / CHUNK_MS);
  return Array.from({ length: VARIANTS }, (_, variant) => {
    const shape = SHAPES[variant % SHAPES.length];
    const jitterMs = variant % 2 === 0 ? 0 : 64;
    const times = new Float64Array(SAMPLES_PER_CHUNK);
    const values = new Float64Array(SAMPLES_PER_CHUNK);
    const appender = new XorAppender();
    let value = Math.floor(random() * 1e6);
    for (let row = 0; row < SAMPLES_PER_CHUNK; row++) {
      value = shape(value, random);
      values[row] = value;
      times[row] = startMs + row * STEP_MS + Math.floor(random() * jitterMs);
      appender.append(times, values, row);
    }
    return {
      encoding: ENCODING_XOR,
      data: appender.bytes().slice(),
      minTime: times[0],
      maxTime: times[SAMPLES_PER_CHUNK - 1],
    };
  });
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
