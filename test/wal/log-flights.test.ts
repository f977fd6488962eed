/** Groups under way: each hears once what became of it. */
import { LogFlights } from '../../wal/log-flights.js';

function fixture(): {
  flights: LogFlights;
  heard: string[];
  add: (group: number, epoch: number) => void;
} {
  const flights = new LogFlights();
  const heard: string[] = [];
  const add = (group: number, epoch: number): void =>
    flights.add(group, epoch, {
      flushed: () => heard.push(`${group} flushed`),
      refused: (error) => heard.push(`${group} ${(error as Error).message}`),
    });
  return { flights, heard, add };
}

describe('groups under way', () => {
  it('are acknowledged in order, up to one', () => {
    const { flights, heard, add } = fixture();
    for (const group of [1, 2, 3]) add(group, 0);
    expect(flights.acknowledge(0)).toBe(false);
    expect(flights.acknowledge(2)).toBe(true);
    expect(heard).toEqual(['1 flushed', '2 flushed']);
    expect(flights.isEmpty).toBe(false);
    expect(flights.acknowledge(9)).toBe(true);
    expect(flights.isEmpty).toBe(true);
  });

  it('have numbers of 32 bits that begin anew', () => {
    const { flights, heard, add } = fixture();
    for (const group of [0x7fffffff, -0x80000000]) add(group, 0);
    flights.acknowledge(0x7fffffff);
    expect(heard).toHaveLength(1);
    flights.acknowledge(-0x80000000);
    expect(heard).toHaveLength(2);
  });

  it('are refused from one on, those of its epoch alone', () => {
    const { flights, heard, add } = fixture();
    add(1, 0);
    add(2, 0);
    add(3, 0);
    add(4, 1);
    flights.refuse(2, 0, new Error('lost'));
    expect(heard).toEqual(['2 lost', '3 lost']);
    flights.acknowledge(4);
    expect(heard.slice(2)).toEqual(['1 flushed', '4 flushed']);
    add(5, 1);
    flights.refuseAll(new Error('gone'));
    expect(heard.at(-1)).toBe('5 gone');
    expect(flights.isEmpty).toBe(true);
  });
});
