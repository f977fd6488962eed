/** The data directories that real Prometheus servers wrote, and what those answered. */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { hasShared, shared } from './shared.js';

/** Names of all recorded directories; those by 3.14 have it in their name. */
export const FIXTURES: readonly string[] = hasShared
  ? readdirSync(shared('fixtures'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  : [];

/** Whether today's Prometheus wrote it; else 2.42 did. */
export function isBy314(name: string): boolean {
  return name.includes('3.14');
}

export function fixtureData(name: string): string {
  return shared('fixtures', name, 'data');
}

/** A file that lies beside a fixture's data, unpacked if it ends in `.gz`. */
export function fixtureBytes(name: string, file: string): Buffer {
  const bytes = readFileSync(shared('fixtures', name, file));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** The same as text. */
export function fixtureText(name: string, file: string): string {
  return fixtureBytes(name, file).toString('utf8');
}

/** One recorded HTTP answer. */
export interface RecordedAnswer {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly status: number;
  readonly data: unknown;
}

export function fixtureAnswers(name: string): RecordedAnswer[] {
  return fixtureText(name, 'queries.jsonl.gz')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { method, path, status, body } = JSON.parse(line) as Record<string, unknown>;
      const url = new URL(String(path), 'http://localhost');
      return {
        method: typeof method === 'string' ? method : 'GET',
        path: decodeURIComponent(url.pathname),
        parameters: url.searchParams,
        status: Number(status),
        data: (body as { data?: unknown } | undefined)?.data,
      };
    });
}
