let keys;

/** Each file's name and its key in the bucket: a module of JSON that only Workers Sites have. */
export async function bucketKeys(module) {
  // The name is an argument: bundlers would look for a module that is named here.
  keys ??= JSON.parse((await import(module)).default);
  return keys;
}

export async function read(bucket, key, type) {
  const value = await bucket.get(key, type);
  if (value === null) throw new Error(`the bucket has no ${key}, which its manifest names`);
  return value;
}

export async function hash(bucket, key) {
  const bytes = await read(bucket, key, "arrayBuffer");
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
