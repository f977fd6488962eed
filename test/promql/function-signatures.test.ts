import { FUNCTION_SIGNATURES } from '../../promql/function-signatures.js';

describe('the functions', () => {
  it('are the ninety of Prometheus 3.14', () => {
    expect(FUNCTION_SIGNATURES.size).toBe(90);
  });

  it('say what they take and give', () => {
    expect(FUNCTION_SIGNATURES.get('quantile_over_time')).toEqual({
      name: 'quantile_over_time',
      argTypes: ['scalar', 'matrix'],
      variadic: 0,
      returnType: 'vector',
      isExperimental: false,
    });
    expect(FUNCTION_SIGNATURES.get('pi')?.argTypes).toEqual([]);
    expect(FUNCTION_SIGNATURES.get('label_join')?.variadic).toBe(-1);
  });

  it('are experimental where Prometheus says so', () => {
    const experimental = [...FUNCTION_SIGNATURES.values()].filter((one) => one.isExperimental);
    expect(experimental.map(({ name }) => name).sort()).toEqual(
      (
        'double_exponential_smoothing end histogram_quantiles info mad_over_time max_of min_of ' +
        'range sort_by_label sort_by_label_desc start start_timestamp step ' +
        'ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time'
      ).split(' '),
    );
  });
});
