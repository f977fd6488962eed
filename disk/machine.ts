/**
 * What the machine says when files are to be mapped: a seam, so that tests can be on NFS, on 32
 * bits or without the addon.
 */
import { statfsSync } from 'node:fs';
import { attempt } from './disk-error.js';
import { loadMmapAddon, type MmapAddon } from './mmap-source.js';

export interface Machine {
  /** Node's name for the processor. */
  readonly arch: string;
  /** The statfs(2) type of the file system that `path` lies on; 0 where there is none. */
  fileSystemType(path: string): number;
  /** The mmap addon, or why it cannot be loaded. */
  loadMmapAddon(): MmapAddon | Error;
}

/** The machine that runs us. */
export const THIS_MACHINE: Machine = {
  arch: process.arch,
  fileSystemType(path) {
    return attempt('statfs', path, () => statfsSync(path).type);
  },
  loadMmapAddon,
};

/** statfs(2) types on which a mapped page may fail to load, which kills the process. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x786f4256, 'a VirtualBox share'],
]);

/** Address space is too small for mappings here. */
const ARCHITECTURES_32_BIT: ReadonlySet<string> = new Set([
  'arm',
  'ia32',
  'mips',
  'mipsel',
  'ppc',
  's390',
]);

/** Why files beside `path` are better read than mapped; null: nothing speaks against mapping. */
export function reasonNotToMap(machine: Machine, path: string): string | null {
  if (ARCHITECTURES_32_BIT.has(machine.arch)) {
    return `${machine.arch} has a 32-bit address space`;
  }
  const addon = machine.loadMmapAddon();
  if (addon instanceof Error) {
    return `the mmap-io addon cannot be loaded (${addon.message.split('\n')[0]})`;
  }
  // Some systems give the type as a signed 32-bit number.
  const network = NETWORK_FILE_SYSTEMS.get(machine.fileSystemType(path) >>> 0);
  return network === undefined ? null : `${path} lies on ${network}`;
}
