/**
 * What VS Code does with a message between an extension and a webview: JSON, with array buffers and typed arrays beside
 * it. Errors, Maps and NaN outside of typed arrays do not survive.
 */

const MARK = '$typedArray';

export function encode(message: unknown): string {
  return JSON.stringify(message, (_, value) =>
    ArrayBuffer.isView(value)
      ? {
          [MARK]: value.constructor.name,
          base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
        }
      : value,
  );
}

/** Runs in the page: turns an encoded message into what the webview gets. Must not refer to anything outside. */
export function decodeInPage(text: string): unknown {
  return JSON.parse(text, (_, value) => {
    if (typeof value !== 'object' || value === null || !('$typedArray' in value)) return value;
    const bytes = Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0));
    const type = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => unknown>)[value.$typedArray]!;
    return new type(bytes.buffer);
  });
}
