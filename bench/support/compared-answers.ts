/** Whether servers answer the same: we and Prometheus to the digit, VictoriaMetrics the series. */

type Point = readonly [time: number, value: string];

interface AnsweredSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly Point[];
  readonly value?: Point;
}

/** Throws where they differ. */
export function checkAnswers(
  name: string,
  answers: Readonly<Partial<Record<'ours' | 'prometheus' | 'victoriaMetrics', string>>>,
): void {
  const ours = seriesOf(answers.ours);
  const theirs = seriesOf(answers.prometheus);
  if (ours.length === 0) throw new Error(`${name}: no series is found`);
  ours.forEach((line, i) => {
    if (line === theirs[i]) return;
    const [got, wanted] = [line, theirs[i] ?? ''].map((text) => around(text, line, theirs[i]));
    throw new Error(`${name}: we answer ${got}, Prometheus ${wanted}`);
  });
  const counts = [theirs.length, seriesOf(answers.victoriaMetrics).length];
  if (counts.some((count) => count !== ours.length)) {
    throw new Error(`${name}: we answer ${ours.length} series, the others ${String(counts)}`);
  }
}

/** The part where two texts begin to differ. */
function around(text: string, line: string, other = ''): string {
  let at = 0;
  while (at < line.length && line[at] === other[at]) at++;
  return text.slice(Math.max(0, at - 60), at + 60);
}

/** Each series as a line, sorted. */
function seriesOf(answer = ''): string[] {
  const { data } = JSON.parse(answer) as { data: { result: readonly AnsweredSeries[] } };
  return data.result
    .map(({ metric, values, value }) => {
      const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
      return JSON.stringify([labels, values ?? value]);
    })
    .sort();
}
