import { CorruptionError, DiskError, LimitError } from '../../model/errors.js';
import { type Finding, Findings } from '../../tsdb/findings.js';

function collecting(): { findings: Findings; told: Finding[] } {
  const told: Finding[] = [];
  return { findings: new Findings((finding) => told.push(finding)), told };
}

describe('Findings', () => {
  it('tells damage and notes, and counts damage', () => {
    const { findings, told } = collecting();
    findings.damage('a', 3, 'broken');
    findings.note('b', null, 'odd');
    findings.finish();
    expect(told).toEqual([
      { severity: 'damage', path: 'a', offset: 3, message: 'broken' },
      { severity: 'note', path: 'b', offset: null, message: 'odd' },
    ]);
    expect(findings.damages).toBe(1);
  });

  it('stops telling of a file that is broken all over, and says how much was not told', () => {
    const { findings, told } = collecting();
    for (let i = 0; i < 60; i++) findings.damage('a', i, 'broken');
    findings.damage('b', 0, 'broken');
    findings.finish();
    expect(told.filter(({ path }) => path === 'a')).toHaveLength(51);
    expect(told.at(-1)).toEqual({
      severity: 'note',
      path: 'a',
      offset: null,
      message: '10 more findings',
    });
    expect(findings.damages).toBe(61);
  });

  it("takes the engine's errors for damage, with the place that they name", () => {
    const { findings, told } = collecting();
    findings.error(new CorruptionError('a', 7, 'bad checksum'), 'x');
    findings.error(new DiskError('cannot open b', 'b', 'EACCES'), 'x');
    findings.error(new LimitError('bytes', 'too many'), 'c');
    expect(told.map(({ path, offset, message }) => [path, offset, message])).toEqual([
      ['a', 7, 'bad checksum'],
      ['b', null, 'cannot open b'],
      ['c', null, 'bytes: too many'],
    ]);
  });

  it('holds back what a provisional check finds, until it is known to count', async () => {
    const { findings, told } = collecting();
    const check = (message: string) => () => {
      findings.damage('a', null, message);
      expect(told.some((finding) => finding.message === message)).toBe(false);
      return Promise.resolve(message);
    };
    expect(await findings.provisional(check('counts'), () => false)).toBe('counts');
    await findings.provisional(check('does not'), (result) => result === 'does not');
    expect(told.map(({ message }) => message)).toEqual(['counts']);
    expect(findings.damages).toBe(1);
  });

  it('lets bugs through', () => {
    const bug = new TypeError('x is not a function');
    expect(() => collecting().findings.error(bug, 'a')).toThrow(bug);
  });
});
