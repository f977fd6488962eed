/**
 * The kernel of merging blocks: series entries and chunk entries are read where they lie in windows
 * of the files, and series entries are made of several.
 */
export { checkChunks } from './chunks';
export {
  batchChunksAt,
  batchPlacesAt,
  batchSymbolEndsAt,
  batchSymbolsAt,
  chunkWindowAt,
  idsAt,
  indexWindowAt,
  maxTimesAt,
  membersAt,
  minTimesAt,
  orderAt,
  placesAt,
  recordAt,
  refsAt,
  reserve,
  shiftsAt,
  slotBytes,
  slotsAt,
  symbolsAt,
} from './memory';
export { decodeSeries, encodeSeries } from './series';
export {
  advance,
  batchChunkBytes,
  batchChunks,
  batchEntriesEnd,
  batchFirstRef,
  batchFloats,
  batchHistograms,
  batchLastRef,
  batchSeries,
  beginBatch,
} from './together';
