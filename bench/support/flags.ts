/** Flags of benchmarks that come in groups. */

/** The groups that `--only A,B` names; all without it. Throws for a name that there is not. */
export function chosenOf<Name extends string>(
  args: readonly string[],
  all: readonly Name[],
): readonly Name[] {
  const at = args.indexOf('--only');
  if (at < 0) return all;
  const wanted = (args[at + 1] ?? '').split(',');
  for (const name of wanted) {
    if (!(all as readonly string[]).includes(name)) {
      throw new Error(`--only takes ${all.join(', ')}; got ${JSON.stringify(name)}`);
    }
  }
  return all.filter((name) => wanted.includes(name));
}
