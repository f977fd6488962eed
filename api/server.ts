/** The package's door `mmtsdb/server`: Prometheus' HTTP API over a database. */
export {
  type ApiAppender,
  type ApiDatabase,
  type CommitOutcome,
  type DatabaseSource,
  type MatchedLabelOptions,
  type ReplayStatus,
  type WritableApiDatabase,
} from './api-database.js';
export { createHandler, type FetchHandler } from './handler.js';
export { listen, type Listening, type ListenOptions, toNodeListener } from './listen.js';
export {
  type ApiOptions,
  type BuildInfo,
  type MetricsText,
  type RequestDone,
  type RuntimeInfo,
} from './options.js';
export {
  type MetricsRegistry,
  recordRegistry,
  type Recorder,
  type Recording,
  type RecordOptions,
} from './record-registry.js';
export { createSelfMetrics, type SelfMetrics, type SelfMetricsOptions } from './self-metrics.js';
