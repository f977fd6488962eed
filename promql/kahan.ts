/**
 * Sums compensated as Prometheus' are (util/kahansum): the sum and what rounding has lost of it,
 * side by side. Infinite sums lose nothing.
 */
export class KahanSum {
  sum = 0;
  lost = 0;

  reset(sum = 0): void {
    this.sum = sum;
    this.lost = 0;
  }

  add(value: number): void {
    const { sum } = this;
    const next = sum + value;
    if (next === Infinity || next === -Infinity) this.lost = 0;
    else if (Math.abs(sum) >= Math.abs(value)) this.lost += sum - next + value;
    else this.lost += value - next + sum;
    this.sum = next;
  }
}
