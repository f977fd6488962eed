/** `mmtsdb snapshot`: hard links of all blocks in another directory, and the head as a block. */
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { openForWriting } from './open-for-writing.js';
import type { Terminal } from './terminal.js';

export interface SnapshotFlags extends CommonFlags {
  /** Without what is in no block yet. */
  readonly skipHead?: boolean;
}

/** Exit code 1 if the head was to be in it, and was left alone. */
export async function snapshot(
  dir: string,
  target: string,
  flags: SnapshotFlags,
  terminal: Terminal,
): Promise<number> {
  const held = await openForWriting(dir, flags, terminal);
  try {
    const withHead = flags.skipHead !== true;
    if (held.database !== null) await held.database.snapshot(target, { withHead });
    else await held.maintenance.snapshot(target);
    if (flags.json === true) terminal.out.write(`${JSON.stringify({ path: target })}\n`);
    else terminal.out.write(`${target}\n`);
    return withHead && held.database === null ? EXIT_FAILURE : EXIT_OK;
  } finally {
    await held.close();
  }
}
