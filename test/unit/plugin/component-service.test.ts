// What a component is refused for before Pulumi's server of components is even started.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import * as z from "zod";
import { ComponentService } from "../../../providers/server/component-service.ts";
import { secret, unknown, type PropertyMap } from "../../../providers/server/index.ts";
import { marshal } from "../../../providers/server/wire.ts";

const type = "test:index:Lab";
const service = new ComponentService({
  name: "test",
  version: "1.0.0",
  description: "",
  resources: [],
  components: {
    schemas: {
      [type]: {
        description: "",
        inputs: {
          topology: z.record(z.string(), z.unknown()),
          labels: z.record(z.string(), z.string()).exactOptional(),
        },
        outputs: {},
      },
    },
    types: {},
    load: () => Promise.reject(new Error("it was made")),
  },
});

function construct(inputs: PropertyMap, of = type): Promise<unknown> {
  const request = new proto.ConstructRequest().setType(of).setInputs(marshal(inputs));
  return service.construct(request, "127.0.0.1:1");
}

describe("a component", () => {
  it("is made where all of its inputs are plain", async () => {
    await assert.rejects(construct({ topology: { clusters: [{ name: "west" }] } }), /it was made/);
  });

  it("is refused for all that is not known yet, each with its place and what to do", async () => {
    const clusters = [{ name: unknown }, { name: "east", nodes: { workers: unknown } }];
    await assert.rejects(
      construct({ topology: { clusters }, labels: unknown }),
      ({ message }: Error) => {
        const lines = message.split("\n");
        assert.equal(lines.length, 3);
        assert.match(lines[0] ?? "", /^labels: is not known yet/);
        assert.match(
          lines[1] ?? "",
          /^topology\.clusters\[0\]\.name: is not known yet.*plain value/,
        );
        assert.match(lines[2] ?? "", /^topology\.clusters\[1\]\.nodes\.workers: is not known yet/);
        return true;
      },
    );
  });

  it("is refused for a secret, which is not shown", async () => {
    const inputs = { topology: { clusters: [{ name: secret("hunter2") }] } };
    await assert.rejects(construct(inputs), ({ message }: Error) => {
      assert.match(message, /^topology\.clusters\[0\]\.name: is a secret\. .*plain value/);
      assert.ok(!message.includes("hunter2"));
      return true;
    });
  });

  it("is refused for inputs that it doesn't have, that it lacks, and of another type", async () => {
    await assert.rejects(construct({ label: {}, labels: { a: 1 } }), ({ message }: Error) => {
      assert.match(message, /^topology: is missing$/m);
      assert.match(message, /^labels\.a: has to be a string, not 1$/m);
      assert.match(message, /^label: not a property of this resource; .*labels/m);
      return true;
    });
  });

  it("is refused where there is no such component", async () => {
    await assert.rejects(construct({}, "test:index:Other"), /has no component test:index:Other/);
  });
});
