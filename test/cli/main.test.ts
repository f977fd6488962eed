/** The executable bound to this process, whose arguments and streams stand in for a user's. */

const argv = process.argv;

afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

/** Loads the executable, which runs at once, and waits for its end. */
async function execute(...args: string[]): Promise<{ printed: string; said: string }> {
  let printed = '';
  let said = '';
  jest.spyOn(process.stdout, 'write').mockImplementation(((
    chunk: Uint8Array,
    done: (error?: Error | null) => void,
  ) => {
    printed += Buffer.from(chunk).toString();
    done();
    return true;
  }) as typeof process.stdout.write);
  jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    said += String(chunk);
    return true;
  });
  process.argv = ['node', 'mmtsdb', ...args];
  process.exitCode = undefined;
  await jest.isolateModulesAsync(async () => {
    await import('../../cli/main.js');
  });
  while (process.exitCode === undefined) await new Promise(setImmediate);
  return { printed, said };
}

it('prints to standard output and ends with code 0', async () => {
  const { printed, said } = await execute('--version');
  expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(said).toBe('');
  expect(process.exitCode).toBe(0);
});

it('complains on standard error and ends with code 2', async () => {
  const { printed, said } = await execute('frobnicate');
  expect(printed).toBe('');
  expect(said).toBe("error: unknown command 'frobnicate'\n");
  expect(process.exitCode).toBe(2);
});
