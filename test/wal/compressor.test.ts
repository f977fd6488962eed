/** Each way to store records, by the reader's own decoders. */
import { snappyDecompress } from '../../encoding/snappy.js';
import { zstdDecompress } from '../../encoding/zstd.js';
import { loadCompressor } from '../../wal/compressor.js';
import { COMPRESSION_SNAPPY, COMPRESSION_ZSTD } from '../../wal/format.js';

const record = Buffer.alloc(5000, 'a record ');

describe('a compressor', () => {
  it('is none where none is wanted', async () => {
    expect(await loadCompressor('none')).toBeNull();
  });

  it('makes what the flag says', async () => {
    const snappy = await loadCompressor('snappy');
    expect(snappy?.flag).toBe(COMPRESSION_SNAPPY);
    const block = snappy?.compress(record) ?? record;
    expect(Buffer.from(snappyDecompress(block, 5000))).toEqual(record);

    const zstd = await loadCompressor('zstd');
    expect(zstd?.flag).toBe(COMPRESSION_ZSTD);
    const frame = zstd?.compress(record) ?? record;
    expect(Buffer.from(zstdDecompress(frame, 5000))).toEqual(record);
  });
});
