/** The indexes of all blocks that stand in the shared data directories. */
import { readdirSync } from 'node:fs';
import { hasShared, shared } from './shared.js';

const ULID_LENGTH = 26;

export interface FixtureIndex {
  /** Directory and block. */
  readonly name: string;
  readonly path: string;
}

/** Empty where the shared folder is absent. */
export function fixtureIndexes(): FixtureIndex[] {
  if (!hasShared) return [];
  const found: FixtureIndex[] = [];
  for (const fixture of directoriesIn(shared('fixtures'))) {
    for (const block of directoriesIn(shared('fixtures', fixture, 'data'))) {
      if (block.length !== ULID_LENGTH) continue;
      const path = shared('fixtures', fixture, 'data', block, 'index');
      found.push({ name: `${fixture}/${block}`, path });
    }
  }
  return found;
}

function directoriesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
