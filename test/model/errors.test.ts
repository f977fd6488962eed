/** Errors: codes that never change, and corruption that names its file. */
import {
  ArgumentError,
  ClosedError,
  CorruptionError,
  DecodeError,
  DiskError,
  InputError,
  LimitError,
  messageOf,
  NoSpaceError,
  OpenError,
  ParseError,
  SelectorError,
  TsdbError,
} from '../../model/errors.js';

describe('an expected error', () => {
  it.each([
    [new DecodeError('m', 1), 'TSDB_DECODE', 'DecodeError'],
    [new CorruptionError('p', 1, 'm'), 'TSDB_CORRUPT', 'CorruptionError'],
    [new DiskError('m', 'p', 'EIO'), 'TSDB_IO', 'DiskError'],
    [new NoSpaceError('m', 'p', 'ENOSPC'), 'TSDB_NO_SPACE', 'NoSpaceError'],
    [new OpenError('m', 'p'), 'TSDB_OPEN', 'OpenError'],
    [new ClosedError('x'), 'TSDB_CLOSED', 'ClosedError'],
    [new ArgumentError('m'), 'TSDB_ARGUMENT', 'ArgumentError'],
    [new SelectorError('m', 1), 'TSDB_SELECTOR', 'SelectorError'],
    [new ParseError('m', 1), 'TSDB_PARSE', 'ParseError'],
    [new InputError('p', 1, 'm'), 'TSDB_INPUT', 'InputError'],
    [new LimitError('series', 'm'), 'TSDB_LIMIT', 'LimitError'],
  ])('%s has the code %s and its class as its name', (error, code, name) => {
    expect(error).toBeInstanceOf(TsdbError);
    expect(error.code).toBe(code);
    expect(error.name).toBe(name);
  });

  it('says what is closed, and which limit was met', () => {
    expect(new ClosedError('block 1').message).toBe('block 1 is closed');
    expect(new LimitError('samplesMax', '5 exceed 4').message).toBe('samplesMax: 5 exceed 4');
  });
});

describe('corruption', () => {
  it('is what a decoder threw, with the file and the offset in it', () => {
    const cause = new DecodeError('length 9 exceeds 4', 20);
    const error = CorruptionError.from('chunks/000001', 1000, cause);
    expect(error).toMatchObject({
      message: 'chunks/000001: corrupt at byte 1020: length 9 exceeds 4',
      path: 'chunks/000001',
      offset: 1020,
      reason: 'length 9 exceeds 4',
    });
    expect((error as CorruptionError).cause).toBe(cause);
  });

  it('is nothing else that was thrown', () => {
    for (const other of [new ClosedError('x'), new RangeError('x'), 'text', undefined]) {
      expect(CorruptionError.from('p', 0, other)).toBe(other);
    }
  });
});

describe('what was thrown', () => {
  it('has a message, whatever it is', () => {
    expect(messageOf(new Error('m'))).toBe('m');
    expect(messageOf('text')).toBe('text');
    expect(messageOf(undefined)).toBe('undefined');
  });
});
