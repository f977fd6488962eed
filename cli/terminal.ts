/**
 * What a command has to do with the world outside: data goes to `out`, messages to `message`, both
 * replaceable in tests. The one that stands for the real process is made in main.ts.
 */
import type { Logger } from '../model/logger.js';
import type { Output } from './output.js';

export interface Terminal {
  /** Data. */
  readonly out: Output;
  /** Whether `out` is a terminal that someone looks at. */
  readonly isInteractive: boolean;
  /** How wide `out` is, in characters, where it is a terminal. */
  readonly columns: number;
  /** Where a progress bar can be drawn; null where nobody would see it. */
  readonly progressStream: NodeJS.WritableStream | null;
  /** One line of message, without its newline. */
  message(line: string): void;
}

/** A logger whose warnings become messages; with `quiet` they are kept back. */
export function loggerOf(terminal: Terminal, quiet: boolean): Logger {
  return {
    info: () => {},
    warn: (text) => {
      if (!quiet) terminal.message(`warning: ${text}`);
    },
  };
}
