import { CorruptionError } from '../../model/errors.js';
import { Findings } from '../../tsdb/findings.js';
import { VerifyContext, type VerifyProgress } from '../../tsdb/verify-context.js';
import { MemoryDisk } from '../support/memory-disk.js';

describe('VerifyContext', () => {
  it('is due after a portion of bytes, and then tells how far it is', async () => {
    const told: VerifyProgress[] = [];
    const context = new VerifyContext(new MemoryDisk(), new Findings(() => {}), {
      total: 500_000,
      onProgress: (progress) => told.push(progress),
    });
    expect(context.isDue(100)).toBe(false);
    expect(context.isDue(1_000_000)).toBe(true);
    await context.turn();
    expect(told).toEqual([{ done: 500_000, total: 500_000 }]);
    expect(context.isDue(100)).toBe(false);
  });

  it('stops where its signal says so', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const context = new VerifyContext(new MemoryDisk(), new Findings(() => {}), {
      total: 1,
      signal: controller.signal,
    });
    await expect(context.turn()).rejects.toThrow('enough');
  });

  it('turns what a check throws into damage, unless it is a bug', () => {
    const findings = new Findings(() => {});
    const context = new VerifyContext(new MemoryDisk(), findings, { total: 1 });
    expect(context.attempt('a', () => {})).toBe(true);
    const damaged = context.attempt('a', () => {
      throw new CorruptionError('a', 1, 'bad');
    });
    expect(damaged).toBe(false);
    expect(findings.damages).toBe(1);
    expect(() =>
      context.attempt('a', () => {
        throw new TypeError('bug');
      }),
    ).toThrow('bug');
  });
});
