#!/usr/bin/env node
/** The `mmtsdb` executable: binds the command line to the process. */
import { Output } from './output.js';
import { run } from './program.js';
import type { Terminal } from './terminal.js';

/** Where the terminal does not tell its width. */
const DEFAULT_COLUMNS = 80;

const terminal: Terminal = {
  out: new Output(process.stdout),
  isInteractive: Boolean(process.stdout.isTTY),
  columns: process.stdout.columns || DEFAULT_COLUMNS,
  progressStream: process.stderr.isTTY ? process.stderr : null,
  message: (line) => process.stderr.write(`${line}\n`),
};

run(process.argv.slice(2), terminal).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // A bug of ours: the stack is what a report needs.
    console.error(error);
    process.exitCode = 1;
  },
);
