/**
 * The parser of PromQL: text to syntax tree, by recursive descent, a method a production. What it
 * accepts, how it reads it and which error comes first are as in Prometheus 3.14
 * (promql/parser/generated_parser.y and parse.go).
 */
import type { ParseError } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import type { AggregationOperator, Binary, BinaryOperator, Expression } from './ast.js';
import { checkExpression } from './check.js';
import { FUNCTION_SIGNATURES } from './function-signatures.js';
import { parseLabels, parseNumberLiteral, parseStringLiteral } from './literals.js';
import { type MatchingClause, parseMatching } from './matching.js';
import { ModifierParser } from './modifiers.js';
import type { ParserOptions } from './parser-options.js';
import { type Name, parseSelectorAfter } from './selector-parser.js';
import { TokenStream } from './token-stream.js';
import { isMetricName, startsExpression, type Word } from './tokens.js';

const IN_AGGREGATION = ' in aggregation';
const PRECEDENCES: ReadonlyMap<string, number> = new Map(
  ['or', 'and unless', '== != < <= > >= </ >/', '+ -', '* / % atan2', '^'].flatMap(
    (operators, index) => operators.split(' ').map((operator) => [operator, index + 1] as const),
  ),
);
const LOWEST = 1;
const POWER = 6;
const WITH_PARAMETER: ReadonlySet<string> = new Set([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
]);
const EXPERIMENTAL_AGGREGATORS: ReadonlySet<string> = new Set(['limitk', 'limit_ratio']);

/**
 * The syntax tree of a query. Throws a `ParseError` whose message says where and why, in
 * Prometheus' words, and a `LimitError` for one that is nested deeper than `EXPRESSION_DEPTH_MAX`.
 */
export function parseExpression(text: string, options: ParserOptions = {}): Expression {
  const stream = new TokenStream(text);
  if (stream.peek() === 'end') throw stream.error(0, 'no expression found in input');
  const expression = new Parser(stream, options).parse();
  checkExpression(expression, stream.lexer.bytes);
  return expression;
}

export class Parser {
  private readonly stream: TokenStream;
  private readonly options: ParserOptions;
  private readonly modifiers: ModifierParser;

  constructor(stream: TokenStream, options: ParserOptions) {
    this.stream = stream;
    this.options = options;
    this.modifiers = new ModifierParser(stream, options);
  }

  /**     query  expression END */
  parse(): Expression {
    const expression = this.parseBinary(LOWEST);
    this.stream.expect('end');
    return expression;
  }

  /**     expression  operand (operator matching expression)* */
  private parseBinary(precedenceMin: number): Expression {
    const { stream } = this;
    stream.descend();
    let left = this.parseOperand();
    for (;;) {
      const precedence = stream.peek() === 'operator' ? PRECEDENCES.get(stream.lexer.word) : 0;
      if (precedence === undefined || precedence < precedenceMin) break;
      stream.advance();
      const operator = stream.lexer.word as BinaryOperator;
      const { height } = stream;
      const clause = parseMatching(stream);
      const right = this.parseBinary(operator === '^' ? precedence : precedence + 1);
      stream.join(height);
      left = this.binary(left, operator, clause, right);
    }
    stream.ascend();
    return left;
  }

  private binary(
    left: Expression,
    operator: BinaryOperator,
    { returnsBool, matching }: MatchingClause,
    right: Expression,
  ): Binary {
    const hasFill = matching.fillLeft !== null || matching.fillRight !== null;
    if (hasFill && this.options.fillModifiers !== true) {
      const reason = 'binop fill modifiers are experimental and not enabled';
      throw this.stream.error(left.start, reason);
    }
    const type = left.type === 'scalar' && right.type === 'scalar' ? 'scalar' : 'vector';
    const { start } = left;
    const { end } = right;
    return { kind: 'binary', type, operator, left, right, returnsBool, matching, start, end };
  }

  /**     operand  sign operand ('^' operand)* | primary modifiers */
  private parseOperand(): Expression {
    const { stream } = this;
    const sign = stream.acceptSign();
    if (sign === '') return this.modifiers.parse(this.parsePrimary());
    const { start } = stream.lexer;
    const expression = this.parseBinary(POWER);
    stream.join(0);
    const { type, end } = expression;
    if (expression.kind !== 'number') {
      return { kind: 'unary', type, operator: sign, expression, start, end };
    }
    const value = sign === '-' ? -expression.value : expression.value;
    return { ...expression, value, start };
  }

  /**     primary  number | string | selector | call | aggregation | '(' expression ')' */
  private parsePrimary(): Expression {
    const { stream } = this;
    const { lexer } = stream;
    const type = stream.peek();
    stream.leaf();
    if (type === 'number' || type === 'duration') return parseNumberLiteral(stream);
    if (type === 'string') return parseStringLiteral(stream);
    if (type === '(') return this.parseParentheses();
    if (type === '{') return parseSelectorAfter(stream, null);
    if (!isMetricName(type, lexer.word)) throw stream.unexpected();
    stream.advance();
    const { word, start, end } = lexer;
    const name = { text: lexer.bytes.slice(start, end), start, end };
    const next = stream.peek();
    if (type === 'aggregator' && (next === '(' || isGrouping(lexer))) {
      return this.parseAggregation(word as AggregationOperator, start);
    }
    if (next === '(' && (type === 'identifier' || type === 'time word')) {
      return this.parseCall(name);
    }
    return parseSelectorAfter(stream, name);
  }

  private parseParentheses(): Expression {
    const { stream } = this;
    stream.advance();
    const { start } = stream.lexer;
    const expression = this.parseBinary(LOWEST);
    stream.expect(')');
    stream.join(0);
    const { end } = stream.lexer;
    return { kind: 'parentheses', type: expression.type, expression, start, end };
  }

  /**     call  name arguments */
  private parseCall({ text, start }: Name): Expression {
    const { stream } = this;
    const args = this.parseArguments();
    const func = FUNCTION_SIGNATURES.get(text);
    if (func === undefined) {
      throw stream.error(start, `unknown function with name ${goQuote(text)}`);
    }
    if (func.isExperimental && this.options.experimentalFunctions !== true) {
      throw stream.error(start, `function ${goQuote(text)} is not enabled`);
    }
    const end = stream.lexer.lastClosing;
    return { kind: 'call', type: func.returnType, func, args, start, end };
  }

  /**     arguments  '(' (expression (',' expression)*)? ')' */
  private parseArguments(): Expression[] {
    const { stream } = this;
    stream.expect('(');
    const args: Expression[] = [];
    if (stream.accept(')')) return args;
    let heightMax = 0;
    for (;;) {
      args.push(this.parseBinary(LOWEST));
      heightMax = Math.max(heightMax, stream.height);
      if (!stream.accept(',')) break;
      const { start } = stream.lexer;
      stream.peek();
      if (!startsExpression(stream.lexer)) {
        throw stream.error(start, 'trailing commas not allowed in function call args');
      }
    }
    stream.expect(')');
    stream.join(heightMax);
    return args;
  }

  /**     aggregation  operator grouping? arguments | operator arguments grouping */
  private parseAggregation(operator: AggregationOperator, start: number): Expression {
    const { stream } = this;
    stream.enter(IN_AGGREGATION);
    let grouping = this.parseGrouping();
    const args = this.parseArguments();
    let end = stream.lexer.lastClosing;
    if (grouping === null) {
      grouping = this.parseGrouping();
      end = grouping === null ? stream.lexer.previousParenthesis() : stream.lexer.lastClosing;
    }
    stream.leave();
    const [parameter, expression] = this.aggregated(operator, args, start);
    return {
      kind: 'aggregation',
      type: 'vector',
      operator,
      expression,
      parameter,
      grouping: grouping?.labels ?? [],
      isWithout: grouping?.isWithout ?? false,
      start,
      end,
    };
  }

  /**     grouping  ('by' | 'without') labels */
  private parseGrouping(): { labels: string[]; isWithout: boolean } | null {
    const isWithout = this.stream.acceptKeyword('without');
    if (!isWithout && !this.stream.acceptKeyword('by')) return null;
    return { labels: parseLabels(this.stream), isWithout };
  }

  /** The parameter and the expression of an aggregation. */
  private aggregated(
    operator: AggregationOperator,
    args: readonly Expression[],
    start: number,
  ): [Expression | null, Expression] {
    const fail = (reason: string): ParseError => this.stream.error(start, reason);
    if (args.length === 0) throw fail('no arguments for aggregate expression provided');
    if (EXPERIMENTAL_AGGREGATORS.has(operator) && this.options.experimentalFunctions !== true) {
      throw fail(
        `${operator}() is experimental and must be enabled with ` +
          '--enable-feature=promql-experimental-functions',
      );
    }
    const wanted = WITH_PARAMETER.has(operator) ? 2 : 1;
    if (args.length !== wanted) {
      throw fail(
        'wrong number of arguments for aggregate expression provided, ' +
          `expected ${wanted}, got ${args.length}`,
      );
    }
    return wanted === 2 ? [args[0], args[1]] : [null, args[0]];
  }
}

function isGrouping({ type, word }: Word): boolean {
  return type === 'keyword' && (word === 'by' || word === 'without');
}
