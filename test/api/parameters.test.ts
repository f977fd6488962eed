import { Form } from '../../api/form.js';
import {
  limitOf,
  matcherSets,
  parseBool,
  parseStep,
  parseTime,
  timeRange,
} from '../../api/parameters.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';

function form(text: string): Form {
  return new Form([new URLSearchParams(text)]);
}

describe('times', () => {
  function check(text: string, want: number): void {
    expect(parseTime(text)).toBe(want);
  }

  it('are seconds, rounded to the millisecond', () => {
    check('0', 0);
    check('1.5', 1500);
    check('-1.5', -1500);
    check('1795405817.37', 1795405817370);
    check('1.0004', 1000);
    check('0.0005', 1);
    check('1e3', 1_000_000);
  });

  it('are RFC 3339, cut off at the millisecond', () => {
    check('1970-01-01T00:00:01Z', 1000);
    check('2026-11-23T01:02:03.4567Z', Date.UTC(2026, 10, 23, 1, 2, 3, 456));
    check('2026-11-23T01:02:03+01:30', Date.UTC(2026, 10, 22, 23, 32, 3));
    check('0001-01-01T00:00:00Z', -62135596800000);
  });

  it('are the ends of time as Prometheus formats them, and what lies beyond every sample', () => {
    check('-292273086-05-16T16:47:06Z', MIN_TIME);
    check('292277025-08-18T07:12:54.999999999Z', MAX_TIME);
    check('1e300', MAX_TIME);
    check('-Inf', MIN_TIME);
  });

  it('are nothing else', () => {
    for (const text of [
      '',
      'x',
      '1s',
      '2026-13-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '0x1',
      '1_0',
    ]) {
      expect(() => parseTime(text)).toThrow('to a valid timestamp');
    }
  });

  it('bound a range, and are left out where they are empty', () => {
    expect(timeRange(form('start=&end=1'))).toEqual({ minTime: MIN_TIME, maxTime: 1000 });
    expect(() => timeRange(form('end=x'))).toThrow(
      'invalid parameter "end": invalid time value for \'end\': cannot parse "x" to a valid timestamp',
    );
  });
});

describe('durations', () => {
  it('are seconds or have units', () => {
    expect(parseStep('0.5')).toBe(500);
    expect(parseStep('1h30m')).toBe(5_400_000);
    expect(parseStep('0.0001')).toBe(0.1);
    expect(parseStep('-1')).toBe(-1000);
  });

  it('are refused when they overflow or are none', () => {
    expect(() => parseStep('1e10')).toThrow(
      'cannot parse "1e10" to a valid duration. It overflows',
    );
    expect(() => parseStep('')).toThrow('cannot parse "" to a valid duration');
    expect(() => parseStep('1m1h')).toThrow('to a valid duration');
  });
});

describe('other parameters', () => {
  it('are limits from 0', () => {
    expect(limitOf(form(''))).toBe(0);
    expect(limitOf(form('limit=5'))).toBe(5);
    expect(() => limitOf(form('limit=-1'))).toThrow('limit must be non-negative');
    expect(() => limitOf(form('limit=1.5'))).toThrow(
      'invalid parameter "limit": strconv.Atoi: parsing "1.5": invalid syntax',
    );
    expect(() => limitOf(form('limit=99999999999999999999'))).toThrow('value out of range');
  });

  it('are booleans as Go reads them', () => {
    expect(parseBool('T')).toBe(true);
    expect(parseBool('false')).toBe(false);
    expect(() => parseBool('yes')).toThrow('strconv.ParseBool: parsing "yes": invalid syntax');
  });

  it('are selectors that keep something out', () => {
    expect(matcherSets(form('match[]=up&match[]={a="b"}')).map((set) => set.join())).toEqual([
      '__name__="up"',
      'a="b"',
    ]);
    expect(() => matcherSets(form('match[]={a=~".*"}'))).toThrow('at least one non-empty matcher');
    expect(() => matcherSets(form('match[]=up{'))).toThrow('1:4: parse error');
  });
});
