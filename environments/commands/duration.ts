import { InvalidArgumentError } from "commander";
import parse from "parse-duration";

/** `90s`, `30m`, `2h`, `1d` or `1h30m`, in milliseconds. For options of commander's. */
export function parseDuration(text: string): number {
  const milliseconds = parse(text);
  if (milliseconds === null || milliseconds <= 0 || !/[a-z]/i.test(text)) {
    throw new InvalidArgumentError("Write it as 90s, 30m, 2h or 1d.");
  }
  return milliseconds;
}
