import { loggerOf } from '../../cli/terminal.js';
import { CapturedTerminal } from '../support/captured-terminal.js';

it('warnings become messages, unless quiet was asked for', () => {
  const terminal = new CapturedTerminal();
  loggerOf(terminal, false).warn('disk is slow');
  loggerOf(terminal, false).info('nothing special');
  loggerOf(terminal, true).warn('disk is slow');
  expect(terminal.messages).toEqual(['warning: disk is slow']);
});
