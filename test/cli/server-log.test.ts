import { createLog } from '../../cli/server-log.js';

function logged(format: 'logfmt' | 'json', level: 'info' | 'warn' = 'info'): string[] {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line) }, { level, format });
  log.info({ url: 'http://x', count: 5 }, 'two words');
  log.warn('careful "now"');
  return lines.map((line) => line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'NOW'));
}

it('lines are logfmt, or JSON', () => {
  expect(logged('logfmt')).toEqual([
    'time=NOW level=INFO msg="two words" url=http://x count=5\n',
    'time=NOW level=WARN msg="careful \\"now\\""\n',
  ]);
  expect(logged('json').map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: 'info', time: 'NOW', url: 'http://x', count: 5, msg: 'two words' },
    { level: 'warn', time: 'NOW', msg: 'careful "now"' },
  ]);
});

it('lower levels are left out', () => {
  expect(logged('logfmt', 'warn')).toHaveLength(1);
});
