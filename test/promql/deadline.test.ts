import { startDeadline } from '../../promql/deadline.js';

describe('the time of a query', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('ends it, or its caller does', () => {
    const alone = startDeadline(undefined, 1000);
    jest.advanceTimersByTime(1000);
    expect(alone.signal.reason).toMatchObject({ name: 'TimeoutError' });
    const caller = new AbortController();
    const joined = startDeadline(caller.signal, 1000);
    caller.abort('gone');
    expect(joined.signal.reason).toBe('gone');
    expect(startDeadline(caller.signal, 1000).signal.reason).toBe('gone');
  });

  it('leaves nothing behind when it is stopped', () => {
    const caller = new AbortController();
    const deadline = startDeadline(caller.signal, 1e12);
    deadline.stop();
    deadline.stop();
    expect(jest.getTimerCount()).toBe(0);
    caller.abort();
    expect(deadline.signal.aborted).toBe(false);
  });
});
