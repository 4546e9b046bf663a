import type { Context } from "../../../providers/server/index.ts";

/** What an operation of a resource is given, and what it said through it. */
export function testContext(signal = new AbortController().signal): {
  readonly context: Context;
  readonly said: string[];
} {
  const said: string[] = [];
  return {
    said,
    context: {
      urn: "urn:pulumi:test::test::linkerd-topology:index:LinkReady::west-east",
      signal,
      status: (message) => said.push(message),
      log: (severity, message) => said.push(`${severity}: ${message}`),
    },
  };
}
