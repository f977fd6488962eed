/** The commands that change a data directory: their names and flags. Each lives in its own file. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { BenchWriteFlags } from './bench-write.js';
import type { CompactFlags } from './compact.js';
import { collect, type CommonFlags, parseCount, parseTime, type SelectFlags } from './flags.js';
import { parseBytes } from './parse-bytes.js';
import { parseDuration } from './parse-duration.js';
import type { RetentionFlags } from './retention.js';
import type { SnapshotFlags } from './snapshot.js';
import type { Terminal } from './terminal.js';

/** What the commands are added to. */
export interface CommandHost {
  readonly program: Command;
  /** Adds a command that takes a directory, with the flags that all of those have. */
  readonly command: (name: string, description: string) => Command;
  readonly terminal: Terminal;
  readonly finish: (code: number) => void;
}

export function addMaintenanceCommands(host: CommandHost): void {
  addCompact(host);
  addRetention(host);
  addDeletion(host);
  addSnapshot(host);
  addBench(host);
}

function addCompact({ command, terminal, finish }: CommandHost): void {
  command('compact', 'Merge blocks as Prometheus would: says which and why, and does it.')
    .option('--dry-run', 'say what would be done; takes no lock, writes nothing')
    .option('--until-done', 'go on until there is nothing to do; else one step is done')
    .addOption(
      new Option(
        '--max-block-duration <duration>',
        'what a merged block covers at most, like 162h (default: 36h)',
      ).argParser(parsePositiveDuration),
    )
    .addOption(
      new Option('--min-block-duration <duration>', 'the length of the shortest blocks')
        .argParser(parsePositiveDuration)
        .hideHelp(),
    )
    .action(async (dir: string, flags: CompactFlags) => {
      const { compact } = await import('./compact.js');
      finish(await compact(dir, flags, terminal));
    });
}

function addRetention({ command, terminal, finish }: CommandHost): void {
  command('retention', 'Say which blocks are beyond what is to be kept, or delete them.')
    .addOption(
      new Option('--time <duration>', 'keep so much, like 360h').argParser(parsePositiveDuration),
    )
    .addOption(new Option('--size <bytes>', 'keep so many bytes, like 10GB').argParser(parseBytes))
    .addOption(
      new Option('--percentage <number>', 'keep so much of the file system').argParser(
        parsePercentage,
      ),
    )
    .option('--apply', 'delete them; without it nothing is written')
    .action(async (dir: string, flags: RetentionFlags) => {
      const { retention } = await import('./retention.js');
      finish(await retention(dir, flags, terminal));
    });
}

function addDeletion({ command, terminal, finish }: CommandHost): void {
  command('delete', 'Delete the samples of series that match, by tombstones.')
    .addArgument(new Argument('[selectors...]', 'like --match'))
    .option('--match <selector>', 'series that this matches; several: any of them', collect)
    .addOption(new Option('--min-time <ms>', 'only samples from this time on').argParser(parseTime))
    .addOption(new Option('--max-time <ms>', 'only samples up to this time').argParser(parseTime))
    .action(async (dir: string, selectors: readonly string[], flags: SelectFlags) => {
      const { deleteSamples } = await import('./delete.js');
      finish(await deleteSamples(dir, selectors, flags, terminal));
    });
  command('clean-tombstones', 'Rewrite blocks without what was deleted of them.').action(
    async (dir: string, flags: CommonFlags) => {
      const { cleanTombstones } = await import('./clean-tombstones.js');
      finish(await cleanTombstones(dir, flags, terminal));
    },
  );
}

function addSnapshot({ command, terminal, finish }: CommandHost): void {
  command('snapshot', 'Link all blocks into another directory, and make a block of the head there.')
    .addArgument(new Argument('<target>', 'the directory, on the same file system'))
    .option('--skip-head', 'without what is in no block yet')
    .action(async (dir: string, target: string, flags: SnapshotFlags) => {
      const { snapshot } = await import('./snapshot.js');
      finish(await snapshot(dir, target, flags, terminal));
    });
  command('repair', 'Cut a damaged log, close its gaps, remove what unfinished work left.').action(
    async (dir: string, flags: CommonFlags) => {
      const { repair } = await import('./repair.js');
      finish(await repair(dir, flags, terminal));
    },
  );
}

function addBench({ program, terminal, finish }: CommandHost): void {
  program
    .command('bench')
    .description('Measure.')
    .command('write')
    .description('Write the load of `promtool tsdb bench write`, and print what it prints.')
    .argument('<file>', 'series, one a line: {"__name__":"up","job":"node"}')
    .option('--out <dir>', 'where the database is made', 'benchout')
    .addOption(
      new Option('--metrics <count>', 'at most so many series')
        .argParser(parseCount)
        .default(10_000),
    )
    .addOption(
      new Option('--scrapes <count>', 'samples of each').argParser(parseCount).default(3000),
    )
    .option('--wal-worker', 'a thread of its own writes the log')
    .option('--fsync', 'each commit is on stable storage before it is acknowledged')
    .addOption(
      new Option('--wal-compression <kind>', 'of the log').choices(['none', 'snappy', 'zstd']),
    )
    .action(async (file: string, flags: BenchWriteFlags) => {
      const { benchWrite } = await import('./bench-write.js');
      finish(await benchWrite(file, flags, terminal));
    });
}

function parsePositiveDuration(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs > 0) return durationMs;
  throw new InvalidArgumentError('It is longer than nothing.');
}

function parsePercentage(text: string): number {
  const percentage = Number(text);
  if (text.trim() !== '' && percentage > 0 && percentage <= 100) return percentage;
  throw new InvalidArgumentError('It is a number above 0, up to 100.');
}
