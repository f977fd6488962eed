/** `--label name=value`, as often as there are labels to set. */
import { InvalidArgumentError } from 'commander';

/** Adds one more `name=value` (or `name:value`, as promtool takes it too). */
export function collectLabel(
  text: string,
  before: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const at = text.search(/[:=]/);
  if (at < 0) throw new InvalidArgumentError('It is name=value.');
  return new Map([...(before ?? []), [text.slice(0, at), text.slice(at + 1)]]);
}
