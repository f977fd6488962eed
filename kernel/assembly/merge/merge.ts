/**
 * The kernel of merging blocks: series entries and chunk entries are read where they lie in windows
 * of the files, and series entries are made of several.
 */
export { checkChunks } from './chunks';
export {
  chunkWindowAt,
  indexWindowAt,
  maxTimesAt,
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
export { decodeSeries, encodeSeries, recordStart } from './series';
