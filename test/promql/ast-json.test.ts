import { expressionToJson } from '../../promql/ast-json.js';
import { parsed } from '../support/parsing.js';

function json(text: string): string {
  return JSON.stringify(expressionToJson(parsed(text)));
}

const SELECTOR =
  '{"anchored":false,"matchers":[{"name":"__name__","type":"=","value":"a"}],"name":"a",' +
  '"offset":0,"offsetExpr":null,"smoothed":false,"startOrEnd":null,"timestamp":null,' +
  '"type":"vectorSelector"}';

describe('the tree in JSON', () => {
  it.each([
    ['1e-7', '{"type":"numberLiteral","val":"0.0000001"}'],
    ['"\\xff"', '{"type":"stringLiteral","val":"\ufffd"}'],
    ['a', SELECTOR],
    ['-a', `{"expr":${SELECTOR},"op":"-","type":"unaryExpr"}`],
    ['(a)', `{"expr":${SELECTOR},"type":"parenExpr"}`],
    [
      'sum(a)',
      `{"expr":${SELECTOR},"grouping":[],"op":"sum","param":null,"type":"aggregation",` +
        '"without":false}',
    ],
    [
      'a and b',
      `{"bool":false,"lhs":${SELECTOR},"matching":{"card":"many-to-many",` +
        '"fillValues":{"lhs":null,"rhs":null},"include":[],"labels":[],"on":false},"op":"and",' +
        `"rhs":${SELECTOR.replaceAll('"a"', '"b"')},"type":"binaryExpr"}`,
    ],
  ])('of %s has the fields that Prometheus gives, in its order', (text, want) => {
    expect(json(text)).toBe(want);
  });

  it('says durations in milliseconds, and as expressions', () => {
    expect(expressionToJson(parsed('a[5m:step()*2] offset 1.5'))).toMatchObject({
      range: 300_000,
      step: 0,
      stepExpr: {
        lhs: { lhs: null, op: 'step', rhs: null, type: 'durationExpr', wrapped: false },
        op: '*',
        rhs: { duration: false, type: 'numberLiteral', val: '2' },
      },
      offset: 1500,
      offsetExpr: null,
    });
    expect(expressionToJson(parsed('a[5m] @ end()'))).toMatchObject({
      type: 'matrixSelector',
      range: 300_000,
      rangeExpr: null,
      startOrEnd: 'end',
    });
    expect(expressionToJson(parsed('pi()'))).toEqual({
      args: [],
      func: { argTypes: [], name: 'pi', returnType: 'scalar', variadic: 0 },
      type: 'call',
    });
  });

  it('cannot say a fill that is no number', () => {
    expect(() => json('a + fill(Inf) b')).toThrow('JSON has no number for the fill value +Inf');
  });
});
