/** The recorded dumps again, read without mapping: in a file of its own, to run beside the other. */
import { describeGoldens } from '../support/dump-goldens.js';

jest.setTimeout(120_000);

describeGoldens('pread');
