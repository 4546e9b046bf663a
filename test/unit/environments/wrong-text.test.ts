import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { parse } from "yaml";
import { CommandError } from "../../../environments/command-error.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { planStack } from "../../../environments/plan-stack.ts";
import { readYaml } from "../../../environments/read-yaml.ts";
import { stackFromSource } from "../../../environments/topology-source.ts";
import { writeYaml } from "../../../environments/yaml-file.ts";
import { TopologyError } from "../../../planning/topology/problem.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "linkerd-topology-wrong-text-"));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a command says of a file, and the exit code with which it ends. */
async function refusal(
  file: string,
): Promise<{ readonly exitCode: number; readonly message: string }> {
  try {
    await planStack(await stackFromSource({ file }));
  } catch (error) {
    if (error instanceof TopologyError)
      return { exitCode: exitCodes.badInput, message: error.message };
    if (error instanceof CommandError) return error;
    throw error;
  }
  assert.fail("it is taken for a topology");
}

const clusters = "clusters: [{ name: west }]\n";
const bomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 9 }, (_, at) => {
    const aliases = Array(10).fill(`*a${at}`).join(", ");
    return `a${at + 1}: &a${at + 1} [${aliases}]`;
  }),
].join("\n");

/** The text of a file, the place that is reported, and the fix. */
const texts: readonly (readonly [
  what: string,
  content: string | Buffer,
  place: RegExp,
  cure: RegExp,
])[] = [
  ["nothing", "", /x\.yaml is empty/, /write a topology/],
  ["a comment alone", "# soon\n", /x\.yaml is empty/, /write a topology/],
  ["two documents", `${clusters}---\n${clusters}`, /line 2, column 1/, /leave one document/],
  ["a key twice", clusters + clusters, /line 2, column 1/, /leave out one/],
  ["a tab", "clusters:\n\t- name: west\n", /line 2, column 1/, /with spaces/],
  ["an open bracket", "clusters: [", /line 1, column 12/, /close every bracket|indent/],
  ["nested deeply", "[".repeat(20_000), /line 1, column 102: is nested/, /leave it out/],
  ["nested in lines", "- ".repeat(2_000), /line 1, column \d+: is nested/, /leave it out/],
  ["a key of every object's", `${clusters}__proto__: 1\n`, /__proto__/, /leave it out/],
  ["another", `${clusters}constructor: 1\n`, /constructor: "constructor"/, /possible here/],
  [
    "one in a cluster",
    "clusters: [{ name: west, toString: 1 }]\n",
    /clusters\[0\]\.toString/,
    /possible here/,
  ],
  [
    "an octal number",
    "clusters: [{ name: west, slot: 010 }]\n",
    /clusters\[0\]\.slot: 010/,
    /8 or 10/,
  ],
  ["yes", "clusters: []\nlinkerd: { highAvailability: yes }\n", /line 2, .*: yes/, /true or "yes"/],
  ["a date", "clusters: [{ name: 2026-01-01 }]\n", /clusters\[0\]\.name/, /write "2026-01-01"/],
  ["a key that is no text", `${clusters}on: 1\n`, /the key on/, /write "on"/],
  ["an alias of nothing", "clusters: *all\n", /\*all/, /no anchor/],
  ["an alias in itself", "clusters: &a [*a]\n", /clusters\[0\]: \*a/, /write out/],
  ["a bomb of aliases", bomb, /more than 1000000 values/, /write fewer/],
  [
    "a merge of text",
    "clusters: [{ <<: west }]\n",
    /merges something that is not a map/,
    /\*defaults/,
  ],
  ["a tag", "clusters: !!set {}\n", /clusters: has the tag/, /leave it out/],
  ["a directive", `%YAML 1.1\n---\n${clusters}`, /directive/, /leave it out/],
  ["a control character", 'clusters: "\u0001"\n', /line 1, column 12/, /leave it out/],
  ["a line end of 1.1", "a: b\u2028c\n", /U\+2028/, /in quotes/],
  ["UTF-16", Buffer.from(`\ufeff${clusters}`, "utf16le"), /UTF-16/, /save it as UTF-8/],
  ["Latin-1", Buffer.from("a: \xe9", "latin1"), /not UTF-8/, /Name a YAML file/],
  ["a binary", Buffer.alloc(64), /binary/, /Name a YAML file/],
  ["too much", Buffer.alloc(2 * 1024 * 1024, 32), /larger than 1024 KiB/, /Name a YAML file/],
  [
    "another project's stack",
    "config:\n  aws:region: eu-west-1\n",
    /without a topology/,
    /under config as linkerd-topology:topology/,
  ],
  [
    "the topology twice, to Pulumi",
    `config:\n  topology: { ${clusters.trim()} }\n  linkerd-topology:topology: { ${clusters.trim()} }\n`,
    /x\.yaml has both topology and linkerd-topology:topology/,
    /leave out one/,
  ],
  [
    "a mistake under the short key",
    "config: { topology: { clusters: [{ name: West }] } }\n",
    /in .*x\.yaml can't be planned/,
    /write "west"/,
  ],
  [
    "a kubeconfig that isn't there",
    "clusters: [{ name: west, kubeconfig: none.kubeconfig }]\n",
    /clusters\[0\]\.kubeconfig: ".*none\.kubeconfig" can't be read: there is no such file/,
    /write the path of the cluster's kubeconfig/,
  ],
  [
    "a mistake of planning",
    "clusters: [{ name: West }]\n",
    /in .*x\.yaml can't be planned/,
    /write "west"/,
  ],
];

describe("a file that holds no topology", () => {
  for (const [what, content, place, cure] of texts) {
    test(what, async () => {
      const file = path.join(folder, "x.yaml");
      writeFileSync(file, content);
      const { exitCode, message } = await refusal(file);
      assert.equal(exitCode, exitCodes.badInput);
      assert.match(message, place);
      assert.match(message, cure);
      assert.ok(message.includes("x.yaml"), message);
    });
  }

  test("what is no file, at once", async () => {
    const at = (name: string): string => path.join(folder, name);
    mkdirSync(at("directory"));
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync(at("loop"), at("loop"));
    assert.match((await refusal(at("missing.yaml"))).message, /there is no file .*missing\.yaml/);
    assert.match((await refusal(at("directory"))).message, /it is a directory/);
    assert.match((await refusal(at("pipe"))).message, /it is a pipe/);
    assert.match((await refusal(at("loop"))).message, /links lead in a circle/);
    assert.match((await refusal("/dev/null")).message, /it is a device/);
  });
});

describe("YAML as Pulumi reads it", () => {
  test("merges are expanded, and what is written beside them wins", () => {
    const { value, problems } = readYaml("a: &a { p: 1, q: 2 }\nb: { <<: *a, q: 3 }\n");
    assert.deepEqual(problems, []);
    assert.deepEqual(value, { a: { p: 1, q: 2 }, b: { p: 1, q: 3 } });
  });

  test("what all readers agree on is taken", () => {
    const agreed = "a: [0x1f, 1e3, 1.5, 1.5.2, e10, '010', true, ~, v1.34.2, 10.0.0.0/8, 08]\r\n";
    const { value, problems } = readYaml(`\ufeff${agreed}`.slice(1));
    assert.deepEqual(problems, []);
    assert.deepEqual(value, {
      a: [31, 1000, 1.5, "1.5.2", "e10", "010", true, null, "v1.34.2", "10.0.0.0/8", 8],
    });
  });

  test("what is written for Pulumi says the same in every version", () => {
    const texts = ["010", "0o17", "1_000", "yes", "2026-01-01", "1:30", "a\u2028b", "<<", "~", ""];
    const value = { texts, keys: Object.fromEntries(texts.map((text) => [`k${text}`, text])) };
    const written = writeYaml(value);
    for (const version of ["1.1", "1.2"] as const) {
      assert.deepEqual(parse(written, { version }), value);
    }
    assert.doesNotMatch(written, /\u2028/);
  });
});
