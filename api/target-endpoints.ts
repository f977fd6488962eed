/**
 * What Prometheus' scraping, alerting and rules would answer: we have none of them, so lists are
 * empty, and parameters are checked all the same, because clients rely on both.
 */
import { messageOf } from '../model/errors.js';
import { goQuote } from '../model/go-quote.js';
import { ApiError, invalidParameter } from './api-error.js';
import { type Call, json, READ } from './endpoint.js';
import type { Answer } from './envelope.js';
import { countOr, matcherSets, parseBool, selector } from './parameters.js';

const INT32_MAX = 2 ** 31 - 1;

export const TARGET_ENDPOINTS = [
  json('/scrape_pools', READ, () => ({ data: { scrapePools: [] } })),
  json('/targets', READ, targets),
  json('/targets/metadata', READ, targetMetadata),
  json('/targets/relabel_steps', READ, relabelSteps),
  json('/alertmanagers', READ, () => ({
    data: { activeAlertmanagers: [], droppedAlertmanagers: [] },
  })),
  json('/metadata', READ, metadata),
  json('/rules', READ, rules),
  json('/alerts', READ, () => ({ data: { alerts: [] } })),
];

function targets({ url }: Call): Answer {
  const state = (url.searchParams.get('state') ?? '').toLowerCase();
  // Prometheus counts dropped targets by pool where it shows them, and has null elsewhere.
  const showsDropped = state === '' || state === 'any' || state === 'dropped';
  return {
    data: {
      activeTargets: [],
      droppedTargets: [],
      droppedTargetCounts: showsDropped ? {} : null,
    },
  };
}

async function targetMetadata(call: Call): Promise<Answer> {
  const form = await call.form();
  countOr(form, 'limit', -1);
  const matchTarget = form.get('match_target');
  if (matchTarget !== '') {
    try {
      selector(matchTarget);
    } catch (error) {
      throw invalidParameter('match_target', messageOf(error));
    }
  }
  return { data: [] };
}

async function relabelSteps(call: Call): Promise<Answer> {
  const form = await call.form();
  for (const name of ['scrapePool', 'labels']) {
    if (form.get(name) === '') throw new ApiError('bad_data', `no ${name} parameter provided`);
  }
  const pool = goQuote(form.get('scrapePool'));
  throw new ApiError('bad_data', `error retrieving scrape config: scrape pool ${pool} not found`);
}

async function metadata(call: Call): Promise<Answer> {
  const form = await call.form();
  countOr(form, 'limit', -1);
  countOr(form, 'limit_per_metric', -1);
  return { data: {} };
}

async function rules(call: Call): Promise<Answer> {
  matcherSets(await call.form());
  const parameter = (name: string): string => call.url.searchParams.get(name) ?? '';
  const type = parameter('type').toLowerCase();
  if (type !== '' && type !== 'alert' && type !== 'record') {
    throw invalidParameter('type', `not supported value ${goQuote(type)}`);
  }
  const exclude = parameter('exclude_alerts').toLowerCase();
  if (exclude !== '') checkBool(exclude);
  checkPages(parameter('group_limit'), parameter('group_next_token'));
  return { data: { groups: [] } };
}

function checkBool(text: string): void {
  try {
    parseBool(text);
  } catch (error) {
    throw invalidParameter(
      'exclude_alerts',
      `error converting exclude_alerts: ${messageOf(error)}`,
    );
  }
}

function checkPages(limit: string, token: string): void {
  if (token !== '' && limit === '') {
    throw invalidParameter(
      'group_next_token',
      'group_limit needs to be present in order to paginate over the groups',
    );
  }
  if (limit === '') return;
  const parsing = `strconv.ParseInt: parsing ${goQuote(limit)}`;
  const problem = `group_limit needs to be a valid number: ${parsing}`;
  if (!/^[+-]?\d+$/.test(limit)) {
    throw invalidParameter('group_limit', `${problem}: invalid syntax`);
  }
  if (Math.abs(Number(limit)) > INT32_MAX) {
    throw invalidParameter('group_limit', `${problem}: value out of range`);
  }
  if (Number(limit) <= 0) {
    throw invalidParameter('group_limit', 'group_limit needs to be greater than 0');
  }
  if (token !== '') {
    throw invalidParameter(
      'group_next_token',
      `invalid group_next_token '${token}'. were rule groups changed?`,
    );
  }
}
