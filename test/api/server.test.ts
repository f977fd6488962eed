import { createHandler } from '../../api/server.js';
import { MemoryApiDatabase } from '../support/api-database.js';

it('the door gives a handler', async () => {
  const handler = createHandler(new MemoryApiDatabase());
  expect((await handler(new Request('http://localhost/-/healthy'))).status).toBe(200);
});
