import assert from "node:assert/strict";
import { it } from "node:test";
import { PodNames } from "../../../../environments/drills/questions.ts";

it("reads the pods of the clusters that answer while another one is frozen", async () => {
  const asked: string[] = [];
  let frozen = false;
  const pods = new PodNames(["west", "east"], (cluster) => {
    asked.push(cluster);
    if (cluster === "east" && frozen) return new Promise(() => undefined);
    return Promise.resolve([`${cluster}-${asked.length}`]);
  });
  await pods.read();
  frozen = true;
  await pods.read();
  await pods.read();
  const west = ["west-1", "west-3", "west-5"].map((name) => [name, "west"]);
  assert.deepEqual(
    Object.fromEntries(await pods.read()),
    Object.fromEntries([...west, ["west-6", "west"], ["east-2", "east"]]),
  );
  // One reading of the frozen cluster is under way, not one more with each round.
  assert.deepEqual(asked, ["west", "east", "west", "east", "west", "west"]);
});

it("keeps what it knows of a cluster that refuses to answer", async () => {
  let refuses = false;
  const pods = new PodNames(["west"], () =>
    refuses ? Promise.reject(new Error("connection refused")) : Promise.resolve(["web-1"]),
  );
  await pods.read();
  refuses = true;
  assert.deepEqual([...(await pods.read())], [["web-1", "west"]]);
});
