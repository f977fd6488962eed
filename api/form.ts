/**
 * The parameters of a request, as Go's `FormValue` finds them: those of a form in the body count
 * before those of the URL.
 */
import { readBody } from './body.js';

/** What Go reads of a form. */
const FORM_BYTES_MAX = 10 * 1024 * 1024;
const FORM_TYPE = 'application/x-www-form-urlencoded';
const METHODS_WITH_BODY: readonly string[] = ['POST', 'PUT', 'PATCH'];

export class Form {
  private readonly sources: readonly URLSearchParams[];

  constructor(sources: readonly URLSearchParams[]) {
    this.sources = sources;
  }

  /** The first value, `''` where there is none. */
  get(name: string): string {
    for (const source of this.sources) {
      const value = source.get(name);
      if (value !== null) return value;
    }
    return '';
  }

  getAll(name: string): string[] {
    return this.sources.flatMap((source) => source.getAll(name));
  }
}

/** Reads the parameters, body included. Throws a `BodyTooLargeError` for more than 10 MiB. */
export async function readForm(request: Request, url: URL): Promise<Form> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase();
  if (!METHODS_WITH_BODY.includes(request.method) || type !== FORM_TYPE) {
    return new Form([url.searchParams]);
  }
  const body = Buffer.from(await readBody(request, FORM_BYTES_MAX)).toString('utf8');
  return new Form([new URLSearchParams(body), url.searchParams]);
}
