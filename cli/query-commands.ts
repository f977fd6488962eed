/** The commands of `mmtsdb query`, with promtool's names and flags. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration as parsePrometheusDuration } from '../model/duration.js';
import { collect, IO_MODES } from './flags.js';
import { parseDuration } from './parse-duration.js';
import type { FindFlags, InstantFlags, RangeFlags } from './query.js';
import type { Terminal } from './terminal.js';

type SetExitCode = (code: number) => void;

const WHERE = 'a server (http://…) or a data directory';
const TIME = 'Unix seconds or RFC 3339';

export function addQueryCommands(program: Command, terminal: Terminal, finish: SetExitCode): void {
  const parent = program
    .command('query')
    .description('Ask a server or a directory, as `promtool query` does.');

  command(parent, 'instant', 'The value of an expression at one moment.')
    .argument('<expr>', 'PromQL')
    .option('--time <time>', `when (${TIME}; default: now)`)
    .action(async (where: string, expression: string, flags: InstantFlags) => {
      const { queryInstant } = await import('./query.js');
      finish(await queryInstant(where, expression, flags, terminal));
    });

  command(parent, 'range', 'The values of an expression over a range of time.')
    .argument('<expr>', 'PromQL')
    .option('--start <time>', `from when (${TIME}; default: 5 minutes before the end)`)
    .option('--end <time>', `until when (${TIME}; default: now)`)
    .addOption(
      new Option('--step <duration>', 'from value to value (default: 250 of them)').argParser(
        parseStep,
      ),
    )
    .option('--plot', 'charts instead of numbers')
    .action(async (where: string, expression: string, flags: RangeFlags) => {
      const { queryRange } = await import('./query.js');
      finish(await queryRange(where, expression, flags, terminal));
    });

  finding(command(parent, 'series', 'The series that selectors match.'))
    .addOption(
      new Option('--match <selector>', 'which series; several: any of them')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .action(async (where: string, flags: FindFlags) => {
      const { querySeriesOf } = await import('./query.js');
      finish(await querySeriesOf(where, flags, terminal));
    });

  finding(command(parent, 'labels', 'The values of a label.').argument('<name>', 'the label'))
    .option('--match <selector>', 'only of these series; several: any of them', collect)
    .action(async (where: string, name: string, flags: FindFlags) => {
      const { queryLabelValues } = await import('./query.js');
      finish(await queryLabelValues(where, name, flags, terminal));
    });
}

/** A command with what all of them have. */
function command(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .argument('<where>', WHERE)
    .addOption(
      new Option('--io <mode>', 'how block files are read').choices(IO_MODES).default('auto'),
    )
    .option('--header <name=value>', 'is sent to the server; several', collect)
    .option('-q, --quiet', 'no warnings, no progress bar')
    .option('--json', 'JSON instead of text')
    .option('--csv', 'comma-separated values instead of text');
}

function finding(added: Command): Command {
  return added
    .option('--start <time>', `from when (${TIME})`)
    .option('--end <time>', `until when (${TIME})`);
}

/** As Go's durations (`90s`), which promtool takes, or Prometheus' (`1d`); in ms. */
function parseStep(text: string): number {
  let stepMs;
  try {
    stepMs = parsePrometheusDuration(text);
  } catch {
    stepMs = parseDuration(text);
  }
  if (stepMs <= 0) throw new InvalidArgumentError('It is longer than nothing.');
  return stepMs;
}
