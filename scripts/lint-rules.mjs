// Lint rules of this project, for oxlint.

/** `assert(list.every(…))` holds for an empty list, and then the test has looked at nothing. */
const noEveryInAssert = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node;
      const isAssert =
        callee.type === "Identifier"
          ? callee.name === "assert"
          : callee.type === "MemberExpression" && callee.object.name === "assert";
      if (!isAssert) return;
      for (const argument of node.arguments) {
        if (argument.type !== "CallExpression" || argument.callee.property?.name !== "every")
          continue;
        context.report({
          node: argument,
          message: "It holds for an empty list: use assertEach of test/assert-each.ts.",
        });
      }
    },
  }),
};

export default {
  meta: { name: "linkerd-topology" },
  rules: { "no-every-in-assert": noEveryInAssert },
};
