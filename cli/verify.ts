/** `mmtsdb verify`: reads everything, checks it, and prints what is wrong by file and offset. */
import type { Finding } from '../tsdb/findings.js';
import { verifyDirectory, type VerifyResult } from '../tsdb/verify.js';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.js';
import type { CommonFlags } from './flags.js';
import { startProgress } from './progress.js';
import { loggerOf, type Terminal } from './terminal.js';

/** Exit code 1 if something is damaged; notes alone do not fail. */
export async function verify(dir: string, flags: CommonFlags, terminal: Terminal): Promise<number> {
  const isQuiet = flags.quiet === true;
  const isJson = flags.json === true;
  const progress = await startProgress(terminal, 'verifying', flags.quiet);
  let result: VerifyResult;
  try {
    result = await verifyDirectory(dir, {
      io: flags.io,
      logger: loggerOf(terminal, isQuiet),
      onFinding: (finding) => {
        if (isQuiet && finding.severity === 'note') return;
        const line = isJson ? JSON.stringify(finding) : findingText(finding);
        terminal.out.write(`${line}\n`);
      },
      onProgress: ({ done, total }) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
  if (isJson) terminal.out.write(`${JSON.stringify(result)}\n`);
  else if (!isQuiet) terminal.message(summaryText(result));
  return result.damages === 0 ? EXIT_OK : EXIT_FAILURE;
}

/** `path:offset: message`, as editors and grep know it. */
function findingText({ severity, path, offset, message }: Finding): string {
  const place = offset === null ? path : `${path}:${offset}`;
  return `${place}: ${severity === 'note' ? 'note: ' : ''}${message}`;
}

function summaryText({ counts, damages }: VerifyResult): string {
  const { blocks, series, chunks, samples, headChunks, logRecords } = counts;
  const verdict = damages === 0 ? 'nothing is damaged' : `${damages} found damaged`;
  return (
    `${blocks} blocks (${series} series, ${chunks} chunks, ${samples} samples), ` +
    `${headChunks} head chunks, ${logRecords} log records: ${verdict}`
  );
}
