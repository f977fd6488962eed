/**
 * Series for comparing query engines: counters with resets, gauges, special values, stale markers,
 * series that come and go, classic histograms; samples on the raster and off it.
 */
import { seeded } from '../../bench/support/random.js';
import { Labels } from '../../model/labels.js';
import type { Database } from '../../tsdb/db.js';

/** 2026-01-01T00:00:00Z; three hours fill a block and a head. */
export const START = 1_767_225_600_000;
export const END = START + 3 * 3_600_000;
const STEP = 15_000;

const STALE = new Float64Array(1);
new Uint32Array(STALE.buffer).set([0x00000002, 0x7ff00000]);
const SPECIAL = [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e308, -1e15, 5e-324, 0.1, 1e15 + 0.3];
const BOUNDS = ['0.1', '0.5', '1', '5', '+Inf', 'wrong'];

interface Source {
  readonly labels: Labels;
  /** Sets the value of a step, if there is one. */
  next(column: Float64Array, step: number): boolean;
}

/** All series, in label order: that is then their order in either database. */
function sources(): Source[] {
  const random = seeded(42);
  const all: Source[] = [];
  const add = (labels: Record<string, string>, next: Source['next']): void => {
    all.push({ labels: Labels.from(labels), next });
  };
  const counter = (reset: number): Source['next'] => {
    let total = Math.floor(random() * 1000);
    return (column) => {
      total = random() < reset ? 0 : total + Math.floor(random() * 40);
      column[0] = total;
      return random() > 0.02;
    };
  };
  for (const job of ['a', 'b']) {
    for (const instance of ['1', '2', '10']) {
      const target = { job, instance };
      add({ __name__: 'requests_total', ...target, zone: 'x' }, counter(0.01));
      add({ __name__: 'errors_total', ...target }, counter(0.2));
      let degrees = 20;
      add({ __name__: 'temperature', ...target, zone: job === 'a' ? 'x' : 'y' }, (column) => {
        degrees += random() - 0.5;
        column[0] = Math.round(degrees * 100) / 100;
        return true;
      });
      add({ __name__: 'target_info', ...target, version: `v${instance}` }, (column) => {
        column[0] = 1;
        return true;
      });
      add({ __name__: 'special', ...target }, (column) => {
        column[0] = SPECIAL[Math.floor(random() * SPECIAL.length)];
        if (random() < 0.1) column.set(STALE);
        return random() > 0.1;
      });
    }
    for (const le of BOUNDS) {
      const size = BOUNDS.indexOf(le) + 1;
      let total = 0;
      add({ __name__: 'latency_bucket', job, le }, (column) => {
        total += Math.floor(random() * 5 * size);
        column[0] = total;
        return true;
      });
    }
    for (const pod of ['p', 'q', 'r', 's']) {
      const from = Math.floor(random() * 600);
      add({ __name__: 'churn', job, pod }, (column, step) => {
        column[0] = step;
        if (step === from + 60) column.set(STALE);
        return step >= from && step <= from + 60;
      });
    }
  }
  return all.sort((a, b) => a.labels.compare(b.labels));
}

/** Appends all samples; every third series is scraped off the raster. */
export async function fillDifferential(db: Database): Promise<void> {
  const all = sources();
  const column = new Float64Array(1);
  const jitter = seeded(7);
  for (let step = 0; START + step * STEP < END; step++) {
    const appender = db.appender();
    all.forEach((source, i) => {
      if (!source.next(column, step)) return;
      const late = i % 3 === 0 ? Math.floor(jitter() * 200) : 0;
      appender.append(source.labels, START + step * STEP + late, column[0]);
    });
    await appender.commit();
  }
}
