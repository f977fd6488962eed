/**
 * `mmtsdb repair`: puts a directory in order, so that Prometheus and we open it: the log is cut
 * where it is damaged and gaps are closed, what unfinished work has left goes. What is cut off is
 * kept aside, and every finding is printed.
 */
import { systemNow } from '../disk/clock.js';
import { NodeWritableDisk } from '../disk/node-writable-disk.js';
import { Pacer } from '../model/pacer.js';
import type { Problem } from '../model/problem.js';
import { WritableDirectory } from '../tsdb/writable-directory.js';
import { checkAndRepairLog } from '../wal/repair.js';
import { listBlocks } from '../tsdb/db.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { loggerOf, type Terminal } from './terminal.js';

const LOGS = ['wal', 'wbl'] as const;

/** Exit code 1 if something was damaged: it is repaired now, but what it said may be lost. */
export async function repair(dir: string, flags: CommonFlags, terminal: Terminal): Promise<number> {
  const logger = loggerOf(terminal, flags.quiet === true);
  const disk = new NodeWritableDisk({ io: flags.io, logger });
  const options = { disk, dir, logger, noLockfile: false, create: false };
  const directory = WritableDirectory.take(options);
  const problems: Problem[] = [];
  try {
    for (const name of LOGS) {
      const log = disk.join(dir, name);
      if (!disk.exists(log)) continue;
      problems.push(...(await new Pacer().run(checkAndRepairLog(disk, log, systemNow()))));
    }
    problems.push(...(await listBlocks(dir, { io: flags.io, logger })).problems);
  } finally {
    directory.release();
  }
  if (flags.json === true) terminal.out.write(`${JSON.stringify({ problems })}\n`);
  else for (const problem of problems) terminal.out.write(`${lineOf(problem)}\n`);
  if (problems.length === 0 && flags.json !== true) terminal.out.write('nothing to repair\n');
  return problems.length === 0 ? EXIT_OK : EXIT_FAILURE;
}

/** `path:offset: message`, as `mmtsdb verify` prints. */
function lineOf({ path, offset, message }: Problem): string {
  return `${offset === null ? path : `${path}:${offset}`}: ${message}`;
}
