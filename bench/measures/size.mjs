// What a deploy would upload.
import fs from "node:fs";
import { gzipSync } from "node:zlib";

export function size(server) {
  if (!server.modules) return {};
  const bytes = server.modules.reduce((sum, [, file]) => sum + gzipSync(fs.readFileSync(file)).length, 0);
  return { upload: bytes / 1024 };
}
