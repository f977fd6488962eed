/**
 * Prometheus' remote write 1.0 and remote read, as far as tests need them: protobuf messages of
 * labels and float samples, snappy around them.
 */
import { ByteReader } from '../../encoding/byte-reader.js';
import { ByteWriter } from '../../encoding/byte-writer.js';
import { snappyCompress, snappyDecompress } from '../../encoding/snappy.js';
import { Labels } from '../../model/labels.js';

const RESPONSE_BYTES_MAX = 1 << 30;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const MATCH_REGEXP = 2;

export interface FloatSeries {
  readonly labels: Labels;
  readonly times: readonly number[];
  /** As many; typed, so that stale markers keep their bits. */
  readonly values: Float64Array;
}

/** Sends samples to `server` in the given order. */
export async function remoteWrite(server: string, series: readonly FloatSeries[]): Promise<void> {
  const request = new ByteWriter();
  for (const one of series) message(request, 1, (out) => writeSeries(out, one));
  await post(`${server}/api/v1/write`, request.bytes());
}

/** All series with their float samples of the closed range, stale markers included. */
export async function remoteRead(
  server: string,
  minTime: number,
  maxTime: number,
): Promise<FloatSeries[]> {
  const request = new ByteWriter();
  message(request, 1, (query) => {
    query.uvarint((1 << 3) | VARINT).uvarint(minTime);
    query.uvarint((2 << 3) | VARINT).uvarint(maxTime);
    message(query, 3, (matcher) => {
      matcher.uvarint((1 << 3) | VARINT).uvarint(MATCH_REGEXP);
      matcher.uvarint((2 << 3) | BYTES).string('__name__');
      matcher.uvarint((3 << 3) | BYTES).string('.+');
    });
  });
  const response = await post(`${server}/api/v1/read`, request.bytes());
  const found: FloatSeries[] = [];
  const body = snappyDecompress(response, RESPONSE_BYTES_MAX);
  for (const result of fields(body, 1)) {
    for (const series of fields(result, 1)) found.push(readSeries(series));
  }
  return found;
}

async function post(url: string, body: Uint8Array): Promise<Uint8Array> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
      'x-prometheus-remote-read-version': '0.1.0',
    },
    body: new Uint8Array(snappyCompress(body)),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function writeSeries(out: ByteWriter, series: FloatSeries): void {
  for (const [name, value] of series.labels) {
    message(out, 1, (label) => {
      label.uvarint((1 << 3) | BYTES).string(name);
      label.uvarint((2 << 3) | BYTES).string(value);
    });
  }
  series.times.forEach((time, i) => {
    message(out, 2, (sample) => {
      sample.uvarint((1 << 3) | FIXED64).raw(littleEndian(series.values, i));
      sample.uvarint((2 << 3) | VARINT).uvarint(time);
    });
  });
}

function readSeries(bytes: Uint8Array): FloatSeries {
  const labels = fields(bytes, 1).map((label): [string, string] => [
    text(fields(label, 1)),
    text(fields(label, 2)),
  ]);
  const samples = fields(bytes, 2);
  const values = new Float64Array(samples.length);
  const times = samples.map((sample, i) => {
    let time = 0;
    const input = new ByteReader(sample);
    while (input.remaining > 0) {
      const key = input.uvarint();
      if (key === ((2 << 3) | VARINT)) time = input.uvarint();
      else new Uint8Array(values.buffer).set(input.takeBytes(8), 8 * i);
    }
    return time;
  });
  return { labels: Labels.from(labels), times, values };
}

/** The bytes of one value, copied without passing through a number. */
function littleEndian(values: Float64Array, index: number): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset + 8 * index, 8);
}

function message(out: ByteWriter, field: number, fill: (inner: ByteWriter) => void): void {
  const inner = new ByteWriter();
  fill(inner);
  out
    .uvarint((field << 3) | BYTES)
    .uvarint(inner.length)
    .raw(inner.bytes());
}

/** The contents of every length-delimited field of that number. */
function fields(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const input = new ByteReader(bytes);
  while (input.remaining > 0) {
    const key = input.uvarint();
    const type = key & 7;
    if (type === VARINT) input.uvarint();
    else if (type === FIXED64) input.skip(8);
    else {
      const content = input.takeBytes(input.uvarint());
      if (key >> 3 === wanted) found.push(content);
    }
  }
  return found;
}

function text(found: readonly Uint8Array[]): string {
  return found.length === 0
    ? ''
    : new ByteReader(new ByteWriter().uvarint(found[0].length).raw(found[0]).bytes()).string();
}
