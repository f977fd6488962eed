/**
 * What we use of the runtime's WebAssembly interface: TypeScript has it only among the browser's
 * types.
 */

/** A memory that is shared and grows in place: its older, shorter buffers stay valid. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** A global variable that a module exports. */
export interface ExportedNumber {
  readonly value: number;
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports?: Imports) => { readonly exports: unknown };
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => SharedMemory;
};

/** What a module imports, by the names of where it is from and its own. */
export type Imports = Readonly<Record<string, object>>;

/** Compiles a module that is given in base64. */
export function compileModule(base64: string): object {
  return new WebAssembly.Module(Buffer.from(base64, 'base64'));
}

/** Starts a module, which may be given in base64, and returns its exports. */
export function startModule(module: object | string, imports?: Imports): unknown {
  const compiled = typeof module === 'string' ? compileModule(module) : module;
  return new WebAssembly.Instance(compiled, imports).exports;
}

/** A shared memory of one page of 64 KiB that may grow to `pagesMax` of them. */
export function sharedMemory(pagesMax: number): SharedMemory {
  return new WebAssembly.Memory({ initial: 1, maximum: pagesMax, shared: true });
}
