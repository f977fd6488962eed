import { goJsonLabels, goJsonString } from '../../cli/go-json.js';
import { Labels } from '../../model/labels.js';
import { decodeUtf8 } from '../../model/utf8.js';

describe('goJsonString', () => {
  it.each([
    ['plain', '"plain"'],
    ['<a href="x">&</a>', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u003c/a\\u003e"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\b\f\n\r\t\v\x00\x7f\\', '"\\b\\f\\n\\r\\t\\u000b\\u0000\x7f\\\\"'],
    ['é😀\ufffd', '"é😀\ufffd"'],
  ])('prints %j as Go does', (text, json) => {
    expect(goJsonString(text)).toBe(json);
  });

  it('replaces bytes that are no UTF-8, each one', () => {
    const text = decodeUtf8(Uint8Array.of(0x3c, 0xff, 0xfe, 0x5c));
    expect(goJsonString(text)).toBe('"\\u003c\\ufffd\\ufffd\\\\"');
  });
});

describe('goJsonLabels', () => {
  it('is an object in label order, which is bytewise', () => {
    const labels = Labels.from({ b: '1', a: '2', '\u{1f600}': '4', '\uffee': '3' });
    expect(goJsonLabels(labels)).toBe('{"a":"2","b":"1","\uffee":"3","\u{1f600}":"4"}');
    expect(goJsonLabels(Labels.EMPTY)).toBe('{}');
  });
});
