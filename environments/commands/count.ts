import { InvalidArgumentError } from "commander";

/** A whole number from 1. For options of commander's. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError("Write a whole number from 1.");
  }
  return count;
}
