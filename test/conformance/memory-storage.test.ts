import { MemoryStorage } from '../../conformance/memory-storage.js';
import { type Load, parseScript } from '../../conformance/script.js';
import { isStaleAt } from '../../encoding/float-bits.js';
import { Columns } from '../../model/columns.js';
import { matcher } from '../../model/matcher.js';

function load(text: string): Load {
  const [command] = parseScript(text);
  if (command.kind !== 'load') throw new Error('no load');
  return command;
}

async function read(storage: MemoryStorage, minTime = 0): Promise<Record<string, Columns>> {
  const querier = await storage.querier({ minTime });
  const cursor = await querier.select([matcher('__name__', '=', 'a')]);
  const found: Record<string, Columns> = {};
  while (cursor.move() === 'on') {
    const columns = new Columns();
    cursor.series.read(columns);
    found[cursor.series.labels.get('b')] = columns;
  }
  querier.release();
  return found;
}

describe('what was loaded', () => {
  it('is found in label order, within the range', async () => {
    const storage = new MemoryStorage();
    storage.load(load('load 1m\n a{b="y"} 1 2 3\n a{b="x"} 4 _ stale\n c 1'));
    const found = await read(storage, 60_000);
    expect(Object.keys(found)).toEqual(['x', 'y']);
    expect([...found.y.times.subarray(0, found.y.count)]).toEqual([60_000, 120_000]);
    expect(found.x.count).toBe(1);
    expect(isStaleAt(found.x.values, 0)).toBe(true);
  });

  it('is added to, and cleared', async () => {
    const storage = new MemoryStorage();
    storage.load(load('load 1m\n a _ 2'));
    storage.load(load('load 2m\n a 1 3'));
    const { '': columns } = await read(storage);
    expect([...columns.values.subarray(0, columns.count)]).toEqual([1, 2, 3]);
    storage.clear();
    expect(await read(storage)).toEqual({});
  });

  it('has start times where they were given', async () => {
    const storage = new MemoryStorage();
    storage.load(load('load 1m\n a@st -1s _\n a 1 2'));
    const { '': columns } = await read(storage);
    expect([...(columns.startTimes ?? []).slice(0, 2)]).toEqual([-1000, 0]);
  });

  it('says whether native histograms are in it', () => {
    const storage = new MemoryStorage();
    storage.load(load('load_with_nhcb 1m\n a_bucket{le="1"} 1\n a_count 1'));
    expect(storage.holdsHistograms([matcher('__name__', '=', 'a_bucket')])).toBe(false);
    expect(storage.holdsHistograms([matcher('__name__', '=', 'a')])).toBe(true);
  });
});
