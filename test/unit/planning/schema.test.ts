import assert from "node:assert/strict";
import { it } from "node:test";
import * as z from "zod";
import { topologySchema } from "../../../planning/schema.ts";
import type { Topology } from "../../../planning/topology.ts";

type Writable<T> = T extends readonly (infer U)[]
  ? Writable<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T;

/** `true` where the two types are the same, optional keys included; else `false`. */
type Same<A, B> =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what is compared is how they are used
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

it("the schema's type is that of a topology", () => {
  // The compiler is the test: the assignment fails where the interface and the schema part.
  const same: Same<Writable<Topology>, Writable<z.output<typeof topologySchema>>> = true;
  assert.ok(same);
});

it("the schema can be written as a JSON schema", () => {
  const { properties, additionalProperties } = z.toJSONSchema(topologySchema);
  assert.equal(additionalProperties, false);
  assert.deepEqual(Object.keys(properties ?? {}), [
    "name",
    "clusters",
    "links",
    "exports",
    "access",
    "docker",
    "linkerd",
    "trust",
  ]);
});
