// What a request says, written into Rust's memory at once: each text that is handed over by itself costs a call and
// an allocation, and JavaScript that copies it letter by letter.

const encoder = new TextEncoder();

/** How many bytes were written, or what room the text surely needs, where it did not find enough. */
function write(text, room) {
  const { read, written } = encoder.encodeInto(text, room);
  return read < text.length ? 3 * text.length : written;
}

/** The method, a space and the URL. */
export const writeTarget = ({ method, url }, room) => write(`${method} ${url}`, room);

/** A line for each name: "=" and the header's value, or nothing where the request has no such header. */
export function writeHeaders({ headers }, names, room) {
  let text = "";
  for (const name of names) {
    const value = headers.get(name);
    text += value === null ? "\n" : `=${value}\n`;
  }
  return write(text, room);
}
