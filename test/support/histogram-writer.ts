/** Histogram chunks by hand: the engine only reads them, and the golden ones are well-formed. */
import { BitWriter } from '../../chunks/bit-writer.js';
import type { Span } from '../../model/histogram.js';

export interface LayoutParts {
  readonly schema: number;
  readonly positiveSpans?: readonly Span[];
  readonly negativeSpans?: readonly Span[];
  /** Numbers of thousandths, for schema -53. */
  readonly customThousandths?: readonly number[];
}

/** Writes count, flags and layout; the samples follow. */
export function histogramHeader(count: number, flags: number, parts: LayoutParts): BitWriter {
  const writer = new BitWriter();
  writer.bits(count, 16);
  writer.bits(flags, 8);
  writer.bits(0, 8);
  writeVarbit(writer, parts.schema);
  writeSpans(writer, parts.positiveSpans ?? []);
  writeSpans(writer, parts.negativeSpans ?? []);
  if (parts.customThousandths !== undefined) {
    writeVarbit(writer, parts.customThousandths.length);
    for (const bound of parts.customThousandths) writeVarbit(writer, bound + 1);
  }
  return writer;
}

/** The widest varbit but for zero: it holds whatever a test needs, signed or not. */
export function writeVarbit(writer: BitWriter, value: number): void {
  if (value === 0) {
    writer.bits(0, 1);
    return;
  }
  writer.bits(0xff, 8);
  writer.wideBits(Math.floor(value / 2 ** 32), value % 2 ** 32, 64);
}

/** Plain bits of a double. */
export function writeDouble(writer: BitWriter, value: number): void {
  const words = new Uint32Array(Float64Array.of(value).buffer);
  writer.wideBits(words[1], words[0], 64);
}

function writeSpans(writer: BitWriter, spans: readonly Span[]): void {
  writeVarbit(writer, spans.length);
  for (const { offset, length } of spans) {
    writeVarbit(writer, length);
    writeVarbit(writer, offset);
  }
}
