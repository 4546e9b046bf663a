import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import {
  editTopologyFile,
  editTopologyText,
  requireEditable,
} from "../../../environments/edit-topology.ts";
import { beginRotation, editTrust } from "../../../planning/trust/rotation/edit.ts";
import type { Topology } from "../../../planning/topology.ts";

type Edit = (topology: Topology) => Topology;
const sign: Edit = (topology) => editTrust(topology, { type: "sign", generation: 2 });
const retire: Edit = (topology) => editTrust(topology, { type: "retire", generation: 2 });
const edit = (text: string, change: Edit) =>
  editTopologyText(text, (topology) => change(topology as Topology));

const lab = `# My lab
clusters:
- name: west # the client
  trust: {signer: 1}
- name: east
links:
- {between: [west, east]}
`;

const stack = `# yaml-language-server: $schema=./stack.schema.json

encryptionsalt: v1:abc
config:
  other:key: value
  linkerd-topology:topology:
    clusters:
      - name: west

      - name: east
    trust:
      restart: [ shop ] # ours
      anchors:
        - generation: 1 # of 2016
    links:
      - between: [ west, east ]
`;

describe("edits of a topology's file", () => {
  test("add what is new at its end, in the form that the file has", () => {
    assert.equal(
      edit(lab, beginRotation),
      `${lab}trust:\n  anchors:\n  - generation: 1\n  - generation: 2\n`,
    );
    assert.equal(
      edit(stack, beginRotation),
      stack.replace("# of 2016\n", "# of 2016\n        - generation: 2\n"),
    );
  });

  test("know Pulumi's short key", () => {
    const short = stack.replace("linkerd-topology:topology", "topology");
    const edited = short.replace("# of 2016\n", "# of 2016\n        - generation: 2\n");
    assert.equal(edit(short, beginRotation), edited);
  });

  test("take away what is not said any more, and leave every other line alone", () => {
    const both = edit(stack, beginRotation) ?? "";
    const signed = edit(both, sign) ?? "";
    assert.equal(signed, both.replace("- generation: 2\n", "- generation: 2\n      signer: 2\n"));
    assert.equal(
      edit(signed, retire),
      stack.replace("- generation: 1 # of 2016", "- generation: 2"),
    );
    const whole = edit(edit(lab, beginRotation) ?? "", sign) ?? "";
    assert.match(whole, /^# My lab\nclusters:\n- name: west # the client\n- name: east\n/);
    assert.match(whole, /signer: 2\n$/);
  });

  test("change nothing where nothing is to change", () => {
    assert.equal(
      edit(stack, (topology) => topology),
      stack,
    );
  });

  test("keep JSON what was JSON", () => {
    const text = edit('{ "clusters": [{ "name": "west" }] }\n', beginRotation) ?? "";
    assert.deepEqual(JSON.parse(text), {
      clusters: [{ name: "west" }],
      trust: { anchors: [{ generation: 1 }, { generation: 2 }] },
    });
  });

  test("change one of two places that share a list", () => {
    const shared = `clusters: [{ name: west }]\nother: &all\n  - generation: 1\ntrust: { anchors: *all }\n`;
    assert.deepEqual(parse(edit(shared, beginRotation) ?? ""), {
      clusters: [{ name: "west" }],
      other: [{ generation: 1 }],
      trust: { anchors: [{ generation: 1 }, { generation: 2 }] },
    });
  });

  test("are not made in what is no YAML", () => {
    assert.equal(edit("clusters: [", beginRotation), undefined);
  });

  describe("of a real file", () => {
    let directory = "";
    before(async () => {
      directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-edit-"));
    });
    after(() => rm(directory, { recursive: true }));

    test("keep its mode, and the link by which it was named", async () => {
      const file = path.join(directory, "lab.yaml");
      const link = path.join(directory, "link.yaml");
      await writeFile(file, lab);
      await chmod(file, 0o640);
      await symlink(file, link);
      await editTopologyFile(link, (topology) => beginRotation(topology as Topology));
      assert.match(await readFile(file, "utf8"), /generation: 2/);
      assert.equal((await stat(file)).mode & 0o777, 0o640);
      assert.equal(await readFile(link, "utf8"), await readFile(file, "utf8"));
    });

    test("are tried beforehand, and nothing is left of the trial", async () => {
      const own = await mkdtemp(path.join(directory, "own-"));
      const file = path.join(own, "lab.yaml");
      await assert.rejects(
        requireEditable(file),
        /lab.yaml can't be edited: there is no such file/,
      );
      await writeFile(file, lab);
      await requireEditable(file);
      assert.deepEqual(await readdir(own), ["lab.yaml"]);
      // Nobody makes a file there, not even an administrator.
      const elsewhere = process.platform === "linux" ? "/proc/version" : "/dev/fd/0";
      await assert.rejects(
        requireEditable(elsewhere),
        /can't be edited: .*Make its folder writable/,
      );
    });

    test("tell what to do where they can't be made, and leave the file as it is", async () => {
      const file = path.join(directory, "broken.yaml");
      await writeFile(file, "clusters: [");
      await assert.rejects(
        editTopologyFile(file, (topology) => beginRotation(topology as Topology)),
        /broken.yaml can't be edited.*edit it by hand/,
      );
      assert.equal(await readFile(file, "utf8"), "clusters: [");
    });
  });
});
