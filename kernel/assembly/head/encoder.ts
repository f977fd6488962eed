/**
 * Makes log records of rows in the head kernel's memory, for the thread that writes the log: a
 * module of its own over the same memory, with its own place for what it makes.
 */
import { putFrames } from './frames';
import { ENCODED_ELSEWHERE, FRAMED_ELSEWHERE } from './memory';
import { putRows } from './records';

export const encodedAt: u32 = <u32>ENCODED_ELSEWHERE;
export const framedAt: u32 = <u32>FRAMED_ELSEWHERE;

/** Encodes rows of columns to `encodedAt`; returns how many bytes the record has. */
export function encodeRows(columns: usize, capacity: u32, count: u32): u32 {
  return putRows(ENCODED_ELSEWHERE, columns, capacity, count);
}

/** Frames the `length` bytes at `encodedAt` to `framedAt`; returns how many bytes they become. */
export function frameRows(length: u32, pageOffset: u32): u32 {
  return putFrames(FRAMED_ELSEWHERE, ENCODED_ELSEWHERE, length, pageOffset);
}
