import { ServedDatabase } from '../../cli/served-database.js';
import { SILENT } from '../../model/logger.js';
import { MemoryApiDatabase } from '../support/api-database.js';

class Database extends MemoryApiDatabase {
  refreshes = 0;
  isClosed = false;

  refresh(): Promise<void> {
    this.refreshes++;
    return this.refreshes === 2 ? Promise.reject(new Error('gone')) : Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('a served database', () => {
  it('is there when it is open, until it stops', async () => {
    const served = new ServedDatabase();
    expect([served.state, served.database]).toEqual(['starting', null]);
    served.onProgress(3, 10);
    expect(served.replay).toEqual({ min: 0, max: 9, current: 3 });
    const database = new Database();
    served.begin(database);
    expect([served.state, served.database]).toEqual(['ready', database]);
    served.stop();
    expect([served.state, served.database]).toEqual(['stopping', null]);
    await served.close();
    expect(database.isClosed).toBe(true);
  });

  it('looks at its directory again and again, failures included, until it stops', async () => {
    jest.useFakeTimers();
    try {
      const served = new ServedDatabase();
      const database = new Database();
      served.begin(database);
      served.refreshEvery(database, 1000, SILENT);
      await jest.advanceTimersByTimeAsync(3500);
      expect(database.refreshes).toBe(3);
      await served.close();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
