/** The package's door `mmtsdb/server`: Prometheus' HTTP API over a database. */
export {
  type ApiAppender,
  type ApiDatabase,
  type DatabaseSource,
  type MatchedLabelOptions,
  type ReplayStatus,
  type WritableApiDatabase,
} from './api-database.js';
export { createHandler, type FetchHandler } from './handler.js';
export { type ApiOptions, type BuildInfo, type MetricsText, type RuntimeInfo } from './options.js';
