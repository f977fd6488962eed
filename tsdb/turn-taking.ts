/** Lets one at a time do what must not be done twice at once, in the order in which they asked. */

export class TurnTaking {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `action` when all that asked before are done, however that went. */
  take<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.last.then(action, action);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all that have asked so far are done. */
  async idle(): Promise<void> {
    await this.last;
  }
}
