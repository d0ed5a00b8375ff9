/**
 * The value with every typed array on memory of its own. What comes from another process are views on the whole
 * message, and VS Code sends a webview all the memory that lies behind a view: more than it needs, and more than it
 * should see. Changes the objects in place.
 */
export function ownArrays<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return own(value);
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    const part = object[key];
    if (typeof part === 'object' && part !== null) object[key] = ownArrays(part);
  }
  return value;
}

function own<T extends ArrayBufferView>(view: T): T {
  if (view.byteLength === view.buffer.byteLength || view instanceof DataView) return view;
  return (view as unknown as Uint8Array).slice() as unknown as T;
}
