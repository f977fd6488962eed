/** Checks that every postings list of an index holds exactly the series that it should. */
import { ALL_POSTINGS } from '../index/format.js';
import type { Postings } from '../index/postings.js';
import type { IndexReader } from '../index/reader.js';
import type { VerifyContext } from './verify-context.js';

/** As in Labels.key(): no label holds a lone high surrogate. */
const SEPARATOR = '\ud800';

export class PostingsCheck {
  private readonly path: string;
  private readonly context: VerifyContext;
  /** By name and value. */
  private readonly lists = new Map<string, ListCheck>();

  /** Opens every list, which checks its checksum. */
  constructor(index: IndexReader, context: VerifyContext) {
    this.path = index.path;
    this.context = context;
    const found: { name: string; value: string; offset: number }[] = [];
    context.attempt(index.path, () => {
      index.forEachPostings((name, value, offset) => found.push({ name, value, offset }));
    });
    for (const { name, value, offset } of found) {
      context.attempt(index.path, () => {
        const title = name === ALL_POSTINGS ? 'all series' : `${name}=${JSON.stringify(value)}`;
        const complain = (message: string): void =>
          context.findings.damage(index.path, offset, `the postings of ${title} ${message}`);
        const list = new ListCheck(index.postingsAt(offset), complain);
        this.lists.set(keyOf(name, value), list);
      });
    }
  }

  /** Says that series `id` is there. Ids come in ascending order. */
  expectInAll(id: number): void {
    this.expect(ALL_POSTINGS, ALL_POSTINGS, id);
  }

  /** Says that series `id` has the label. Ids of a pair come in ascending order. */
  expect(name: string, value: string, id: number): void {
    const key = keyOf(name, value);
    const list = this.lists.get(key);
    if (list !== undefined) return list.expect(id);
    // Told once: an empty list takes its place.
    const title = name === ALL_POSTINGS ? 'all series' : `${name}=${JSON.stringify(value)}`;
    this.context.findings.damage(this.path, null, `no readable postings of ${title}`);
    this.lists.set(key, new ListCheck(null, () => {}));
  }

  /** Tells of what is left in the lists: series that lack the label or are not there. */
  finish(): void {
    for (const list of this.lists.values()) list.finish();
  }
}

/** One list and how far it was followed. */
class ListCheck {
  /** Null in place of a list that cannot be read. */
  private readonly postings: Postings | null;
  private readonly complain: (message: string) => void;
  /** Whether the cursor stands on an id that no series has claimed yet. */
  private isPending = false;

  constructor(postings: Postings | null, complain: (message: string) => void) {
    this.postings = postings;
    this.complain = complain;
  }

  expect(id: number): void {
    const { postings } = this;
    if (postings === null) return;
    for (;;) {
      if (!this.isPending && !postings.next()) return this.complain(`lack series ${id}`);
      this.isPending = postings.at > id;
      if (this.isPending) return this.complain(`lack series ${id}`);
      if (postings.at === id) return;
      this.complain(`hold series ${postings.at}, which does not belong there`);
    }
  }

  finish(): void {
    const { postings } = this;
    if (postings === null) return;
    while (this.isPending || postings.next()) {
      this.isPending = false;
      this.complain(`hold series ${postings.at}, which does not belong there`);
    }
  }
}

function keyOf(name: string, value: string): string {
  return `${name}${SEPARATOR}${value}`;
}
