/**
 * Zstandard, writing: Node's own from 22.15 on, else a WebAssembly module that is loaded when it is
 * first wanted.
 */
import * as zlib from 'node:zlib';

/** The fastest level: what Prometheus calls its speed mode. */
const LEVEL = 1;

/** Makes one frame of `bytes`, with its size in its header. */
export type ZstdEncoder = (bytes: Uint8Array) => Uint8Array;

export async function loadZstdEncoder(): Promise<ZstdEncoder> {
  return nativeEncoder() ?? (await loadPortableEncoder());
}

/** Node's own; null before 22.15. */
export function nativeEncoder(): ZstdEncoder | null {
  type Options = { params: Record<number, number> };
  type Native = (bytes: Uint8Array, options: Options) => Uint8Array;
  const native = (zlib as { zstdCompressSync?: Native }).zstdCompressSync;
  const levelKey = (zlib.constants as Record<string, number | undefined>).ZSTD_c_compressionLevel;
  if (native === undefined || levelKey === undefined) return null;
  return (bytes) => native(bytes, { params: { [levelKey]: LEVEL } });
}

/** For every Node. */
export function loadPortableEncoder(): Promise<ZstdEncoder> {
  portable.loading ??= loadModule();
  return portable.loading;
}

/** The module is one for all and does not survive being initialized twice. */
const portable: { loading: Promise<ZstdEncoder> | null } = { loading: null };

async function loadModule(): Promise<ZstdEncoder> {
  const { compress, init } = await import('@bokuweb/zstd-wasm');
  await init();
  return (bytes) => compress(bytes, LEVEL);
}
