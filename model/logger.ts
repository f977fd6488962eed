/** What the library needs of a logger: pino's and console's shape. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

/** Says nothing: the default of library calls. */
export const SILENT: Logger = { info: () => {}, warn: () => {} };
