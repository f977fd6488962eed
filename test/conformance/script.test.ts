import { readdirSync, readFileSync } from 'node:fs';
import { labelsText, pointText } from '../../conformance/rendering.js';
import { type Command, type Eval, type Load, parseScript } from '../../conformance/script.js';
import type { Point } from '../../conformance/series-line.js';
import { describeShared, shared } from '../support/shared.js';

function only(text: string): Command {
  const commands = parseScript(text);
  expect(commands).toHaveLength(1);
  return commands[0];
}

function load(series: string): Load {
  const command = only(`load 1m\n  ${series}`);
  if (command.kind !== 'load') throw new Error(JSON.stringify(command));
  return command;
}

function evaluation(text: string): Eval {
  const command = only(text);
  if (command.kind !== 'eval') throw new Error(JSON.stringify(command));
  return command;
}

function texts(points: readonly Point[]): string {
  return points.map(pointText).join(' ');
}

describe('a sequence', () => {
  it.each([
    ['1 2 3', '1 2 3'],
    ['0+10x3', '0 10 20 30'],
    ['5-1x2', '5 4 3'],
    ['1x2', '1 1 1'],
    ['-1.5e3 +Inf NaN .5', '-1500 +Inf NaN 0.5'],
    ['_ _x2 stale', '_ _ _ stale'],
  ])('%s is %s', (text, want) => {
    expect(texts(load(`a ${text}`).series[0].points)).toBe(want);
  });

  it('may hold native histograms', () => {
    const { points } = load(
      'a {{schema:1 count:4 sum:5 z_bucket:1 z_bucket_w:0.5 offset:-1 buckets:[1 2] ' +
        'n_buckets:[1]}} {{count:1 sum:1 buckets:[1] counter_reset_hint:gauge}}' +
        '+{{sum:2 count:2 offset:2 buckets:[2]}}x2 1',
    ).series[0];
    expect(texts(points)).toBe(
      '{{schema:1 count:4 sum:5 z_bucket:1 z_bucket_w:0.5 offset:-1 buckets:[1 2] ' +
        'n_offset:0 n_buckets:[1]}} {{schema:0 count:1 sum:1 offset:0 buckets:[1]}} ' +
        '{{schema:0 count:3 sum:3 offset:0 buckets:[1 0 2]}} ' +
        '{{schema:0 count:5 sum:5 offset:0 buckets:[1 0 4]}} 1',
    );
    expect(points[0]).toMatchObject({ hasHint: false });
    expect(points[1]).toMatchObject({ hasHint: false });
  });

  it('may have start times of its own', () => {
    const command = only('load 1m\n  a{b="c"}@st _ -1m+30sx1 0s\n  a{b="c"} _ 1 2 3');
    expect(command).toMatchObject({ series: [{ startTimes: [null, -60_000, -30_000, 0] }] });
    expect(only('load 1m\n a@st 0s\n b 1').kind).toBe('broken');
    expect(only('load 1m\n a@st 0s\n a 1 2').kind).toBe('broken');
    expect(only('load 1m\n a@st 0s').kind).toBe('broken');
  });
});

describe('a load', () => {
  it('takes the last line of a series', () => {
    expect(only('load 1m\n  a 1\n  b 2\n  a{} 3')).toMatchObject({
      series: [{ points: [{ value: 3 }] }, { points: [{ value: 2 }] }],
    });
  });
});

describe('labels', () => {
  it.each([
    ['a 1', 'a{}'],
    ['a{} 1', 'a{}'],
    ['a{b="c", "d e"=\'f\',} 1', 'a{b="c", d e="f"}'],
    ['{"a.b", c="d"} 1', 'a.b{c="d"}'],
    ['{} 1', '{}'],
    ['a{b="\\xff"} 1', 'a{b="\\xff"}'],
  ])('of %s are %s', (text, want) => {
    expect(labelsText(load(text).series[0].labels)).toBe(want);
  });
});

describe('an evaluation', () => {
  it('is at one moment or over a range', () => {
    expect(evaluation('eval instant at 1m30s a + b')).toMatchObject({
      query: 'a + b',
      time: 90_000,
      range: null,
      failure: null,
    });
    expect(evaluation('eval range from 0 to 1h step 30s a')).toMatchObject({
      range: { start: 0, end: 3_600_000, step: 30_000 },
    });
  });

  it('expects series, a scalar, a string or a range of samples', () => {
    expect(evaluation('eval instant at 0 a\n  {b="c"} 5').expected).toMatchObject({
      kind: 'series',
      series: [{ points: [{ value: 5 }] }],
    });
    expect(evaluation('eval instant at 0 1\n  -0x1f').expected).toEqual({
      kind: 'scalar',
      value: -31,
    });
    expect(evaluation('eval instant at 0 "a"\n  expect string "a\\n"').expected).toEqual({
      kind: 'string',
      value: 'a\n',
    });
    expect(
      evaluation('eval instant at 9m a[1m]\n expect range vector from 10s to 1m step 10s\n a 1 2'),
    ).toMatchObject({
      time: 60_000,
      resultTimes: { start: 10_000, end: 60_000, step: 10_000 },
      expected: { series: [{ points: [{ value: 1 }, { value: 2 }] }] },
    });
  });

  it('expects failures, annotations and an order, in both ways to say so', () => {
    expect(evaluation('eval_fail instant at 0 a\n  expected_fail_message no').failure).toEqual([
      { text: 'no', isPattern: false },
    ]);
    expect(evaluation('eval instant at 0 a\n  expect fail regex: n.').failure).toEqual([
      { text: 'n.', isPattern: true },
    ]);
    expect(evaluation('eval_warn instant at 0 a').annotations).toEqual([
      { kind: 'warn', text: null },
    ]);
    expect(
      evaluation('eval instant at 0 a\n  expect warn msg: x\n expect no_info').annotations,
    ).toEqual([
      { kind: 'warn', text: { text: 'x', isPattern: false } },
      { kind: 'no_info', text: null },
    ]);
    expect(evaluation('eval_ordered instant at 0 a').isOrdered).toBe(true);
    expect(evaluation('eval instant at 0 a\n expect ordered').isOrdered).toBe(true);
  });
});

describe('what is no script', () => {
  it.each([
    'evil 1',
    'load\n a 1',
    'load 5x\n a 1',
    'load 1m\n a 1 b',
    'load 1m\n a{b} 1',
    'load 1m\n a{b="c" d="e"} 1',
    'load 1m\n a {{x}}',
    'load 1m\n a 1+-1x1',
    'load 1m\n a {{counter_reset_hint:no}}',
    'eval instant a',
    'eval range from 5 to 1 step 1 a',
    'eval instant at 0 a\n  a 1 2',
    'eval instant at 0 a\n  expect nothing',
    'eval instant at 0 a\n  expect string a',
    'eval instant at 0 a\n  expect range vector from x',
  ])('is told: %j', (text) => {
    const commands = parseScript(`${text}\nmore\n\nclear`);
    expect(commands.map(({ kind }) => kind)).toEqual(['broken', 'clear']);
  });
});

describeShared("Prometheus' scripts", () => {
  it('are all read', () => {
    const folder = shared('conformance/promql');
    for (const name of readdirSync(folder)) {
      const commands = parseScript(readFileSync(`${folder}/${name}`, 'utf8'));
      expect(commands.filter(({ kind }) => kind === 'broken')).toEqual([]);
      expect(commands.filter(({ kind }) => kind === 'eval').length).toBeGreaterThan(1);
    }
  });
});
