/**
 * A value that is made when it is first wanted: for packages that cost milliseconds to load and
 * that most processes never need, or not before they open a database.
 */
export function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}
