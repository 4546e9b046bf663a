import { isIP } from "node:net";
import type { LinkPlan } from "../../planning/plan-types.ts";
import { type ProbeContext, statusOf } from "./probe-context.ts";

/**
 * `address:port` at which a Link's traffic enters its target, sorted. Undefined if only names are known of a
 * gateway that isn't on the target's nodes.
 */
export function gatewayEndpoints(
  context: Pick<ProbeContext, "status">,
  { gateway, target }: LinkPlan,
): readonly string[] | undefined {
  if (gateway === undefined) return [];
  const nodes = statusOf(context, target).nodes;
  const addresses = gateway.addresses.map((address) =>
    isIP(address) === 0 ? nodes.find(({ name }) => name === address)?.address : address,
  );
  return addresses.includes(undefined)
    ? undefined
    : [...new Set(addresses)].map((address) => `${address ?? ""}:${gateway.port}`).sort();
}

/**
 * Whether endpoints are those of the gateway. If they can't be known: whether there are endpoints at its
 * port.
 */
export function areGateway(
  found: readonly string[],
  expected: readonly string[] | undefined,
  { gateway }: LinkPlan,
): boolean {
  return expected === undefined
    ? found.length > 0 && found.every((one) => one.endsWith(`:${gateway?.port ?? ""}`))
    : found.toSorted().join() === expected.join();
}
