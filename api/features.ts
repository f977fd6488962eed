/** `/features`: what of Prometheus 3.14's list this server has, by the names it is asked for. */
import type { HandlerOptions } from './options.js';

type Flags = Readonly<Record<string, boolean>>;

/** Categories and features as clients know them; those that depend on options are filled in. */
export function featuresOf(options: HandlerOptions): Readonly<Record<string, Flags>> {
  const {
    extendedRangeSelectors = false,
    fillModifiers = false,
    durationExpressions = true,
  } = options.promql;
  return {
    api: {
      admin: options.enableAdminApi === true,
      exclude_alerts: true,
      label_values_match: true,
      lifecycle: options.enableLifecycle === true,
      'openapi_3.1': false,
      'openapi_3.2': false,
      otlp_write_receiver: false,
      query_stats: true,
      query_warnings: true,
      remote_write_receiver: options.enableRemoteWriteReceiver === true,
      search: false,
      time_range_labels: true,
      time_range_series: true,
    },
    otlp_receiver: { delta_conversion: false, native_delta_ingestion: false },
    prometheus: { agent_mode: false, auto_reload_config: false, server_mode: true },
    promql: {
      anchored: extendedRangeSelectors,
      at_modifier: true,
      bool: true,
      by: true,
      delayed_name_removal: false,
      duration_expr: durationExpressions,
      fill: fillModifiers,
      fill_left: fillModifiers,
      fill_right: fillModifiers,
      group_left: true,
      group_right: true,
      ignoring: true,
      negative_offset: true,
      offset: true,
      on: true,
      per_query_lookback_delta: true,
      per_step_stats: false,
      smoothed: extendedRangeSelectors,
      subqueries: true,
      type_and_unit_labels: false,
      without: true,
    },
    rules: { concurrent_rule_eval: false, keep_firing_for: false, query_offset: false },
    scrape: {
      extra_scrape_metrics: false,
      start_timestamp_zero_ingestion: false,
      type_and_unit_labels: false,
    },
    tsdb: {
      delayed_compaction: false,
      exemplar_storage: false,
      histograms_st_encoding: false,
      isolation: true,
      metadata_wal_records: false,
      native_histograms: false,
      st_storage: false,
      use_uncached_io: false,
      xor2_encoding: false,
    },
    ui: { ui_v2: false, ui_v3: false },
  };
}
