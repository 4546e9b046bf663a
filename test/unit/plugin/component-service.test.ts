// What a component is refused for before Pulumi's server of components is even started.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import * as z from "zod";
import { ComponentService } from "../../../providers/server/component-service.ts";
import {
  output,
  reference,
  secret,
  unknown,
  type PropertyMap,
} from "../../../providers/server/index.ts";
import { checkInputs, withComponents } from "../../../providers/server/component-inputs.ts";
import { Opaque, OutputValue, type Value } from "../../../providers/server/values.ts";
import { marshal, unmarshalOutputs } from "../../../providers/server/wire.ts";

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

const urn = (of: string, name: string) =>
  `urn:pulumi:lab::shop::test:index:Parent$test:index:${of}::${name}`;
const resource = (of: string, name: string) =>
  new Opaque({
    "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
    urn: urn(of, name),
  });

describe("the inputs of a component that takes outputs and other components", () => {
  const pair = z
    .strictObject({
      certificate: output(z.string()),
      key: output(z.string().meta({ secret: true })),
      kind: z.string(),
    })
    .exactOptional();
  const shape = {
    name: z.string(),
    network: output(z.string()).exactOptional(),
    pair,
    values: z.record(z.string(), output(z.unknown())).exactOptional(),
    cluster: reference("", "test:index:Kind", "test:index:Existing"),
    routes: z.array(reference("", "test:index:Routes")).exactOptional(),
  };
  const made = new Set([urn("Kind", "west"), urn("Routes", "west"), urn("Routes", "east")]);
  const right: PropertyMap = { name: "a", cluster: resource("Kind", "west") };
  const check = (given: PropertyMap, dependencies: readonly string[] = []) =>
    // As the engine sends it.
    checkInputs(
      shape,
      unmarshalOutputs(marshal({ ...right, ...given })),
      () => dependencies,
      (one) => made.has(one),
    );
  const problems = (given: PropertyMap) => check(given).problems;
  const later = (value: Value) => new OutputValue(value, false, ["urn:of:network"]);

  it("are outputs with all that they say, and plain values elsewhere", () => {
    const values = { proxy: { level: later("warn"), plain: 1 }, port: unknown };
    const key = new OutputValue("hunter2", true, ["urn:of:key"]);
    const { inputs, problems: none } = check({
      name: new OutputValue("a", false, []),
      network: later(unknown),
      pair: { certificate: later("PEM"), key, kind: "x" },
      values,
    });
    assert.deepEqual(none, []);
    assert.deepEqual(inputs, {
      name: "a",
      cluster: urn("Kind", "west"),
      network: later(unknown),
      pair: { certificate: later("PEM"), key, kind: "x" },
      values: {
        proxy: { level: later("warn"), plain: 1 },
        port: new OutputValue(unknown, false, []),
      },
    });
  });

  it("keep a secret secret, and what it comes from, however an SDK says so", () => {
    const { inputs, problems: none } = check({ network: secret("lab") }, ["urn:of:network"]);
    assert.deepEqual(none, []);
    assert.deepEqual(inputs["network"], new OutputValue("lab", true, ["urn:of:network"]));
    // The engine gets it back as it came.
    const { network } = unmarshalOutputs(marshal(inputs));
    assert.deepEqual(network, inputs["network"]);
  });

  it("are refused where they have to be plain, beside outputs that need not be", () => {
    const all = problems({
      name: unknown,
      pair: { certificate: unknown, key: "k", kind: secret("s") },
    });
    assert.equal(all.length, 2);
    assert.match(all[0] ?? "", /^name: is not known yet/);
    assert.match(all[1] ?? "", /^pair\.kind: is a secret/);
  });

  it("are checked beside what is not known yet, and a secret isn't shown", () => {
    const all = problems({
      pair: { certificate: unknown, key: new OutputValue(7, true, []), kynd: "x" },
    });
    assert.equal(all.length, 3, all.join("\n"));
    assert.match(all.join("\n"), /^pair\.key: has to be a string, not this$/m);
    assert.match(all.join("\n"), /^pair\.kind: is missing$/m);
    assert.match(all.join("\n"), /^pair\.kynd: not a property/m);
  });

  it("may not be another kind of component, nor one that was made elsewhere, nor a text", () => {
    assert.match(
      problems({ cluster: resource("Routes", "west") }).join(),
      /^cluster: is the Routes "west", but has to be a resource of the class Kind or Existing$/,
    );
    assert.match(
      problems({ cluster: resource("Existing", "far") }).join(),
      /^cluster: the Existing "far" is not made by this plugin in this update: .* Make it in the same program/,
    );
    assert.match(
      problems({ cluster: "west" }).join(),
      /^cluster: has to be a resource .* give the resource itself/,
    );
    const routes = [resource("Routes", "west"), resource("Kind", "west")];
    assert.match(problems({ routes }).join(), /^routes\[1\]: is the Kind "west", but/);
    assert.match(
      problems({ name: resource("Kind", "west") }).join(),
      /^name: is an asset, .* or a resource/,
    );
  });

  it("have to be there", () => {
    const { problems: missing } = checkInputs(
      shape,
      {},
      () => [],
      () => true,
    );
    assert.deepEqual(missing, ["name: is missing", "cluster: is missing"]);
  });

  it("are the components themselves for the one that makes it", () => {
    const routes = [urn("Routes", "west"), urn("Routes", "east")];
    const given = { name: "a", cluster: urn("Kind", "west"), routes, network: { an: "output" } };
    assert.deepEqual(
      withComponents(shape, given, (one) => ({ made: one })),
      {
        ...given,
        cluster: { made: urn("Kind", "west") },
        routes: routes.map((one) => ({ made: one })),
      },
    );
  });
});
