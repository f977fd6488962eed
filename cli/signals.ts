/** How the process is told to stop and to read its configuration again. */

export interface Signals {
  /** Resolves with the reason when the process shall stop. */
  readonly stop: Promise<string>;
  /** Calls back each time the configuration shall be read again; returns how to undo that. */
  onReload(reload: () => void): () => void;
}

/** Those of the system: SIGTERM and SIGINT stop, a second one ends at once; SIGHUP reloads. */
export function processSignals(): Signals {
  const stop = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      // Only once: the default, which ends the process, is back for the impatient.
      process.once(signal, () => resolve(signal));
    }
  });
  return {
    stop,
    onReload: (reload) => {
      process.on('SIGHUP', reload);
      return () => process.off('SIGHUP', reload);
    },
  };
}
