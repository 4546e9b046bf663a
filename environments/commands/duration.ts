import { InvalidArgumentError } from "commander";
import { durationExamples, millisecondsIn } from "../duration.ts";

/** Parses a duration as milliseconds, for commander's options. */
export function parseDuration(text: string): number {
  const milliseconds = millisecondsIn(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError(`Write it as ${durationExamples}.`);
  }
  return milliseconds;
}
