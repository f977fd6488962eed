/** `mmtsdb delete`: deletes the samples of series that match, within a range of time. */
import { MAX_TIME, MIN_TIME } from '../model/interval.js';
import { ArgumentError } from '../model/errors.js';
import { parseSelector } from '../promql/selector.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { SelectFlags } from './flags.js';
import { openForWriting } from './open-for-writing.js';
import type { Terminal } from './terminal.js';

/** Exit code 1 if the head was left alone. */
export async function deleteSamples(
  dir: string,
  selectors: readonly string[],
  flags: SelectFlags,
  terminal: Terminal,
): Promise<number> {
  const wanted = [...selectors, ...(flags.match ?? [])];
  if (wanted.length === 0) throw new ArgumentError('which series: give a selector');
  const matchers = wanted.map((text) => parseSelector(text));
  const range = { minTime: flags.minTime ?? MIN_TIME, maxTime: flags.maxTime ?? MAX_TIME };
  const held = await openForWriting(dir, flags, terminal);
  try {
    for (const set of matchers) {
      if (held.database !== null) await held.database.delete(set, range);
      else await held.maintenance.delete(set, range);
    }
    return held.database === null ? EXIT_FAILURE : EXIT_OK;
  } finally {
    await held.close();
  }
}
