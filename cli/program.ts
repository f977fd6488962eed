/**
 * The command line: which commands and flags there are, and how a run ends. Each command lives in a
 * file of its own, which is loaded when it is called.
 */
import { Command, CommanderError, Option } from 'commander';
import { messageOf, SelectorError, TsdbError } from '../model/errors.js';
import type { AnalyzeFlags } from './analyze.js';
import type { CreateBlocksFlags } from './create-blocks-from.js';
import type { DumpFlags } from './dump.js';
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './exit-codes.js';
import {
  collect,
  type CommonFlags,
  DUMP_FORMATS,
  IO_MODES,
  parseCount,
  parseTime,
} from './flags.js';
import { collectLabel } from './label-flag.js';
import type { ListFlags } from './list.js';
import { addMaintenanceCommands } from './maintenance-commands.js';
import { OutputClosedError } from './output.js';
import { parseDuration } from './parse-duration.js';
import { addQueryCommands } from './query-commands.js';
import type { QuerySeriesFlags } from './query-series.js';
import { addServeFlags, serveFlagsOf } from './serve-flags.js';
import type { Terminal } from './terminal.js';
import { VERSION } from './version.js';

/** promtool's default directory. */
const DEFAULT_DIR = 'data/';
/** The directory that comes with a clone. */
const DEMO_DIR = 'test/fixtures/live';
/** promtool's default of `analyze --limit`. */
const LIST_LIMIT = 20;

const EPILOGUE = `
Examples:
  mmtsdb list -r /var/lib/prometheus
  mmtsdb query-series /var/lib/prometheus 'up{job="node"}'
  mmtsdb dump /var/lib/prometheus --match '{job="node"}' --min-time 1700000000000 > node.txt
  mmtsdb verify /var/lib/prometheus
  mmtsdb compact --dry-run --until-done /var/lib/prometheus

Exit codes:
  ${EXIT_OK}  done
  ${EXIT_FAILURE}  failed, found damage, or left something damaged out
  ${EXIT_USAGE}  wrong command line

Data goes to standard output, messages to standard error. Commands that change a directory (serve
and compact to repair) take Prometheus' lock, and create-blocks-from adds blocks without it. All
others, and what is called a dry run, write nothing.`;

/** Runs one command line (without the program's name) and returns the exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = EXIT_OK;
  const program = buildProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    await terminal.out.flush();
    return exitCode;
  } catch (error) {
    if (error instanceof OutputClosedError) return EXIT_OK;
    if (error instanceof CommanderError) {
      await flushQuietly(terminal);
      return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    }
    await flushQuietly(terminal);
    if (!isExpected(error)) throw error;
    terminal.message(`mmtsdb: ${messageOf(error)}`);
    return error instanceof SelectorError ? EXIT_USAGE : EXIT_FAILURE;
  }
}

/** What a user can meet: the engine's errors, and the system's about the output. */
function isExpected(error: unknown): boolean {
  return error instanceof TsdbError || (error instanceof Error && 'syscall' in error);
}

/** What was printed before a failure still belongs to the user; a second failure tells no more. */
async function flushQuietly(terminal: Terminal): Promise<void> {
  await terminal.out.flush().catch(() => undefined);
}

type SetExitCode = (code: number) => void;

function buildProgram(terminal: Terminal, finish: SetExitCode): Command {
  const program = new Command('mmtsdb')
    .description(
      'Reads and keeps Prometheus data directories: lists, dumps, verifies, compacts them.',
    )
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureHelp({ sortSubcommands: false, helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.message(text.trimEnd()),
    })
    .addHelpText('after', EPILOGUE);
  addBlockCommands(program, terminal, finish);
  addSampleCommands(program, terminal, finish);
  addWritingCommands(program, terminal, finish);
  addQueryCommands(program, terminal, finish);
  addServerCommands(program, terminal, finish);
  addMaintenanceCommands({
    program,
    command: (name, description) => command(program, name, description),
    terminal,
    finish,
  });
  addOtherCommands(program, terminal, finish);
  return program;
}

function addBlockCommands(program: Command, terminal: Terminal, finish: SetExitCode): void {
  command(program, 'list', 'List the blocks, as `promtool tsdb list` does.')
    .option('-r, --human-readable', 'times and sizes for people')
    .action(async (dir: string, flags: ListFlags) => {
      const { list } = await import('./list.js');
      finish(await list(dir, flags, terminal));
    });

  command(
    program,
    'analyze',
    'Churn, label cardinality and chunk sizes of one block, as `promtool tsdb analyze` prints.',
  )
    .argument('[block]', 'the block (default: the one made last)')
    .addOption(
      new Option('--limit <count>', 'entries in each list')
        .argParser(parseCount)
        .default(LIST_LIMIT),
    )
    .option('--extended', 'also how full chunks are; reads all of them')
    .option('--match <selector>', 'only these series')
    .action(async (dir: string, block: string | undefined, flags: AnalyzeFlags) => {
      const { analyze } = await import('./analyze.js');
      finish(await analyze(dir, block, flags, terminal));
    });
}

function addSampleCommands(program: Command, terminal: Terminal, finish: SetExitCode): void {
  const runDump = async (dir: string, flags: DumpFlags): Promise<void> => {
    const { dump } = await import('./dump.js');
    finish(await dump(dir, flags, terminal));
  };
  selecting(command(program, 'dump', 'Print all samples, as `promtool tsdb dump` does.'))
    .addOption(
      new Option('--format <format>', 'what to print')
        .choices(DUMP_FORMATS)
        .default('prom')
        .conflicts('json'),
    )
    .addOption(sandboxOption())
    .action(runDump);

  selecting(
    command(
      program,
      'dump-openmetrics',
      'Print float samples as OpenMetrics text, as `promtool tsdb dump-openmetrics` does.',
    ),
  )
    .addOption(sandboxOption())
    .action((dir: string, flags: DumpFlags) => runDump(dir, { ...flags, format: 'openmetrics' }));

  selecting(
    command(
      program,
      'query-series',
      'Show the series that match: a sparkline each on a terminal, a line of numbers elsewhere.',
    ).argument('[selectors...]', 'like --match'),
  )
    .addOption(
      new Option('--limit <count>', 'at most so many series; 0: all')
        .argParser(parseCount)
        .default(0),
    )
    .action(async (dir: string, selectors: readonly string[], flags: QuerySeriesFlags) => {
      const { querySeries } = await import('./query-series.js');
      const match = [...selectors, ...(flags.match ?? [])];
      finish(await querySeries(dir, { ...flags, match }, terminal));
    });
}

function addWritingCommands(program: Command, terminal: Terminal, finish: SetExitCode): void {
  const parent = program
    .command('create-blocks-from')
    .description('Make blocks of samples in another format, as `promtool tsdb create-blocks-from`.')
    .option('-r, --human-readable', 'times and sizes for people')
    .option('-q, --quiet', 'does not print the blocks, no progress bar')
    .option('--json', 'JSON instead of text')
    .addOption(
      new Option('--max-block-duration <duration>', 'what a block may cover, like 24h (from 2h)')
        .argParser(parseDuration)
        .hideHelp(),
    );
  parent
    .command('openmetrics')
    .description('Make blocks of OpenMetrics text, which has a timestamp on each sample.')
    .argument('<input>', 'the text: a file, or a pipe such as /dev/stdin')
    .argument('[out]', 'the directory in which blocks are made', DEFAULT_DIR)
    .addOption(
      new Option('--label <name=value>', 'a label that all samples get; several').argParser(
        collectLabel,
      ),
    )
    .action(async (input: string, out: string, _: unknown, self: Command) => {
      const { createBlocksFromOpenMetrics } = await import('./create-blocks-from.js');
      const flags = self.optsWithGlobals<CreateBlocksFlags>();
      finish(await createBlocksFromOpenMetrics(input, out, flags, terminal));
    });
}

function addServerCommands(program: Command, terminal: Terminal, finish: SetExitCode): void {
  const command = program
    .command('serve')
    .description("Serve a data directory over Prometheus' HTTP API, for Grafana and the like.");
  addServeFlags(command);
  command.action(async (read: Readonly<Record<string, unknown>>) => {
    const [{ serve }, { processSignals }] = await Promise.all([
      import('./serve.js'),
      import('./signals.js'),
    ]);
    finish(await serve(serveFlagsOf(read), terminal, processSignals()));
  });
}

function addOtherCommands(program: Command, terminal: Terminal, finish: SetExitCode): void {
  command(
    program,
    'verify',
    'Read everything and check it: checksums, order, times, postings against series, the log.',
  ).action(async (dir: string, flags: CommonFlags) => {
    const { verify } = await import('./verify.js');
    finish(await verify(dir, flags, terminal));
  });

  command(program, 'demo', 'Show what is in a directory, and what to try next.', DEMO_DIR).action(
    async (dir: string, flags: CommonFlags) => {
      const { demo } = await import('./demo.js');
      finish(await demo(dir, flags, terminal));
    },
  );
}

/** A command that reads a directory, with the flags that all of them have. */
function command(
  program: Command,
  name: string,
  description: string,
  defaultDir = DEFAULT_DIR,
): Command {
  const added = program
    .command(name)
    .description(description)
    .argument('[dir]', 'the data directory', defaultDir)
    .addOption(
      new Option('--io <mode>', 'how block files are read').choices(IO_MODES).default('auto'),
    )
    .option('-q, --quiet', 'no warnings, no progress bar');
  if (name !== 'demo') added.option('--json', 'JSON instead of text');
  return added;
}

/** Adds the flags that choose samples. */
function selecting(added: Command): Command {
  return added
    .option(
      '--match <selector>',
      'only series that this selector matches; several: any of them',
      collect,
    )
    .addOption(new Option('--min-time <ms>', 'only samples from this time on').argParser(parseTime))
    .addOption(new Option('--max-time <ms>', 'only samples up to this time').argParser(parseTime));
}

/** promtool replays the log in a sandbox; we write nothing anywhere. */
function sandboxOption(): Option {
  return new Option('--sandbox-dir-root <dir>', 'without effect; promtool has it').hideHelp();
}
