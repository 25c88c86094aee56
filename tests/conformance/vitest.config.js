export default { test: { include: ["protocol.test.js"], testTimeout: 30_000, hookTimeout: 30_000 } };
