import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  gather,
  noAnswers,
  troubleOf,
  wordsFor,
} from "../../../../verification/traffic/answers.ts";
import { configOf, readAnswers } from "../../../../verification/traffic/ask.ts";

const servers = new Map([
  ["server-0", "west"],
  ["server-1", "east"],
]);
const client = "client-west.ns.serviceaccount.identity.linkerd.cluster.local";
const ok = (body: string) => ({ status: 200, body, error: undefined });
const lost = (error: string) => ({ status: undefined, body: "", error });
const round = (...answers: ReturnType<typeof ok | typeof lost>[]) =>
  gather(noAnswers, answers, servers);
const trouble = (answers: Parameters<typeof troubleOf>[0], members = ["east"]) =>
  troubleOf(answers, members, client)?.words;

describe("what servers have answered", () => {
  test("the right one, encrypted, to the right client", () => {
    const answers = round(ok("server-1"), ok(client));
    assert.equal(trouble(answers), undefined);
    assert.equal(
      wordsFor(answers, client),
      "answered: east (server-1); mTLS, seen as client-west.ns",
    );
  });

  test("a cluster that has no part in it, which waiting doesn't mend", () => {
    const answers = round(ok("server-0"), ok(client));
    assert.equal(trouble(answers), "answered by server-0 in west, not only by east");
    assert.equal(troubleOf(answers, ["east"], client)?.final, true);
  });

  test("without TLS", () => {
    assert.match(trouble(round(ok("server-1"), ok(""))) ?? "", /unencrypted/);
  });

  test("known as somebody else", () => {
    const gateway = "linkerd-gateway.linkerd-multicluster";
    assert.match(
      trouble(round(ok("server-1"), ok(gateway))) ?? "",
      /the server saw linkerd-gateway/,
    );
  });

  test("nobody, and why", () => {
    const answers = round(lost("Could not resolve host: x"), lost("Could not resolve host: x"));
    assert.equal(trouble(answers), "no answer from east: Could not resolve host: x");
  });

  test("a status that is none of ours", () => {
    const gone = { status: 504, body: "fail-fast", error: undefined };
    assert.equal(trouble(round(gone, gone)), "no answer from east: status 504: fail-fast");
  });

  test("somebody who is no server of ours", () => {
    assert.match(trouble(round(ok("welcome"), ok(client))) ?? "", /somebody else: status 200/);
  });

  test("of several members only some", () => {
    const answers = round(ok("server-0"), ok(client));
    assert.equal(trouble(answers, ["west", "east"]), "no answer from east (west answered)");
    const both = gather(answers, [ok("server-1"), ok(client)], servers);
    assert.equal(trouble(both, ["west", "east"]), undefined);
    assert.match(wordsFor(both, client), /west 1 \(server-0\), east 1 \(server-1\)/);
  });

  test("all of them, but one request was lost", () => {
    const answers = round(ok("server-1"), ok(client), lost("timed out"), ok(client));
    assert.equal(trouble(answers), "a request was lost: timed out");
  });
});

describe("what curl is told and tells", () => {
  test("secrets and quotes stand in its configuration as they are", () => {
    const config = configOf([
      { url: "https://x/", headers: ['authorization: Bearer a"b\\c'], authority: "/ca.crt" },
      { url: "http://y/" },
    ]);
    assert.match(config, /^header = "authorization: Bearer a\\"b\\\\c"$/m);
    assert.match(config, /^cacert = "\/ca\.crt"$/m);
    assert.equal(config.split("\n").filter((line) => line === "next").length, 1);
  });

  test("an address is asked under the name that its certificate has", () => {
    const config = configOf([
      { url: "https://10.0.0.9:6443/api", serverName: "east-control-plane" },
    ]);
    assert.match(config, /^url = "https:\/\/east-control-plane:6443\/api"$/m);
    assert.match(config, /^connect-to = "east-control-plane:6443:10\.0\.0\.9:6443"$/m);
  });

  test("an answer for each request, in their order", () => {
    const output = [
      "server-1",
      "=== answered 200 ",
      "",
      "=== answered 000 Could not resolve host: y",
      '{"a":\n1}',
      "=== answered 403 ",
      "",
    ].join("\n");
    assert.deepEqual(readAnswers(output), [
      { status: 200, body: "server-1", error: undefined },
      { status: undefined, body: "", error: "Could not resolve host: y" },
      { status: 403, body: '{"a":\n1}', error: undefined },
    ]);
  });
});
