/**
 * What the kernels tell of each chunk entry that they have checked, in words: where its encoding
 * byte is, how many bytes of data it has, and how many samples.
 */
export const ENTRY_AT = 0;
export const ENTRY_DATA_BYTES = 1;
export const ENTRY_WORDS = 3;
