import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSeries } from '../../cli/series-file.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'mmtsdb-series-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function read(text: string, countMax = Infinity): string[] {
  const path = join(dir, 'series.json');
  writeFileSync(path, text);
  return readSeries(path, countMax).map(String);
}

describe('the file of series', () => {
  it('holds a label set a line, in any order of names', () => {
    expect(read('{"job":"node","__name__":"up"}\n{"a":"b"}\n')).toEqual([
      '{__name__="up", job="node"}',
      '{a="b"}',
    ]);
  });

  it('may lack the last end of line, and have empty ones', () => {
    expect(read('\n{"a":"1"}\n\n{"a":"2"}')).toEqual(['{a="1"}', '{a="2"}']);
  });

  it('counts equal sets once, and stops at the most that are wanted', () => {
    expect(read('{"a":"1"}\n{"a":"1"}\n{"a":"2"}\n{"a":"3"}\n', 2)).toEqual(['{a="1"}', '{a="2"}']);
  });

  it('is read in pieces: a line may be longer than one', () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    const lines = Array.from({ length: 1000 }, (_, i) => `{"a":"${i}","b":"${'y'.repeat(3000)}"}`);
    const found = read(`{"a":"${long}"}\n${lines.join('\n')}\n`);
    expect(found).toHaveLength(1001);
    expect(found[0]).toBe(`{a="${long}"}`);
    expect(found[1000]).toContain('a="999"');
  });

  it('takes what promtool makes of a value with a colon', () => {
    expect(read('{"instance":"host:9100"}\n')).toEqual(['{instance="host"}']);
  });

  it('names the line that holds no label', () => {
    expect(() => read('{"a":"1"}\nnothing\n')).toThrow('series.json:2: no label: nothing');
  });
});
