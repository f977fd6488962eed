/** Which samples a head takes that come in commits: held against a small model of it. */
import fc from 'fast-check';
import { CommitRule, type Verdict } from '../../compact/commit-rule.js';

interface Sample {
  readonly time: number;
  readonly value: number;
}

/** The verdicts on one series, of which `samples[i]` stands at place i. */
function decide(commitStarts: readonly number[], samples: readonly Sample[]): Verdict[] {
  const rule = new CommitRule(commitStarts);
  rule.startSeries();
  return samples.map(({ time, value }, place) => rule.decide(time, value, 0, place));
}

/** Append and commit as the head does them, sample by sample. */
function model(commitStarts: readonly number[], samples: readonly Sample[]): Verdict[] {
  const verdicts: Verdict[] = [];
  let last: Sample | null = null;
  let pending: { readonly sample: Sample; readonly place: number }[] = [];
  const commit = (): void => {
    for (const { sample, place } of pending) {
      const isTaken: boolean = last === null || sample.time > last.time;
      verdicts[place] = isTaken ? 'taken' : 'dropped';
      if (isTaken) last = sample;
    }
    pending = [];
  };
  samples.forEach((sample, place) => {
    if (commitStarts.includes(place)) commit();
    const head = last;
    if (head !== null && sample.time < head.time) verdicts[place] = 'out of order';
    else if (head?.time === sample.time && head.value !== sample.value)
      verdicts[place] = 'duplicate';
    else pending.push({ sample, place });
  });
  commit();
  return verdicts;
}

const at = (...times: number[]): Sample[] => times.map((time) => ({ time, value: 1 }));

describe('within one commit', () => {
  it('what is not later than what came before is dropped', () => {
    expect(decide([0], at(10, 5, 10, 11, 11, 12))).toEqual([
      'taken',
      'dropped',
      'dropped',
      'taken',
      'dropped',
      'taken',
    ]);
  });
});

describe('against what was committed', () => {
  it('an earlier sample is refused, the same one is dropped, another value is refused', () => {
    expect(decide([0, 1], at(10, 9, 10, 11))).toEqual([
      'taken',
      'out of order',
      'dropped',
      'taken',
    ]);
    const other = [...at(10), { time: 10, value: 2 }];
    expect(decide([0, 1], other)).toEqual(['taken', 'duplicate']);
    expect(decide([0], other)).toEqual(['taken', 'dropped']);
  });

  it('a sample is dropped that is only late within its own commit', () => {
    expect(decide([0, 1], at(20, 25, 22, 26))).toEqual(['taken', 'taken', 'dropped', 'taken']);
  });
});

describe('each series', () => {
  it('is judged for itself, wherever its samples stand', () => {
    const rule = new CommitRule([0, 10, 20]);
    for (let series = 0; series < 2; series++) {
      rule.startSeries();
      expect(rule.decide(10, 1, 0, 5)).toBe('taken');
      expect(rule.decide(9, 1, 0, 9)).toBe('dropped');
      expect(rule.decide(9, 1, 0, 25)).toBe('out of order');
      expect(rule.decide(10, 1, 1, 26)).toBe('duplicate');
    }
  });
});

it('the rule is the head, as long as nothing is refused', () => {
  const samples = fc.array(fc.record({ time: fc.nat(12), value: fc.nat(1) }), { maxLength: 30 });
  const starts = fc.uniqueArray(fc.nat(29), { maxLength: 6 });
  fc.assert(
    fc.property(samples, starts, (all, later) => {
      const commitStarts = [...new Set([0, ...later])].sort((a, b) => a - b);
      const wanted = model(commitStarts, all);
      const end = wanted.findIndex((verdict) => verdict !== 'taken' && verdict !== 'dropped');
      const judged = end < 0 ? all.length : end + 1;
      expect(decide(commitStarts, all).slice(0, judged)).toEqual(wanted.slice(0, judged));
    }),
    { numRuns: 1000 },
  );
});
