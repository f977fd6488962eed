/** The server's log on standard error: pino, as logfmt (Prometheus' default) or JSON. */
import { type Logger as Pino, pino } from 'pino';
import type { LogFormat, LogLevel } from './serve-flags.js';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

/** Where lines go, each with its newline. */
export interface LogOutput {
  write(line: string): unknown;
}

/** A logger that writes to `output`. */
export function createLog(output: LogOutput, { level, format }: LogOptions): Pino {
  const stream =
    format === 'json'
      ? output
      : { write: (line: string) => output.write(`${logfmt(JSON.parse(line) as Fields)}\n`) };
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => void stream.write(line) },
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** `time=… level=INFO msg="…" key=value`, as Go's slog writes it. */
function logfmt({ time, level, msg, ...others }: Fields): string {
  const fields = [
    ['time', time],
    ['level', String(level).toUpperCase()],
    ['msg', msg],
    ...Object.entries(others),
  ] as const;
  return fields.map(([name, value]) => `${name}=${shown(value)}`).join(' ');
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
