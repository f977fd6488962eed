/** OpenMetrics text: what Prometheus 3.14 takes and refuses, in whatever pieces it is read. */
import fc from 'fast-check';
import { ENTRY_BYTES_MAX, OpenMetricsReader } from '../../encoding/openmetrics.js';
import { DecodeError } from '../../model/errors.js';
import { wordsOf } from '../../encoding/float-bits.js';

interface Read {
  /** `LABELS VALUE TIME LINE` of each sample. */
  readonly samples: string[];
  /** `LINE: MESSAGE`, or null. */
  readonly error: string | null;
}

/** Reads a text that comes in pieces of `pieceBytes`. */
function readText(text: string | Uint8Array, pieceBytes = Infinity): Read {
  const bytes = Buffer.from(text);
  const seen: string[] = [];
  let at = 0;
  const reader = new OpenMetricsReader(
    (into) => {
      const piece = bytes.subarray(at, at + Math.min(pieceBytes, into.length));
      into.set(piece);
      at += piece.length;
      return piece.length;
    },
    (pairs) => {
      const key = JSON.stringify(pairs);
      if (!seen.includes(key)) seen.push(key);
      return seen.indexOf(key);
    },
  );
  const samples: string[] = [];
  try {
    while (reader.next()) {
      const labels = (JSON.parse(seen[reader.series]) as string[]).join('|');
      samples.push(`${labels} ${reader.value[0]} ${reader.time} ${reader.line}`);
    }
    return { samples, error: null };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { samples, error: `${reader.line}: ${error.message}` };
  }
}

const EOF = '# EOF\n';

describe('samples', () => {
  it('have their labels as written, times in ms and lines', () => {
    const text = [
      '# HELP a what it is',
      '# TYPE a gauge',
      '# UNIT a_seconds seconds',
      'a 1 1',
      'a{} 2 1.5',
      'a{b="1",c="x y",} -3e2 2',
      '{"d e","f\\"g"="h"} NaN 3 # {trace="x"} 1 2',
      '{c="x","d"} +Inf -4 # {} 0.5',
      'a 1 5',
      'a{b="1",c="x y",} 6 6',
    ];
    expect(readText(`${text.join('\n')}\n${EOF}`)).toEqual({
      samples: [
        '__name__|a 1 1000 4',
        '__name__|a 2 1500 5',
        '__name__|a|b|1|c|x y -300 2000 6',
        '__name__|d e|f"g|h NaN 3000 7',
        '__name__|d|c|x Infinity -4000 8',
        '__name__|a 1 5000 9',
        '__name__|a|b|1|c|x y 6 6000 10',
      ],
      error: null,
    });
  });

  it.each([
    ['1.001', 1000],
    ['12.0019', 12001],
    ['1700000000.123', 1700000000123],
    ['-0.0005', 0],
    ['-1.9999', -1999],
    ['1.7e9', 1.7e12],
    ['.5', 500],
    ['0e0', 0],
  ])('at %s lie at %d ms', (text, time) => {
    expect(readText(`a 1 ${text}\na 1 ${text}\n${EOF}`).samples).toEqual([
      `__name__|a 1 ${time} 1`,
      `__name__|a 1 ${time} 2`,
    ]);
    expect(readText(`a 1 ${text}\n${EOF}`).samples[0]).not.toContain('-0');
  });

  it.each([
    ['x\\"y', 'x"y'],
    ['x\\\\y', 'x\\y'],
    ['x\\ny', 'x\ny'],
    ['x\\ty', 'x\\ty'],
    ['x\\\\ny', 'x\\ny'],
    ['☀ é 😀', '☀ é 😀'],
    ['x\0y', 'x\0y'],
  ])('with the label value %j mean %j', (written, value) => {
    expect(readText(`a{b="${written}"} 1 1\n${EOF}`).samples).toEqual([
      `__name__|a|b|${value} 1 1000 1`,
    ]);
  });

  it('of a histogram and a summary have their bounds rewritten, under that type only', () => {
    const text = [
      '# TYPE a histogram',
      'a{le="1"} 1 1',
      'a{le="1e6",quantile="1"} 1 1',
      'a{le="x"} 1 1',
      'a{le="+Inf"} 1 1',
      'a{le="1e999"} 1 1',
      '# TYPE a summary',
      'a{le="1"} 1 1',
      'a{quantile="0.50"} 1 1',
      '# TYPE a gauge',
      'a{le="1"} 1 1',
    ];
    const { samples } = readText(`${text.join('\n')}\n${EOF}`);
    expect(samples.map((sample) => sample.slice('__name__|a|'.length).split(' ')[0])).toEqual([
      'le|1.0',
      'le|1e+06|quantile|1',
      'le|x',
      'le|+Inf',
      'le|1e999',
      'le|1',
      'quantile|0.5',
      'le|1',
    ]);
  });

  it('that are not numbers get the bits that Prometheus stores', () => {
    const bits: number[][] = [];
    const bytes = Buffer.from(`a NaN 1\na nan 2\n${EOF}`);
    let isRead = false;
    const reader = new OpenMetricsReader(
      (into) => {
        if (isRead) return 0;
        isRead = true;
        into.set(bytes);
        return bytes.length;
      },
      () => 0,
    );
    while (reader.next()) bits.push([...wordsOf(reader.value)]);
    expect(bits).toEqual([
      [1, 0x7ff80000],
      [1, 0x7ff80000],
    ]);
  });

  it('have the line that their entry begins in, also behind a name with line ends', () => {
    const text = `{"a\n\nb"} 1 1\n{"a\n\nb"} 1 2\nc 1 3\n{"a\n\nb"} 1 4\nc 1\n${EOF}`;
    const { samples, error } = readText(text);
    expect(samples.map((sample) => sample.split(' ').at(-1))).toEqual(['1', '4', '7', '8']);
    expect(error).toMatch(/^11: expected a timestamp/);
  });
});

describe('a text is refused', () => {
  it.each([
    ['', '1: the input does not end with # EOF'],
    ['a 1 1\n', '2: the input does not end with # EOF'],
    ['a 1 1', '1: the input does not end with # EOF'],
    ['a 1', '1: the input does not end with # EOF'],
    ['a{b="c', '1: expected a label value in quotes, got "\\"c"'],
    ['a 1 1\n# EOF\n\n', '2: there is data after # EOF'],
    ['# EOF\r\n', '1: there is data after # EOF'],
    ['a 1\n', '1: expected a timestamp, which an import needs, got "\\n"'],
    ['a 1  2\n', '1: expected a timestamp, which an import needs, got " "'],
    ['a 1 # {b="c"} 1\n', '1: expected a timestamp, which an import needs, got " # {"'],
    ['a 1 1 1\n', '1: expected the end of the line, got " 1"'],
    ['a 1 1 \n', '1: expected the end of the line, got " "'],
    ['a 1 1\r\n', '1: a timestamp is no number: "1\\r"'],
    ['a x 1\n', '1: a value is no number: "x"'],
    ['a 1e999 1\n', '1: a value is too large for a float: "1e999"'],
    ['a 1 NaN\n', '1: no timestamp within ±2^53 ms: "NaN"'],
    ['a 1 1e300\n', '1: no timestamp within ±2^53 ms: "1e300"'],
    ['a 1 1\n\n', '2: expected the start of a line, got "\\n"'],
    ['# what\n', '1: expected the start of a line, got "# "'],
    ['# TYPE a thing\n', '1: no metric type: "thing"'],
    ['# HELP a\n', '1: expected a space and a text after HELP, got "\\n"'],
    ['# HELP {\n', '1: expected a metric name after HELP, got "{"'],
    ['# UNIT a seconds\n', '1: the unit "seconds" does not end the name "a"'],
    ['# UNIT seconds seconds\n', '1: the unit "seconds" does not end the name "seconds"'],
    ['{a="b"} 1 1\n', '1: the metric has no name'],
    ['{"a","b"} 1 1\n', '1: the metric has two names'],
    ['a{"b"} 1 1\n', '1: the metric has two names'],
    ['a{,} 1 1\n', '1: expected a label name, got ","'],
    ['a{b="1" ,} 1 1\n', '1: expected , or } after a label value, got " "'],
    ['a{b} 1 1\n', '1: expected = after a label name, got "}"'],
    ['a{b=1} 1 1\n', '1: expected a label value in quotes, got "1"'],
    ['a 1 1 # {"b"} 1\n', '1: expected = after a label name, got "}"'],
    ['a 1 1 # {b="c"}\n', '1: expected an exemplar\'s value, got "\\n"'],
    ['a 1 1 # {b="c"} x\n', '1: an exemplar\'s value is no number: "x"'],
    ['a 1 1 # {b="c"} 1 Inf\n', '1: no timestamp within ±2^53 ms: "Inf"'],
    ['a 1 1 # {b="c"} 1 1 1\n', '1: expected the end of the line, got " 1"'],
  ])('%j', (text, error) => expect(readText(text)).toMatchObject({ error }));

  it.each([
    ['a{b="\xff"} 1 1\n', 'a label value is not valid UTF-8'],
    ['# HELP a \xff\n', 'the help text is not valid UTF-8'],
    ['a 1 1 # {b="\xc3"} 1\n', 'a label value is not valid UTF-8'],
  ])('with bytes that are no UTF-8: %j', (text, message) => {
    expect(readText(Buffer.from(text, 'latin1')).error).toBe(`1: ${message}`);
  });

  it('but names may be any bytes', () => {
    const text = Buffer.from('{"a\xff","b\xfe"="c"} 1 1\n# EOF\n', 'latin1');
    expect(readText(text).samples).toEqual(['__name__|a\udcff|b\udcfe|c 1 1000 1']);
  });

  it('when a known series has a bad line, and when an entry does not end', () => {
    const good = 'a{b="c"} 1 1\n';
    expect(readText(`${good}a{b="c"} 1 x\n${EOF}`).error).toMatch(/^2: a timestamp is no number/);
    expect(readText(`${good}a{b="c"} 1,5 1\n${EOF}`).error).toMatch(/^2: a value is no number/);
    expect(readText(`${good}a{b="c"} 1 1e99\n${EOF}`).error).toMatch(/^2: no timestamp within/);
    const endless = Buffer.alloc(ENTRY_BYTES_MAX + 10, 'x');
    expect(readText(endless).error).toBe(`1: longer than ${ENTRY_BYTES_MAX} bytes`);
  });
});

describe('a text in pieces', () => {
  const lines = fc.constantFrom(
    '# HELP a b c',
    '# TYPE a histogram',
    'a 1 1',
    'a{le="1"} 2 2',
    'a{le="1"} 2.5 3.125 # {x="y z"} 1 1',
    '{"b\nc",d="\\"}"} NaN 4',
    'e{f="é"} -1e-7 1700000000.5',
    'e{f="é"} 12345.678 1700000001.5',
    'a{b="\0"} 1 1',
  );

  it('is the same text, wherever they end', () => {
    fc.assert(
      fc.property(
        fc.array(lines, { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const text = [...all, '# EOF'].join('\n');
          const whole = readText(text);
          expect(whole.error).toBeNull();
          expect(readText(text, size)).toEqual(whole);
        },
      ),
    );
  });

  it('is refused wherever it is cut off', () => {
    const text = ['a 1 1', 'a{le="1"} 2 3.1 # {x="y"} 1 1', '# TYPE a gauge', '# EOF'].join('\n');
    for (let length = 0; length < text.length; length++) {
      expect(readText(text.slice(0, length)).error).not.toBeNull();
    }
    expect(readText(text).error).toBeNull();
  });

  it('may have lines that are longer than the buffer', () => {
    const long = 'x'.repeat(3_000_000);
    const text = `a 1 1\na{b="${long}"} 2 2\na{b="${long}"} 3 3\n# HELP a ${long}\na 4 4\n${EOF}`;
    const { samples, error } = readText(text, 65536);
    expect(error).toBeNull();
    expect(samples.map((sample) => sample.slice(-7))).toEqual(
      ['1 1000 1', '2 2000 2', '3 3000 3', '4 4000 5'].map((end) => end.slice(-7)),
    );
  });

  it('with one byte changed is read or refused, and never fails otherwise', () => {
    const text = Buffer.from(`# TYPE a summary\na{b="c",d="e"} 1.5 2 # {f="g"} 1 2\n${EOF}`);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(text);
        changed[at] = byte;
        const { samples, error } = readText(changed);
        expect(samples.length === 1 || error !== null).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
