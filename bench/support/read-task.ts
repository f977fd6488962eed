/**
 * One measured piece of reading. As a program it takes the task as JSON, runs it in a process that
 * did nothing before, and prints the result as JSON.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { IoMode } from '../../disk/disk.js';
import { matcher, type Matcher, type MatchType } from '../../model/matcher.js';
import { listBlocks, openReadOnly, type ReadOnlyDatabase } from '../../tsdb/db.js';
import { type Found, measure, type Measurement, type MeasureOptions } from './measure.js';
import { runProgram } from './program.js';

/** Label name, operator, value. */
export type MatcherText = readonly [name: string, type: MatchType, value: string];

/** What is done, once a round. */
export type ReadAction =
  | { readonly kind: 'idle'; readonly ms: number }
  | { readonly kind: 'openReadOnly' }
  | { readonly kind: 'listBlocks' }
  | {
      readonly kind: 'select';
      readonly matchers: readonly MatcherText[];
      readonly minTime?: number;
      readonly maxTime?: number;
      readonly reuseColumns: boolean;
    }
  | { readonly kind: 'series'; readonly matchers: readonly MatcherText[] }
  | { readonly kind: 'labelNames'; readonly matchers: readonly MatcherText[] }
  | {
      readonly kind: 'labelValues';
      readonly name: string;
      readonly matchers: readonly MatcherText[];
    };

export interface ReadTask extends MeasureOptions {
  readonly dir: string;
  readonly io: IoMode;
  readonly action: ReadAction;
}

export type ReadResult = Measurement & Found;

/** Runs `task` in this process; opening the directory is measured only where it is the task. */
export async function runReadTask(task: ReadTask): Promise<ReadResult> {
  const { dir, io, action } = task;
  if (action.kind === 'idle') return measure(() => idle(action.ms), task);
  if (action.kind === 'openReadOnly') return measureOpening(task);
  if (action.kind === 'listBlocks') return measure(() => list(dir, io), task);
  const db = await openReadOnly(dir, { io });
  try {
    return await measure(() => ask(db, action), task);
  } finally {
    await db.close();
  }
}

/** Runs `task` in a process of its own. */
export async function runReadTaskInChild(task: ReadTask): Promise<ReadResult> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = await runProgram(process.execPath, [
    '--expose-gc',
    program,
    JSON.stringify(task),
  ]);
  return JSON.parse(stdout) as ReadResult;
}

/** The databases stay open until the end, so that what they hold is measured too. */
async function measureOpening(task: ReadTask): Promise<ReadResult> {
  const opened: ReadOnlyDatabase[] = [];
  try {
    const measurement = await measure(async () => {
      opened.push(await openReadOnly(task.dir, { io: task.io }));
      return { results: 0, samples: 0 };
    }, task);
    // Counting looks at every file for its size, which is no part of opening.
    return { ...measurement, results: opened[0].blocks().length };
  } finally {
    for (const db of opened) await db.close();
  }
}

async function ask(
  db: ReadOnlyDatabase,
  action: Exclude<ReadAction, { kind: 'idle' | 'openReadOnly' | 'listBlocks' }>,
): Promise<Found> {
  const matchers = action.matchers.map(toMatcher);
  switch (action.kind) {
    case 'select': {
      const { minTime, maxTime, reuseColumns } = action;
      const found = { results: 0, samples: 0 };
      for await (const { samples } of db.select(matchers, { minTime, maxTime, reuseColumns })) {
        found.results++;
        found.samples += samples.count;
      }
      return found;
    }
    case 'series':
      return { results: (await db.series(matchers)).length, samples: 0 };
    case 'labelNames':
      return { results: (await db.labelNames({ matchers })).length, samples: 0 };
    case 'labelValues':
      return { results: (await db.labelValues(action.name, { matchers })).length, samples: 0 };
  }
}

async function list(dir: string, io: IoMode): Promise<Found> {
  const { blocks } = await listBlocks(dir, { io });
  return { results: blocks.length, samples: 0 };
}

async function idle(ms: number): Promise<Found> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { results: 0, samples: 0 };
}

function toMatcher([name, type, value]: MatcherText): Matcher {
  return matcher(name, type, value);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const task = JSON.parse(process.argv[2]) as ReadTask;
  void runReadTask(task).then((result) => process.stdout.write(JSON.stringify(result)));
}
