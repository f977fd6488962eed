/** One block: lazy, held while it is read, its tombstones applied. */
import { Kernel } from '../../kernel/kernel.js';
import { Columns } from '../../model/columns.js';
import { ClosedError } from '../../model/errors.js';
import { MAX_TIME, MIN_TIME } from '../../model/interval.js';
import { atOnce } from '../../model/steps.js';
import { Block } from '../../tsdb/block.js';
import { DIR } from '../support/data-directory.js';
import { copyToMemory, SMALL_FIXTURE } from '../support/directory-copy.js';
import { advance } from '../support/moving.js';

/** 81 series, 6 min of data, and tombstones. */
const PATH = `${DIR}/01M83CFB1HWP2R8SF2X838TXJG`;

function load() {
  const disk = copyToMemory(SMALL_FIXTURE);
  return { disk, block: Block.load(disk, PATH, { labelCacheBytes: 0, kernel: new Kernel() }) };
}

/** [series, samples] of what a block shows of a range. */
function count(block: Block, minTime = MIN_TIME, maxTime = MAX_TIME): [number, number] {
  const cursor = atOnce(block.select([], minTime, maxTime));
  const columns = new Columns();
  let series = 0;
  let samples = 0;
  let last = cursor.series.labels;
  while (advance(cursor)) {
    expect(series === 0 || last.compare(cursor.series.labels) < 0).toBe(true);
    last = cursor.series.labels;
    columns.clear();
    cursor.series.read(columns);
    series++;
    samples += columns.count;
    for (let row = 0; row < columns.count; row++) {
      expect(columns.times[row]).toBeGreaterThanOrEqual(minTime);
      expect(columns.times[row]).toBeLessThanOrEqual(maxTime);
    }
  }
  return [series, samples];
}

describe('Block', () => {
  it('costs its meta.json until it is acquired', () => {
    const { disk, block } = load();
    disk.files.delete(`${PATH}/index`);
    expect(block.meta.stats.numSeries).toBe(81);
    expect(() => block.index).toThrow('acquired');
    expect(() => block.acquire()).toThrow('index');
    block.close();
  });

  it('shows what meta.json counts, less what its tombstones hide', () => {
    const { disk, block } = load();
    block.acquire();
    const shown = count(block)[1];
    expect(shown).toBeLessThan(block.meta.stats.numSamples);
    disk.files.delete(`${PATH}/tombstones`);
    const whole = Block.load(disk, PATH, { labelCacheBytes: 1 << 20, kernel: new Kernel() });
    whole.acquire();
    expect(count(whole)).toEqual([81, whole.meta.stats.numSamples]);
  });

  it('keeps to a range, whose both ends count', () => {
    const { block } = load();
    block.acquire();
    const middle = (block.meta.minTime + block.meta.maxTime) / 2;
    const [, all] = count(block);
    const [, before] = count(block, MIN_TIME, middle);
    const [, behind] = count(block, middle + 1, MAX_TIME);
    expect(before).toBeGreaterThan(0);
    expect(before + behind).toBe(all);
  });

  it('is half-open: a query at its max time does not meet it', () => {
    const { block } = load();
    const { minTime, maxTime } = block.meta;
    expect(block.overlaps(maxTime, maxTime)).toBe(false);
    expect(block.overlaps(minTime - 5, minTime)).toBe(true);
    expect(block.overlaps(maxTime - 1, MAX_TIME)).toBe(true);
  });

  it('stays readable while it is held, also when its files are deleted and it is closed', () => {
    const { disk, block } = load();
    block.acquire();
    const before = count(block);
    for (const path of [...disk.files.keys()]) if (path.startsWith(PATH)) disk.files.delete(path);
    block.close();
    expect(count(block)).toEqual(before);
    block.release();
    expect(() => block.acquire()).toThrow(ClosedError);
  });

  it('tells the size of all its files', () => {
    const { disk, block } = load();
    let size = 0;
    for (const [path, bytes] of disk.files) if (path.startsWith(PATH)) size += bytes.length;
    expect(block.sizeBytes()).toBe(size);
  });
});
