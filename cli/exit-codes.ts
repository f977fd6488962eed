/** What the process says with its exit code: the whole list, also in docs/cli.md. */

/** Done. Also when whoever read our output went away first. */
export const EXIT_OK = 0;
/** The command failed, or `verify` found damage. */
export const EXIT_FAILURE = 1;
/** The command line is wrong: an unknown command or flag, a value that cannot be parsed. */
export const EXIT_USAGE = 2;
