/** The productions between an operator and its right side: how the sides' vectors are matched. */
import type { Cardinality, VectorMatching } from './ast.js';
import { parseLabels, parseNumberLiteral } from './literals.js';
import type { TokenStream } from './token-stream.js';
import { startsExpression } from './tokens.js';

/** What was said of matching, whether or not it applies to the sides. */
export interface MatchingClause {
  readonly returnsBool: boolean;
  readonly matching: VectorMatching;
}

const ONE_TO_ONE: VectorMatching = {
  cardinality: 'one-to-one',
  labels: [],
  isOn: false,
  include: [],
  fillLeft: null,
  fillRight: null,
};
const NOTHING_SAID: MatchingClause = { returnsBool: false, matching: ONE_TO_ONE };

/**
 *     matching  'bool'? (('on' | 'ignoring') labels group?)? fill?
 *     group     ('group_left' | 'group_right') labels?
 *     fill      'fill' value | 'fill_left' value ('fill_right' value)? | and the other way round
 */
export function parseMatching(stream: TokenStream): MatchingClause {
  // Fast path: most operators go without.
  if (stream.peek() !== 'keyword') return NOTHING_SAID;
  const returnsBool = stream.acceptKeyword('bool');
  const isOn = stream.acceptKeyword('on');
  let matching = ONE_TO_ONE;
  if (isOn || stream.acceptKeyword('ignoring')) {
    matching = { ...ONE_TO_ONE, isOn, labels: parseLabels(stream) };
    if (stream.acceptKeyword('group_left')) {
      matching = { ...matching, ...parseGroup(stream, 'many-to-one') };
    } else if (stream.acceptKeyword('group_right')) {
      matching = { ...matching, ...parseGroup(stream, 'one-to-many') };
    }
  }
  return { returnsBool, matching: { ...matching, ...parseFill(stream) } };
}

function parseGroup(
  stream: TokenStream,
  cardinality: Cardinality,
): Pick<VectorMatching, 'cardinality' | 'include'> {
  const hasLabels = stream.peek() === '(' || !startsExpression(stream.lexer);
  return { cardinality, include: hasLabels ? parseLabels(stream) : [] };
}

function parseFill(stream: TokenStream): Partial<VectorMatching> {
  if (stream.acceptKeyword('fill')) {
    const value = parseFillValue(stream);
    return { fillLeft: value, fillRight: value };
  }
  if (stream.acceptKeyword('fill_left')) {
    const fillLeft = parseFillValue(stream);
    if (!stream.acceptKeyword('fill_right')) return { fillLeft };
    return { fillLeft, fillRight: parseFillValue(stream) };
  }
  if (stream.acceptKeyword('fill_right')) {
    const fillRight = parseFillValue(stream);
    if (!stream.acceptKeyword('fill_left')) return { fillRight };
    return { fillLeft: parseFillValue(stream), fillRight };
  }
  return {};
}

/**     value  '(' ('+' | '-')? number ')' */
function parseFillValue(stream: TokenStream): number {
  stream.expect('(');
  const sign = stream.acceptSign();
  const { value } = parseNumberLiteral(stream);
  stream.expect(')');
  return sign === '-' ? -value : value;
}
