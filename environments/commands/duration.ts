import { InvalidArgumentError } from "commander";
import parse from "parse-duration";

/** Parses `90s`, `30m`, `2h`, `1d` or `1h30m` as milliseconds, for commander's options. */
export function parseDuration(text: string): number {
  const milliseconds = parse(text);
  if (milliseconds === null || milliseconds <= 0 || !/[a-z]/i.test(text)) {
    throw new InvalidArgumentError("Write it as 90s, 30m, 2h or 1d.");
  }
  return milliseconds;
}
